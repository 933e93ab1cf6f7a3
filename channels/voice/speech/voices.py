"""Voices that are programs of their own: espeak-ng, which every system has, and Piper, which sounds better and needs voice files.

Each sentence is one run of the program: words go in on its standard input, sound comes out, nothing is written anywhere. Both are under
the GPL and stay programs beside ours.
"""

import asyncio
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from channels.voice.speech.protocols import SpeechFailed
from channels.voice.speech.sound import from_pcm, from_wav
from core.errors import ConfigurationError
from core.i18n import Language

LONGEST = 15.0
"""Seconds that a sentence may take to become sound."""
MOST_WORDS = 2_000
"""Characters of one sentence."""
_ESPEAK = {"pl": "pl", "en": "en-us"}
_SPEED, _SLOW_SPEED = "150", "115"
"""Words a minute; espeak-ng's own 175 is fast for a telephone."""
_SLOW_SCALE = "1.35"
_PIPER_VOICES: dict[Language, str] = {"pl": "PORADNIA_PIPER_VOICE_PL", "en": "PORADNIA_PIPER_VOICE_EN"}


class EspeakVoice:
    """espeak-ng, by name or path."""

    def __init__(self, program: str = "espeak-ng") -> None:
        """Raises `ConfigurationError` if the program is not here."""
        self._program = _found(program, "PORADNIA_ESPEAK", "apt install espeak-ng")

    async def synthesise(self, words: str, language: Language, *, slowly: bool = False) -> bytes:
        """See `Synthesizer`."""
        speed = _SLOW_SPEED if slowly else _SPEED
        text = _plain(words)
        if not text:
            return b""
        given = [self._program, "-v", _ESPEAK[language], "-s", speed, "-b", "1", "--stdin", "--stdout"]
        wav = await _run(given, text)
        try:
            return await asyncio.to_thread(from_wav, wav)
        except ValueError as error:
            raise SpeechFailed(f"espeak-ng gave {error}") from error


class PiperVoice:
    """Piper, by path, with a voice file for each language (`NAME.onnx` beside `NAME.onnx.json`)."""

    def __init__(self, program: str, voices: Mapping[Language, str]) -> None:
        """Raises `ConfigurationError` if the program or a voice is not here, or a voice does not say its rate."""
        self._program = _found(program, "PORADNIA_PIPER", "install Piper")
        self._voices = {language: _voice(language, name) for language, name in voices.items()}

    async def synthesise(self, words: str, language: Language, *, slowly: bool = False) -> bytes:
        """See `Synthesizer`."""
        text = _plain(words)
        if not text:
            return b""
        voice, rate = self._voices[language]
        scale = ["--length_scale", _SLOW_SCALE] if slowly else []
        raw = await _run([self._program, "--model", voice, "--output_raw", *scale], f"{text}\n")
        return await asyncio.to_thread(from_pcm, raw, rate)


def _plain(words: str) -> str:
    """One line, without the brackets between which both programs take sounds for words."""
    text = " ".join(words.replace("[[", " ").replace("]]", " ").replace("\x00", " ").split())[:MOST_WORDS]
    return text if any(one.isalnum() for one in text) else ""


def _found(program: str, setting: str, cure: str) -> str:
    found = shutil.which(program)
    if found is None:
        raise ConfigurationError(f"{setting}: there is no program {program} here: {cure}, or name its path")
    return found


def _voice(language: Language, name: str) -> tuple[str, int]:
    setting = _PIPER_VOICES[language]
    file = Path(name)
    if not name or not file.is_file():
        raise ConfigurationError(f"{setting}: there is no voice file {name or '(none named)'}")
    try:
        rate = int(json.loads(Path(f"{name}.json").read_text("utf-8"))["audio"]["sample_rate"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(f"{setting}: {name}.json beside the voice does not tell its sample rate") from error
    if not 8_000 <= rate <= 48_000:
        raise ConfigurationError(f"{setting}: {name}.json tells a sample rate of {rate}")
    return str(file.resolve()), rate


async def _run(command: Sequence[str], text: str) -> bytes:
    """What the program writes. Raises `SpeechFailed` if it cannot start, fails, gives nothing or takes too long."""
    name = Path(command[0]).name
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
    except OSError as error:
        raise SpeechFailed(f"{name} does not start") from error
    try:
        out, _ = await asyncio.wait_for(process.communicate(text.encode("utf-8", "replace")), LONGEST)
    except TimeoutError as error:
        raise SpeechFailed(f"{name} took more than {LONGEST:.0f} s") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0 or not out:
        raise SpeechFailed(f"{name} ended with {process.returncode} and {len(out)} bytes")
    return out
