"""Who else has a thread open, and who is writing in it: grey and amber, so that two people do not answer at once."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy import select

from conversations.models import Thread
from conversations.policy import require_thread
from core.access import Permission
from core.accounts import SignedIn, Staff
from core.errors import NotFound
from core.presence import Doing
from web.console.routes import ConsolePages
from web.parts import House
from web.rendering import Pages
from web.session import Sessions


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """`/console/threads/{id}/presence`: told by the page every few seconds, shown to the others at once."""
    routes = APIRouter(prefix="/console/threads/{thread_id}/presence", include_in_schema=False)
    console = ConsolePages(house, pages, sessions)

    async def require(thread_id: UUID, person: SignedIn) -> None:
        """Raise `NotFound` unless there is such a thread and this person may open it."""
        person.access.require(Permission.read_thread)
        async with house.database.unit_of_work() as uow:
            if await uow.session.get(Thread, thread_id) is None:
                raise NotFound("thread")
            await require_thread(uow, person.access, thread_id, house.clock.now())

    Here = Annotated[SignedIn, Depends(sessions.refreshing_reader)]
    Actor = Annotated[SignedIn, Depends(sessions.present_reader)]

    @routes.post("", status_code=204)
    async def note(thread_id: UUID, person: Actor, doing: Annotated[Doing | None, Form()] = None) -> Response:
        """Someone is here; without `doing` they have gone."""
        await require(thread_id, person)
        before = await house.presence.who(thread_id)
        if doing is None:
            await house.presence.leave(thread_id, person.staff_id)
        else:
            await house.presence.note(thread_id, person.staff_id, doing)
        if {(one.staff_id, one.doing) for one in before if one.staff_id == person.staff_id} != (
            {(person.staff_id, doing)} if doing else set()
        ):
            async with house.database.unit_of_work() as uow:
                await uow.publish("presence", id=str(thread_id))
        return Response(status_code=204)

    @routes.get("")
    async def others(request: Request, thread_id: UUID, person: Here) -> Response:
        """The others, as a line above the composer."""
        await require(thread_id, person)
        found = [one for one in await house.presence.who(thread_id) if one.staff_id != person.staff_id]
        async with house.database.unit_of_work() as uow:
            named = await uow.session.execute(
                select(Staff.id, Staff.name).where(Staff.id.in_([one.staff_id for one in found]))
            )
            names = {row.id: row.name for row in named}
        present = [(names[one.staff_id], one.doing.value) for one in found if one.staff_id in names]
        return console.fragment(request, "console/presence.html", person, present=present)

    return routes
