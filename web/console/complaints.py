"""Taking a complaint down from beside the conversation."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from conversations.models import Case
from conversations.policy import require_thread
from core.access import Permission
from core.accounts import SignedIn, Staff
from core.errors import NotFound, Refused
from core.when.say import say_date
from handoff import complaints
from web.console.routes import ConsolePages
from web.parts import House
from web.rendering import Pages, page_language
from web.session import Sessions


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """`/console/cases/{id}/complaint`: the form, or what is known of the complaint that waits."""
    routes = APIRouter(prefix="/console/cases", include_in_schema=False)
    console = ConsolePages(house, pages, sessions)
    Reader = Annotated[SignedIn, Depends(sessions.reader)]
    Actor = Annotated[SignedIn, Depends(sessions.acting_reader)]

    async def show(
        request: Request,
        person: SignedIn,
        case_id: UUID,
        refused: Refused | None = None,
        typed: str = "",
        about: str = "",
    ) -> Response:
        person.access.require(Permission.note_thread)
        now, language = house.clock.now(), page_language(request, person.language)
        async with house.database.unit_of_work() as uow:
            case = await uow.session.get(Case, case_id)
            if case is None:
                raise NotFound("case")
            await require_thread(uow, person.access, case.thread_id, now)
            found = await complaints.open_of(uow, case_id)
            owner = await uow.session.get(Staff, found.owner_id) if found and found.owner_id else None
            people = await complaints.colleagues(uow)
        return console.fragment(
            request, "console/complaint.html", person, refused, case_id=case_id, complaint=found, typed=typed, about=about,
            owner=owner.name if owner else None, people=people, longest=complaints.LONGEST, shortest=complaints.SHORTEST,
            due=say_date(found.due_on, language, now=now) if found else "",
        )  # fmt: skip

    @routes.get("/{case_id}/complaint")
    async def form(request: Request, case_id: UUID, person: Reader) -> Response:
        """The form, or the complaint's number, day and owner."""
        return await show(request, person, case_id)

    @routes.post("/{case_id}/complaint")
    async def keep(
        request: Request,
        case_id: UUID,
        person: Actor,
        words: Annotated[str, Form(max_length=complaints.LONGEST * 2)] = "",
        about: Annotated[str, Form(max_length=40)] = "",
    ) -> Response:
        """Take it down; the patient is told number and day."""
        async with house.database.unit_of_work() as uow:
            made = await complaints.take_down(uow, person, house.messages, case_id, words, about, house.clock.now())
        if isinstance(made, Refused):
            return await show(request, person, case_id, made, words, about)
        if request.headers.get("hx-request") != "true":
            return RedirectResponse(f"/console/threads/{made.thread_id}", 303)
        return await show(request, person, case_id)

    return routes
