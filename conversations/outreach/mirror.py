"""A STOP that only the carrier knows of: it refused a message for it, so it is ours too."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from conversations.models import ContactPoint, Delivery
from conversations.outreach.consents import STOPPABLE, stop
from conversations.outreach.models import ConsentSource
from core.db import UnitOfWork


async def mirror_stop(uow: UnitOfWork, message_id: UUID, now: datetime) -> None:
    """Note the STOP at the contact point that message went to; harmless if it is known already."""
    point = await uow.session.scalar(
        select(ContactPoint)
        .join(Delivery, Delivery.contact_point_id == ContactPoint.id)
        .where(Delivery.message_id == message_id)
        .with_for_update(of=ContactPoint)
    )
    if point is not None and point.opted_out_by != "carrier":
        await stop_by_carrier(uow, point, "21610", now)


async def stop_by_carrier(uow: UnitOfWork, point: ContactPoint, words: str, now: datetime) -> None:
    """Nothing can reach that number until its owner sends START: not even an answer."""
    await stop(uow, point, STOPPABLE, ConsentSource.carrier, words, now)
    point.opted_out_at, point.opted_out_by = now, "carrier"
