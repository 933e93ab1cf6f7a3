"""The calls that go on now, for those who may see the queue: a list, in which nothing is opened."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from conversations.calls import VoiceCall
from conversations.models import ContactPoint, Message, Thread
from core.access import Access, Permission
from core.db import UnitOfWork

SHOWN = 20


@dataclass(frozen=True)
class GoingOn:
    """One call. `channels` are those that were written or spoken on before, in the same conversation."""

    thread_id: UUID
    address: str
    started_at: datetime
    channels: tuple[str, ...]


async def calls_going_on(uow: UnitOfWork, access: Access) -> list[GoingOn]:
    """The newest first."""
    access.require(Permission.read_queue)
    rows = await uow.session.execute(
        select(VoiceCall.started_at, ContactPoint.kind, ContactPoint.address, Thread.id)
        .join(ContactPoint, ContactPoint.id == VoiceCall.contact_point_id)
        .join(Thread, Thread.correspondent_id == ContactPoint.correspondent_id)
        .where(VoiceCall.ended_at.is_(None))
        .order_by(VoiceCall.started_at.desc())
        .limit(SHOWN)
    )
    found = rows.all()
    known = await uow.session.execute(
        select(Message.thread_id, func.array_agg(Message.channel.distinct()))
        .where(Message.thread_id.in_([row.id for row in found]), Message.channel.in_(("sms", "webchat")))
        .group_by(Message.thread_id)
    )
    channels = {thread: tuple(sorted(names)) for thread, names in known}
    return [
        GoingOn(row.id, row.address if row.kind == "phone" else "", row.started_at, channels.get(row.id, ()))
        for row in found
    ]
