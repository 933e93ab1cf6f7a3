"""A patient's phone in a journey: texts through the simulated provider, and reads what arrives."""

import asyncio
import time

from sqlalchemy import func, select

from conversations.models import Message, Turn, TurnState
from service.bootstrap import House


class Phone:
    """One number. `text` sends and returns the bodies that arrived in answer."""

    def __init__(self, house: House, number: str) -> None:
        self._house = house
        self.number = number

    async def inbox(self) -> list[str]:
        """All that has arrived, oldest first."""
        assert self._house.simulator is not None
        messages = await self._house.simulator.phone_messages(self.number)
        return [message.body for message in messages if not message.is_from_phone]

    async def text(self, body: str, media: tuple[str, bytes] | None = None) -> list[str]:
        """Send, wait until the turn is done and every answer has arrived."""
        assert self._house.simulator is not None
        before = len(await self.inbox())
        sid = await self._house.simulator.send_from_phone(self.number, body, media)
        expected = await self._answers(sid)
        return await self.wait_for(before + expected, since=before)

    async def wait_for(self, count: int, since: int = 0, seconds: float = 20) -> list[str]:
        """Wait until `count` messages are in the inbox; those after `since`."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            bodies = await self.inbox()
            if len(bodies) >= count:
                return bodies[since:]
            await asyncio.sleep(0.05)
        raise AssertionError(f"only {len(await self.inbox())} of {count} messages arrived")

    async def wait_for_text(self, body: str, seconds: float = 20) -> None:
        """Wait until a message with that in it has arrived."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if any(body in one for one in await self.inbox()):
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"{body!r} did not arrive")

    async def _answers(self, sid: str) -> int:
        """How many messages answered that one, once its turn is done."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            async with self._house.database.unit_of_work() as uow:
                turn = (
                    await uow.session.execute(
                        select(Turn, Message)
                        .join(Message, Message.id == Turn.message_id)
                        .where(Message.provider_id == sid)
                    )
                ).first()
                if turn is not None and turn.Turn.state is TurnState.done:
                    following = await uow.session.scalar(
                        select(func.count())
                        .select_from(Message)
                        .where(
                            Message.thread_id == turn.Message.thread_id,
                            Message.seq > turn.Message.seq,
                            Message.direction == "outbound",
                        )
                    )
                    return following or 0
            await asyncio.sleep(0.03)
        raise AssertionError("the turn was not done in time")
