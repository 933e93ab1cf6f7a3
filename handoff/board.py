"""The supervisor's live board: who waits where and how long, which promises are near or broken, who is there. Reading only."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from conversations.models import Case
from conversations.ratings import mean_since
from core.access import Access, Permission
from core.db import UnitOfWork
from handoff.desk import Desk, QueueItem
from handoff.models import Handoff, HandoffEvent, HandoffState, Step
from handoff.routing.agents import Agent, agents
from handoff.routing.rules import QueueOf, Table

AGES = (timedelta(minutes=5), timedelta(minutes=15))
"""Up to the first, up to the second, longer."""
NEAR = timedelta(minutes=3)


@dataclass(frozen=True)
class QueueNow:
    """One queue: how many wait, by age, and since when the first of them does."""

    queue: QueueOf
    ages: tuple[int, int, int]
    oldest: datetime | None

    @property
    def count(self) -> int:
        """All who wait in it."""
        return sum(self.ages)


@dataclass(frozen=True)
class Today:
    """Since midnight. `contained` of `cases` never needed a person."""

    accepted: int
    missed: int
    broken: int
    median_seconds: int | None
    """From asking for a person to somebody taking it."""
    cases: int
    contained: int
    codes: Mapping[str, int]
    rating: float | None
    """Mean of 1 to 5, of `rated` answers to `asked` questions."""
    rated: int
    asked: int


@dataclass(frozen=True)
class Board:
    """Everything at one instant."""

    queues: Sequence[QueueNow]
    at_risk: Sequence[QueueItem]
    with_people: int
    agents: Sequence[Agent]
    today: Today


async def read_board(uow: UnitOfWork, desk: Desk, access: Access, table: Table, now: datetime) -> Board:
    """The board for somebody who may steer the queue."""
    access.require(Permission.manage_queue)
    items = await desk.queue(uow, access, now)
    waiting = [one for one in items if one.state is not HandoffState.active]
    near = [one for one in items if one.due_at is not None and one.due_at <= now + NEAR]
    usual = table.rules[-1].queue
    queues = []
    for queue in table.queues.values():
        since = [one.requested_at for one in waiting if (one.queue if one.queue in table.queues else usual) == queue.id]
        counted = Counter(sum(now - at > age for age in AGES) for at in since)
        queues.append(QueueNow(queue, (counted[0], counted[1], counted[2]), min(since, default=None)))
    people = await agents(uow, table, now)
    return Board(
        queues,
        sorted(near, key=lambda one: one.due_at or now),
        len(items) - len(waiting),
        people,
        await _today(uow, now),
    )


async def _today(uow: UnitOfWork, now: datetime) -> Today:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    rows = await uow.session.execute(
        select(HandoffEvent.step, func.count()).where(HandoffEvent.at >= midnight).group_by(HandoffEvent.step)
    )
    steps = {row[0]: row[1] for row in rows}
    waited = func.extract("epoch", Handoff.accepted_at - Handoff.requested_at)
    median = await uow.session.scalar(
        select(func.percentile_cont(0.5).within_group(waited)).where(Handoff.accepted_at >= midnight)
    )
    codes = await uow.session.execute(
        select(Handoff.code, func.count())
        .where(Handoff.code.is_not(None), Handoff.closed_at >= midnight)
        .group_by(Handoff.code)
        .order_by(func.count().desc(), Handoff.code)
    )
    cases = await uow.session.scalar(select(func.count()).select_from(Case).where(Case.opened_at >= midnight)) or 0
    helped = (
        await uow.session.scalar(
            select(func.count(func.distinct(Handoff.case_id)))
            .join(Case, Case.id == Handoff.case_id)
            .where(Case.opened_at >= midnight)
        )
        or 0
    )
    return Today(
        steps.get(Step.accepted, 0), steps.get(Step.expired, 0), steps.get(Step.breached, 0),
        None if median is None else round(median), cases, cases - helped, {code: count for code, count in codes if code},
        *await mean_since(uow, midnight),
    )  # fmt: skip
