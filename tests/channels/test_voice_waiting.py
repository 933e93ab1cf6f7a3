"""Sounds that are no words. Invariant: who waits for people hears that the line is alive, and no machine is answered like a person."""

import io
import wave

import numpy as np
import pytest

from channels.voice.caller import MOST_KEYS_GIVEN
from channels.voice.manners import key_asked_for
from channels.voice.mouth import LISTENS
from channels.voice.speech.sound import RATE, from_mulaw, seconds
from channels.voice.tones import WAITING_SECONDS, keys, waiting
from conversations.models import Case, CaseState, Direction, Message
from tests.channels.conftest import Line as StreamLine
from tests.channels.test_voice import SETUP, SOUND, Line
from tests.channels.test_voice_gather import Webhooks, calls
from tests.house import TestHouse
from tests.scripted import words
from tests.serving import until
from tests.speech import loud, quiet

MACHINE = "Aby przyjąć połączenie, naciśnij jeden"


def kinds(line: Line, after: int = 0) -> list[str]:
    """What kinds of frames were sent."""
    return [one["type"] for one in line.sent[after:]]


async def test_who_waits_for_a_person_hears_the_sound_after_the_words_and_again_after_each(house: TestHouse) -> None:
    async with Line(house) as line:
        await line.plays(**SETUP)
        await line.says("jakie są godziny")
        assert "play" not in kinds(line), "nobody waits for people yet"
        before = len(line.sent)
        await line.says("konsultant")
        assert [one.state for one in await house.rows(Case)] == [CaseState.waiting]
        sent = line.sent[before:]
        assert [one["type"] for one in sent][-1] == "play" and kinds(line, before).count("play") == 1
        assert sent[-1] == {"type": "play", "source": SOUND, "loop": 600, "preemptible": True, "interruptible": True}
        await line.call.speak_new()
        assert kinds(line, before).count("play") == 1, "it goes on by itself"
        before = len(line.sent)
        await line.plays(type="interrupt", utteranceUntilInterrupt="", durationUntilInterruptMs=0)
        await line.plays(type="prompt", voicePrompt="chodzi o wizytę mamy", lang="pl-PL", last=True)
        await line.call.speak_new()
        assert "Dopisane" in line.spoken(before) and kinds(line, before)[-1] == "play"


async def test_no_sound_is_played_into_what_a_caller_is_saying(house: TestHouse) -> None:
    async with Line(house) as line:
        await line.plays(**SETUP)
        await line.says("konsultant")
        before = len(line.sent)
        await line.plays(type="interrupt", utteranceUntilInterrupt="", durationUntilInterruptMs=0)
        for _ in range(2):
            await line.call.speak_new()
            await line.plays(type="prompt", voicePrompt="chodzi o", lang="pl-PL", last=False)
        assert kinds(line, before) == [], "they speak"
        await until(lambda: kinds(line, before) != [], LISTENS + 5)
        assert kinds(line, before) == ["play"], "they coughed: the line is alive again, by itself"


async def test_the_sound_is_fetched_from_us_by_anybody(house: TestHouse) -> None:
    async with house.web() as client:
        answer = await client.get("/voice/waiting.wav")
    assert answer.status_code == 200 and answer.headers["content-type"] == "audio/wav"
    with wave.open(io.BytesIO(answer.content)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, RATE)
        assert sound.getnframes() / RATE == WAITING_SECONDS


def test_the_sound_is_soft_and_begins_and_ends_in_quiet() -> None:
    sound = np.abs(from_mulaw(waiting()))
    assert len(sound) / RATE == WAITING_SECONDS
    assert sound[: int(1.9 * RATE)].max() < 0.001 and sound[-int(1.5 * RATE) :].max() < 0.005
    assert 0.05 < sound.max() < 0.3


def test_keys_are_the_tones_of_a_telephone() -> None:
    sound = from_mulaw(keys("w5"))
    assert np.abs(sound[: int(0.49 * RATE)]).max() < 0.001
    tone = sound[int(0.5 * RATE) : int(0.62 * RATE)]
    spectrum = np.abs(np.fft.rfft(tone))
    pitches = np.fft.rfftfreq(len(tone), 1 / RATE)
    strongest = {round(float(pitches[at])) for at in np.argsort(spectrum)[-2:]}
    assert all(min(abs(one - wanted) for one in strongest) < 10 for wanted in (770, 1336))
    with pytest.raises(KeyError):
        keys("A")


@pytest.mark.parametrize(
    ("said", "key"),
    [
        (MACHINE, "1"),
        ("Aby odebrać połączenie wybierz gwiazdkę.", "*"),
        ("Proszę nacisnąć klawisz 5, aby kontynuować.", "5"),
        ("You have a call. To accept this call, press one.", "1"),
        ("Press 2 to connect, or hang up", "2"),
        ("To decline press nine. To accept please press the pound key", "#"),
        ("nacisnęłam jeden i nic", None),
        ("chcę przyjąć termin, co mam nacisnąć", None),
        ("proszę mnie połączyć z rejestracją", None),
        ("press 1", None),
        ("I want to accept the appointment at one", None),
        ("aby umówić wizytę naciśnij 2", None),
    ],
)
def test_a_machine_that_wants_a_key_is_told_from_a_person(said: str, key: str | None) -> None:
    assert key_asked_for(said) == key


@pytest.mark.quiet
async def test_a_switchboard_gets_its_key_before_anybody_has_spoken_and_not_for_ever(house: TestHouse) -> None:
    async with Line(house) as line:
        await line.plays(**SETUP)
        for count in range(1, MOST_KEYS_GIVEN + 1):
            await line.plays(type="prompt", voicePrompt=MACHINE, lang="pl-PL", last=True)
            assert line.sent[-1] == {"type": "sendDigits", "digits": "w1"} and kinds(line).count("sendDigits") == count
        assert await house.rows(Message, Message.direction == Direction.inbound) == []
        await line.says(MACHINE)
        await line.says("chcę się umówić")
        await line.says(MACHINE)
        assert kinds(line).count("sendDigits") == MOST_KEYS_GIVEN
    assert [one.body for one in await house.rows(Message, Message.direction == Direction.inbound)] == [
        MACHINE, "chcę się umówić", MACHINE,
    ]  # fmt: skip


async def test_words_of_danger_are_never_taken_for_a_machine(house: TestHouse) -> None:
    async with Line(house) as line:
        await line.plays(**SETUP)
        await line.says(f"{MACHINE}, tata nie oddycha")
        assert "sendDigits" not in kinds(line) and "sto dwanaście" in line.spoken()


async def test_without_a_socket_the_sound_is_played_while_it_is_listened(plain: TestHouse) -> None:
    plain.dialogue.always = words("Dobrze.")
    async with calls(plain) as call:
        await call.ring()
        assert _played(call) == []
        await call.says("konsultant")
        assert _played(call, "Gather/Play") == [SOUND]


async def test_without_a_socket_a_switchboard_gets_its_key_too(plain: TestHouse) -> None:
    plain.dialogue.always = words("Dobrze.")
    async with calls(plain) as call:
        await call.ring()
        for _ in range(MOST_KEYS_GIVEN):
            await call.says(MACHINE)
            assert call.twiml is not None
            (pressed,) = call.twiml.findall("Play")
            assert pressed.get("digits") == "w1" and call.twiml.find("Gather") is not None
        await call.says(MACHINE)
        assert _played(call) == [], "the third time it is what the caller says"


def _played(call: Webhooks, where: str = ".//Play") -> list[str | None]:
    assert call.twiml is not None
    return [one.text for one in call.twiml.findall(where)]


async def test_on_a_stream_the_sound_gives_way_to_words(line: StreamLine) -> None:
    line.house.dialogue.always = words("Dobrze.")
    line.speech.recognizer.words = ["konsultant", "chodzi o wizytę mamy"]
    async with line.call() as phone:
        await line.settled(phone)
        await phone.speak(quiet(0.5) + loud(1) + quiet(1.5))
        await line.heard()
        before = phone.heard_seconds

        async def has_rung() -> bool:
            return phone.heard_seconds - before >= seconds(waiting())

        await until(has_rung)
        assert not [one for one in phone.frames if one["event"] == "clear"], "nobody was talked down"
        await phone.speak(quiet(0.5) + loud(1) + quiet(1.5))
        await phone.until("clear")
        await line.says("Dopisane")
