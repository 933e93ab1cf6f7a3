"""Speaking to a caller: the open socket speaks what is stored; once nobody listens, the words leave by SMS, so that none is lost."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from conversations.calls import VoiceCall
from conversations.models import ContactPoint, Message
from conversations.protocols import Channel, NotSent, Outgoing, Sent
from core.clock import Clock
from core.db import Database, UnitOfWork

LIVE = timedelta(seconds=60)
"""A call whose socket was not seen for so long is over, whatever became of its process."""


class VoiceChannel:
    """Channel `voice`. The text holds its choices, said one by one."""

    name = "voice"

    def __init__(self, database: Database, clock: Clock, sms: Channel) -> None:
        self._database = database
        self._clock = clock
        self._sms = sms

    def compose(self, text: str, labels: Sequence[str]) -> str:
        """The text as it is spoken."""
        return text

    async def send(self, message: Outgoing) -> Sent | NotSent:
        """Nothing to hand over while the call goes on; afterwards an SMS, if there is a number."""
        async with self._database.unit_of_work() as uow:
            kind, live = await self._ear(uow, message)
        if live is not None:
            return Sent(None)
        if kind != "phone":
            return NotSent("call-over", may_retry=False)
        body = self._sms.compose(message.body, ())
        return await self._sms.send(Outgoing(message.message_id, message.address, body, message.attempt))

    async def _ear(self, uow: UnitOfWork, message: Outgoing) -> tuple[str, str | None]:
        """The kind of the contact point a message goes to, and the call that is going on there."""
        row = (
            await uow.session.execute(
                select(ContactPoint.kind, VoiceCall.sid)
                .join(Message, Message.contact_point_id == ContactPoint.id)
                .outerjoin(
                    VoiceCall,
                    (VoiceCall.contact_point_id == ContactPoint.id)
                    & VoiceCall.ended_at.is_(None)
                    & (VoiceCall.seen_at > self._clock.now() - LIVE),
                )
                .where(Message.id == message.message_id)
                .limit(1)
            )
        ).first()
        return (row.kind, row.sid) if row is not None else ("phone", None)

    async def fetch(self, url: str, limit: int) -> bytes | None:
        """No files come by voice."""
        return None
