"""Limiting or ending an abusive contact, from beside the conversation."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from conversations.models import Case
from conversations.policy import require_thread
from core.access import Permission
from core.accounts import SignedIn
from core.errors import NotFound, Refused
from handoff import limits
from web.console.routes import ConsolePages
from web.parts import House
from web.rendering import Pages
from web.session import Sessions

_NOTHING = {"kind": "", "hours": "", "cause": "", "words": ""}


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """`/console/cases/{id}/limit`: the form; then the conversation shows the limit itself."""
    routes = APIRouter(prefix="/console/cases", include_in_schema=False)
    console = ConsolePages(house, pages, sessions)
    Reader = Annotated[SignedIn, Depends(sessions.agent)]
    Actor = Annotated[SignedIn, Depends(sessions.acting_agent)]
    Word = Annotated[str, Form(max_length=20)]

    async def show(
        request: Request, person: SignedIn, case_id: UUID, refused: Refused | None = None, **typed: str
    ) -> Response:
        person.access.require(Permission.reply_thread)
        now = house.clock.now()
        async with house.database.unit_of_work() as uow:
            case = await uow.session.get(Case, case_id)
            if case is None:
                raise NotFound("case")
            await require_thread(uow, person.access, case.thread_id, now)
            found = await limits.of_thread(uow, person.access, case.thread_id, now)
        return console.fragment(
            request, "console/limit.html", person, refused, case_id=case_id, limit=found, typed={**_NOTHING, **typed}, hours=limits.HOURS,
            causes=limits.CAUSES, kinds=limits.KINDS, longest=limits.LONGEST, shortest=limits.SHORTEST,
        )  # fmt: skip

    @routes.get("/{case_id}/limit")
    async def form(request: Request, case_id: UUID, person: Reader) -> Response:
        """The form, or until when the contact is limited."""
        return await show(request, person, case_id)

    @routes.post("/{case_id}/limit")
    async def keep(
        request: Request,
        case_id: UUID,
        person: Actor,
        kind: Word = "",
        hours: Word = "",
        cause: Word = "",
        words: Annotated[str, Form(max_length=limits.LONGEST * 2)] = "",
    ) -> Response:
        """Limit it; the patient is told until when."""
        async with house.database.unit_of_work() as uow:
            made = await limits.limit(
                uow, person, house.cases, case_id, kind, hours, cause, words, house.clock.now()
            )  # fmt: skip
        if isinstance(made, Refused):
            return await show(request, person, case_id, made, kind=kind, hours=hours, cause=cause, words=words)
        if request.headers.get("hx-request") != "true":
            return RedirectResponse(f"/console/threads/{made.thread_id}", 303)
        return await show(request, person, case_id)

    return routes
