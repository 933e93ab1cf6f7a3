"""Complaints under `/board/complaints`: what waits, by the day it is due, and each with its owner and answer."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from starlette.responses import RedirectResponse

from core.access import Permission
from core.accounts import SignedIn, Staff
from core.errors import NotFound, Refused
from core.when.say import say_date, say_when
from handoff import complaints
from web.parts import House
from web.rendering import Pages, page_language
from web.session import Sessions


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """Routes for supervisors. Without the right there is nothing here (404)."""
    routes = APIRouter(prefix="/board/complaints", include_in_schema=False)
    Reader = Annotated[SignedIn, Depends(sessions.anyone)]
    Actor = Annotated[SignedIn, Depends(sessions.acting)]
    Word = Annotated[str, Form(max_length=40)]
    Body = Annotated[str, Form(max_length=complaints.LONGEST * 2)]

    def require(person: SignedIn) -> None:
        if not person.access.allows(Permission.manage_queue):
            raise NotFound("page")

    @routes.get("")
    async def listed(request: Request, person: Reader) -> Response:
        """Those that wait, and those that were answered."""
        require(person)
        now, language = house.clock.now(), page_language(request, person.language)
        async with house.database.unit_of_work() as uow:
            waiting = await complaints.listed(uow, person.access, now)
            answered = await complaints.listed(uow, person.access, now, is_answered=True)
        return pages.respond(
            request, "supervision/complaints.html", language, person=person, waiting=waiting, answered=answered,
            day=lambda at: say_date(at, language, now=now, style="short"),
        )  # fmt: skip

    async def show(
        request: Request, person: SignedIn, complaint_id: UUID, refused: Refused | None = None, typed: str = ""
    ) -> Response:
        require(person)
        now, language = house.clock.now(), page_language(request, person.language)
        async with house.database.unit_of_work() as uow:
            item = await complaints.read(uow, person.access, complaint_id, now)
            people = await complaints.colleagues(uow)
            owners = await complaints.owners(uow, item.complaint.about_staff)
            answerer = item.complaint.answered_by
            answered_by = await uow.session.get(Staff, answerer) if answerer else None
        return pages.respond(
            request, "supervision/complaint.html", language, 422 if refused else 200, person=person, item=item, one=item.complaint,
            people=people, owners=sorted(owners, key=lambda one: one.name), refused=refused, typed=typed,
            decisions=list(complaints.Decision), longest=complaints.LONGEST, shortest=complaints.SHORTEST,
            answered_by=answered_by.name if answered_by else "",
            day=lambda at: say_date(at, language, now=now),
            said=lambda at: say_when(at.astimezone(now.tzinfo), language, now=now, style="short"),
        )  # fmt: skip

    @routes.get("/{complaint_id}")
    async def opened(request: Request, complaint_id: UUID, person: Reader) -> Response:
        """One, with its words."""
        return await show(request, person, complaint_id)

    @routes.post("/{complaint_id}")
    async def give(request: Request, complaint_id: UUID, person: Actor, owner: Word = "", about: Word = "") -> Response:
        """Who answers it, and whom it names."""
        async with house.database.unit_of_work() as uow:
            refused = await complaints.give(uow, person, complaint_id, owner, about, house.clock.now())
        if refused is not None:
            return await show(request, person, complaint_id, refused)
        return RedirectResponse(f"/board/complaints/{complaint_id}", 303)

    @routes.post("/{complaint_id}/answer")
    async def answer(
        request: Request, complaint_id: UUID, person: Actor, decision: Word = "", words: Body = "", way: Word = ""
    ) -> Response:
        """What was decided; it goes out in the conversation unless it was given otherwise."""
        async with house.database.unit_of_work() as uow:
            refused = await complaints.answer(
                uow, person, house.messages, complaint_id, decision, words, house.clock.now(),
                is_sent=way != "elsewhere", public_url=house.settings.public_url,
            )  # fmt: skip
        if refused is not None:
            return await show(request, person, complaint_id, refused, words)
        return RedirectResponse("/board/complaints", 303)

    return routes
