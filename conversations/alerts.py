"""What a red flag leaves behind in the turn's own transaction: the alert, the watch over it, and a task to follow up.

An alert asks for somebody now. A watch says what becomes of it while nobody comes (`handoff.watch` acts on it). A follow-up is a
task for a person within a day; it outlives the case it came from, and there is one open task for each thread.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from sqlalchemy import ForeignKey, Index, select, text
from sqlalchemy.orm import Mapped, mapped_column

from conversations.models import Case, Message, SafetyAlert
from conversations.rules import THREAT, kind_of
from conversations.safety import Firing, Level, Screening
from core import metrics
from core.crypto import EncryptedText
from core.db import Base, UnitOfWork
from core.ids import new_id

FOLLOW_UP_WITHIN = timedelta(hours=24)
"""Source: team proposal, unsigned (SAFETY.md 5.2 asks for a follow-up task and names no time)."""
WATCHED = frozenset({Level.emergency, Level.crisis})
"""Levels that somebody outside the clinic is told of while nobody claims them."""


class WatchState(StrEnum):
    """How a watch stands: waiting for a claim, ended by one, or ended because nobody came."""

    waiting = "waiting"
    claimed = "claimed"
    unattended = "unattended"


class RingState(StrEnum):
    """How far the message to the on-call telephone is; `none`: no number is set, or the same conversation was told of just now."""

    none = "none"
    queued = "queued"
    sent = "sent"
    spared = "spared"
    dead = "dead"


class AlertWatch(Base):
    """One alert until somebody has it. `ring_*` is the way of one SMS to the on-call telephone, like a delivery's."""

    __tablename__ = "alert_watches"
    alert_id: Mapped[UUID] = mapped_column(ForeignKey("safety_alerts.id", ondelete="CASCADE"), primary_key=True)
    thread_id: Mapped[UUID] = mapped_column(ForeignKey("threads.id"), index=True)
    state: Mapped[WatchState] = mapped_column(default=WatchState.waiting)
    raised_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    told_message_id: Mapped[UUID | None]
    ring: Mapped[RingState] = mapped_column(default=RingState.none)
    ring_attempts: Mapped[int] = mapped_column(default=0)
    ring_next_at: Mapped[datetime | None]
    ring_provider_id: Mapped[str | None]
    ring_error: Mapped[str | None]


class FollowUp(Base):
    """A person of the clinic looks after somebody within a day. `is_call_unsafe`: no call without a time agreed to be safe."""

    __tablename__ = "follow_ups"
    __table_args__ = (
        Index("uq_follow_ups_open", "thread_id", unique=True, postgresql_where=text("done_at IS NULL")),
        Index("ix_follow_ups_due", "due_at", postgresql_where=text("done_at IS NULL")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    thread_id: Mapped[UUID] = mapped_column(ForeignKey("threads.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    level: Mapped[str]
    is_call_unsafe: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    taken_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    taken_at: Mapped[datetime | None]
    done_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    done_at: Mapped[datetime | None]
    note: Mapped[str | None] = mapped_column(EncryptedText("follow_ups.note"))


class Watching(Protocol):
    """Sees to it that an alert is looked at again while nobody has claimed it. `handoff` implements it."""

    async def begin(self, uow: UnitOfWork, alert_id: UUID) -> None:
        """Wake up for the alert, in the caller's transaction."""
        ...


class Alerts:
    """Raises red flags."""

    def __init__(self, watching: Watching) -> None:
        self._watching = watching

    async def raise_for(
        self, uow: UnitOfWork, message: Message, case: Case, screening: Screening, now: datetime
    ) -> SafetyAlert:
        """The alert of one message, with its watch and its follow-up where they are due, all or none of them."""
        uow.afterwards(metrics.safety_firings.labels(metrics.bounded("level", screening.level.name)).inc)
        alert = SafetyAlert(
            id=new_id(),
            message_id=message.id,
            thread_id=message.thread_id,
            case_id=case.id,
            level=kind_of(screening),
            rules=[{"rule": f.rule, "span": [f.start, f.end]} for f in screening.firings],
            rules_version=screening.version,
            raised_at=now,
        )
        uow.session.add(alert)
        await uow.session.flush()
        if screening.level in WATCHED:
            uow.session.add(AlertWatch(alert_id=alert.id, thread_id=alert.thread_id, raised_at=now))
            await self._watching.begin(uow, alert.id)
        await _follow_up(uow, alert, screening, now)
        await uow.publish("alert", id=str(case.id))
        return alert

    async def raise_for_interview(
        self, uow: UnitOfWork, message: Message, case: Case, rules: Sequence[str], version: str, now: datetime
    ) -> None:
        """The alert of an interview whose answers together are an emergency, though no message was. One a message, whoever raised it."""
        if await uow.session.scalar(select(SafetyAlert.id).where(SafetyAlert.message_id == message.id)) is not None:
            return
        firings = tuple(Firing(rule, Level.emergency, 0, len(message.body)) for rule in rules)
        await self.raise_for(uow, message, case, Screening(Level.emergency, firings, version), now)


async def _follow_up(uow: UnitOfWork, alert: SafetyAlert, screening: Screening, now: datetime) -> None:
    """Crisis and violence are followed up, also where a graver sign stands beside them; an open task is kept, never doubled."""
    fired = {one.level for one in screening.firings if one.rule != THREAT} & {Level.crisis, Level.violence}
    if not fired:
        return
    is_unsafe = Level.violence in fired
    task = await uow.session.scalar(
        select(FollowUp).where(FollowUp.thread_id == alert.thread_id, FollowUp.done_at.is_(None)).with_for_update()
    )
    if task is None:
        uow.session.add(
            FollowUp(
                thread_id=alert.thread_id, case_id=alert.case_id, level=max(fired).name, is_call_unsafe=is_unsafe,
                made_at=now, due_at=now + FOLLOW_UP_WITHIN,
            )
        )  # fmt: skip
        return
    task.case_id, task.is_call_unsafe = alert.case_id, task.is_call_unsafe or is_unsafe
    if Level.crisis in fired:
        task.level = Level.crisis.name
