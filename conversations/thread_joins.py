"""Two threads of one person made one: every case moves with all that hangs on it, and messages are numbered anew by time.

The thread that was joined stays behind, empty, and leads to the one that goes on; its contact points and correspondent's notices go
along, so what is written from there arrives here. `handoff.joins` decides and moves what the queue keeps; this page moves the spine's
own rows. Rasa's trackers are by case, so a form of the case that goes on is where it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, exists, func, or_, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from care.patients.models import PatientContactPoint
from conversations.alerts import AlertWatch, FollowUp
from conversations.calls import VoiceCall
from conversations.contact_limits import ContactLimit
from conversations.identity.models import MagicLink
from conversations.models import Case, CaseState, ContactPoint, Correspondent, Message, SafetyAlert, Thread, Turn
from conversations.outreach.ways import is_talking
from conversations.privacy.models import Erasure, ErasureState
from conversations.ratings import Rating
from conversations.turns import is_unanswered
from core.crypto import EncryptedText
from core.db import Base, UnitOfWork
from core.errors import NotFound, Refused
from core.ids import new_id

FILLED = ("language", "preferred_channel")
"""What the correspondent who stays takes from the other where their own row says nothing."""


class ThreadJoin(Base):
    """One join. `moved` names the cases and contact points that moved, the fields and notices that were filled, the case that
    ended by it with the state it had, and whose threads in Slack went along.
    """

    __tablename__ = "thread_joins"
    __table_args__ = (
        Index("ix_thread_joins_kept_id", "kept_id", "made_at"),
        Index("uq_thread_joins_open", "joined_id", unique=True, postgresql_where=text("undone_at IS NULL")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kept_id: Mapped[UUID] = mapped_column(ForeignKey("threads.id", ondelete="CASCADE"))
    joined_id: Mapped[UUID] = mapped_column(ForeignKey("threads.id", ondelete="CASCADE"))
    reason: Mapped[str] = mapped_column(EncryptedText("thread_joins.reason"))
    moved: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime]
    undone_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    undone_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Pair:
    """The thread that goes on and the one that is joined to it, with their open cases."""

    kept: Thread
    joined: Thread
    open: tuple[Case | None, Case | None]

    @property
    def both_open(self) -> tuple[Case, Case] | None:
        """The two open cases, where there are two."""
        first, second = self.open
        return (first, second) if first is not None and second is not None else None


async def thread_that_stands(uow: UnitOfWork, thread_id: UUID) -> UUID:
    """The thread that goes on for this one: itself, unless it was joined."""
    while (other := await uow.session.scalar(select(Thread.joined_into_id).where(Thread.id == thread_id))) is not None:
        thread_id = other
    return thread_id


async def read_pair(uow: UnitOfWork, kept_id: UUID, joined_id: UUID, *, is_locked: bool = False) -> Pair:
    """Both threads, read afresh; `is_locked` until the transaction ends, the cases after their threads. `NotFound` for none."""
    threads = select(Thread).where(Thread.id.in_((kept_id, joined_id))).order_by(Thread.id)
    cases = select(Case).where(Case.thread_id.in_((kept_id, joined_id)), Case.state != CaseState.closed)
    if is_locked:
        threads, cases = threads.with_for_update(), cases.order_by(Case.id).with_for_update()
    options = {"populate_existing": True}
    found = {one.id: one for one in await uow.session.scalars(threads.execution_options(**options))}
    if {kept_id, joined_id} - set(found):
        raise NotFound("thread")
    opened = {one.thread_id: one for one in await uow.session.scalars(cases.execution_options(**options))}
    return Pair(found[kept_id], found[joined_id], (opened.get(kept_id), opened.get(joined_id)))


async def what_stops(uow: UnitOfWork, pair: Pair, now: datetime) -> Refused | None:
    """Why the two cannot be made one now: `join-same`, `join-joined` (one leads elsewhere already), `join-busy` (an answer is being
    made), `join-call` (somebody is on the telephone), `join-two-people` (two of the staff have them), `join-talking` (the bot talks
    in both at this moment), `join-follow-ups` (each has a task to look after the person), `join-erasure`.
    """
    kept, joined = pair.kept, pair.joined
    if kept.id == joined.id:
        return Refused("join-same")
    if kept.joined_into_id is not None or joined.joined_into_id is not None:
        return Refused("join-joined")
    busy = await what_goes_on(uow, (kept, joined), now)
    if busy is not None:
        return busy
    if await is_being_erased(uow, (kept, joined)):
        return Refused("join-erasure")
    if both := pair.both_open:
        first, second = both
        if first.state is second.state is CaseState.human and first.agent_id != second.agent_id:
            return Refused("join-two-people")
        with_bot = first.state is second.state is CaseState.bot
        if with_bot and await is_talking(uow, kept.id, now) and await is_talking(uow, joined.id, now):
            return Refused("join-talking")
    tasks = select(func.count()).where(FollowUp.thread_id.in_((kept.id, joined.id)), FollowUp.done_at.is_(None))
    if (await uow.session.scalar(tasks) or 0) > 1:
        return Refused("join-follow-ups")
    return None


async def what_goes_on(uow: UnitOfWork, threads: Sequence[Thread], now: datetime) -> Refused | None:
    """`join-busy` or `join-call`: what holds one of the threads by its id and must end first."""
    for thread in threads:
        is_held = (
            thread.lease_owner is not None and thread.lease_expires_at is not None and thread.lease_expires_at > now
        )
        if is_held or await is_unanswered(uow, thread.id):
            return Refused("join-busy")
    calls = (
        select(VoiceCall.sid)
        .join(ContactPoint, ContactPoint.id == VoiceCall.contact_point_id)
        .where(
            ContactPoint.correspondent_id.in_([one.correspondent_id for one in threads]), VoiceCall.ended_at.is_(None)
        )
    )
    return Refused("join-call") if await uow.session.scalar(calls.limit(1)) is not None else None


async def is_being_erased(uow: UnitOfWork, threads: Sequence[Thread]) -> bool:
    """True while an erasure that was confirmed is not done and touches one of the threads: by a case, by whose contact point it is,
    or by a case without a patient that the officer added. What was confirmed is what stood there then.
    """
    ids = [one.id for one in threads]
    of_point = (
        select(PatientContactPoint.patient_id)
        .join(ContactPoint, ContactPoint.id == PatientContactPoint.contact_point_id)
        .where(ContactPoint.correspondent_id.in_([one.correspondent_id for one in threads]))
    )
    cases = (await uow.session.execute(select(Case.id, Case.patient_id).where(Case.thread_id.in_(ids)))).all()
    people = {one.patient_id for one in cases} | set(await uow.session.scalars(of_point))
    for erasure in await uow.session.scalars(select(Erasure).where(Erasure.state == ErasureState.confirmed)):
        if erasure.patient_id in people or {str(one.id) for one in cases} & set(erasure.case_ids):
            return True
    return False


async def move_all(uow: UnitOfWork, pair: Pair) -> dict[str, Any]:
    """Move every case, message and contact point of the joined thread; returns what moved, for undoing it."""
    kept, joined = pair.kept, pair.joined
    cases = list(await uow.session.scalars(select(Case.id).where(Case.thread_id == joined.id).order_by(Case.id)))
    points = list(
        await uow.session.scalars(
            select(ContactPoint.id)
            .where(ContactPoint.correspondent_id == joined.correspondent_id)
            .order_by(ContactPoint.id)
        )
    )
    await _number_anew(uow, kept, joined)
    await _move_rows(uow, cases, kept.id)
    await _move_points(uow, points, kept.correspondent_id)
    filled = await _fill(uow, kept.correspondent_id, joined.correspondent_id)
    joined.joined_into_id = kept.id
    await uow.session.flush()
    return {"cases": _texts(cases), "points": _texts(points), **filled}


async def move_back(uow: UnitOfWork, pair: Pair, moved: dict[str, Any]) -> list[UUID]:
    """Two threads again: what moved goes back with all that hangs on it now, and so does what was written since from the
    contact points that go back. Returns the cases.
    """
    kept, joined = pair.kept, pair.joined
    joined.joined_into_id = None
    joined.last_seq = max(joined.last_seq, kept.last_seq)
    kept.numbering = joined.numbering = max(kept.numbering, joined.numbering) + 1
    points = [UUID(one) for one in moved["points"]]
    cases = list(
        await uow.session.scalars(
            select(Case.id)
            .where(Case.id.in_([UUID(one) for one in moved["cases"]]), Case.thread_id == kept.id)
            .order_by(Case.opened_at, Case.id)
        )
    )
    await uow.session.flush()
    if cases:
        since = select(Message.id).where(
            Message.thread_id == kept.id, Message.contact_point_id.in_(points), Message.case_id.not_in(cases)
        )
        strays = list(await uow.session.scalars(since))
        for model in (SafetyAlert, Message):
            key = model.message_id if model is SafetyAlert else model.id
            await uow.session.execute(update(model).where(key.in_(strays)).values(case_id=cases[-1]))
    await uow.session.execute(update(Message).where(Message.case_id.in_(cases)).values(thread_id=joined.id))
    await _move_rows(uow, cases, joined.id)
    await _move_points(uow, points, joined.correspondent_id)
    await _empty(uow, kept.correspondent_id, joined.correspondent_id, moved)
    return cases


async def _number_anew(uow: UnitOfWork, kept: Thread, joined: Thread) -> None:
    """All messages of both in the kept thread, in order by time, with numbers beyond any that were given.

    Within one thread its own order holds, also where a clock was set back.
    """
    base = max(kept.last_seq, joined.last_seq)
    of_both = Message.thread_id.in_((kept.id, joined.id))
    said = select(
        Message.id, Message.thread_id, Message.seq,
        func.max(Message.created_at).over(partition_by=Message.thread_id, order_by=Message.seq).label("said_at"),
    ).where(of_both).subquery()  # fmt: skip
    rank = func.row_number().over(order_by=(said.c.said_at, said.c.thread_id, said.c.seq))
    ranked = select(said.c.id, said.c.thread_id, said.c.seq, rank.label("rank")).subquery()
    # A link shows what was said up to a number: it goes on showing just that.
    for thread in (kept, joined):
        upto = select(func.max(ranked.c.rank)).where(
            ranked.c.thread_id == thread.id, ranked.c.seq <= MagicLink.through_seq
        )
        await uow.session.execute(
            update(MagicLink)
            .where(MagicLink.through_seq.is_not(None), MagicLink.case_id.in_(_cases_of(thread.id)))
            .values(through_seq=base + func.coalesce(upto.scalar_subquery(), 0)),
            execution_options={"synchronize_session": False},
        )
    await uow.session.execute(
        update(Message).where(Message.id == ranked.c.id).values(thread_id=kept.id, seq=base + ranked.c.rank),
        execution_options={"synchronize_session": False},
    )
    await uow.session.execute(
        update(Turn).where(Turn.message_id == Message.id, Message.thread_id == kept.id).values(seq=Message.seq),
        execution_options={"synchronize_session": False},
    )
    count = await uow.session.scalar(select(func.count()).where(Message.thread_id == kept.id)) or 0
    kept.last_seq = base + count
    kept.numbering = joined.numbering = max(kept.numbering, joined.numbering) + 1


async def _move_rows(uow: UnitOfWork, cases: Sequence[UUID], to: UUID) -> None:
    """The cases, and what names both a case, message or alert of theirs and the thread. Messages are there already."""
    messages = select(Message.id).where(Message.case_id.in_(cases))
    alerts = select(SafetyAlert.id).where(or_(SafetyAlert.case_id.in_(cases), SafetyAlert.message_id.in_(messages)))
    for model, which in (
        (Case, Case.id.in_(cases)),
        (Turn, Turn.message_id.in_(messages)),
        (AlertWatch, AlertWatch.alert_id.in_(alerts)),
        (SafetyAlert, SafetyAlert.id.in_(alerts)),
        (FollowUp, FollowUp.case_id.in_(cases)),
        (ContactLimit, ContactLimit.case_id.in_(cases)),
        (Rating, Rating.case_id.in_(cases)),
    ):
        await uow.session.execute(update(model).where(which).values(thread_id=to))


async def _move_points(uow: UnitOfWork, points: Sequence[UUID], to: UUID) -> None:
    await uow.session.execute(update(ContactPoint).where(ContactPoint.id.in_(points)).values(correspondent_id=to))


async def _fill(uow: UnitOfWork, kept_id: UUID, joined_id: UUID) -> dict[str, Any]:
    """What the one who stays did not say or was not told yet: nobody is told twice that they talk to a machine."""
    kept, joined = await _people(uow, kept_id, joined_id)
    fields = [field for field in FILLED if getattr(kept, field) is None and getattr(joined, field) is not None]
    for field in fields:
        setattr(kept, field, getattr(joined, field))
    noticed = [channel for channel in joined.noticed if channel not in kept.noticed]
    kept.noticed = {**joined.noticed, **kept.noticed}
    return {"fields": fields, "noticed": noticed}


async def _empty(uow: UnitOfWork, kept_id: UUID, joined_id: UUID, moved: dict[str, Any]) -> None:
    """What was filled and still says the same is empty again."""
    kept, joined = await _people(uow, kept_id, joined_id)
    for field in moved["fields"]:
        if getattr(kept, field) == getattr(joined, field):
            setattr(kept, field, None)
    kept.noticed = {
        channel: notice
        for channel, notice in kept.noticed.items()
        if channel not in moved["noticed"] or notice != joined.noticed.get(channel)
    }


async def _people(uow: UnitOfWork, kept_id: UUID, joined_id: UUID) -> tuple[Correspondent, Correspondent]:
    rows = await uow.session.scalars(
        select(Correspondent)
        .where(Correspondent.id.in_((kept_id, joined_id)))
        .order_by(Correspondent.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = {one.id: one for one in rows}
    return found[kept_id], found[joined_id]


async def has_open(uow: UnitOfWork, thread_id: UUID) -> bool:
    """True while a case of the thread is open."""
    return bool(
        await uow.session.scalar(select(exists().where(Case.thread_id == thread_id, Case.state != CaseState.closed)))
    )


def _cases_of(thread_id: UUID) -> Any:
    return select(Case.id).where(Case.thread_id == thread_id)


def _texts(ids: Sequence[UUID]) -> list[str]:
    return [str(one) for one in ids]
