"""What may go wrong on a media stream. Invariant: the caller is told, the call goes on by keys or by a person, and nothing is lost."""

import base64

import pytest
import websockets

from bench.streams import STREAM, telephone
from channels.voice.frames import MAX_FRAME
from channels.voice.listening import MOST_FRAMES
from channels.voice.playing import MOST_FAILURES
from channels.voice.speech.protocols import SpeechFailed
from channels.voice.stream import MOST_AHEAD
from conversations.calls import VoiceCall
from conversations.models import CaseState
from service.app import create_app
from tests.channels.conftest import Line
from tests.channels.test_voice import SID, outbound, twiml
from tests.channels.test_voice_transfer import TELEPHONE, reachable
from tests.house import ANNA, PUBLIC
from tests.scripted import words
from tests.serving import serve
from tests.speech import loud, quiet

FORM = {"CallSid": SID, "From": ANNA, "To": "+48732100200", "CallStatus": "in-progress"}
PATH = "/webhooks/twilio/voice"


async def test_frames_that_are_none_are_passed_over_until_there_are_too_many(line: Line) -> None:
    line.house.dialogue.always = words("Dobrze.")
    line.speech.recognizer.words = ["dzień dobry"]
    async with line.call() as phone:
        for number in range(MOST_FRAMES - 1):
            match number % 6:
                case 0:
                    await phone.media("%%% no base64 %%%")
                case 1:
                    await phone.media("")
                case 2:
                    await phone.media(base64.b64encode(loud(0.02)).decode(), track="outbound")
                case 3:
                    await phone.media(base64.b64encode(b"x" * 8_001).decode())
                case 4:
                    await phone.send({"event": "dtmf", "streamSid": STREAM, "dtmf": {"digit": "99"}})
                case 5:
                    await phone.send({"event": 7})
        await phone.send({"event": "from-a-later-version", "x": 1})
        await phone.send({"event": "mark", "streamSid": STREAM, "mark": {"name": "no.mark.of.ours"}})
        await phone.speak(quiet(0.5) + loud(1) + quiet(1))
        await line.says("Dobrze.")
        await phone.media("%")
        assert await phone.ended() == 1008
    assert (await line.over()).outcome == "bad-frames"


async def test_nothing_comes_before_the_start(line: Line) -> None:
    async with line.call(starts=False) as phone:
        for _ in range(MOST_FRAMES):
            await phone.media(base64.b64encode(loud(0.02)).decode())
        assert await phone.ended() == 1008
    assert await line.house.rows(VoiceCall) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"mediaFormat": {"encoding": "audio/x-l16", "sampleRate": 16000, "channels": 1}},
        {"mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 2}},
        {"callSid": ""},
        {"callSid": "CA" + "9" * 32},
        {"customParameters": "none"},
    ],
)
async def test_a_start_that_is_none_ends_the_stream(line: Line, wrong: dict[str, object]) -> None:
    async with line.call(starts=False) as phone:
        await phone.start(**wrong)
        assert await phone.ended() == 1008
    assert await line.house.rows(VoiceCall) == []


async def test_a_second_start_changes_nothing(line: Line) -> None:
    async with line.call() as phone:
        await phone.start(callSid="CA" + "9" * 32)
        await phone.press("0")
        assert await line.heard() == ["konsultant"]


async def test_a_frame_of_a_megabyte_ends_the_stream(line: Line) -> None:
    async with line.call() as phone:
        await phone.media("A" * 1_000_000)
        assert await phone.ended() == 1008
    assert (await line.over()).outcome == "bad-frames" and MAX_FRAME < 1_000_000


async def test_more_sound_than_time_is_a_flood(line: Line) -> None:
    async with line.call() as phone:
        piece = base64.b64encode(quiet(1)).decode()
        for _ in range(int(MOST_AHEAD) + 90):
            await phone.media(piece)
        assert await phone.ended() == 1008
    assert (await line.over()).outcome == "bad-frames"


async def test_a_flood_of_keys_ends_the_stream(line: Line) -> None:
    async with line.call() as phone:
        await phone.press("#" * 200)
        for _ in range(50):
            await phone.speak(quiet(0.1))
            if phone.closed is not None:
                break
        assert await phone.ended() == 1008


async def test_a_second_socket_of_a_leg_is_refused_and_the_first_goes_on(line: Line) -> None:
    line.house.dialogue.always = words("Dobrze.")
    async with line.call() as phone:
        async with line.call(welcomes=False) as second:
            assert await second.ended() == 1008
        await phone.press("5")
        await line.says("Dobrze.")
    assert [one.sid for one in await line.house.rows(VoiceCall)] == [SID]


async def test_a_recogniser_that_fails_is_told_and_leads_to_keys_and_to_a_person(line: Line) -> None:
    line.speech.recognizer.words = [SpeechFailed("it died"), RuntimeError("of somebody else's"), SpeechFailed("again")]
    async with line.call() as phone:
        for expected in ("Rozpoznawanie mowy", "odpowiadać klawiszami", "onsultan"):
            before = len(line.speech.voice.said)
            await phone.speak(quiet(0.5) + loud(1) + quiet(1))
            await line.says(expected, before)
            await line.settled(phone)
    assert await line.heard() == ["konsultant"]
    assert (await line.house.open_case(await line.house.only_thread())).state is CaseState.waiting


async def test_keys_are_taken_while_the_recogniser_hangs(line: Line) -> None:
    line.house.dialogue.always = words("Dobrze.")
    line.speech.recognizer.words = ["po prywatnemu"]
    line.speech.recognizer.gate.clear()
    async with line.call() as phone:
        await phone.speak(quiet(0.5) + loud(1) + quiet(1))
        await phone.press("5")
        await line.says("Dobrze.")
        assert await line.heard() == ["5"]
        line.speech.recognizer.gate.set()
        assert await line.heard(2) == ["5", "po prywatnemu"], "and what was said before is not lost"


async def test_noise_is_told_twice_and_then_a_person_is_asked_for(line: Line) -> None:
    line.house.dialogue.always = words("Dobrze.")
    line.speech.recognizer.words = ["dzień dobry", "", "", ""]
    async with line.call() as phone:
        for expected in ("Dobrze.", "rozróżnić słów", "klawiszami", "onsultan"):
            before = len(line.speech.voice.said)
            await phone.speak(quiet(0.5) + loud(1) + quiet(1))
            await line.says(expected, before)
            await line.settled(phone)
    assert (await line.heard(2))[-1] == "konsultant"


async def test_a_click_is_no_speech(line: Line) -> None:
    line.speech.recognizer.words = ["nothing was said"]
    line.house.dialogue.always = words("Dobrze.")
    async with line.call() as phone:
        await phone.speak(quiet(0.5) + loud(0.06) + quiet(1.5))
        await phone.press("5")
        await line.says("Dobrze.")
    assert line.speech.recognizer.heard == []


async def test_without_a_voice_the_call_goes_on_by_the_providers_and_listens_to_keys_alone(line: Line) -> None:
    line.speech.voice.is_broken = True
    for leg in (1, 2):
        async with line.call(leg=leg, welcomes=False) as phone:
            assert await phone.ended() == 1000, f"after {MOST_FAILURES} sentences without sound"
        call = await line.over()
        assert (call.outcome, call.legs) == ("speechless", leg)
        async with line.web() as client:
            answer = (await line.house.webhook(client, FORM, f"{PATH}/ended")).text
        assert ("<Stream" in answer) is (leg == 1), "once more, and then without a stream"
    gather = twiml(answer).find("Gather")
    assert gather is not None and gather.get("input") == "dtmf"
    assert "Rozpoznawanie mowy" in answer and "automatyczny asystent" in answer


async def test_a_line_that_breaks_is_streamed_again_and_a_hang_up_is_not(line: Line) -> None:
    line.house.dialogue.always = words("Na kiedy?")
    async with line.call() as phone:
        await phone.press("5")
        await line.says("Na kiedy?")
    assert (await line.over()).outcome == "line-lost"
    async with line.web() as client:
        again = (await line.house.webhook(client, FORM, f"{PATH}/ended")).text
        assert f"/voice/stream/{SID}/2" in again
        gone = (await line.house.webhook(client, FORM | {"CallStatus": "completed"}, f"{PATH}/ended")).text
    assert "<Hangup" in gone and "<Stream" not in gone


async def test_words_that_were_not_played_are_written(line: Line) -> None:
    line.house.dialogue.always = words("Wyniki są gotowe do odbioru.")
    async with line.call() as phone:
        phone.holds = True
        await phone.press("5")
        await phone.hears()
        await phone.hang_up()
    assert (await line.over()).outcome == "hung-up"
    await line.written("gotowe")
    said = [(one.channel, one.body) for one in await outbound(line.house)]
    assert sum(channel == "sms" and "gotowe" in body for channel, body in said) == 1


async def test_who_interrupts_and_hangs_up_leaves_a_transcript_of_what_was_played(line: Line) -> None:
    line.house.dialogue.always = words("Mamy trzy terminy w poniedziałek rano.")
    line.speech.recognizer.words = ["nieważne"]
    async with line.call() as phone:
        phone.holds = True
        await phone.press("5")
        await phone.hears()
        await phone.release(1)
        line.house.dialogue.always = words("Do usłyszenia.")
        await phone.speak(quiet(0.3) + loud(1))
        await phone.hang_up()
    assert (await line.over()).outcome == "hung-up"
    assert await line.heard(2) == ["5", "nieważne"]
    await line.written("Do usłyszenia.")
    said = [one.body for one in await outbound(line.house)]
    assert "Mamy trzy terminy …" in said and not any("rano" in one for one in said)


async def test_the_ring_is_answered_with_a_stream_that_has_no_query(line: Line) -> None:
    async with line.web() as client:
        answer = (await line.house.webhook(client, FORM, PATH)).text
    stream = twiml(answer).find("Connect/Stream")
    assert stream is not None
    assert stream.get("url") == f"{PUBLIC.replace('http', 'ws', 1)}/voice/stream/{SID}/1"
    parameter = stream.find("Parameter")
    assert parameter is not None and (parameter.get("name"), parameter.get("value")) == ("from", ANNA)


async def test_a_call_that_leads_to_a_person_leaves_the_stream_and_rings(line: Line) -> None:
    agent = await reachable(line.house)
    async with line.call() as phone:
        await phone.press("0")
        await line.heard()
        await line.says("onsultan", 3)
        case = await line.house.open_case(await line.house.only_thread())
        assert await line.house.accept(agent, case.id) is None
        assert await phone.ended() == 1000
    async with line.web() as client:
        answer = (await line.house.webhook(client, FORM, f"{PATH}/ended")).text
    assert "<Dial" in answer and TELEPHONE in answer


async def test_without_the_stream_there_is_no_door(line: Line) -> None:
    app = create_app(line.house.house)
    async with serve(app) as address:
        with pytest.raises(websockets.InvalidStatus):
            async with telephone(address, PUBLIC, line.house.house.twilio_token, SID, ANNA):
                pass
