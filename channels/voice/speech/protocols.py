"""The seams: a `Recognizer` makes words of sound, a `Synthesizer` sound of words. Sound is 8 kHz µ-law, one byte a sample."""

from dataclasses import dataclass
from typing import Protocol

from core.i18n import Language


class SpeechFailed(Exception):
    """Sound or words could not be had now: the program died, gave nothing or took too long. Says why, and no word of anybody."""


class Recognizer(Protocol):
    """Makes words of what a caller said."""

    async def warm(self) -> None:
        """Make ready, so that the first caller does not wait for it. Raises `SpeechFailed`."""
        ...

    async def recognise(self, sound: bytes, language: Language) -> str:
        """The words of a stretch of speech in that language; empty if it was none. Raises `SpeechFailed`, also when it takes too long."""
        ...

    async def close(self) -> None:
        """Let go of everything; the next call makes ready anew."""
        ...


class Synthesizer(Protocol):
    """Speaks words."""

    async def synthesise(self, words: str, language: Language, *, slowly: bool = False) -> bytes:
        """The sound of the words; empty if nothing is to be said. Raises `SpeechFailed`."""
        ...


@dataclass(frozen=True)
class Speech:
    """What a call needs to hear and to speak."""

    recognizer: Recognizer
    synthesizer: Synthesizer
