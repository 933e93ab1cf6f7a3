"""Manners of a call. Invariant: who is old, slow, hard of hearing or silent is waited for, and nothing of what they said is lost."""

import asyncio

import pytest

from channels.voice import call as calls
from channels.voice.caller import MOST_UNHEARD
from channels.voice.manners import Manner, goes_on, is_dictated, is_hum, is_noise, manner_of
from conversations.calls import VoiceCall
from conversations.models import CaseState, Direction, Message
from conversations.protocols import Choice, DialogueReply, Utterance
from tests.channels.test_voice import SETUP, Line, outbound, written
from tests.house import ANNA, TestHouse
from tests.scripted import words

LANDLINE = "+48221002030"
BOOKED = Utterance(
    "booked", {"at": {"when": "2026-11-24T15:20:00+01:00"}, "clinician": "dr Nowak", "address": "ul. Lipowa 3"}
)
PAYER = Utterance(
    "ask-payer",
    {},
    (Choice("nfz", "choice-payer-nfz", "/nfz"), Choice("private", "choice-payer-private", "/private")),
)


@pytest.mark.parametrize(
    ("said", "manner"),
    [
        ("Powtórz", Manner.again), ("proszę powtórzyć", Manner.again), ("Halo?", Manner.again),
        ("Could you repeat that, please?", Manner.again),
        ("wolniej proszę", Manner.slower), ("proszę mówić wolniej", Manner.slower), ("slow down please", Manner.slower),
        ("głośniej", Manner.louder), ("I can't hear you", Manner.louder), ("Wyślij mi to SMS-em", Manner.by_sms),
        ("proszę to wysłać sms-em", Manner.by_sms), ("text it to me", Manner.by_sms), ("send it by text message please", Manner.by_sms),
        ("nie zgadzam się na nagrywanie", Manner.objects), ("please don't record me", Manner.objects),
        ("powtórz receptę", None), ("wolniejszy termin", None), ("Nie słyszę na jedno ucho", None), ("send a referral", None),
        ("wyślij kod recepty SMS-em", None), ("", None), ("tak", None), ("no", None), ("text", None),
    ],
)  # fmt: skip
def test_only_a_manner_alone_is_a_manner(said: str, manner: Manner | None) -> None:
    assert manner_of(said) is manner


@pytest.mark.parametrize(
    "said",
    [
        "chciałabym się umówić do",
        "do tego",
        "jutro albo",
        "yyy",
        "na,",
        "I need the",
        "dzień dobry ja w sprawie…",
        "and um",
    ],
)
def test_a_sentence_that_stops_in_its_middle_goes_on(said: str) -> None:
    assert goes_on(said)


@pytest.mark.parametrize("said", ["do kardiologa", "tak", "jutro po dziesiątej", "What is it?", "", "yes please", "no"])
def test_a_whole_sentence_is_not_waited_for(said: str) -> None:
    assert not goes_on(said)


def test_noise_is_told_from_words_and_numbers() -> None:
    assert all(is_noise(one) for one in ("[noise]", "…", "yyy", "hmm", "(szum)"))
    assert not any(is_noise(one) for one in ("tak", "hmm tak", "5", "no", "so", "well"))
    assert is_hum("yyy") and is_hum("um, er") and not any(is_hum(one) for one in ("[noise]", "no", "", "hmm tak"))
    assert (
        is_dictated("pięć siedem zero trzy")
        and is_dictated("57 03")
        and not is_dictated("pięć lat")
        and not is_dictated("")
    )


async def inbound(house: TestHouse) -> list[str]:
    """What the caller said, as it is kept."""
    heard = await house.rows(Message, Message.direction == Direction.inbound)
    return [one.body for one in sorted(heard, key=lambda one: one.seq)]


async def test_a_pause_within_a_sentence_does_not_end_the_turn(house: TestHouse) -> None:
    async with Line(house) as line:
        await line.plays(**SETUP)
        for part in ("Dzień dobry, chciałabym się umówić do", "yyy, no do"):
            await line.plays(type="prompt", voicePrompt=part, lang="pl-PL", last=True)
            assert await inbound(house) == []
        await line.says("kardiologa")
        assert await inbound(house) == ["Dzień dobry, chciałabym się umówić do yyy, no do kardiologa"]


async def test_a_sentence_that_is_never_finished_is_taken_as_it_is(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "HELD", 0.05)
    async with Line(house) as line:
        await line.plays(**SETUP)
        await line.plays(type="prompt", voicePrompt="chciałabym się umówić do", lang="pl-PL", last=True)
        await asyncio.sleep(0.5)
        assert await inbound(house) == ["chciałabym się umówić do"]


async def test_half_a_sentence_is_kept_when_the_caller_hangs_up(house: TestHouse) -> None:
    async with Line(house) as line:
        await line.plays(**SETUP)
        await line.plays(type="prompt", voicePrompt="chciałabym odwołać wizytę w", lang="pl-PL", last=True)
    assert await inbound(house) == ["chciałabym odwołać wizytę w"]


async def test_danger_is_not_held_back_by_an_unfinished_sentence(house: TestHouse) -> None:
    async with Line(house) as line:
        await line.plays(**SETUP)
        await line.plays(type="prompt", voicePrompt="mąż nie oddycha i", lang="pl-PL", last=True)
        assert await inbound(house) == ["mąż nie oddycha i"]


async def test_slower_and_louder_are_answered_honestly_and_the_words_said_again(house: TestHouse) -> None:
    async with Line(house) as line:
        await line.plays(**SETUP)
        house.dialogue.always = words("Jest wolny termin, jutro, u doktora Nowaka.")
        await line.says("kiedy są terminy")
        before = len(line.sent)
        await line.plays(type="prompt", voicePrompt="proszę wolniej", lang="pl-PL", last=True)
        assert "będzie wolniej" in line.spoken(before) and "termin ... jutro ... u doktora" in line.spoken(before)
        before = len(line.sent)
        await line.plays(type="prompt", voicePrompt="głośniej", lang="pl-PL", last=True)
        assert "tylko w telefonie" in line.spoken(before) and "u doktora Nowaka" in line.spoken(before)
        before = len(line.sent)
        await line.plays(type="dtmf", digit="*")
        assert "u doktora Nowaka" in line.spoken(before)
    assert await inbound(house) == ["kiedy są terminy"]


async def test_an_objection_to_recording_costs_no_service(house: TestHouse) -> None:
    async with Line(house) as line:
        await line.plays(**SETUP)
        before = len(line.sent)
        await line.plays(type="prompt", voicePrompt="Nie zgadzam się na nagrywanie", lang="pl-PL", last=True)
        assert "Dźwięku nie nagrywamy" in line.spoken(before)
        house.dialogue.always = words("Czynne do osiemnastej.")
        assert "osiemnastej" in await line.says("do której czynne")


async def test_the_last_words_are_sent_by_sms_at_any_point(house: TestHouse) -> None:
    async with Line(house) as line:
        await line.plays(**SETUP)
        await line.call.speak_new()
        before = len(line.sent)
        await line.plays(type="prompt", voicePrompt="wyślij mi to SMS-em", lang="pl-PL", last=True)
        assert "Nie ma jeszcze czego wysłać" in line.spoken(before) and await written(house) == []
        house.dialogue.always = DialogueReply((PAYER,), "book", 0.9, "scripted")
        await line.says("do kardiologa")
        before = len(line.sent)
        await line.plays(type="prompt", voicePrompt="wyślij mi to SMS-em", lang="pl-PL", last=True)
        assert "Wysłane SMS-em" in line.spoken(before)
        (said,) = await written(house)
        assert "1) " in said.body and "2) " in said.body
        await line.plays(type="dtmf", digit="2")
        await line.answered()
    assert house.dialogue.asked[-1].payload == "/private", "the question still stands in the call"


@pytest.mark.parametrize(("number", "by_sms"), [(ANNA, 1), (LANDLINE, 0)])
async def test_a_booking_is_written_to_a_mobile_and_read_twice_to_a_landline(
    house: TestHouse, number: str, by_sms: int
) -> None:
    async with Line(house) as line:
        await line.plays(**(SETUP | {"from": number}))
        await line.call.speak_new()
        house.dialogue.always = DialogueReply((BOOKED,), "book", 0.9, "scripted")
        before = len(line.sent)
        await line.plays(type="prompt", voicePrompt="tak, pasuje", lang="pl-PL", last=True)
        await house.house.turns.take((await house.rows(Message))[0].thread_id)
        await line.call.speak_new()
        said = line.spoken(before)
    assert said.count("piętnastej dwadzieścia") == 2 - by_sms and ("przyjdzie SMS-em" in said) is bool(by_sms)
    assert len(await written(house)) == by_sms


async def test_silence_is_asked_about_then_offered_keys_then_a_person(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Line(house) as line:
        await line.plays(**SETUP)
        await line.says("dzień dobry")
        for told in ("Czy nadal się słyszymy", "odpowiadać klawiszami"):
            before = len(line.sent)
            await line.call._silent()
            assert told in line.spoken(before)
        await line.call._silent()
        await line.answered()
        case = await house.open_case(await house.only_thread())
        assert case.state is CaseState.waiting


async def test_noise_counts_as_nothing_heard_and_a_word_begins_anew(house: TestHouse) -> None:
    async with Line(house) as line:
        await line.plays(**SETUP)
        await line.says("dzień dobry")
        before = len(line.sent)
        await line.plays(type="prompt", voicePrompt="[noise]", lang="pl-PL", last=True)
        assert "rozróżnić słów" in line.spoken(before)
        await line.says("do kardiologa")
        before = len(line.sent)
        await line.plays(type="prompt", voicePrompt="…", lang="pl-PL", last=True)
        assert "rozróżnić słów" in line.spoken(before)
    assert await inbound(house) == ["dzień dobry", "do kardiologa"]


async def test_who_never_says_a_word_is_let_go(house: TestHouse) -> None:
    async with Line(house) as line:
        await line.plays(**SETUP)
        await line.call.speak_new()
        for _ in range(MOST_UNHEARD + 2):
            await line.call._silent()
        assert "Do usłyszenia" in line.spoken() and [one["type"] for one in line.sent].count("end") == 1
    assert await written(house) == [] and (await house.open_case(await house.only_thread())).state is CaseState.bot


async def test_a_question_survives_silence_a_hang_up_and_the_next_call(house: TestHouse) -> None:
    async with Line(house) as line:
        await line.plays(**SETUP)
        house.dialogue.always = DialogueReply((PAYER,), "book", 0.9, "scripted")
        await line.says("do kardiologa")
        await line.call._silent()
    assert [one.content["key"] for one in await written(house) if one.content] == ["call-dropped", "ask-payer"]
    async with Line(house) as again:
        await again.plays(**(SETUP | {"callSid": "CA2"}))
        await again.call.speak_new()
        assert "wracamy do pytania" in again.spoken() and "czy prywatnie" in again.spoken()
        await again.plays(type="dtmf", digit="2")
        await again.answered()
    assert house.dialogue.asked[-1].payload == "/private"


@pytest.mark.parametrize(("is_taken", "told", "noted"), [
    (False, "czeka na człowieka", "Dopisane"), (True, "prowadzi konsultant", "konsultant to widzi"),
])  # fmt: skip
async def test_who_calls_while_people_have_their_case_is_told_so_and_never_talks_to_nobody(
    house: TestHouse, is_taken: bool, told: str, noted: str
) -> None:
    async with Line(house) as line:
        await line.plays(**SETUP)
        await line.plays(type="dtmf", digit="0")
        await line.answered()
        assert "miejsce w kolejce" in line.spoken() and "Dopisane" not in line.spoken()
    if is_taken:
        await house.accept(await house.staff(), (await house.open_case(await house.only_thread())).id)
    async with Line(house) as again:
        await again.plays(**(SETUP | {"callSid": "CA2"}))
        await again.call.speak_new()
        assert again.spoken().index("automatyczny asystent") < again.spoken().index(told)
        asked = len(house.dialogue.asked)
        assert noted in await again.says("boli mnie też kolano")
        assert noted not in await again.says("mąż nie oddycha"), "what safety says is not talked over"
    assert "boli mnie też kolano" in await inbound(house) and len(house.dialogue.asked) == asked


async def test_half_a_sentence_of_a_caller_who_waits_and_hangs_up_is_kept_and_the_call_ends(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Line(house) as line:
        await line.plays(**SETUP)
        await line.plays(type="dtmf", digit="0")
        await line.answered()
        await line.plays(type="prompt", voicePrompt="i jeszcze chciałam powiedzieć że", lang="pl-PL", last=True)

        async def is_gone(_: str) -> None:
            raise RuntimeError("the socket is closed")

        monkeypatch.setattr(line.call.mouth.lips, "_send", is_gone)
        await line.call.close("hung-up")
    assert "i jeszcze chciałam powiedzieć że" in await inbound(house)
    (call,) = await house.rows(VoiceCall)
    assert call.ended_at is not None and call.outcome == "hung-up"


async def test_a_call_that_is_done_or_never_began_is_not_followed_by_sms(house: TestHouse) -> None:
    async with Line(house) as line:
        await line.plays(**SETUP)
        await line.call.speak_new()
    async with Line(house) as line:
        await line.plays(**(SETUP | {"callSid": "CA2"}))
        house.dialogue.always = words("Czynne do osiemnastej.")
        await line.says("do której czynne")
    async with Line(house) as line:
        await line.plays(**(SETUP | {"callSid": "CA3", "from": LANDLINE}))
        await line.call.speak_new()
    assert await written(house) == []


async def test_a_code_may_begin_with_zero_and_zero_alone_is_a_person(house: TestHouse) -> None:
    asked = Utterance("identity-code-ask")
    async with Line(house) as line:
        await line.plays(**SETUP)
        house.dialogue.always = DialogueReply((asked,), "code", 0.9, "scripted")
        await line.says("kod")
        for key in "012345#":
            await line.plays(type="dtmf", digit=key)
        await line.answered()
        for key in "0#":
            await line.plays(type="dtmf", digit=key)
    assert await inbound(house) == ["kod", "012345", "konsultant"]


async def test_a_number_said_in_parts_is_one_number(house: TestHouse) -> None:
    async with Line(house) as line:
        await line.plays(**SETUP)
        house.dialogue.always = DialogueReply((Utterance("identity-code-ask"),), "code", 0.9, "scripted")
        await line.says("kod")
        await line.plays(type="prompt", voicePrompt="jeden dwa trzy", lang="pl-PL", last=True)
        await line.plays(type="prompt", voicePrompt="cztery pięć sześć", lang="pl-PL", last=True)
        assert await inbound(house) == ["kod"]
    assert await inbound(house) == ["kod", "jeden dwa trzy cztery pięć sześć"]


async def test_nine_speaks_english(house: TestHouse) -> None:
    async with Line(house) as line:
        await line.plays(**SETUP)
        await line.call.speak_new()
        await line.plays(type="dtmf", digit="9")
        assert {"type": "language", "ttsLanguage": "en-US", "transcriptionLanguage": "en-US"} in line.sent
    assert (await outbound(house))[0].language == "pl" and await inbound(house) == ["English please"]


async def test_who_spoke_english_before_is_greeted_in_english(house: TestHouse) -> None:
    async with Line(house) as line:
        await line.plays(**SETUP)
        await line.call.speak_new()
        assert "Dzień dobry" in line.spoken()
        await line.plays(type="dtmf", digit="9")
        await line.answered()
    async with Line(house) as again:
        await again.plays(**(SETUP | {"callSid": "CA2"}))
        await again.call.speak_new()
        assert again.sent[0]["type"] == "language" and again.spoken().startswith("Hello, this is")


async def test_a_hum_is_waited_out_and_not_taken_for_noise(house: TestHouse) -> None:
    async with Line(house) as line:
        await line.plays(**SETUP)
        await line.call.speak_new()
        before = len(line.sent)
        await line.plays(type="prompt", voicePrompt="yyy…", lang="pl-PL", last=True)
        assert line.spoken(before) == ""
        house.dialogue.always = words("Do jakiego lekarza?")
        assert await line.says("chcę wizytę") == "Do jakiego lekarza?"
    assert await inbound(house) == ["chcę wizytę"]


async def test_nobody_is_asked_whether_they_are_there_while_we_are_late_ourselves(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "SILENCE", 0.2)
    async with Line(house) as line:
        await line.plays(**SETUP)
        await line.call.speak_new()
        before = len(line.sent)
        await line.plays(type="prompt", voicePrompt="chcę wizytę", lang="pl-PL", last=True)
        await asyncio.sleep(0.7)
        assert "Chwileczkę" in line.spoken(before) and "słyszymy" not in line.spoken(before)


async def test_a_question_that_is_asked_again_says_its_keys_again(house: TestHouse) -> None:
    async with Line(house) as line:
        await line.plays(**SETUP)
        house.dialogue.always = DialogueReply((PAYER,), "book", 0.9, "scripted")
        assert "Klawisz jeden: " in await line.says("do kardiologa")
    async with Line(house) as again:
        await again.plays(**(SETUP | {"callSid": "CA2"}))
        await again.call.speak_new()
        assert "wracamy do pytania" in again.spoken() and "Klawisz jeden: " in again.spoken()


@pytest.mark.parametrize(("number", "key"), [("+48600100200", "voice-link-sent"), ("+48221002030", "voice-sms-cannot")])
async def test_a_caller_who_wants_the_page_gets_its_link_by_sms_where_one_arrives(
    house: TestHouse, number: str, key: str
) -> None:
    async with Line(house, number=number) as line:
        await line.plays(**SETUP | {"from": number})
        await line.says("wolę na stronie")
    said = [(one.channel, (one.content or {}).get("key")) for one in await house.rows(Message)]
    assert ("voice", key) in said
    assert (("sms", "link-to-web") in said) == (key == "voice-link-sent"), said
    assert not any("widget" in str(frame) for frame in line.sent), "a link is not read out"
