"""Speaking to a caller: the open socket speaks what is stored; once nobody listens, it is written instead, so that nothing is lost."""

from collections.abc import Sequence

from conversations.after_call import write_instead
from conversations.calls import is_live
from conversations.messages import Messages
from conversations.models import Message
from conversations.protocols import NotSent, Outgoing, Sent
from core.clock import Clock
from core.db import Database


class VoiceChannel:
    """Channel `voice`. The text holds its choices, said one by one."""

    name = "voice"

    def __init__(self, database: Database, clock: Clock, messages: Messages) -> None:
        self._database = database
        self._clock = clock
        self._messages = messages

    def compose(self, text: str, labels: Sequence[str]) -> str:
        """The text as it is spoken."""
        return text

    async def send(self, message: Outgoing) -> Sent | NotSent:
        """Nothing to hand over while the call goes on; afterwards the same is said by SMS."""
        async with self._database.unit_of_work() as uow:
            stored = await uow.session.get(Message, message.message_id)
            if stored is None or stored.contact_point_id is None:
                return NotSent("unknown-message", may_retry=False)
            if not await is_live(uow, stored.contact_point_id):
                await write_instead(uow, self._messages, stored, self._clock.now())
        return Sent(None)

    async def fetch(self, url: str, limit: int) -> bytes | None:
        """No files come by voice."""
        return None
