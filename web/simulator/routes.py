"""The phone page: choose a number, write and read SMS, break the provider on purpose."""

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, File, Form, HTTPException, Request, Response, UploadFile
from fastapi.responses import RedirectResponse, StreamingResponse

from channels.sms.simulator.provider import SimulatedProvider
from core.phone import format_number, parse_number
from core.when.say import say_time
from web.parts import House
from web.rendering import Pages, page_language
from web.session import ForgedForm, is_same_origin

NUMBERS = ("+48890002001", "+48890002002", "+48890002004")
FAULTS = ("none", "down", "refuse")
MAX_SMS = 1600
PING_SECONDS = 15.0


def router(house: House, simulator: SimulatedProvider, pages: Pages) -> APIRouter:
    """Routes under `/simulator/phone`."""
    routes = APIRouter(prefix="/simulator/phone", include_in_schema=False)

    def checked(text: str) -> str:
        number = parse_number(text, house.settings.default_region)
        if number is None:
            raise HTTPException(422)
        return number

    async def values(number: str) -> dict[str, Any]:
        zone = house.clock.now().tzinfo
        return {
            "number": number,
            "shown": format_number(number),
            "clinic": format_number(simulator.number),
            "messages": await simulator.phone_messages(number),
            "fault": simulator.fault,
            "faults": FAULTS,
            "at": lambda moment, language: say_time(moment.astimezone(zone).time(), language),
        }

    def check(request: Request) -> None:
        """There is no login here, so at least no other site may press the buttons."""
        if not is_same_origin(request, house.settings.public_url):
            raise ForgedForm

    @routes.get("")
    async def page(request: Request, number: str = NUMBERS[0]) -> Response:
        """The phone with that number."""
        chosen = parse_number(number, house.settings.default_region)
        known = [*NUMBERS] if chosen is None or chosen in NUMBERS else [*NUMBERS, chosen]
        return pages.respond(
            request,
            "simulator/page.html",
            page_language(request),
            422 if chosen is None else 200,
            numbers=[(one, format_number(one)) for one in known],
            is_refused=chosen is None,
            **await values(chosen or NUMBERS[0]),
        )

    @routes.get("/messages")
    async def messages(request: Request, number: str) -> Response:
        """What the phone shows now."""
        return pages.respond(
            request, "simulator/messages.html", page_language(request), **await values(checked(number))
        )

    @routes.post("/send")
    async def send(
        request: Request,
        number: Annotated[str, Form(max_length=30)],
        body: Annotated[str, Form(max_length=MAX_SMS)] = "",
        file: Annotated[UploadFile | None, File()] = None,
    ) -> Response:
        """Send an SMS from the phone, with a file if one was chosen."""
        check(request)
        phone = checked(number)
        media = None
        if file is not None and file.filename:
            content = await file.read(house.settings.max_upload_bytes + 1)
            if len(content) > house.settings.max_upload_bytes:
                raise HTTPException(413)
            media = (file.content_type or "application/octet-stream", content)
        if body.strip() or media:
            await simulator.send_from_phone(phone, body.strip(), media)
        if request.headers.get("hx-request") != "true":
            return RedirectResponse(f"/simulator/phone?number={quote(phone)}", 303)
        response = pages.respond(request, "simulator/messages.html", page_language(request), **await values(phone))
        response.headers["HX-Trigger"] = "sms-sent"
        return response

    @routes.post("/fault")
    async def fault(
        request: Request, fault: Annotated[str, Form()], number: Annotated[str, Form(max_length=30)]
    ) -> Response:
        """Let the provider fail, or work again."""
        check(request)
        if fault not in FAULTS:
            raise HTTPException(422)
        simulator.fault = fault
        return RedirectResponse(f"/simulator/phone?number={quote(checked(number))}", 303)

    @routes.get("/events", response_model=None)
    async def events(request: Request) -> StreamingResponse:
        """Tells which phone has something new."""
        return StreamingResponse(_changes(house, request), media_type="text/event-stream")

    return routes


async def _changes(house: House, request: Request) -> AsyncIterator[str]:
    with house.bus.subscribe("simulator") as events:
        yield "retry: 1500\nevent: hello\ndata: {}\n\n"
        while not await request.is_disconnected():
            event = await events.get(PING_SECONDS)
            if event is None:
                yield ": still here\n\n"
            else:
                told = {"topic": event["topic"], "id": str(event.get("phone", ""))}
                yield f"event: change\ndata: {json.dumps(told)}\n\n"
