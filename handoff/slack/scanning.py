"""What is to be told in Slack, found by looking: new steps of handoffs, unclaimed red flags, words of patients who are with people.

It looks a little further back than it must, since what commits late is numbered early; the posts' keys keep it from telling twice.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from conversations.models import Direction, Message, SafetyAlert
from core.db import UnitOfWork
from core.ids import new_id
from handoff.models import OVER, Handoff, HandoffEvent, Step
from handoff.slack.models import Kind, SlackCursor, SlackPost

STEPS_BACK = 1000
LOOK_BACK = timedelta(minutes=10)
TOLD = {
    Step.requested: Kind.waits,
    Step.raised: Kind.urgent,
    Step.breached: Kind.breached,
    Step.accepted: Kind.taken,
    Step.ended: Kind.ended,
}


async def cursor_of(uow: UnitOfWork, now: datetime) -> SlackCursor:
    """The cursor, locked; where there is none, it begins here and now."""
    await uow.lock("slack-cursor")
    found = await uow.session.get(SlackCursor, 1, populate_existing=True)
    if found is None:
        newest = await uow.session.scalar(select(func.max(HandoffEvent.seq)))
        found = SlackCursor(id=1, started_at=now, looked_at=now, step=newest or 0)
        uow.session.add(found)
        await uow.session.flush()
    return found


async def scan(uow: UnitOfWork, now: datetime) -> int:
    """Queue what is new; returns how many posts."""
    cursor = await cursor_of(uow, now)
    since = max(cursor.started_at, cursor.looked_at - LOOK_BACK)
    posts = [*await _steps(uow, cursor), *await _alerts(uow, since), *await _messages(uow, since)]
    cursor.looked_at = now
    posts.sort(key=lambda one: (one[0], one[1] is not Kind.waits))
    return await queue(
        uow, [values | {"kind": kind, "made_at": now, "next_attempt_at": now} for _, kind, values in posts]
    )


async def queue(uow: UnitOfWork, posts: Iterable[dict[str, Any]]) -> int:
    """Add posts whose key is not there yet; returns how many."""
    rows = [{"id": new_id(), "state": "queued", "attempts": 0, **one} for one in posts]
    if not rows:
        return 0
    made = await uow.session.scalars(
        insert(SlackPost).on_conflict_do_nothing(index_elements=["key"]).returning(SlackPost.id), rows
    )
    return len(made.all())


_Found = list[tuple[datetime, Kind, dict[str, Any]]]


async def _steps(uow: UnitOfWork, cursor: SlackCursor) -> _Found:
    rows = await uow.session.execute(
        select(HandoffEvent, Handoff)
        .join(Handoff, Handoff.id == HandoffEvent.handoff_id)
        .where(
            HandoffEvent.seq > cursor.step - STEPS_BACK,
            HandoffEvent.at >= cursor.started_at,
            HandoffEvent.step.in_(TOLD),
        )
        .order_by(HandoffEvent.seq)
    )
    found: _Found = []
    for event, handoff in rows:
        found.append(
            (event.at, TOLD[event.step], _about(f"step:{event.id}", handoff.thread_id, handoff.case_id, event.id))
        )
    cursor.step = await uow.session.scalar(select(func.max(HandoffEvent.seq))) or cursor.step
    return found


async def _alerts(uow: UnitOfWork, since: datetime) -> _Found:
    rows = await uow.session.scalars(
        select(SafetyAlert).where(SafetyAlert.claimed_by.is_(None), SafetyAlert.raised_at >= since)
    )
    return [(one.raised_at, Kind.alert, _about(f"alert:{one.id}", one.thread_id, one.case_id, one.id)) for one in rows]


async def _messages(uow: UnitOfWork, since: datetime) -> _Found:
    """What patients wrote after a person was asked for, while that is not over."""
    rows = await uow.session.execute(
        select(Message.id, Message.thread_id, Message.case_id, Message.created_at)
        .join(Handoff, Handoff.case_id == Message.case_id)
        .where(
            Handoff.state.not_in(OVER), Message.direction == Direction.inbound, Message.created_at >= since,
            Message.created_at > Handoff.requested_at,
        )
    )  # fmt: skip
    return [(at, Kind.message, _about(f"message:{id}", thread_id, case_id, id)) for id, thread_id, case_id, at in rows]


def _about(key: str, thread_id: UUID, case_id: UUID, about: UUID) -> dict[str, Any]:
    return {"key": key, "thread_id": thread_id, "case_id": case_id, "about": about}
