"""The supervisor's live board under `/board`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from starlette.responses import RedirectResponse

from core.access import Permission
from core.accounts import SignedIn
from core.errors import NotFound, Refused
from core.when.say import say_date, say_when
from handoff import complaints, limits
from handoff.board import read_board
from handoff.follow_ups import open_follow_ups
from handoff.routing.agents import set_abilities
from handoff.routing.store import table_in_force
from web.console.views import contact_name, due_words, minutes_words
from web.parts import House
from web.rendering import Pages, page_language
from web.session import Sessions


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """Routes of the board. Without the right there is nothing here (404)."""
    routes = APIRouter(prefix="/board", include_in_schema=False)

    async def refreshing(request: Request) -> SignedIn:
        return await sessions.person(request, is_automatic=True)

    Reader = Annotated[SignedIn, Depends(sessions.anyone)]
    Refreshing = Annotated[SignedIn, Depends(refreshing)]
    Actor = Annotated[SignedIn, Depends(sessions.acting)]
    Words = Annotated[str, Form(max_length=300)]

    async def show(request: Request, template: str, person: SignedIn, refused: Refused | None = None) -> Response:
        if not person.access.allows(Permission.manage_queue):
            raise NotFound("page")
        now, language = house.clock.now(), page_language(request, person.language)
        async with house.database.unit_of_work() as uow:
            table = await table_in_force(uow)
            board = await read_board(uow, house.desk, person.access, table, now)
            alerts = await house.desk.alerts(uow, person.access)
            tasks = await open_follow_ups(uow, person.access, now)
            waiting = await complaints.listed(uow, person.access, now)
            limited = await limits.in_force(uow, person.access, now)
        return pages.respond(
            request,
            template,
            language,
            422 if refused else 200,
            person=person,
            now=now,
            board=board,
            alerts=alerts,
            tasks=tasks,
            complaints=waiting,
            limits=limited,
            day=lambda at: say_date(at, language, now=now, style="short"),
            refused=refused,
            waited=lambda since: minutes_words(since, now, language),
            contact=lambda address, channel: contact_name(address, channel, language),
            due_words=lambda at: due_words(at, now),
            said=lambda at: say_when(at.astimezone(now.tzinfo), language, now=now, style="short"),
        )

    @routes.get("")
    async def board(request: Request, person: Reader) -> Response:
        """The whole page."""
        return await show(request, "supervision/board.html", person)

    @routes.get("/now")
    async def board_part(request: Request, person: Refreshing) -> Response:
        """The figures again."""
        return await show(request, "supervision/now.html", person)

    @routes.post("/agents/{staff_id}")
    async def abilities(
        request: Request, staff_id: UUID, person: Actor, capacity: Words = "", skills: Words = "", languages: Words = ""
    ) -> Response:
        """What somebody can take: how many at once, which skills, which languages."""
        async with house.database.unit_of_work() as uow:
            refused = await set_abilities(
                uow, house.jobs, person.access, staff_id, capacity, skills, languages, house.clock.now()
            )
        if refused is not None:
            return await show(request, "supervision/board.html", person, refused)
        return RedirectResponse("/board", 303)

    @routes.post("/limits/{limit_id}/lift")
    async def lift(request: Request, limit_id: UUID, person: Actor) -> Response:
        """People answer again in a conversation that was limited after abuse."""
        async with house.database.unit_of_work() as uow:
            refused = await limits.lift(uow, person, house.cases, limit_id, house.clock.now())
        if refused is not None:
            return await show(request, "supervision/board.html", person, refused)
        return RedirectResponse("/board", 303)

    return routes
