"""The evaluations of one's own work under `/quality/own`: read, and answered once."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from starlette.responses import RedirectResponse

from core.access import Permission
from core.accounts import SignedIn
from core.errors import NotFound, Refused
from core.when.say import say_date, say_when
from handoff.quality import evaluating
from web.parts import House
from web.rendering import Pages, page_language
from web.session import Sessions


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """Routes for whoever answers patients. Without that right there is nothing here (404)."""
    routes = APIRouter(prefix="/quality/own", include_in_schema=False)
    Reader = Annotated[SignedIn, Depends(sessions.anyone)]
    Actor = Annotated[SignedIn, Depends(sessions.acting)]
    Body = Annotated[str, Form(max_length=evaluating.LONGEST * 2)]

    def require(person: SignedIn) -> None:
        if not person.access.allows(Permission.reply_thread):
            raise NotFound("page")

    @routes.get("")
    async def listed(request: Request, person: Reader) -> Response:
        """All of them, the latest first."""
        require(person)
        now, language = house.clock.now(), page_language(request, person.language)
        async with house.database.unit_of_work() as uow:
            items = await evaluating.own(uow, person)
        return pages.respond(
            request, "account/quality.html", language, person=person, items=items,
            day=lambda at: say_date(at, language, now=now, style="short"),
        )  # fmt: skip

    async def show(
        request: Request, person: SignedIn, own_id: UUID, refused: Refused | None = None, typed: str = ""
    ) -> Response:
        require(person)
        now, language = house.clock.now(), page_language(request, person.language)
        async with house.database.unit_of_work() as uow:
            found = await evaluating.read_own(uow, person, own_id, now)
        return pages.respond(
            request, "account/quality_one.html", language, 422 if refused else 200, person=person, found=found,
            one=found.item.evaluation, refused=refused, typed=typed, longest=evaluating.LONGEST, shortest=evaluating.SHORTEST,
            said=lambda at: say_when(at.astimezone(now.tzinfo), language, now=now, style="short"),
        )  # fmt: skip

    @routes.get("/{own_id}")
    async def opened(request: Request, own_id: UUID, person: Reader) -> Response:
        """One, with the questions and what was answered."""
        return await show(request, person, own_id)

    @routes.post("/{own_id}")
    async def answer(request: Request, own_id: UUID, person: Actor, words: Body = "") -> Response:
        """What one says to it, once."""
        require(person)
        async with house.database.unit_of_work() as uow:
            refused = await evaluating.answer(uow, person, own_id, words, house.clock.now())
        if refused is not None:
            return await show(request, person, own_id, refused, words)
        return RedirectResponse(f"/quality/own/{own_id}", 303)

    return routes
