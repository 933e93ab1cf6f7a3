"""What the simulated phone network keeps of cases, for erasure and for the nightly job."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, union

from channels.sms.simulator.models import SimulatedMedia, SimulatedSms
from conversations.models import Delivery, Message
from conversations.privacy.copies import deleted
from core.db import UnitOfWork


class SimulatorCopies:
    """Implements `conversations.privacy.copies.Copies` and `conversations.privacy.retention.Ageing`."""

    async def erase(self, uow: UnitOfWork, case_ids: Sequence[UUID]) -> Counter[str]:
        """The messages of the cases as they went through the network, both ways, with their files."""
        inbound = select(Message.provider_id).where(Message.case_id.in_(case_ids), Message.provider_id.is_not(None))
        outbound = (
            select(Delivery.provider_id)
            .join(Message, Message.id == Delivery.message_id)
            .where(Message.case_id.in_(case_ids), Delivery.provider_id.is_not(None))
        )
        sids = [sid for (sid,) in await uow.session.execute(union(inbound, outbound)) if sid]
        return await _erase(uow, sids)

    async def age(self, uow: UnitOfWork, before: datetime, limit: int) -> Counter[str]:
        """At most `limit` messages older than that, with their files."""
        sids = await uow.session.scalars(select(SimulatedSms.sid).where(SimulatedSms.created_at < before).limit(limit))
        return await _erase(uow, list(sids))


async def _erase(uow: UnitOfWork, sids: Sequence[str]) -> Counter[str]:
    return Counter(
        simulated_media=await deleted(uow, delete(SimulatedMedia).where(SimulatedMedia.sid.in_(sids))),
        simulated_sms=await deleted(uow, delete(SimulatedSms).where(SimulatedSms.sid.in_(sids))),
    )
