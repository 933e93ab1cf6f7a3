"""A call without a socket. Invariant: it is the same conversation, and each webhook is signed and safe to be told twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit
from xml.etree import ElementTree

import httpx
import pytest

from channels.voice import gather
from channels.voice.routes import MOST_SOCKETS, PATH
from conversations.after_call import end_unseen
from conversations.calls import VoiceCall
from conversations.models import CaseState, Direction, Message
from conversations.protocols import DialogueReply, Utterance
from tests.channels.test_voice import SETUP, SID, Line, twiml
from tests.house import ANNA, TestHouse
from tests.scripted import words

WEBHOOKS = (
    "",
    "/turn?n=1",
    "/hold?n=1&h=1",
    "/status",
    "/ended",
    "/dialled",
    "/whisper?call=x",
    "/whisper/taken?call=x",
)
ASKED = DialogueReply((Utterance("ask-time-window"),), "book", 0.9, "scripted")


@dataclass
class Webhooks:
    """The provider of a call without a socket: it does what the TwiML says, and calls where it is told to."""

    house: TestHouse
    client: httpx.AsyncClient
    number: str = ANNA
    sid: str = SID
    twiml: ElementTree.Element | None = None

    async def post(self, path: str, **fields: str) -> ElementTree.Element:
        """One signed webhook; its TwiML."""
        form = {"CallSid": self.sid, "From": self.number, "To": "+48732100200", "CallStatus": "in-progress", **fields}
        answer = await self.house.webhook(self.client, form, path)
        assert answer.status_code == 200, answer.text
        self.twiml = twiml(answer.text)
        return self.twiml

    async def ring(self) -> str:
        """The call comes in; what is said."""
        return self.spoken(await self.post(PATH))

    async def does(self, **fields: str) -> str:
        """The caller does that while it is listened, and holds as long as they are asked to; what is said in answer."""
        assert self.twiml is not None
        listening = self.twiml.find("Gather")
        assert listening is not None, "it is listened"
        heard = self.spoken(await self.post(_path(listening.get("action")), **fields))
        for _ in range(gather.MOST_HOLDS + 1):
            redirect = self.twiml.find("Redirect")
            if redirect is None:
                break
            heard += self.spoken(await self.post(_path(redirect.text)))
        return heard

    async def says(self, text: str) -> str:
        """The caller speaks."""
        return await self.does(SpeechResult=text, Confidence="0.9")

    @staticmethod
    def spoken(twiml: ElementTree.Element) -> str:
        """What the TwiML says."""
        return " ".join(one.text or "" for one in twiml.iter("Say"))


def _path(address: str | None) -> str:
    assert address is not None
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


@asynccontextmanager
async def calls(house: TestHouse) -> AsyncIterator[Webhooks]:
    """The web process with its bus, and the worker's turns beside it."""
    await house.house.bus.start()
    turns = asyncio.create_task(house.house.runners()[0].run())
    try:
        async with house.web() as client:
            yield Webhooks(house, client)
    finally:
        turns.cancel()
        await asyncio.gather(turns, return_exceptions=True)
        await house.house.bus.stop()


async def test_a_call_without_a_relay_is_the_same_conversation(plain: TestHouse) -> None:
    written = await plain.sms("dzień dobry")
    async with calls(plain) as call:
        assert "automatyczny asystent" in await call.ring()
        plain.dialogue.always = words("Czynne do 18:00.")
        assert "osiemnastej" in await call.says("do której czynne")
        assert call.twiml is not None
        listening = call.twiml.find("Gather")
        assert listening is not None and listening.get("input") == "speech dtmf"
        assert (listening.get("language"), listening.get("actionOnEmptyResult")) == ("pl-PL", "true")
        assert int(listening.get("speechTimeout", "0")) > 2, "a pause of two seconds does not end what is said"
    heard = await plain.rows(Message, Message.direction == Direction.inbound)
    assert {(one.thread_id, one.channel) for one in heard} == {(written.thread_id, "sms"), (written.thread_id, "voice")}


async def test_keys_lead_to_a_person_repeat_and_change_the_language(plain: TestHouse) -> None:
    async with calls(plain) as call:
        await call.ring()
        plain.dialogue.always = words("Czynne do osiemnastej.")
        await call.says("do której czynne")
        assert await call.does(Digits="*") == "Czynne do osiemnastej."
        await call.does(Digits="9")
        assert call.twiml is not None
        listening = call.twiml.find("Gather")
        assert listening is not None and listening.get("language") == "en-US"
        assert "person" in await call.does(Digits="0")
    assert (await plain.open_case((await plain.rows(Message))[0].thread_id)).state is CaseState.waiting


async def test_silence_is_asked_about_offered_keys_and_then_given_to_a_person_or_let_go(plain: TestHouse) -> None:
    async with calls(plain) as call:
        await call.ring()
        assert "słyszymy" in await call.does()
        assert "klawiszami" in await call.does()
        assert "kończymy" in await call.does()
        assert call.twiml is not None and call.twiml.find("Hangup") is not None
    (row,) = await plain.rows(VoiceCall)
    assert row.ended_at is not None
    async with calls(plain) as again:
        again.sid = "CA" + "1" * 32
        await again.ring()
        plain.dialogue.always = words("Czynne do osiemnastej.")
        await again.says("do której czynne")
        for _ in range(3):
            await again.does()
    assert (await plain.open_case((await plain.rows(Message))[0].thread_id)).state is CaseState.waiting


async def test_a_turn_that_takes_longer_is_held_and_found(plain: TestHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gather, "WAIT", 0.3)
    async with calls(plain) as call:
        await call.ring()
        plain.dialogue.always = words("Mamy trzy terminy.")
        plain.dialogue.delay = 1.0
        heard = await call.says("jakie są terminy")
        assert heard.startswith("Chwileczkę.") and heard.endswith("Mamy trzy terminy.")
        assert heard.count("Chwileczkę") == 1


async def test_a_webhook_told_twice_is_one_message_and_is_answered_again(plain: TestHouse) -> None:
    async with calls(plain) as call:
        await call.ring()
        plain.dialogue.always = words("Czynne do osiemnastej.")
        assert call.twiml is not None
        action = call.twiml.find("Gather")
        assert action is not None
        path = _path(action.get("action"))
        first = call.spoken(await call.post(path, SpeechResult="do której czynne"))
        second = call.spoken(await call.post(path, SpeechResult="do której czynne"))
        assert first == second == "Czynne do osiemnastej."
        assert await call.ring() == "Czynne do osiemnastej.", "a ring that is told again finds the call going on"
    assert len(await plain.rows(Message, Message.direction == Direction.inbound)) == 1


async def test_danger_is_answered_at_once(plain: TestHouse) -> None:
    async with calls(plain) as call:
        await call.ring()
        assert "sto dwanaście" in await call.says("mąż nie oddycha")
    assert len(await plain.alerts()) == 1


async def test_the_providers_status_ends_the_call_and_what_was_open_goes_on_by_sms(plain: TestHouse) -> None:
    async with calls(plain) as call:
        await call.ring()
        plain.dialogue.always = ASKED
        await call.says("umów wizytę")
        form = {"CallSid": SID, "CallStatus": "completed"}
        for _ in range(2):
            assert (await plain.webhook(call.client, form, f"{PATH}/status")).status_code == 204
        after = await call.post(f"{PATH}/turn?n=9", SpeechResult="halo")
        assert after.find("Hangup") is not None, "a call that is over says nothing more"
    (row,) = await plain.rows(VoiceCall)
    written = await plain.rows(Message, Message.channel == "sms")
    assert row.outcome == "hung-up" and {(one.content or {}).get("key") for one in written} == {
        "call-dropped",
        "ask-time-window",
    }


async def test_a_call_whose_provider_is_silent_is_ended_by_the_sweep(plain: TestHouse) -> None:
    async with calls(plain) as call:
        await call.ring()
        plain.clock.instant += timedelta(seconds=61)
        one = plain.house
        assert await end_unseen(one.database, one.messages, one.clock) == 1


async def test_a_withheld_number_speaks_without_a_socket_too(plain: TestHouse) -> None:
    async with calls(plain) as call:
        call.number = "anonymous"
        assert "automatyczny asystent" in await call.ring()
        plain.dialogue.always = words("Czynne do osiemnastej.")
        assert await call.says("do której czynne") == "Czynne do osiemnastej."


@pytest.mark.parametrize("path", WEBHOOKS)
async def test_an_unsigned_webhook_is_refused(plain: TestHouse, path: str) -> None:
    async with plain.web() as client:
        form = {"CallSid": SID, "From": ANNA, "SpeechResult": "konsultant", "Digits": "1", "CallStatus": "completed"}
        answer = await client.post(f"{PATH}{path}", data=form, headers={"X-Twilio-Signature": "x"})
    assert answer.status_code == 403
    assert await plain.rows(Message) == [] and await plain.rows(VoiceCall) == []


async def test_webhooks_of_a_call_nobody_knows_say_nothing(plain: TestHouse) -> None:
    async with calls(plain) as call:
        for path in ("/turn?n=1", "/hold?n=1&h=1"):
            twiml = await call.post(f"{PATH}{path}", SpeechResult="halo", Digits="5")
            assert twiml.find("Hangup") is not None and call.spoken(twiml) == ""


async def test_a_socket_that_fails_is_followed_by_another_and_then_by_webhooks(house: TestHouse) -> None:
    house.dialogue.always = ASKED
    failed = {"CallSid": SID, "ErrorCode": "64105", "SessionStatus": "failed"}
    async with Line(house) as line:
        await line.plays(**SETUP)
        await line.call.speak_new()
        asked = await line.says("umów wizytę")
    async with calls(house) as call:
        again = await call.post(f"{PATH}/ended", **failed)
        relay = again.find("Connect/ConversationRelay")
        assert relay is not None and relay.get("url", "").endswith(f"call={SID}&leg=2")
        async with Line(house, leg=2) as second:
            await second.plays(**SETUP)
            await second.call.speak_new()
            assert "automatyczny asystent" not in second.spoken() and second.spoken().endswith(asked)
        heard = call.spoken(await call.post(f"{PATH}/ended", **failed))
        assert "automatyczny asystent" not in heard and heard.endswith(asked)
        (row,) = await house.rows(VoiceCall)
        assert (row.way, row.legs, row.ended_at) == ("gather", MOST_SOCKETS + 1, None)
        house.dialogue.always = words("Wolne terminy są we wtorek.")
        assert await call.says("w przyszłym tygodniu") == "Wolne terminy są we wtorek."


async def test_an_older_socket_says_nothing_once_a_later_one_has_the_call(house: TestHouse) -> None:
    async with Line(house) as first:
        await first.plays(**SETUP)
        await first.call.speak_new()
        async with Line(house, leg=2) as second:
            await second.plays(**SETUP)
            before = len(first.sent)
            house.dialogue.always = words("Czynne do osiemnastej.")
            assert await second.says("do której czynne") == "Czynne do osiemnastej."
            await first.call.speak_new()
            assert first.spoken(before) == ""
            await first.call.close("hung-up")
            (row,) = await house.rows(VoiceCall)
            assert row.ended_at is None, "the end of an older socket is not the end of the call"
