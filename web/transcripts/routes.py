"""The pages behind a transcript's link: ask for the code, give it back, read, leave. The token is in no address a server sees."""

from datetime import timedelta
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from conversations import transcript_links as links
from core.errors import Refused
from core.i18n import Language
from core.when.say import say_when
from web.parts import House
from web.rendering import Pages, page_language
from web.session import ForgedForm, is_same_origin

TRIES_PER_MINUTE = 10
_SAID = ("wrong", "locked")
_ROBOTS = "noindex, nofollow, noarchive"


def router(house: House, pages: Pages) -> APIRouter:
    """Routes under `/transcript`. Public: the link and the code are the lock."""
    routes = APIRouter(prefix=links.PAGE, include_in_schema=False)
    settings = house.settings
    cookie = "__Host-poradnia-transcript" if settings.is_https else "poradnia-transcript"
    times = links.CodeTimes(
        timedelta(minutes=settings.identity_code_minutes), timedelta(minutes=settings.identity_proof_minutes),
        timedelta(minutes=settings.identity_lock_minutes),
    )  # fmt: skip
    Token = Annotated[str, Form(max_length=100)]

    def show(request: Request, template: str, status: int = 200, **values: object) -> Response:
        response = pages.respond(request, f"transcripts/{template}.html", page_language(request), status, **values)
        response.headers["X-Robots-Tag"] = _ROBOTS
        return response

    async def slow_down(request: Request) -> Response | None:
        """Refuse a form of another site, and more forms than people send."""
        if not is_same_origin(request, settings.public_url):
            raise ForgedForm
        client = request.client.host if request.client else ""
        if await house.limiter.allows(f"transcript:{client}", TRIES_PER_MINUTE):
            return None
        return show(request, "over", 429, reason="slow-down")

    @routes.get("")
    async def arrive(request: Request) -> Response:
        """Nothing of anybody: a button that sends the code."""
        return show(request, "arrive")

    @routes.post("/code")
    async def ask(request: Request, token: Token = "") -> Response:
        """Send the code, if the link holds; on to where it is given back, either way."""
        if refused := await slow_down(request):
            return refused
        async with house.database.unit_of_work() as uow:
            await links.ask_code(uow, house.messages, token, times, house.clock.now())
        return RedirectResponse(f"{links.PAGE}/code#{quote(token)}", 303)

    @routes.get("/code")
    async def enter(request: Request, said: str = "") -> Response:
        """Where the code is given back."""
        return show(request, "code", said=said if said in _SAID else "", minutes=settings.identity_code_minutes)

    @routes.post("/open")
    async def give_back(
        request: Request, token: Token = "", code: Annotated[str, Form(max_length=40)] = ""
    ) -> Response:
        """Take the code; the browser that gave it may read for a while."""
        if refused := await slow_down(request):
            return refused
        async with house.database.unit_of_work() as uow:
            key = await links.answer(uow, token, code, times, house.clock.now())
        if isinstance(key, Refused):
            return RedirectResponse(f"{links.PAGE}/code?said={key.reason.rpartition('-')[2]}#{quote(token)}", 303)
        response = RedirectResponse(f"{links.PAGE}/read", 303)
        response.set_cookie(
            cookie, key, max_age=int(times.reading.total_seconds()), path="/", httponly=True, samesite="strict",
            secure=settings.is_https,
        )  # fmt: skip
        return response

    @routes.get("/read")
    async def read(request: Request) -> Response:
        """The conversation and who looked at it, while the time to read lasts."""
        now, language = house.clock.now(), page_language(request)
        async with house.database.unit_of_work() as uow:
            reading = await links.read(uow, request.cookies.get(cookie, ""), now)
        if reading is None:
            return show(request, "over", 403, reason="over")
        return show(request, "read", reading=reading, said=_saying(house, language))

    @routes.post("/leave")
    async def leave(request: Request) -> Response:
        """End reading in this browser."""
        if refused := await slow_down(request):
            return refused
        async with house.database.unit_of_work() as uow:
            await links.leave(uow, request.cookies.get(cookie, ""), house.clock.now())
        response = RedirectResponse(f"{links.PAGE}/read", 303)
        response.delete_cookie(cookie, path="/", httponly=True, samesite="strict", secure=settings.is_https)
        return response

    return routes


def _saying(house: House, language: Language) -> object:
    now = house.clock.now()
    return lambda at: say_when(at.astimezone(now.tzinfo), language, now=now, style="full")
