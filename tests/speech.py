"""Speech for tests: a recogniser and a voice that do as they are told, and sound that is loud or quiet."""

import asyncio

import numpy as np

from channels.voice.speech.protocols import Speech, SpeechFailed
from channels.voice.speech.sound import RATE, SILENCE, to_mulaw
from core.i18n import Language

A_CHARACTER = 160
"""Bytes of sound that stand for a character: half a second is 25 of them."""


def loud(length: float, level: float = 0.3) -> bytes:
    """A tone of so many seconds, in syllables: a twentieth of a second is quieter in each fifth."""
    at = np.arange(int(length * RATE)) / RATE
    syllables = np.where((at % 0.2) < 0.15, 1.0, 0.3)
    return to_mulaw((level * syllables * np.sin(2 * np.pi * 220 * at)).astype(np.float32))


def quiet(length: float, level: float = 0.0005) -> bytes:
    """The noise of a line, so many seconds."""
    noise = np.random.default_rng(1).normal(0, level, int(length * RATE))
    return to_mulaw(noise.astype(np.float32)) if level else SILENCE * int(length * RATE)


class ScriptedRecognizer:
    """Tells the words it was given, one after the other."""

    def __init__(self) -> None:
        self.words: list[str | Exception] = []
        self.heard: list[tuple[float, Language]] = []
        """How long what it heard was, and in which language it was to be understood."""
        self.gate = asyncio.Event()
        self.gate.set()

    async def warm(self) -> None:
        """Nothing to make ready."""

    async def recognise(self, sound: bytes, language: Language) -> str:
        """The next words, or the next failure."""
        await self.gate.wait()
        self.heard.append((len(sound) / RATE, language))
        words = self.words.pop(0) if self.words else ""
        if isinstance(words, Exception):
            raise words
        return words

    async def close(self) -> None:
        """Nothing to let go."""


class ScriptedVoice:
    """Speaks in a hum, and remembers what."""

    def __init__(self) -> None:
        self.said: list[tuple[str, Language, bool]] = []
        self.is_broken = False

    async def synthesise(self, words: str, language: Language, *, slowly: bool = False) -> bytes:
        """Sound as long as the words."""
        if self.is_broken:
            raise SpeechFailed("no voice")
        self.said.append((words, language, slowly))
        return b"\x20" * (len(words) * A_CHARACTER)

    def spoken(self, after: int = 0) -> str:
        """All that was spoken since."""
        return "".join(words for words, _, _ in self.said[after:])


class ScriptedSpeech:
    """Both."""

    def __init__(self) -> None:
        self.recognizer = ScriptedRecognizer()
        self.voice = ScriptedVoice()
        self.speech = Speech(self.recognizer, self.voice)
