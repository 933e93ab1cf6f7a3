"""Closed conversations and their evaluation, for the tests of quality."""

from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import select, update

from conversations.models import Case
from core.accounts import SignedIn
from core.errors import Refused
from handoff.quality import evaluating
from handoff.quality.forms import shipped
from handoff.quality.models import QualityEvaluation
from handoff.quality.rules import Kind
from handoff.quality.sampling import choose_always, draw_week, monday_of
from tests.house import TestHouse


def a_number() -> str:
    """Somebody's telephone."""
    return f"+4860{uuid4().int % 10_000_000:07}"


async def held(house: TestHouse, agent: SignedIn, *, words: str = "Dzień dobry, już sprawdzam.") -> UUID:
    """A conversation that this agent took, answered and closed; its case."""
    _, case = await house.human(number=a_number())
    assert await house.accept(agent, case) is None
    now = house.clock.now()
    async with house.house.database.unit_of_work() as uow:
        if words:
            assert not isinstance(await house.house.desk.reply(uow, agent, case, words, now), Refused)
        assert await house.house.desk.close(uow, agent, case, now) is None
    return case


async def ended_last_week(house: TestHouse, *cases: UUID) -> None:
    """The conversations ended a week ago."""
    async with house.house.database.unit_of_work() as uow:
        await uow.session.execute(
            update(Case).where(Case.id.in_(cases)).values(closed_at=house.clock.now() - timedelta(days=4))
        )


async def drawn(house: TestHouse) -> int:
    """Last week's sample is drawn, and what is always evaluated is chosen; how many are new."""
    now = house.clock.now()
    async with house.house.database.unit_of_work() as uow:
        return await draw_week(uow, monday_of(now.date()) - timedelta(days=7), now) + await choose_always(uow, now)


async def evaluations(house: TestHouse) -> list[QualityEvaluation]:
    """All of them."""
    async with house.house.database.unit_of_work() as uow:
        return list(await uow.session.scalars(select(QualityEvaluation).order_by(QualityEvaluation.id)))


def answers(scale: str = "5", choice: str = "yes", words: str = "", **others: str) -> dict[str, str]:
    """The shipped form, answered alike, but for `others`."""
    by_kind = {Kind.scale: scale, Kind.yes_no: choice, Kind.comment: words}
    return {one.key: by_kind[one.kind] for one in shipped().questions} | others


async def evaluated(
    house: TestHouse, person: SignedIn, evaluation: UUID, given: dict[str, str] | None = None, form: str = "0"
) -> Refused | None:
    """Somebody answers the whole form."""
    async with house.house.database.unit_of_work() as uow:
        return await evaluating.evaluate(uow, person, evaluation, given or answers(), form, house.clock.now())
