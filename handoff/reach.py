"""How the people of some threads were reached last."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from conversations.models import ContactPoint, Message
from core.db import UnitOfWork


async def last_inbound(uow: UnitOfWork, threads: Sequence[UUID]) -> dict[UUID, tuple[str, str, str]]:
    """Channel, language and address each thread last wrote from."""
    if not threads:
        return {}
    rows = await uow.session.execute(
        select(Message.thread_id, Message.channel, Message.language, ContactPoint.address)
        .join(ContactPoint, ContactPoint.id == Message.contact_point_id)
        .where(Message.thread_id.in_(threads), Message.direction == "inbound")
        .ext(distinct_on(Message.thread_id))
        .order_by(Message.thread_id, Message.seq.desc())
    )
    return {row.thread_id: (row.channel, row.language or "pl", row.address) for row in rows}
