"""Shadow mode: a candidate made of the draft reads what patients write beside the bot that answers, for a while, and what differs is kept.

Only what was answered already is read, from the database, by a process of its own: no turn knows of it or waits for it. The candidate is
asked for intents alone; it executes nothing, sends nothing, and knows neither trackers nor actions. Red flags and patients whose data is
restricted are never read. Differences name messages and go with them; their words are made for who may see them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func, literal, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, aliased, mapped_column

from conversations.models import Direction, Message, SafetyAlert, Turn, TurnState
from conversations.understanding import for_dialogue
from core import audit
from core.access import Access, Permission
from core.accounts import SignedIn
from core.clock import Clock
from core.db import Base, Database, UnitOfWork
from core.errors import NotFound, Refused
from core.ids import new_id
from knowledge.asked import is_restricted
from knowledge.gate.models import OPEN, BotRun
from knowledge.intents.editing import changes, live_version, locked

HOURS = (1, 8, 24, 72)
MOST = 2000
"""Messages; then it ends by itself."""
BEHIND = 10
"""So many may wait to be read; older ones are left out and counted."""
PATIENCE = 2.0
"""Seconds for one message."""
MOST_ANSWERS = 6
APART = 0.2
"""The same intent, so much surer or less sure, is a difference too."""
MOST_RUNS, MOST_SHOWN = 20, 200
Reading = tuple[str, float]
Parse = Callable[[str], Awaitable[Reading]]


class ShadowRun(Base):
    """One time of reading along. `state`: waiting, training, watching, ended.

    `because`: button, time, turns, published, interrupted or failed. `cursor_at` and `cursor_id` name the turn read last.
    """

    __tablename__ = "shadow_runs"
    __table_args__ = (
        Index(
            "uq_shadow_runs_open",
            text("(true)"),
            unique=True,
            postgresql_where=text("state IN ('waiting', 'training', 'watching')"),
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    state: Mapped[str] = mapped_column(default="waiting")
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    author: Mapped[str]
    hours: Mapped[int]
    asked_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    beat_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    because: Mapped[str | None]
    live: Mapped[int | None] = mapped_column(ForeignKey("bot_versions.number"))
    read: Mapped[int] = mapped_column(default=0)
    differed: Mapped[int] = mapped_column(default=0)
    dropped: Mapped[int] = mapped_column(default=0)
    cursor_at: Mapped[datetime | None]
    cursor_id: Mapped[UUID | None]


class ShadowDifference(Base):
    """A message that the candidate would have taken otherwise."""

    __tablename__ = "shadow_differences"
    run_id: Mapped[UUID] = mapped_column(ForeignKey("shadow_runs.id", ondelete="CASCADE"), primary_key=True)
    message_id: Mapped[UUID] = mapped_column(
        ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    language: Mapped[str]
    before: Mapped[str]
    before_sure: Mapped[float]
    after: Mapped[str]
    after_sure: Mapped[float]


@dataclass(frozen=True)
class _Said:
    """What a patient wrote, and how the bot that answers took it; None: it was not the bot's to read, or cannot be told."""

    at: datetime
    message_id: UUID
    body: str
    language: str
    before: Reading | None


async def ask(uow: UnitOfWork, person: SignedIn, hours: int, now: datetime) -> ShadowRun | Refused:
    """Let the draft read along for so many hours. Refused: `draft-locked`, `draft-empty`, `shadow-open`, `shadow-hours`."""
    person.access.require(Permission.edit_content)
    if hours not in HOURS:
        return Refused("shadow-hours")
    if (refused := await locked(uow)) is not None:
        return refused
    if not await changes(uow, person.access):
        return Refused("draft-empty")
    if await open_run(uow) is not None:
        return Refused("shadow-open")
    made = ShadowRun(state="waiting", staff_id=person.staff_id, author=person.name, hours=hours, asked_at=now)
    uow.session.add(made)
    await uow.session.flush()
    audit.record(uow, person.access, "shadow.asked", "shadow_run", made.id, now)
    return made


async def stop(uow: UnitOfWork, person: SignedIn, run_id: UUID, now: datetime) -> Refused | None:
    """Read along no more. Refused: `shadow-over`. Raises `NotFound`."""
    person.access.require(Permission.edit_content)
    found = await uow.session.get(ShadowRun, run_id, with_for_update=True)
    if found is None:
        raise NotFound("shadow")
    if found.state == "ended":
        return Refused("shadow-over")
    end(found, "button", now)
    audit.record(uow, person.access, "shadow.stopped", "shadow_run", run_id, now)
    return None


def end(run: ShadowRun, because: str, now: datetime) -> None:
    """It is over."""
    run.state, run.because, run.ended_at = "ended", because, now


async def open_run(uow: UnitOfWork) -> ShadowRun | None:
    """The one that is not over."""
    found: ShadowRun | None = await uow.session.scalar(select(ShadowRun).where(ShadowRun.state != "ended"))
    return found


async def runs(uow: UnitOfWork, access: Access) -> Sequence[ShadowRun]:
    """The newest first."""
    access.require(Permission.edit_content)
    return (await uow.session.scalars(select(ShadowRun).order_by(ShadowRun.asked_at.desc()).limit(MOST_RUNS))).all()


async def differences(
    uow: UnitOfWork, access: Access, run_id: UUID
) -> tuple[ShadowRun, Sequence[ShadowDifference], Sequence[tuple[str, str, int]]]:
    """A run, the newest of its differences, and how often which intent would become which. Raises `NotFound`."""
    access.require(Permission.edit_content)
    run = await uow.session.get(ShadowRun, run_id)
    if run is None:
        raise NotFound("shadow")
    of = select(ShadowDifference).where(ShadowDifference.run_id == run_id)
    rows = await uow.session.scalars(of.order_by(ShadowDifference.message_id.desc()).limit(MOST_SHOWN))
    counted = select(ShadowDifference.before, ShadowDifference.after, func.count().label("count")).where(
        ShadowDifference.run_id == run_id
    )
    groups = counted.group_by(ShadowDifference.before, ShadowDifference.after).order_by(func.count().desc())
    return run, rows.all(), [(one[0], one[1], int(one[2])) for one in await uow.session.execute(groups)]


async def begin(uow: UnitOfWork, run_id: UUID, now: datetime) -> bool:
    """The candidate is ready: read from here on. False if the run is over meanwhile."""
    run = await uow.session.get(ShadowRun, run_id, with_for_update=True, populate_existing=True)
    if run is None or run.state != "training":
        return False
    live = await live_version(uow)
    run.state, run.started_at, run.ends_at, run.beat_at = "watching", now, now + timedelta(hours=run.hours), now
    run.live = live.number if live else None
    last = select(Turn.done_at, Turn.message_id).where(Turn.done_at.is_not(None))
    newest = (await uow.session.execute(last.order_by(Turn.done_at.desc(), Turn.message_id.desc()).limit(1))).first()
    run.cursor_at, run.cursor_id = (newest[0], newest[1]) if newest else (now, None)
    return True


async def step(database: Database, clock: Clock, run_id: UUID, parse: Parse) -> bool:
    """Read what was answered since; False once it is over. No transaction is open while the candidate thinks."""
    async with database.unit_of_work() as uow:
        run = await uow.session.get(ShadowRun, run_id, with_for_update=True)
        now = clock.now()
        if run is None or run.state != "watching":
            return False
        if (because := await _over(uow, run, now)) is not None:
            end(run, because, now)
            audit.record(uow, Access.system("shadow"), "shadow.ended", "shadow_run", run_id, now)
            return False
        run.beat_at = now
        waiting, behind = await _answered(uow, run)
    read = 0
    found: list[tuple[_Said, Reading]] = []
    for one in waiting:
        if one.before is None:
            continue
        try:
            after = await asyncio.wait_for(parse(for_dialogue(one.body)), PATIENCE)
        except (TimeoutError, OSError, ValueError, KeyError, TypeError):
            behind += 1
            continue
        read += 1
        if after[0] != one.before[0] or abs(after[1] - one.before[1]) >= APART:
            found.append((one, after))
    async with database.unit_of_work() as uow:
        run = await uow.session.get(ShadowRun, run_id, with_for_update=True, populate_existing=True)
        if run is None or run.state != "watching":
            return False
        kept = [await _keep(uow, run_id, one, after) for one, after in found]
        run.read, run.differed, run.dropped = run.read + read, run.differed + sum(kept), run.dropped + behind
        if waiting:
            run.cursor_at, run.cursor_id = waiting[-1].at, waiting[-1].message_id
    return True


async def _over(uow: UnitOfWork, run: ShadowRun, now: datetime) -> str | None:
    live = await live_version(uow)
    if (live.number if live else None) != run.live:
        return "published"
    # A run of the gate brings a candidate of its own: two beside the bot are too many.
    if await uow.session.scalar(select(BotRun.id).where(BotRun.state.in_(OPEN))) is not None:
        return "published"
    if run.ends_at is not None and now >= run.ends_at:
        return "time"
    return "turns" if run.read >= MOST else None


async def _answered(uow: UnitOfWork, run: ShadowRun) -> tuple[list[_Said], int]:
    """The newest turns after the cursor, in order, and how many before them are left out."""
    flagged = select(SafetyAlert.id).where(SafetyAlert.message_id == Message.id)
    query = (
        select(Turn.done_at, Message)
        .join(Message, Message.id == Turn.message_id)
        .where(Turn.state == TurnState.done, Turn.outcome == "answered", Message.direction == Direction.inbound)
        .where(~flagged.exists(), ~is_restricted(Message.id))
    )
    if run.cursor_id is not None:
        query = query.where(
            tuple_(Turn.done_at, Turn.message_id) > tuple_(literal(run.cursor_at), literal(run.cursor_id))
        )
    elif run.cursor_at is not None:
        query = query.where(Turn.done_at >= run.cursor_at)
    newest = query.order_by(Turn.done_at.desc(), Turn.message_id.desc()).limit(BEHIND + 1)
    rows = (await uow.session.execute(newest)).all()
    behind = 0
    if len(rows) > BEHIND:
        count = await uow.session.scalar(select(func.count()).select_from(query.order_by(None).subquery()))
        behind = int(count or 0) - BEHIND
    said = [
        _Said(at or message.created_at, message.id, message.body, message.language or "pl", await _taken(uow, message))
        for at, message in reversed(rows[:BEHIND])
    ]
    return said, behind


async def _taken(uow: UnitOfWork, message: Message) -> Reading | None:
    """How the bot took a message: as stands beside its words after it. What was said after another message is another's."""
    if len(for_dialogue(message.body)) < 2:
        return None
    after = aliased(Message)
    query = select(after).where(after.thread_id == message.thread_id, after.seq > message.seq)
    for one in await uow.session.scalars(query.order_by(after.seq).limit(MOST_ANSWERS)):
        if one.direction != Direction.outbound:
            return None
        told: dict[str, Any] = one.provenance or {}
        intent, sure = told.get("intent"), told.get("confidence")
        if intent and isinstance(sure, int | float):
            return str(intent), float(sure)
    return None


async def _keep(uow: UnitOfWork, run_id: UUID, one: _Said, after: Reading) -> bool:
    """Write it, if its message is still there and not restricted by now."""
    assert one.before is not None
    told = (one.language, *one.before, *after)
    wanted = select(literal(run_id), Message.id, *map(literal, told))
    values = wanted.where(Message.id == one.message_id, ~is_restricted(Message.id))
    columns = ["run_id", "message_id", "language", "before", "before_sure", "after", "after_sure"]
    made = insert(ShadowDifference).from_select(columns, values).on_conflict_do_nothing()
    return await uow.session.scalar(made.returning(ShadowDifference.message_id)) is not None
