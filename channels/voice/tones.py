"""Sounds that are no words, made here: what a caller hears while people are on their way, and keys (ITU-T Q.23). Pure."""

import io
import wave
from functools import cache

import numpy as np

from channels.voice.speech.sound import RATE, SILENCE, Samples, to_mulaw

WAITING_SECONDS = 6.0
"""One round of the waiting sound: quiet, two soft notes, quiet."""
_NOTES = ((2.0, 523.25), (2.35, 659.26))
"""When each begins, and its pitch in Hz."""
_LOUDNESS = 0.12
_FADES = 4.5
"""How fast a note dies away, in nepers a second."""
_ROWS, _COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477)
_KEYS = {key: (_ROWS[at // 3], _COLUMNS[at % 3]) for at, key in enumerate("123456789*0#")}
_PRESSED, _BETWEEN = 0.12, 0.08
PAUSE = 0.5
"""Seconds that a `w` among keys waits, as the provider reads it."""


@cache
def waiting() -> bytes:
    """One round of the waiting sound, as µ-law."""
    return to_mulaw(_waiting())


@cache
def waiting_wav() -> bytes:
    """The same as a WAV file of 16 bits."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(np.rint(_waiting() * 32_767).astype("<i2").tobytes())
    return file.getvalue()


def keys(digits: str) -> bytes:
    """The tones of keys, as µ-law. Raises `KeyError` for what is no key."""
    return b"".join(_silence(PAUSE) if key == "w" else _tone(*_KEYS[key]) + _silence(_BETWEEN) for key in digits)


def _waiting() -> Samples:
    at = np.arange(int(WAITING_SECONDS * RATE)) / RATE
    sound = np.zeros(len(at))
    for begins, pitch in _NOTES:
        since = np.clip(at - begins, 0, None)
        # The first hundredth of a second rises, so that nothing clicks.
        sound += np.minimum(since / 0.01, 1) * np.exp(-_FADES * since) * np.sin(2 * np.pi * pitch * since)
    return (sound * _LOUDNESS).astype(np.float32)


def _tone(low: int, high: int) -> bytes:
    at = np.arange(int(_PRESSED * RATE)) / RATE
    return to_mulaw((0.25 * (np.sin(2 * np.pi * low * at) + np.sin(2 * np.pi * high * at))).astype(np.float32))


def _silence(length: float) -> bytes:
    return SILENCE * int(length * RATE)
