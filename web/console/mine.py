"""An agent's own desk in the console: availability, offers, write-ups, and passing a conversation on."""

from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from starlette.responses import RedirectResponse

from conversations.models import Case
from conversations.policy import require_thread
from core.access import Permission
from core.accounts import SignedIn
from core.db import UnitOfWork
from core.errors import NotFound, Refused
from handoff import mentions
from handoff.explaining import explain
from handoff.mine import read_mine
from handoff.passing import BY_TIME, CODES, colleagues
from handoff.quality import evaluating
from handoff.routing.agents import set_mode
from web.console.routes import ConsolePages
from web.console.snoozing import moments
from web.console.steps import step_words
from web.parts import House
from web.rendering import Pages, page_language
from web.session import Sessions

AGAIN_SECONDS = 15
"""How often the console says that somebody is there; without it for three times as long they are offered nothing."""


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """Routes under `/console` about one's own work."""
    routes = APIRouter(prefix="/console", include_in_schema=False)
    console = ConsolePages(house, pages, sessions)

    async def refreshing(request: Request) -> SignedIn:
        return await sessions.agent(request, is_automatic=True)

    Refreshing = Annotated[SignedIn, Depends(refreshing)]
    Actor = Annotated[SignedIn, Depends(sessions.acting_agent)]
    Reader = Annotated[SignedIn, Depends(sessions.reader)]
    Asker = Annotated[SignedIn, Depends(sessions.agent)]
    Word = Annotated[str, Form(max_length=40)]

    async def mine(request: Request, person: SignedIn, refused: Refused | None = None) -> Response:
        """The desk as it is now; a form sent without scripts goes back to the console."""
        if request.method == "POST" and request.headers.get("hx-request") != "true" and refused is None:
            return RedirectResponse("/console", 303)
        async with house.database.unit_of_work() as uow:
            own = await read_mine(uow, person, house.clock.now())
            named = await mentions.unread(uow, person)
            evaluated = await evaluating.unseen(uow, person)
        return console.fragment(
            request,
            "console/mine.html",
            person,
            refused,
            mine=own,
            mentions=named,
            evaluated=evaluated,
            codes=CODES,
            by_time=BY_TIME,
            again=AGAIN_SECONDS,
        )

    @routes.post("/mentions/{mention_id}/read")
    async def mention_read(request: Request, mention_id: UUID, person: Actor) -> Response:
        """A note that names oneself is read."""
        async with house.database.unit_of_work() as uow:
            await mentions.mark_read(uow, person, mention_id, house.clock.now())
        return await mine(request, person)

    @routes.get("/fragments/mine")
    async def mine_part(request: Request, person: Refreshing) -> Response:
        """The desk again; asking is the console's heartbeat."""
        return await mine(request, person)

    @routes.post("/agent")
    async def mode(request: Request, person: Actor, mode: Word = "", reason: Word = "") -> Response:
        """Take conversations, pause with a reason, or finish."""
        async with house.database.unit_of_work() as uow:
            refused = await set_mode(uow, house.jobs, person, mode, reason or None, house.clock.now())
        return await mine(request, person, refused)

    @routes.post("/cases/{case_id}/decline")
    async def decline(request: Request, case_id: UUID, person: Actor) -> Response:
        """Let an offer go by."""
        async with house.database.unit_of_work() as uow:
            refused = await house.passing.decline(uow, person, case_id, house.clock.now())
        return await mine(request, person, refused)

    @routes.post("/handoffs/{handoff_id}/wrap-up")
    async def wrap_up(request: Request, handoff_id: UUID, person: Actor, code: Word = "") -> Response:
        """Say what a conversation was about."""
        async with house.database.unit_of_work() as uow:
            refused = await house.passing.wrap_up(uow, person, handoff_id, code, house.clock.now())
        return await mine(request, person, refused)

    @routes.post("/handoffs/{handoff_id}/longer")
    async def longer(request: Request, handoff_id: UUID, person: Actor) -> Response:
        """One minute more to write it up."""
        async with house.database.unit_of_work() as uow:
            refused = await house.passing.extend(uow, person, handoff_id, house.clock.now())
        return await mine(request, person, refused)

    @routes.get("/cases/{case_id}/pass-on")
    async def pass_on(request: Request, case_id: UUID, person: Asker) -> Response:
        """To whom the conversation can be passed on."""
        now = house.clock.now()
        async with house.database.unit_of_work() as uow:
            case = await _case(uow, person, case_id, now)
            others = await colleagues(uow, person, now)
        is_mine = case.agent_id == person.staff_id
        return console.fragment(
            request, "console/pass_on.html", person, case_id=case_id, others=others, is_mine=is_mine
        )

    @routes.get("/cases/{case_id}/snooze")
    async def snooze(request: Request, case_id: UUID, person: Asker) -> Response:
        """Until when the conversation can be set aside."""
        now = house.clock.now()
        async with house.database.unit_of_work() as uow:
            await _case(uow, person, case_id, now)
        return console.fragment(request, "console/snooze.html", person, case_id=case_id, moments=moments(now))

    @routes.get("/cases/{case_id}/route")
    async def route(request: Request, case_id: UUID, person: Reader) -> Response:
        """How the conversation came to whoever has it, and why; each decision made again."""
        now = house.clock.now()
        async with house.database.unit_of_work() as uow:
            steps, names = await explain(uow, person, case_id, now)
        language = page_language(request, person.language)
        return console.fragment(
            request,
            "console/route.html",
            person,
            steps=steps,
            names=names,
            step_words=partial(step_words, language),
            at_words=lambda at: at.astimezone(now.tzinfo).strftime("%d.%m %H:%M:%S"),
        )

    return routes


async def _case(uow: UnitOfWork, person: SignedIn, case_id: UUID, now: datetime) -> Case:
    """Raises `NotFound` unless this person may see the case."""
    person.access.require(Permission.reply_thread)
    case = await uow.session.get(Case, case_id)
    if case is None:
        raise NotFound("case")
    await require_thread(uow, person.access, case.thread_id, now)
    return case
