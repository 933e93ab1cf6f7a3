"""Quality evaluation under `/quality`: what waits, one conversation beside its form, figures by month."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from starlette.responses import RedirectResponse

from core.access import Permission
from core.accounts import SignedIn
from core.errors import NotFound, Refused
from core.when.say import say_date, say_when
from handoff.quality import evaluating
from handoff.quality.figures import WHICH, read_figures
from handoff.quality.forms import plan_in_force
from handoff.quality.models import EvaluationState
from handoff.quality.rules import SCALE
from handoff.quality.sampling import WEEK, monday_of
from handoff.routing.store import table_in_force
from web.parts import House
from web.rendering import Pages, page_language
from web.session import Sessions

DAY = timedelta(days=1)
ANSWER = "answer-"
"""Before a question's key in the form's fields."""


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """Routes for supervisors. Without the right there is nothing here (404)."""
    routes = APIRouter(prefix="/quality", include_in_schema=False)
    Reader = Annotated[SignedIn, Depends(sessions.anyone)]
    Actor = Annotated[SignedIn, Depends(sessions.acting)]
    Word = Annotated[str, Form(max_length=40)]
    Body = Annotated[str, Form(max_length=evaluating.LONGEST * 2)]

    def require(person: SignedIn) -> None:
        if not person.access.allows(Permission.review_quality):
            raise NotFound("page")

    @routes.get("")
    async def listed(request: Request, person: Reader) -> Response:
        """What waits, what was evaluated, and the weeks' samples."""
        require(person)
        now, language = house.clock.now(), page_language(request, person.language)
        async with house.database.unit_of_work() as uow:
            waiting, done, aside = [
                await evaluating.listed(uow, person, state, now)
                for state in (EvaluationState.waiting, EvaluationState.done, EvaluationState.set_aside)
            ]
            draws = await evaluating.draws(uow, person)
            plan = await plan_in_force(uow)
        return pages.respond(
            request, "supervision/quality.html", language, person=person, waiting=waiting, done=done, aside=aside, draws=draws,
            plan=plan, next_draw=monday_of(now.date()) + WEEK, day=lambda at: say_date(at, language, now=now, style="short"),
        )  # fmt: skip

    @routes.get("/figures")
    async def figures(request: Request, person: Reader, which: str = WHICH[0]) -> Response:
        """Six months, per agent, queue and question."""
        require(person)
        now, language = house.clock.now(), page_language(request, person.language)
        chosen = which if which in WHICH else WHICH[0]
        async with house.database.unit_of_work() as uow:
            found = await read_figures(uow, person, chosen, now)
            table = await table_in_force(uow)
        names = {queue.id: queue.name[language] for queue in table.queues.values()}
        return pages.respond(
            request, "supervision/quality_figures.html", language, person=person, figures=found, which=chosen, kinds=WHICH,
            queue_name=lambda queue: names.get(queue, queue),
        )  # fmt: skip

    async def show(
        request: Request, person: SignedIn, evaluation_id: UUID, refused: Refused | None = None,
        given: dict[str, str] | None = None,
    ) -> Response:  # fmt: skip
        require(person)
        now, language = house.clock.now(), page_language(request, person.language)
        async with house.database.unit_of_work() as uow:
            found = await evaluating.opened(uow, person, evaluation_id, now)
            plan = await plan_in_force(uow)
        return pages.respond(
            request, "supervision/quality_evaluation.html", language, 422 if refused else 200, person=person, found=found,
            one=found.item.evaluation, plan=plan, refused=refused, given=given or {}, prefix=ANSWER, scale=list(SCALE),
            longest=evaluating.LONGEST, shortest=evaluating.SHORTEST,
            last_day=found.drawn.draw.week + WEEK - DAY if found.drawn else None,
            day=lambda at: say_date(at, language, now=now, style="short"),
            said=lambda at: say_when(at.astimezone(now.tzinfo), language, now=now, style="short"),
        )  # fmt: skip

    @routes.get("/evaluations/{evaluation_id}")
    async def opened(request: Request, evaluation_id: UUID, person: Reader) -> Response:
        """One conversation beside its form."""
        return await show(request, person, evaluation_id)

    @routes.post("/evaluations/{evaluation_id}")
    async def evaluate(request: Request, evaluation_id: UUID, person: Actor, form: Word = "") -> Response:
        """The whole form, answered."""
        require(person)
        fields = {key: str(value) for key, value in (await request.form()).items()}
        given = {key.removeprefix(ANSWER): value for key, value in fields.items() if key.startswith(ANSWER)}
        async with house.database.unit_of_work() as uow:
            refused = await evaluating.evaluate(uow, person, evaluation_id, given, form, house.clock.now())
        if refused is not None:
            return await show(request, person, evaluation_id, refused, given)
        return RedirectResponse("/quality", 303)

    @routes.post("/evaluations/{evaluation_id}/aside")
    async def aside(request: Request, evaluation_id: UUID, person: Actor, why: Body = "") -> Response:
        """There is nothing to evaluate."""
        require(person)
        async with house.database.unit_of_work() as uow:
            refused = await evaluating.set_aside(uow, person, evaluation_id, why, house.clock.now())
        if refused is not None:
            return await show(request, person, evaluation_id, refused, {"why": why})
        return RedirectResponse("/quality", 303)

    return routes
