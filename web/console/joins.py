"""`/console/threads/{id}/join`: two conversations of one person side by side, made one with a reason, and taken apart again."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from conversations.models import Thread
from conversations.policy import require_thread
from conversations.thread_joins import ThreadJoin, thread_that_stands
from core.access import Permission
from core.accounts import SignedIn
from core.errors import NotFound, Refused
from core.when.say import say_when
from handoff.joins import LONGEST, SHORTEST, Joins
from web.console.search import LONGEST_QUERY
from web.console.views import contact_name
from web.parts import House
from web.rendering import Pages, page_language
from web.session import NotForRole, Sessions


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """Choosing the other conversation, comparing, joining, separating."""
    routes, joins = APIRouter(prefix="/console", include_in_schema=False), Joins(house.cases)

    async def joiner(request: Request) -> SignedIn:
        """Who may join conversations. Raises `SessionOver` or `NotForRole`."""
        person = await sessions.person(request)
        if not person.access.allows(Permission.join_thread):
            raise NotForRole(person)
        return person

    async def acting(request: Request) -> SignedIn:
        """As `joiner`, for a form with the session's own token."""
        return await sessions.genuine(request, await joiner(request))

    Reader = Annotated[SignedIn, Depends(joiner)]
    Actor = Annotated[SignedIn, Depends(acting)]

    def page(request: Request, person: SignedIn, thread_id: UUID, status: int = 200, **values: Any) -> Response:
        language, now = page_language(request, person.language), house.clock.now()

        def at(moment: datetime) -> str:
            return say_when(moment.astimezone(now.tzinfo), language, now=now, style="short")

        def contact(kind: str, address: str) -> str:
            return contact_name(address, "webchat" if kind == "browser" else "sms", language)

        nothing: dict[str, Any] = {"found": None, "query": "", "both": None, "refused": None, "reason": ""}
        return pages.respond(
            request, "console/join.html", language, status, person=person, thread_id=thread_id, at=at, contact=contact,
            shortest=SHORTEST, longest=LONGEST, **nothing | values,
        )  # fmt: skip

    async def choosing(request: Request, person: SignedIn, thread_id: UUID, query: str = "") -> Response:
        now = house.clock.now()
        async with house.database.unit_of_work() as uow:
            await require_thread(uow, person.access, thread_id, now)
            if await uow.session.get(Thread, thread_id) is None:
                raise NotFound("thread")
            if await thread_that_stands(uow, thread_id) != thread_id:
                return await elsewhere(request, person, thread_id, Refused("join-joined"))
            same = await joins.of_same_person(uow, person.access, thread_id, now)
            found = await joins.find(uow, person.access, query, now) if query.strip() else None
        others = None if found is None else [one for one in found if one.thread_id != thread_id]
        return page(request, person, thread_id, same=same, found=others, query=query)

    async def compared(
        request: Request, person: SignedIn, ids: tuple[UUID, UUID], refused: Refused | None = None, reason: str = ""
    ) -> Response:
        async with house.database.unit_of_work() as uow:
            both = await joins.compare(uow, person.access, *ids, house.clock.now())
        return page(request, person, ids[0], 422 if refused else 200, both=both, refused=refused, reason=reason)

    async def elsewhere(request: Request, person: SignedIn, thread_id: UUID, refused: Refused) -> Response:
        """Somebody else was quicker: there are no two conversations to show."""
        async with house.database.unit_of_work() as uow:
            stands = await thread_that_stands(uow, thread_id)
            await require_thread(uow, person.access, stands, house.clock.now())
        return page(request, person, stands, 422, refused=refused, stands=stands)

    @routes.get("/threads/{thread_id}/join")
    async def ask(request: Request, thread_id: UUID, person: Reader) -> Response:
        """Which other conversation is meant: those of the same person first."""
        return await choosing(request, person, thread_id)

    @routes.post("/threads/{thread_id}/join")
    async def find(
        request: Request, thread_id: UUID, person: Actor, query: Annotated[str, Form(max_length=LONGEST_QUERY)] = ""
    ) -> Response:
        """Conversations that may be the other one."""
        return await choosing(request, person, thread_id, query)

    @routes.get("/threads/{thread_id}/join/{joined_id}")
    async def compare(request: Request, thread_id: UUID, joined_id: UUID, person: Reader) -> Response:
        """Both, with what happens to them and what stands in the way. Opening is audited for each."""
        return await compared(request, person, (thread_id, joined_id))

    @routes.post("/threads/{thread_id}/join/{joined_id}")
    async def join(
        request: Request,
        thread_id: UUID,
        joined_id: UUID,
        person: Actor,
        reason: Annotated[str, Form(max_length=LONGEST * 2)] = "",
    ) -> Response:
        """The first one goes on."""
        async with house.database.unit_of_work() as uow:
            made = await joins.join(uow, person, thread_id, joined_id, reason, house.clock.now())
        if isinstance(made, ThreadJoin):
            return RedirectResponse(f"/console/threads/{thread_id}", 303)
        if made.reason == "join-joined":
            return await elsewhere(request, person, thread_id, made)
        return await compared(request, person, (thread_id, joined_id), made, reason)

    @routes.post("/joins/{join_id}/undo")
    async def undo(request: Request, join_id: UUID, person: Actor) -> Response:
        """Two conversations again."""
        async with house.database.unit_of_work() as uow:
            found = await uow.session.get(ThreadJoin, join_id)
            if found is None:
                raise NotFound("join")
            done = await joins.separate(uow, person, join_id, house.clock.now())
        if isinstance(done, Refused):
            return await elsewhere(request, person, found.kept_id, done)
        return RedirectResponse(f"/console/threads/{found.kept_id}", 303)

    return routes
