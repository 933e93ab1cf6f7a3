"""A house with scripted speech that is called over media streams."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from bench.streams import Telephone, telephone
from conversations.calls import VoiceCall
from conversations.models import Direction, Message
from core.clock import FixedClock
from service.app import create_app
from tests.channels.test_voice import SID, outbound
from tests.house import ANNA, PUBLIC, TestHouse, open_house
from tests.serving import serve, until
from tests.speech import ScriptedSpeech


@dataclass
class Line:
    """A running house, its speech, and the address it is reached at."""

    house: TestHouse
    speech: ScriptedSpeech
    address: str
    app: FastAPI

    @asynccontextmanager
    async def web(self) -> AsyncIterator[httpx.AsyncClient]:
        """The provider's webhooks of this application."""
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=PUBLIC) as client:
            yield client

    @asynccontextmanager
    async def call(self, *, starts: bool = True, leg: int = 1, welcomes: bool = True) -> AsyncIterator[Telephone]:
        """A telephone that has called, and heard the first words."""
        async with telephone(self.address, PUBLIC, self.house.house.twilio_token, SID, ANNA, leg) as phone:
            if starts:
                await phone.start()
                if welcomes:
                    await self.says("press nine")
                    await self.settled(phone)
            yield phone

    async def says(self, part: str, after: int = 0) -> None:
        """Wait until the clinic says it."""

        async def said() -> bool:
            return part in self.speech.voice.spoken(after)

        await until(said)

    async def settled(self, phone: Telephone) -> None:
        """Wait until what was said last was heard to its end and is noted."""

        async def settled() -> bool:
            states = [(await self.house.delivery(one.id)).state for one in await outbound(self.house)]
            return not phone.held and not any(state in ("queued", "sent") for state in states)

        await until(settled)

    async def heard(self, count: int = 1) -> list[str]:
        """What the callers said, once it is so much."""
        found: list[Message] = []

        async def are_there() -> bool:
            found[:] = await self.house.rows(Message, Message.direction == Direction.inbound)
            return len(found) >= count

        await until(are_there)
        return [one.body for one in sorted(found, key=lambda one: one.seq)]

    async def over(self) -> VoiceCall:
        """The call, once it has ended."""

        async def has_ended() -> bool:
            return any(one.ended_at is not None for one in await self.house.rows(VoiceCall))

        await until(has_ended)
        return (await self.house.rows(VoiceCall))[0]

    async def is_answered(self, part: str) -> bool:
        """True once an answer with that is stored, whether it was spoken or not."""
        return any(part in one.body for one in await outbound(self.house))

    async def understood(self, count: int) -> None:
        """Wait until so much was listened to."""

        async def enough() -> bool:
            return len(self.speech.recognizer.heard) >= count

        await until(enough)

    async def written(self, part: str) -> None:
        """Wait until an SMS says it."""

        async def is_there() -> bool:
            return any(part in one.body for one in await outbound(self.house) if one.channel == "sms")

        await until(is_there)


@pytest.fixture
async def plain(database_url: str, tmp_path: Path, clock: FixedClock) -> AsyncIterator[TestHouse]:
    """A house whose account has no ConversationRelay."""
    async with open_house(database_url, tmp_path, clock, voice_relay=False) as made:
        yield made


@pytest.fixture
async def line(house: TestHouse) -> AsyncIterator[Line]:
    """The application with scripted speech, turns and deliveries running."""
    speech = ScriptedSpeech()
    app = create_app(replace(house.house, speech=speech.speech))
    await house.house.bus.start()
    runners = [asyncio.create_task(runner.run()) for runner in house.house.runners()[:2]]
    async with serve(app) as address:
        yield Line(house, speech, address, app)
    for runner in runners:
        runner.cancel()
    await asyncio.gather(*runners, return_exceptions=True)
    await house.house.bus.stop()
