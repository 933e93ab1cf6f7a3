"""The list of people to look after within a day: shown beside the queue, taken, and done with a short note."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from core.accounts import SignedIn
from core.errors import Refused
from handoff import follow_ups
from web.console.routes import ConsolePages
from web.console.views import read_follow_ups
from web.parts import House
from web.rendering import Pages, page_language
from web.session import Sessions


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """The list under `/console/fragments/follow-ups` and the two acts on a task."""
    routes = APIRouter(prefix="/console", include_in_schema=False)
    console = ConsolePages(house, pages, sessions)
    Actor = Annotated[SignedIn, Depends(sessions.acting_agent)]

    async def refreshing(request: Request) -> SignedIn:
        return await sessions.agent(request, is_automatic=True)

    async def shown(request: Request, person: SignedIn, refused: Refused | None = None) -> Response:
        language = page_language(request, person.language)
        async with house.database.unit_of_work() as uow:
            tasks = await read_follow_ups(uow, person, language, house.clock.now())
        return console.fragment(request, "console/follow_ups.html", person, refused, tasks=tasks)

    async def answer(request: Request, person: SignedIn, refused: Refused | None) -> Response:
        if request.headers.get("hx-request") != "true" and refused is None:
            return RedirectResponse("/console", 303)
        return await shown(request, person, refused)

    @routes.get("/fragments/follow-ups")
    async def tasks(request: Request, person: Annotated[SignedIn, Depends(refreshing)]) -> Response:
        """The open tasks again."""
        return await shown(request, person)

    @routes.post("/follow-ups/{follow_up_id}/take")
    async def take(request: Request, follow_up_id: UUID, person: Actor) -> Response:
        """Take a task; the second of two learns who has it."""
        async with house.database.unit_of_work() as uow:
            refused = await follow_ups.take(uow, person, follow_up_id, house.clock.now())
        return await answer(request, person, refused)

    @routes.post("/follow-ups/{follow_up_id}/done")
    async def done(
        request: Request,
        follow_up_id: UUID,
        person: Actor,
        note: Annotated[str, Form(max_length=follow_ups.MAX_NOTE)] = "",
    ) -> Response:
        """Say what was done, in a few words."""
        async with house.database.unit_of_work() as uow:
            refused = await follow_ups.finish(uow, person, follow_up_id, note, house.clock.now())
        return await answer(request, person, refused)

    return routes
