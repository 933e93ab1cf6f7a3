"""A call in English whose every sound is made and understood on this machine, with the real bot.

Invariant: nothing but sound and keys goes in, nothing but sound comes out, and the answer is the right one.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import select

from bench.speech import on_a_line
from bench.streams import PAUSE, telephone
from bench.weights import whisper_base
from channels.voice.speech.protocols import Speech
from channels.voice.speech.voices import EspeakVoice
from channels.voice.speech.whisper import WhisperRecognizer
from conversations.models import ContactPoint, Delivery, DeliveryState, Direction, Message
from core.crypto import keyring
from service.app import create_app
from tests.journeys.conftest import Clinic
from tests.serving import serve

pytestmark = [pytest.mark.rasa, pytest.mark.timeout(300)]
NUMBER = "+48500100780"


@pytest.fixture
async def speech() -> AsyncIterator[Speech]:
    """Whisper base and espeak-ng."""
    recognizer = WhisperRecognizer(str(whisper_base()), longest=60.0)
    await recognizer.warm()
    yield Speech(recognizer, EspeakVoice())
    await recognizer.close()


async def heard(clinic: Clinic, text: str) -> Message:
    """What was said that holds it, once it has been played to its end."""
    async with asyncio.timeout(120):
        while True:
            async with clinic.house.database.unit_of_work() as uow:
                said = await uow.session.scalars(
                    select(Message)
                    .join(ContactPoint, ContactPoint.id == Message.contact_point_id)
                    .join(Delivery, Delivery.message_id == Message.id)
                    .where(
                        ContactPoint.address_token == keyring.token(f"phone:{NUMBER}"), Message.channel == "voice",
                        Delivery.state == DeliveryState.delivered,
                    )
                )  # fmt: skip
                found = [one for one in said if re.search(text, one.body)]
            if found:
                return found[0]
            await asyncio.sleep(0.05)


async def test_an_english_caller_asks_for_the_hours_and_hears_them(clinic: Clinic, speech: Speech) -> None:
    house = replace(clinic.house, speech=speech)
    sid = "CA" + uuid4().hex
    question = on_a_line(await speech.synthesizer.synthesise("What are your opening hours?", "en"))
    async with (
        serve(create_app(house)) as address,
        telephone(address, clinic.base, clinic.house.twilio_token, sid, NUMBER) as phone,
    ):
        await phone.start()
        await heard(clinic, "automatyczny asystent")
        await phone.press("9")
        await heard(clinic, "help|What can")
        before = phone.heard_seconds
        await phone.speak(question + PAUSE)
        answer = await heard(clinic, "Monday")
        assert "Monday 8:00-18:00" in answer.body and "Friday" in answer.body, answer.body
        sound = phone.sound()[int(before * 8_000) :]
        assert len(sound) / 8_000 > 3, "the answer takes some seconds to say"
        understood = await speech.recognizer.recognise(sound[: 20 * 8_000], "en")
        assert re.search(r"(mon|tues|wednes|thurs|fri)day", understood, re.IGNORECASE), understood
        await phone.hang_up()
    async with clinic.house.database.unit_of_work() as uow:
        said = await uow.session.scalars(
            select(Message.body).where(
                Message.thread_id == answer.thread_id,
                Message.direction == Direction.inbound,
                Message.channel == "voice",
            )
        )
        assert any("opening hours" in one for one in said)
