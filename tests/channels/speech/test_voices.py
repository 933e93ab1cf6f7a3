"""Of voices: one contract for espeak-ng, which is real, and Piper, whose program is played. Invariant: words become sound, or an error."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from channels.voice.speech import voices
from channels.voice.speech.protocols import SpeechFailed, Synthesizer
from channels.voice.speech.sound import seconds
from channels.voice.speech.voices import EspeakVoice, PiperVoice
from core.errors import ConfigurationError
from core.i18n import Language

PIPER = """#!{python}
import pathlib, sys
words = sys.stdin.read().strip()
with open({log!r}, "a") as log:
    log.write(repr((sys.argv[1:], words)) + "\\n")
scale = 1.35 if "--length_scale" in sys.argv else 1.0
sys.stdout.buffer.write(b"\\x00\\x10" * int(len(words) * 1600 * scale))
"""


def program(folder: Path, text: str, name: str = "piper") -> str:
    """A program of that text."""
    file = folder / name
    file.write_text(text.format(python=sys.executable, log=str(folder / "log")))
    file.chmod(0o755)
    return str(file)


def piper(folder: Path, text: str = PIPER) -> PiperVoice:
    """Piper's arguments and streams, without its voices."""
    files: dict[Language, str] = {}
    for language in ("pl", "en"):
        file = folder / f"{language}.onnx"
        file.write_bytes(b"a voice")
        Path(f"{file}.json").write_text(json.dumps({"audio": {"sample_rate": 16_000}}))
        files["pl" if language == "pl" else "en"] = str(file)
    return PiperVoice(program(folder, text), files)


@pytest.fixture(params=["espeak-ng", "piper"])
def voice(request: pytest.FixtureRequest, tmp_path: Path) -> Synthesizer:
    """Each of them."""
    return EspeakVoice() if request.param == "espeak-ng" else piper(tmp_path)


async def test_words_become_sound_that_grows_with_them_and_is_longer_when_slow(voice: Synthesizer) -> None:
    for language, words in (("pl", "Dzień dobry, w czym można pomóc?"), ("en", "Hello, how can we help you?")):
        one: Language = "pl" if language == "pl" else "en"
        sound = await voice.synthesise(words, one)
        assert 1 < seconds(sound) < 6
        assert seconds(await voice.synthesise(words, one, slowly=True)) > 1.1 * seconds(sound)
        assert seconds(await voice.synthesise(f"{words} {words}", one)) > 1.5 * seconds(sound)


@pytest.mark.parametrize("words", ["", "  ", "...", "\x00", "[[]]"])
async def test_what_holds_no_word_is_no_sound(voice: Synthesizer, words: str) -> None:
    assert await voice.synthesise(words, "pl") == b""


async def test_words_are_never_read_as_options_or_sounds_of_the_program(voice: Synthesizer) -> None:
    for words in ("--version", "-f /etc/passwd", "[[ h@l'oU ]] x", "<break/> a; rm -rf b", "zażółć \udce9"):
        assert seconds(await voice.synthesise(words, "pl")) > 0.2


async def test_many_sentences_at_once_do_not_mix(voice: Synthesizer) -> None:
    words = [("raz dwa trzy " * count).strip() for count in (1, 2, 4)]
    alone = [await voice.synthesise(one, "pl") for one in words]
    assert await asyncio.gather(*(voice.synthesise(one, "pl") for one in words)) == alone


async def test_piper_gets_the_voice_of_the_language_and_words_on_its_input(tmp_path: Path) -> None:
    voice = piper(tmp_path)
    await voice.synthesise("Dzień\ndobry", "pl")
    await voice.synthesise("Hello", "en", slowly=True)
    polish, english = (tmp_path / "log").read_text().splitlines()
    assert polish == repr((["--model", str(tmp_path / "pl.onnx"), "--output_raw"], "Dzień dobry"))
    assert "en.onnx" in english and "--length_scale" in english


@pytest.mark.parametrize("text", ["#!/bin/sh\nexit 3\n", "#!/bin/sh\ncat >/dev/null\n", "#!/nowhere\n"])
async def test_a_program_that_fails_is_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(SpeechFailed):
        await piper(tmp_path, text).synthesise("Dzień dobry", "pl")


async def test_a_program_that_gives_no_wav_is_told(tmp_path: Path) -> None:
    with pytest.raises(SpeechFailed, match="no WAV"):
        await EspeakVoice(program(tmp_path, "#!/bin/sh\ncat >/dev/null; echo nonsense\n")).synthesise("raz", "pl")


async def test_a_program_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voices, "LONGEST", 0.5)
    voice = piper(tmp_path, "#!/bin/sh\necho $$ >{log}\nexec sleep 600\n")
    with pytest.raises(SpeechFailed, match="took more"):
        await voice.synthesise("Dzień dobry", "pl")
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "log").read_text()), 0)


def test_what_is_not_here_is_said_with_its_setting(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"PORADNIA_ESPEAK.*apt install espeak-ng"):
        EspeakVoice("espeak-that-is-not-here")
    with pytest.raises(ConfigurationError, match="PORADNIA_PIPER:"):
        PiperVoice("piper-that-is-not-here", {})
    there = program(tmp_path, PIPER)
    with pytest.raises(ConfigurationError, match=r"PORADNIA_PIPER_VOICE_EN.*none named"):
        PiperVoice(there, {"en": ""})
    mute = tmp_path / "mute.onnx"
    mute.write_bytes(b"x")
    for config in (None, "{", "[]", '{"audio": {}}', '{"audio": {"sample_rate": 1}}'):
        if config is not None:
            Path(f"{mute}.json").write_text(config)
        with pytest.raises(ConfigurationError, match=r"PORADNIA_PIPER_VOICE_PL.*sample rate"):
            PiperVoice(there, {"pl": str(mute)})
