"""A call. Invariant: it is the same conversation as SMS from that number, and what nobody heard is neither lost nor told as heard."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest

from channels.voice import frames
from channels.voice.call import KEYS_A_MINUTE, Call, RelayLips
from channels.voice.frames import BadFrame, read
from channels.voice.routes import socket_url
from channels.voice.voice import Voice
from conversations.after_call import end_unseen
from conversations.calls import VoiceCall
from conversations.messages import route_of
from conversations.models import CaseState, Delivery, DeliveryState, Direction, Message
from conversations.protocols import Choice, DialogueReply, Utterance
from conversations.safety import default_screen
from core.db import UnitOfWork
from tests.house import ANNA, PUBLIC, TestHouse
from tests.scripted import words

SOUND = f"{PUBLIC}/voice/waiting.wav"
SID = "CA" + "0" * 32
SETUP = {
    "type": "setup",
    "sessionId": "VX1",
    "callSid": SID,
    "from": ANNA,
    "to": "+48732100200",
    "direction": "inbound",
}


@dataclass
class Line:
    """A call without its socket: frames are played to it, words are read from it."""

    house: TestHouse
    desk: str | None = None
    sid: str | None = None
    leg: int = 1
    number: str = ANNA
    sent: list[dict[str, Any]] = field(default_factory=list)

    async def __aenter__(self) -> "Line":
        house = self.house.house

        async def is_open(_: UnitOfWork) -> bool:
            return self.house.hours.open

        voice = Voice(
            house.inbox,
            house.messages,
            house.database,
            house.bus,
            house.clock,
            default_screen(),
            "PL",
            is_open,
            house.limiter,
            house.telephones,
            self.desk,
        )
        self.call = Call(voice, RelayLips(self._send, SOUND), self.sid, self.leg)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.call.close("hung-up")

    async def _send(self, frame: str) -> None:
        self.sent.append(json.loads(frame))

    def stalls(self) -> None:
        """The socket hangs: nothing is spoken by itself any more."""
        for task in self.call._tasks.values():
            task.cancel()

    async def plays(self, **frame: Any) -> None:
        """One frame of the provider."""
        one = read(json.dumps(frame))
        assert one is not None
        await self.call.take(one)

    async def says(self, text: str, **more: Any) -> str:
        """The caller speaks, the turn is done; what was spoken in answer."""
        before = len(self.sent)
        await self.plays(type="prompt", voicePrompt=text, lang="pl-PL", last=True, **more)
        await self.answered()
        return self.spoken(before)

    async def answered(self) -> None:
        """Every waiting turn is taken and spoken."""
        point = await self.house.point(self.number)
        thread = (await self.house.rows(Message, Message.contact_point_id == point.id))[0].thread_id
        await self.house.house.turns.take(thread)
        await self.call.speak_new()

    def spoken(self, after: int = 0) -> str:
        """What was said since."""
        return "".join(one["token"] for one in self.sent[after:] if one["type"] == "text")


def twiml(text: str) -> ElementTree.Element:
    """Our own answer to a webhook."""
    return ElementTree.fromstring(text)  # noqa: S314 - nobody else wrote it


async def outbound(house: TestHouse) -> list[Message]:
    """What was said, in order."""
    return sorted(await house.rows(Message, Message.direction == Direction.outbound), key=lambda one: one.seq)


async def test_the_first_words_say_that_it_is_automatic_and_are_in_the_transcript(house: TestHouse) -> None:
    async with Line(house) as line:
        await line.plays(**SETUP)
        await line.call.speak_new()
        assert "automatyczny asystent" in line.spoken() and "sto dwanaście" in line.spoken()
        (said,) = await outbound(house)
        assert said.channel == "voice" and "automatyczny asystent" in said.body
    async with Line(house) as again:
        await again.plays(**(SETUP | {"callSid": "CA2"}))
        await again.call.speak_new()
        assert "automatyczny asystent" in again.spoken(), "each call begins with it"


async def test_a_call_is_the_same_conversation_as_sms_from_that_number(house: TestHouse) -> None:
    written = await house.sms("dzień dobry")
    await house.house.turns.take(written.thread_id)
    async with Line(house) as line:
        await line.plays(**SETUP)
        house.dialogue.always = words("W czym pomóc?")
        assert "W czym pomóc?" in await line.says("chcę się umówić")
    heard = await house.rows(Message, Message.direction == Direction.inbound)
    assert {(one.thread_id, one.channel) for one in heard} == {(written.thread_id, "sms"), (written.thread_id, "voice")}


async def test_choices_are_spoken_and_picked_by_a_key(house: TestHouse) -> None:
    asked = Utterance(
        "ask-payer",
        {},
        (Choice("nfz", "choice-payer-nfz", "/nfz"), Choice("private", "choice-payer-private", "/private")),
    )
    async with Line(house) as line:
        await line.plays(**SETUP)
        house.dialogue.always = DialogueReply((asked,), "book", 0.9, "scripted")
        assert "Klawisz jeden: " in await line.says("do kardiologa")
        await line.plays(type="dtmf", digit="2")
        await line.answered()
    assert house.dialogue.asked[-1].payload == "/private"


async def test_zero_leads_to_a_person_and_to_the_desk_while_it_is_open(house: TestHouse) -> None:
    async with Line(house, desk="+48221002030") as line:
        await line.plays(**SETUP)
        await line.plays(type="dtmf", digit="0")
        await line.answered()
        case = await house.open_case((await house.rows(Message))[0].thread_id)
        assert case.state is CaseState.waiting
        assert json.loads(line.sent[-1]["handoffData"]) == {"reason": "human"}


async def test_danger_is_not_waited_out_in_a_partial_sentence(house: TestHouse) -> None:
    async with Line(house) as line:
        await line.plays(**SETUP)
        await line.plays(type="prompt", voicePrompt="mąż nie oddycha i", lang="pl-PL", last=False)
        await line.answered()
        assert "sto dwanaście" in line.spoken()
        await line.plays(type="prompt", voicePrompt="Mąż nie oddycha i jest siny", lang="pl-PL", last=True)
    heard = await house.rows(Message, Message.direction == Direction.inbound)
    assert [one.body for one in heard] == ["mąż nie oddycha i"], "the same words are one message"
    assert len(await house.alerts()) == 1


async def test_what_was_not_heard_is_not_in_the_transcript(house: TestHouse) -> None:
    async with Line(house) as line:
        await line.plays(**SETUP)
        house.dialogue.always = words("Mamy trzy terminy w poniedziałek. Czy któryś pasuje?")
        await line.says("jakie są terminy")
        await line.plays(type="interrupt", utteranceUntilInterrupt="Mamy trzy terminy", durationUntilInterruptMs=900)
        assert (await outbound(house))[-1].body == "Mamy trzy terminy …"


async def written(house: TestHouse) -> list[Message]:
    """What was said by SMS."""
    return [one for one in await outbound(house) if one.channel == "sms"]


async def withheld(house: TestHouse) -> set[str | None]:
    """Why spoken words did not leave."""
    return {one.error_code for one in await house.rows(Delivery, Delivery.state == DeliveryState.withheld)}


ASKED = Utterance("refill-dose", {"doses": "Warfin 5 mg: 1"}, (Choice("same", "refill-dose-same", "/affirm"),))


async def test_words_nobody_listened_to_are_written_under_the_rules_of_sms(house: TestHouse) -> None:
    async with Line(house) as line:
        await line.plays(**SETUP)
        await line.call.speak_new()
        await line.plays(type="prompt", voicePrompt="potrzebuję recepty", lang="pl-PL", last=True)
        thread = (await house.rows(Message))[0].thread_id
    house.dialogue.always = DialogueReply((ASKED,), "refill", 0.9, "scripted")
    await house.house.turns.take(thread)
    for _ in range(2):
        await house.house.deliverer.drain(thread)
    (said,) = await written(house)
    assert "dawka" in said.body and "Warfin" not in said.body, "an SMS names no medicine, whatever was to be spoken"
    assert "call-over" in await withheld(house)


async def test_what_was_taken_and_never_spoken_is_written_after_the_hang_up(house: TestHouse) -> None:
    async with Line(house) as line:
        await line.plays(**SETUP)
        await line.call.speak_new()
        house.dialogue.always = words("Mamy trzy terminy.")
        await line.plays(type="prompt", voicePrompt="jakie są terminy", lang="pl-PL", last=True)
        thread = (await house.rows(Message))[0].thread_id
        line.stalls()
        await house.house.turns.take(thread)
        await house.house.deliverer.drain(thread)
        assert await written(house) == []
    assert [one.body for one in await written(house)] == ["Mamy trzy terminy."]


async def test_a_call_whose_process_died_is_ended_and_its_words_are_written(house: TestHouse) -> None:
    async with Line(house) as line:
        await line.plays(**SETUP)
        await line.call.speak_new()
        house.dialogue.always = words("Mamy trzy terminy.")
        await line.plays(type="prompt", voicePrompt="jakie są terminy", lang="pl-PL", last=True)
        thread = (await house.rows(Message))[0].thread_id
        line.stalls()
        await house.house.turns.take(thread)
        await house.house.deliverer.drain(thread)
        one = house.house
        assert await end_unseen(one.database, one.messages, one.clock) == 0
        house.clock.instant += timedelta(seconds=61)
        assert [await end_unseen(one.database, one.messages, one.clock) for _ in range(2)] == [1, 0]
    (call,) = await house.rows(VoiceCall)
    assert call.outcome == "unseen" and len(await written(house)) == 1


async def test_after_a_call_a_person_answers_by_sms(house: TestHouse) -> None:
    async with Line(house) as line:
        await line.plays(**SETUP)
        await line.says("konsultant")
        case = await house.open_case((await house.rows(Message))[0].thread_id)
        async with house.house.database.unit_of_work() as uow:
            during = await route_of(uow, case)
    async with house.house.database.unit_of_work() as uow:
        after = await route_of(uow, case)
    assert during is not None and after is not None and (during.channel, after.channel) == ("voice", "sms")


async def test_an_interruption_never_silences_safety(house: TestHouse) -> None:
    async with Line(house) as line:
        await line.plays(**SETUP)
        await line.call.speak_new()
        await line.plays(type="prompt", voicePrompt="mąż nie oddycha", lang="pl-PL", last=True)
        thread = (await house.rows(Message))[0].thread_id
        line.stalls()
        await house.house.turns.take(thread)
        before = len(line.sent)
        await line.plays(type="interrupt", utteranceUntilInterrupt="", durationUntilInterruptMs=10)
        await line.call.speak_new()
        assert "sto dwanaście" in line.spoken(before) and await withheld(house) == set()


async def test_an_interruption_takes_back_what_was_about_to_be_said(house: TestHouse) -> None:
    async with Line(house) as line:
        await line.plays(**SETUP)
        await line.call.speak_new()
        house.dialogue.always = words("Mamy trzy terminy.")
        await line.plays(type="prompt", voicePrompt="jakie są terminy", lang="pl-PL", last=True)
        line.stalls()
        await house.house.turns.take((await house.rows(Message))[0].thread_id)
        before = len(line.sent)
        await line.plays(type="interrupt", utteranceUntilInterrupt="", durationUntilInterruptMs=10)
        await line.call.speak_new()
        assert line.spoken(before) == "" and await withheld(house) == {"interrupted"}
    assert await written(house) == [], "who spoke into it did not want it by SMS either"


async def test_one_call_has_one_socket(house: TestHouse) -> None:
    async with Line(house) as line:
        await line.plays(**SETUP)
        async with Line(house) as second:
            with pytest.raises(BadFrame, match="has its socket"):
                await second.plays(**SETUP)
    async with Line(house) as late:
        with pytest.raises(BadFrame, match="has its socket"):
            await late.plays(**SETUP)
    async with Line(house, sid="CA777") as another:
        with pytest.raises(BadFrame, match="another call"):
            await another.plays(**(SETUP | {"callSid": "CA778"}))
    assert [one.sid for one in await house.rows(VoiceCall)] == [SID]


async def test_a_flood_of_keys_ends_the_call(house: TestHouse) -> None:
    house.hold_limits()
    async with Line(house) as line:
        await line.plays(**SETUP)
        with pytest.raises(BadFrame, match="too many"):
            for _ in range(KEYS_A_MINUTE + 1):
                await line.plays(type="dtmf", digit="*")


async def test_hello_means_say_that_again(house: TestHouse) -> None:
    async with Line(house) as line:
        await line.plays(**SETUP)
        house.dialogue.always = words("Czynne do osiemnastej.")
        await line.says("do której czynne")
        before = len(line.sent)
        await line.plays(type="prompt", voicePrompt="Halo?", lang="pl-PL", last=True)
        assert line.spoken(before) == "Czynne do osiemnastej."


async def test_a_withheld_number_is_a_caller_of_its_own(house: TestHouse) -> None:
    async with Line(house) as line:
        await line.plays(**(SETUP | {"from": "anonymous"}))
        await line.call.speak_new()
        assert "automatyczny asystent" in line.spoken()
        (call,) = await house.rows(VoiceCall)
    (ended,) = await house.rows(VoiceCall)
    assert call.ended_at is None and ended.ended_at is not None and ended.outcome == "hung-up"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x" * (frames.MAX_FRAME + 1), "too long"), ("{", "no JSON"), ("[]", "no type"), ('{"type": 7}', "no type"),
        ('{"type": "prompt"}', "prompt: 1"), ('{"type": "dtmf", "digit": "99"}', "dtmf: 1"), ("[" * 30_000, "no JSON"),
        ('{"type": "setup", "callSid": "../../x", "from": "+48600100200"}', "setup: 1"),
    ],
)  # fmt: skip
def test_a_frame_that_is_none_is_named_and_never_quoted(text: str, told: str) -> None:
    with pytest.raises(BadFrame, match=told):
        read(text)
    assert read('{"type": "info", "name": "x"}') is None


async def test_frames_before_setup_and_a_second_setup_change_nothing(house: TestHouse) -> None:
    async with Line(house) as line:
        with pytest.raises(BadFrame):
            await line.plays(type="prompt", voicePrompt="halo", last=True)
        await line.plays(**SETUP)
        await line.plays(**(SETUP | {"from": "+48600999999", "callSid": "CA9"}))
    assert [one.sid for one in await house.rows(VoiceCall)] == [SID]


async def test_the_ring_is_signed_and_answered_with_the_relay(house: TestHouse) -> None:
    async with house.web() as client:
        form = {"CallSid": SID, "From": ANNA, "To": "+48732100200", "CallStatus": "ringing"}
        answer = await house.webhook(client, form, "/webhooks/twilio/voice")
        assert answer.status_code == 200
        assert f'url="{socket_url(PUBLIC)}?call={SID}"' in answer.text and "<ConversationRelay" in answer.text
        assert 'code="pl-PL"' in answer.text and 'code="en-US"' in answer.text
        over = await house.webhook(client, {"CallSid": SID, "HandoffData": "{"}, "/webhooks/twilio/voice/ended")
        assert "<Hangup" in over.text
        forged = await client.post("/webhooks/twilio/voice", data=form, headers={"X-Twilio-Signature": "x"})
        assert forged.status_code == 403
