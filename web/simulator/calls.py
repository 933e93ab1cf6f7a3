"""The call page: a telephone that calls, over the socket a real provider opens. Typed, keyed, or spoken where the browser can."""

from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import JSONResponse

from channels.voice.routes import simulated_path
from core.phone import format_number, parse_number
from web.parts import House
from web.rendering import Pages, page_language
from web.session import ForgedForm, is_same_origin
from web.simulator.routes import NUMBERS

WITHHELD = "anonymous"


def router(house: House, auth_token: str, pages: Pages) -> APIRouter:
    """Routes under `/simulator/call`."""
    routes = APIRouter(prefix="/simulator/call", include_in_schema=False)

    @routes.get("")
    async def page(request: Request, number: str = NUMBERS[0]) -> Response:
        """The telephone with that number."""
        is_withheld = number == WITHHELD
        chosen = WITHHELD if is_withheld else parse_number(number, house.settings.default_region)
        known = [*NUMBERS] if chosen in (None, WITHHELD, *NUMBERS) else [*NUMBERS, str(chosen)]
        response = pages.respond(
            request,
            "simulator/call.html",
            page_language(request),
            422 if chosen is None else 200,
            numbers=[(one, format_number(one)) for one in known],
            number=chosen or NUMBERS[0],
            withheld=WITHHELD,
            is_refused=chosen is None,
            clinic=format_number(house.settings.twilio_number),
        )
        # Speech recognition of the browser needs the microphone, on this page alone, and only once it is asked for.
        response.headers["Permissions-Policy"] = "geolocation=(), camera=(), microphone=(self)"
        return response

    @routes.post("/ring")
    async def ring(request: Request, number: Annotated[str, Form(max_length=30)]) -> JSONResponse:
        """A call begins: the first frame, and where the socket is that takes it, signed for this call alone."""
        if not is_same_origin(request, house.settings.public_url):
            raise ForgedForm
        caller = WITHHELD if number == WITHHELD else parse_number(number, house.settings.default_region)
        if caller is None:
            raise HTTPException(422)
        sid = f"CA{uuid4().hex}"
        setup = {
            "type": "setup", "sessionId": f"VX{uuid4().hex}", "callSid": sid, "from": caller,
            "to": house.settings.twilio_number, "direction": "inbound",
        }  # fmt: skip
        return JSONResponse({"path": simulated_path(house.settings.public_url, auth_token, sid), "setup": setup})

    return routes
