"""`/studio/shadow`: let the draft read along beside the bot, see how far it is and what it would take otherwise, end it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from core.accounts import SignedIn
from core.errors import Refused
from core.when.say import say_when
from knowledge.asked import words_of
from knowledge.gate import shadow
from knowledge.intents import editing
from web.parts import House
from web.rendering import Pages, page_language
from web.session import Sessions


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """Who may edit content alone; patients' words, without them, for who may review what they ask. Audited."""
    routes = APIRouter(prefix="/studio/shadow", include_in_schema=False)
    Reader = Annotated[SignedIn, Depends(sessions.anyone)]
    Actor = Annotated[SignedIn, Depends(sessions.acting)]

    def respond(
        request: Request, template: str, person: SignedIn, refused: Refused | None = None, **values: Any
    ) -> Response:
        language, now = page_language(request, person.language), house.clock.now()
        return pages.respond(
            request, f"studio/{template}.html", language, 422 if refused else 200, person=person, refused=refused,
            at_words=lambda at: at.astimezone(now.tzinfo).strftime("%d.%m.%Y %H:%M"),
            when=lambda at: say_when(at, language, now=now), **values,
        )  # fmt: skip

    @routes.get("")
    async def overview(request: Request, person: Reader) -> Response:
        """What reads along, and what did."""
        return await listed(request, person)

    async def listed(request: Request, person: SignedIn, refused: Refused | None = None) -> Response:
        async with house.database.unit_of_work() as uow:
            runs = await shadow.runs(uow, person.access)
            count = len(await editing.changes(uow, person.access))
        is_open = any(one.state != "ended" for one in runs)
        return respond(request, "shadow", person, refused, runs=runs, count=count, is_open=is_open, hours=shadow.HOURS)

    @routes.post("")
    async def ask(request: Request, person: Actor, hours: Annotated[int, Form()] = 0) -> Response:
        """Let the draft read along."""
        async with house.database.unit_of_work() as uow:
            done = await shadow.ask(uow, person, hours, house.clock.now())
        if isinstance(done, Refused):
            return await listed(request, person, done)
        return RedirectResponse(f"/studio/shadow/{done.id}", 303)

    @routes.get("/{shadow_id}")
    async def show(request: Request, shadow_id: UUID, person: Reader) -> Response:
        """How far it is, and the differences."""
        return await shown(request, person, shadow_id)

    async def shown(request: Request, person: SignedIn, shadow_id: UUID, refused: Refused | None = None) -> Response:
        async with house.database.unit_of_work() as uow:
            run, found, groups = await shadow.differences(uow, person.access, shadow_id)
            ids = [one.message_id for one in found]
            words = await words_of(uow, person.access, ids, ("shadow_run", shadow_id), house.clock.now())
        return respond(request, "shadow_run", person, refused, run=run, found=found, groups=groups, words=words)

    @routes.post("/{shadow_id}/stop")
    async def stop(request: Request, shadow_id: UUID, person: Actor) -> Response:
        """Read along no more."""
        async with house.database.unit_of_work() as uow:
            done = await shadow.stop(uow, person, shadow_id, house.clock.now())
        if isinstance(done, Refused):
            return await shown(request, person, shadow_id, done)
        return RedirectResponse(f"/studio/shadow/{shadow_id}", 303)

    return routes
