"""A call over a media stream. Invariant: it is the same call as over the relay, and the transcript keeps only what was played."""

import base64

import pytest
import websockets
from sqlalchemy import text

from bench.streams import telephone
from channels.voice.speech.sound import FRAME
from channels.voice.stream_routes import stream_url
from conversations.calls import VoiceCall
from conversations.models import CaseState, Message
from conversations.protocols import DialogueReply, Utterance
from tests.channels.conftest import Line
from tests.channels.test_voice import SID, outbound, withheld
from tests.house import ANNA, PUBLIC
from tests.scripted import words
from tests.serving import until
from tests.speech import loud, quiet


async def test_what_is_said_is_understood_and_answered_in_sound(line: Line) -> None:
    line.house.dialogue.always = words("Jesteśmy otwarci do osiemnastej.")
    line.speech.recognizer.words = ["Do której jesteście otwarci?"]
    async with line.call() as phone:
        before = phone.heard_seconds
        await phone.speak(quiet(0.5) + loud(1.5) + quiet(1.5))
        await line.says("Jesteśmy otwarci do osiemnastej.")
        await line.settled(phone)
        assert phone.heard_seconds > before
        assert await line.heard() == ["Do której jesteście otwarci?"]
        await phone.hang_up()
    call = await line.over()
    assert (call.way, call.outcome, call.has_spoken) == ("stream", "hung-up", True)
    ((length, language),) = line.speech.recognizer.heard
    assert 1.5 <= length <= 2.8 and language == "pl"


async def test_the_handshake_is_signed_for_its_own_call_and_leg(line: Line) -> None:
    for headers, sid in (({}, SID), ({"X-Twilio-Signature": "forged"}, SID)):
        with pytest.raises(websockets.InvalidStatus):
            async with websockets.connect(stream_url(line.address, sid, 1), additional_headers=headers):
                pass
    token = line.house.house.twilio_token
    for sid, leg, signed_sid, signed_leg in (("CA" + "1" * 32, 1, SID, 1), (SID, 2, SID, 1), (SID, 0, SID, 0)):
        with pytest.raises(websockets.InvalidStatus):
            async with telephone(line.address, PUBLIC, token, signed_sid, ANNA, signed_leg) as _:
                pass
            async with websockets.connect(stream_url(line.address, sid, leg)):
                pass


async def test_a_stream_that_names_another_call_is_ended(line: Line) -> None:
    async with line.call(starts=False) as phone:
        await phone.start(callSid="CA" + "9" * 32)
        assert await phone.ended() == 1008
    assert await line.house.rows(VoiceCall) == []


async def test_who_speaks_into_our_words_clears_them_and_the_transcript_keeps_what_was_played(line: Line) -> None:
    line.house.dialogue.always = words("Mamy trzy terminy w poniedziałek rano. Czy któryś z nich pasuje?")
    line.speech.recognizer.words = ["jakie są terminy", "tylko we wtorek"]
    async with line.call() as phone:
        phone.holds = True
        await phone.speak(quiet(0.5) + loud(1) + quiet(1))
        await line.says("Mamy trzy terminy")
        await phone.hears()
        await phone.release(1)
        line.house.dialogue.always = words("Dobrze.")
        await phone.speak(quiet(0.3) + loud(1.2))
        await phone.until("clear")
        phone.holds = False
        await phone.speak(quiet(1.2))
        await line.says("Dobrze.")
        assert await line.heard(2) == ["jakie są terminy", "tylko we wtorek"]
    said = [one.body for one in await outbound(line.house)]
    (cut,) = [one for one in said if one.startswith("Mamy")]
    assert cut == "Mamy trzy terminy …"
    assert "któryś" not in line.speech.voice.spoken(), "what was about to be said is not said"


async def test_words_of_which_nothing_was_played_are_taken_back(line: Line) -> None:
    line.house.dialogue.always = words("Mamy trzy terminy.")
    line.speech.recognizer.words = ["jakie są terminy"]
    async with line.call() as phone:
        phone.holds = True
        await phone.speak(quiet(0.5) + loud(1) + quiet(1))
        await phone.hears()
        await phone.press("*")
        await phone.until("clear")
        phone.holds = False
        await line.settled(phone)
    assert "interrupted" in await withheld(line.house)


async def test_danger_is_spoken_to_its_end_and_found_in_a_sentence_that_is_not_finished(line: Line) -> None:
    line.speech.recognizer.words = ["mąż nie oddycha i", "mąż nie oddycha i jest siny"]
    async with line.call() as phone:
        phone.holds = True
        await phone.speak(quiet(0.5) + loud(4))
        await phone.hears()
        await phone.speak(loud(1) + quiet(1))
        await phone.release()
        phone.holds = False
        await line.settled(phone)
        assert "sto dwanaście" in line.speech.voice.spoken(3)
        assert not [one for one in phone.frames if one["event"] == "clear"], "it is not talked down"
    assert await line.heard() == ["mąż nie oddycha i"]
    assert len(await line.house.alerts()) == 1


async def test_a_pause_of_two_seconds_inside_a_sentence_does_not_end_the_turn(line: Line) -> None:
    line.house.dialogue.always = words("Dobrze.")
    line.speech.recognizer.words = ["Chciałabym się umówić do", "kardiologa"]
    async with line.call() as phone:
        await phone.speak(quiet(0.5) + loud(1) + quiet(0.8))
        await line.understood(1)
        await phone.speak(quiet(1.2) + loud(1) + quiet(1))
        assert await line.heard() == ["Chciałabym się umówić do kardiologa"]


async def test_who_goes_on_speaking_is_not_talked_over(line: Line) -> None:
    line.house.dialogue.always = words("Dobrze.")
    line.speech.recognizer.words = ["Dzień dobry", "chcę odwołać wizytę"]
    line.speech.recognizer.gate.clear()
    async with line.call() as phone:
        await phone.speak(quiet(0.5) + loud(1) + quiet(0.8) + loud(1))
        line.speech.recognizer.gate.set()
        await line.heard()
        await until(lambda: line.is_answered("Dobrze."))
        assert "Dobrze." not in line.speech.voice.spoken()
        await phone.speak(quiet(1))
        await line.says("Dobrze.")
        assert await line.heard(2) == ["Dzień dobry", "chcę odwołać wizytę"]


async def test_a_code_said_in_parts_is_one_answer(line: Line) -> None:
    line.house.dialogue.always = DialogueReply((Utterance("identity-code-ask"),), "refill", 0.9, "scripted")
    line.speech.recognizer.words = ["recepta", "cztery siedem jeden", "dziewięć zero dwa"]
    async with line.call() as phone:
        await phone.speak(quiet(0.5) + loud(1) + quiet(1))
        await line.says("ześciocyfrowy")
        await line.settled(phone)
        await phone.speak(loud(1) + quiet(1.9) + loud(1) + quiet(1))
        assert (await line.heard(2))[1] == "cztery siedem jeden dziewięć zero dwa"


async def test_keys_work_and_zero_leads_to_a_person(line: Line) -> None:
    async with line.call() as phone:
        await phone.press("0")
        assert await line.heard() == ["konsultant"]
        await line.says("onsultan", 3)
    case = await line.house.open_case((await line.house.rows(Message))[0].thread_id)
    assert case.state is CaseState.waiting


async def test_slower_is_slower_and_nine_is_english(line: Line) -> None:
    line.house.dialogue.always = words("Fine.")
    line.speech.recognizer.words = ["wolniej"]
    async with line.call() as phone:
        await phone.speak(quiet(0.5) + loud(1) + quiet(1))
        await line.says("wolniej")
        await line.settled(phone)
        await phone.press("9")
        await line.says("Fine.")
    assert line.speech.voice.said[-1] == ("Fine.", "en", True)
    assert not line.speech.voice.said[0][2]


async def test_a_hang_up_in_mid_word_loses_nothing(line: Line) -> None:
    line.house.dialogue.always = words("Dobrze.")
    line.speech.recognizer.words = ["chcę odwołać wizytę"]
    async with line.call() as phone:
        await phone.speak(quiet(0.5) + loud(1))
        await phone.hang_up()
    assert (await line.over()).outcome == "hung-up"
    assert await line.heard() == ["chcę odwołać wizytę"]
    await line.written("Dobrze.")


async def test_sound_is_kept_nowhere(line: Line) -> None:
    line.house.dialogue.always = words("Dobrze.")
    line.speech.recognizer.words = ["chcę odwołać wizytę"]
    folder = line.house.house.settings.data_folder
    before = {one for one in folder.rglob("*") if one.is_file()}
    voice = loud(1)
    async with line.call() as phone:
        await phone.speak(quiet(0.5) + voice + quiet(1))
        await line.says("Dobrze.")
        await line.settled(phone)
    await line.over()
    assert {one for one in folder.rglob("*") if one.is_file()} == before
    pieces = [voice[at : at + FRAME] for at in range(0, len(voice), FRAME)] + [b"\x20" * 30]
    marks = [*(one.hex() for one in pieces), *(base64.b64encode(one).decode() for one in pieces)]
    async with line.house.house.database.unit_of_work() as uow:
        tables = list(await uow.session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")))
        readable = 0
        for table in tables:
            allowed = await uow.session.scalar(text("SELECT has_table_privilege(:name, 'SELECT')"), {"name": table})
            if not allowed:
                continue
            readable += 1
            held = await uow.session.scalar(
                text(f'SELECT string_agg(t::text, chr(10)) FROM "{table}" t')  # names from the catalogue
            )
            assert not any(mark in (held or "") for mark in marks), table
    assert readable > 20
