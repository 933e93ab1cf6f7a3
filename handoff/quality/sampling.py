"""Choosing which closed conversations are evaluated: by chance once a week, so many of each agent, and always what went wrong.

A conversation is its last agent's: whoever accepted it last. By chance only those are drawn in which that person wrote something.
Safe to run twice and in two processes at once.
"""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.postgresql import distinct_on, insert

from conversations.contact_limits import ContactLimit
from conversations.models import Author, Case, CaseState, Direction, Message, SafetyAlert
from conversations.ratings import LOW, Rating
from core.clock import Clock
from core.db import Database, UnitOfWork
from core.ids import new_id
from handoff.complaints import Complaint
from handoff.desk import THREAT_LEVEL
from handoff.models import Handoff
from handoff.quality.forms import plan_in_force
from handoff.quality.models import EvaluationState, QualityDraw, QualityEvaluation
from handoff.quality.rules import SAMPLE, digest, draw

WEEK = timedelta(days=7)
LOOKS_BACK = timedelta(days=30)
"""For what goes wrong after a conversation has ended: a rating, a complaint."""


@dataclass(frozen=True)
class Conversation:
    """A closed case and whose it was last."""

    case_id: UUID
    staff_id: UUID
    queue: str | None
    ended_at: datetime


class Sampling:
    """What the worker runs."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def look(self) -> int:
        """Draw the last whole week if that was not done, and choose what is always evaluated; how many were chosen."""
        now = self._clock.now()
        async with self._database.unit_of_work() as uow:
            return await draw_week(uow, monday_of(now.date()) - WEEK, now) + await choose_always(uow, now)


def monday_of(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())


async def draw_week(uow: UnitOfWork, week: date, now: datetime) -> int:
    """Draw the sample of a week that is over, once; how many conversations are new. The seed is kept."""
    await uow.lock("quality-sampling")
    if await uow.session.scalar(select(QualityDraw.id).where(QualityDraw.week == week)) is not None:
        return 0
    plan = await plan_in_force(uow)
    found = await population(uow, week, now)
    groups = by_agent(found)
    seed = secrets.token_hex(16)
    drawn = draw(seed, groups, plan.per_agent)
    made = QualityDraw(
        id=new_id(), week=week, seed=seed, per_agent=plan.per_agent, form_number=plan.number, population=len(found),
        digest=digest(groups), taken=sum(len(one) for one in drawn.values()), drawn_at=now,
    )  # fmt: skip
    uow.session.add(made)
    await uow.session.flush()
    taken = {one for theirs in drawn.values() for one in theirs}
    return await _choose(uow, [one for one in found if one.case_id in taken], SAMPLE, now, made.id)


async def population(uow: UnitOfWork, week: date, now: datetime) -> list[Conversation]:
    """All that could be drawn of a week that begins on that Monday, by the clinic's calendar."""
    start = datetime.combine(week, time(), now.tzinfo)
    end = datetime.combine(week + WEEK, time(), now.tzinfo)
    found = await _conversations(uow, Case.closed_at >= start, Case.closed_at < end)
    rows = await uow.session.execute(
        select(Message.case_id, Message.author_id)
        .where(
            Message.case_id.in_([one.case_id for one in found]), Message.author == Author.agent,
            Message.direction == Direction.outbound,
        )
        .distinct()
    )  # fmt: skip
    wrote = {(case_id, author) for case_id, author in rows}
    return [one for one in found if (one.case_id, one.staff_id) in wrote]


def by_agent(found: Iterable[Conversation]) -> dict[UUID, list[UUID]]:
    """Each person's conversations."""
    groups: dict[UUID, list[UUID]] = defaultdict(list)
    for one in found:
        groups[one.staff_id].append(one.case_id)
    return groups


async def choose_always(uow: UnitOfWork, now: datetime) -> int:
    """Choose what the plan always wants evaluated, of the last days; how many conversations are new."""
    await uow.lock("quality-sampling")
    plan, since = await plan_in_force(uow), now - LOOKS_BACK
    causes: dict[str, ColumnElement[bool]] = {
        "low-rating": Case.id.in_(select(Rating.case_id).where(Rating.score <= LOW, Rating.rated_at >= since)),
        "complaint": Case.id.in_(select(Complaint.case_id).where(Complaint.made_at >= since)),
        "red-flag": Case.id.in_(
            select(SafetyAlert.case_id).where(SafetyAlert.raised_at >= since, SafetyAlert.level != THREAT_LEVEL)
        ),
        "limit": Case.id.in_(select(ContactLimit.case_id).where(ContactLimit.made_at >= since)),
    }
    count = 0
    for reason in plan.always:
        count += await _choose(uow, await _conversations(uow, causes[reason]), reason, now)
    return count


async def _conversations(uow: UnitOfWork, *conditions: ColumnElement[bool]) -> list[Conversation]:
    rows = await uow.session.execute(
        select(Case.id, Handoff.accepted_by, Handoff.queue, Case.closed_at)
        .join(Handoff, Handoff.case_id == Case.id)
        .where(Case.state == CaseState.closed, Case.closed_at.is_not(None), Handoff.accepted_by.is_not(None), *conditions)
        .ext(distinct_on(Case.id))
        .order_by(Case.id, Handoff.requested_at.desc(), Handoff.id)
    )  # fmt: skip
    return [Conversation(case_id, staff, queue, at) for case_id, staff, queue, at in rows if staff is not None and at]


async def _choose(
    uow: UnitOfWork, found: Sequence[Conversation], reason: str, now: datetime, draw_id: UUID | None = None
) -> int:
    """Choose each, or add the reason to what was chosen and still waits; how many are new."""
    new = 0
    for one in found:
        made = await uow.session.scalar(
            insert(QualityEvaluation)
            .values(
                id=new_id(), case_id=one.case_id, staff_id=one.staff_id, queue=one.queue, ended_at=one.ended_at,
                reasons=[reason], draw_id=draw_id, chosen_at=now, state=EvaluationState.waiting, has_failed=False,
            )
            .on_conflict_do_nothing(index_elements=["case_id", "staff_id"])
            .returning(QualityEvaluation.id)
        )  # fmt: skip
        if made is not None:
            new += 1
            continue
        kept = await uow.session.scalar(
            select(QualityEvaluation)
            .where(QualityEvaluation.case_id == one.case_id, QualityEvaluation.staff_id == one.staff_id)
            .with_for_update()
        )
        if kept is None:
            continue
        # A drawn conversation stays part of the sample however it was chosen first, or the sample would be no sample.
        kept.draw_id = draw_id or kept.draw_id
        if reason not in kept.reasons:
            kept.reasons = [*kept.reasons, reason]
    if new:
        await uow.publish("board", id="quality")
    return new
