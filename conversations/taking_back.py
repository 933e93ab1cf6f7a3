"""Taking back what a person of the clinic wrote: unseen while it waits, in the web chat also for a while after it has left.

What was taken back stays in the transcript, marked; only its author and who holds `read_retracted` read it. It answers nobody: the
clocks of `handoff.keeping` go on as if it had not been written.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func, select

from conversations.models import TAKEN_BACK, Author, Delivery, DeliveryState, Direction, Message
from conversations.policy import require_thread
from core.access import Access, Permission
from core.audit import record
from core.db import UnitOfWork
from core.errors import NotFound, Refused

CAN_RETRACT = "webchat"
"""The one channel where what has left can still be taken off the patient's screen."""


class WayBack(StrEnum):
    """How a message can be taken back."""

    undo = "undo"
    retract = "retract"


def way_back(
    channel: str,
    state: DeliveryState | None,
    attempts: int,
    undo_until: datetime | None,
    said_at: datetime,
    within: timedelta,
    now: datetime,
) -> WayBack | None:
    """Unseen before the first attempt (the web chat shows it once its window is over); else in the web chat `within` that time."""
    is_unseen = channel != CAN_RETRACT or (undo_until is not None and now < undo_until)
    if state is DeliveryState.queued and attempts == 0 and is_unseen:
        return WayBack.undo
    has_left = state in (DeliveryState.queued, DeliveryState.sent, DeliveryState.delivered, DeliveryState.read)
    return WayBack.retract if channel == CAN_RETRACT and has_left and now < said_at + within else None


async def take_back(
    uow: UnitOfWork, access: Access, staff_id: UUID, message_id: UUID, within: timedelta, now: datetime
) -> Refused | None:
    """Take a reply back: its author may, and who manages the queue. Audited. Safe against the delivery: one of the two is first."""
    access.require(Permission.reply_thread)
    message = await uow.session.get(Message, message_id)
    if message is None or message.author is not Author.agent or message.direction is not Direction.outbound:
        raise NotFound("message")
    await require_thread(uow, access, message.thread_id, now)
    if message.author_id != staff_id and not access.allows(Permission.manage_queue):
        return Refused("take-back-not-yours")
    row = await uow.session.get_one(Delivery, message_id, with_for_update=True, populate_existing=True)
    if row.state in TAKEN_BACK:
        return Refused("take-back-done")
    way = way_back(row.channel, row.state, row.attempts, row.undo_until, message.created_at, within, now)
    if way is None:
        return Refused("take-back-late" if row.channel == CAN_RETRACT else "take-back-left")
    row.state = DeliveryState.undone if way is WayBack.undo else DeliveryState.retracted
    row.updated_at, message.tokens = now, None
    record(uow, access, way.value, "message", message_id, now)
    await uow.publish("thread", id=str(message.thread_id), seq=message.seq)
    await uow.publish("delivery", id=str(message.thread_id))
    return None


async def first_waiting(uow: UnitOfWork, thread_id: UUID, now: datetime) -> int | None:
    """The `seq` of the first reply of the thread that may still be taken back unseen; None if there is none."""
    seq: int | None = await uow.session.scalar(
        select(func.min(Message.seq))
        .join(Delivery, Delivery.message_id == Message.id)
        .where(Message.thread_id == thread_id, Delivery.state == DeliveryState.queued, Delivery.undo_until > now)
    )
    return seq


async def retracted(uow: UnitOfWork, contact_point_id: UUID, most: int = 50) -> list[int]:
    """The `seq`s of what a contact point was shown and what was then taken back, newest first."""
    return list(
        await uow.session.scalars(
            select(Message.seq)
            .join(Delivery, Delivery.message_id == Message.id)
            .where(Delivery.contact_point_id == contact_point_id, Delivery.state == DeliveryState.retracted)
            .order_by(Message.seq.desc())
            .limit(most)
        )
    )
