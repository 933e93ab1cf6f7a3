"""Sound as a telephone carries it: µ-law (ITU-T G.711), 8,000 samples a second; and the change to and from other rates. Pure."""

import struct

import numpy as np
from numpy.typing import NDArray

RATE = 8_000
"""Samples, and so bytes of µ-law, a second."""
FRAME = 160
"""Bytes of 20 ms, the piece that the provider sends and takes."""
SILENCE = b"\xff"
Samples = NDArray[np.float32]
"""Between -1 and 1."""

_BIAS, _CLIP = 132, 32_635


def _decoded() -> NDArray[np.int16]:
    code = ~np.arange(256, dtype=np.uint8)
    exponent, mantissa = (code >> 4) & 7, code & 15
    size = (((mantissa.astype(np.int32) << 3) + _BIAS) << exponent) - _BIAS
    return np.where(code & 128, -size, size).astype(np.int16)


_LINEAR = _decoded()


def from_mulaw(sound: bytes) -> Samples:
    """The samples of µ-law bytes."""
    return _LINEAR[np.frombuffer(sound, np.uint8)].astype(np.float32) / np.float32(32_768)


def to_mulaw(samples: Samples) -> bytes:
    """µ-law bytes of samples; louder than 1 is clipped."""
    linear = np.clip(np.rint(samples.astype(np.float64) * 32_768), -_CLIP, _CLIP).astype(np.int32)
    size = np.abs(linear) + _BIAS
    exponent = np.floor(np.log2(size)).astype(np.int32) - 7
    mantissa = (size >> (exponent + 3)) & 15
    return bytes((~(np.where(linear < 0, 128, 0) | (exponent << 4) | mantissa) & 255).astype(np.uint8))


def resampled(samples: Samples, rate: int, wanted: int) -> Samples:
    """The same sound at another rate, cut off above what that rate can carry: the spectrum of the whole is shortened or padded."""
    if rate == wanted or not len(samples):
        return samples
    length = max(1, round(len(samples) * wanted / rate))
    spectrum = np.fft.rfft(samples)
    kept = np.zeros(length // 2 + 1, dtype=spectrum.dtype)
    common = min(len(spectrum), len(kept))
    kept[:common] = spectrum[:common]
    return (np.fft.irfft(kept, length) * (length / len(samples))).astype(np.float32)


def from_pcm(raw: bytes, rate: int) -> bytes:
    """µ-law at a telephone's rate, of 16-bit samples at another."""
    samples = np.frombuffer(raw[: len(raw) // 2 * 2], "<i2").astype(np.float32) / np.float32(32_768)
    return to_mulaw(resampled(samples, rate, RATE))


def from_wav(wav: bytes) -> bytes:
    """µ-law of a WAV file with one channel of 16 bits. Raises `ValueError` for any other.

    A program that writes to a pipe cannot know the length in the header: the data go to the end.
    """
    at = wav.find(b"fmt ")
    start = wav.find(b"data", at)
    if wav[:4] != b"RIFF" or at < 0 or start < 0 or len(wav) < at + 24:
        raise ValueError("no WAV")
    kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", wav, at + 8)
    if (kind, channels, bits) != (1, 1, 16):
        raise ValueError("not one channel of 16 bits")
    return from_pcm(wav[start + 8 :], rate)


def seconds(sound: bytes) -> float:
    """How long µ-law sound lasts."""
    return len(sound) / RATE
