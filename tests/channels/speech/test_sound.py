"""Of sound. Invariant: what a telephone carries comes through as G.711 says, at any rate it came in."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.voice.speech.sound import RATE, from_mulaw, from_pcm, from_wav, resampled, seconds, to_mulaw


def tone(hertz: float, rate: int, length: float = 0.5) -> np.ndarray:
    """A pure tone."""
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(int(rate * length)) / rate)).astype(np.float32)


def loudest(samples: np.ndarray, rate: int) -> float:
    """The frequency that is loudest in it."""
    return float(np.argmax(np.abs(np.fft.rfft(samples))) * rate / len(samples))


def wav(samples: np.ndarray, rate: int, *, bits: int = 16, channels: int = 1, length: int | None = None) -> bytes:
    """A WAV file; `length` is what its header says."""
    data = (samples * 32_767).astype("<i2").tobytes()
    head = struct.pack("<HHIIHH", 1, channels, rate, rate * 2, 2, bits)
    said = len(data) if length is None else length
    return (
        b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " + struct.pack("<I", 16) + head
        + b"data" + struct.pack("<I", said) + data
    )  # fmt: skip


@pytest.mark.parametrize(
    ("code", "linear"),
    [(0xFF, 0), (0x7F, 0), (0x80, 32_124), (0x00, -32_124), (0xFE, 8), (0x7E, -8), (0xEF, 132), (0x8F, 16_764)],
)
def test_codes_mean_what_the_standard_says(code: int, linear: int) -> None:
    assert round(float(from_mulaw(bytes([code]))[0]) * 32_768) == linear


def test_every_code_comes_back_as_itself() -> None:
    codes = bytes(code for code in range(256) if code != 0x7F)  # 0x7F is a second nought
    assert to_mulaw(from_mulaw(codes)) == codes


@given(st.lists(st.floats(-2, 2, width=32), min_size=1, max_size=50))
def test_any_sample_is_off_by_a_few_hundredths_of_itself(values: list[float]) -> None:
    samples = np.array(values, dtype=np.float32)
    off = np.abs(from_mulaw(to_mulaw(samples)) - np.clip(samples, -0.981, 0.981))
    assert np.all(off <= np.maximum(0.04 * np.abs(samples), 0.0003) + 0.0003)


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 24_000, 44_100])
def test_a_tone_keeps_its_height_and_length_at_other_rates(rate: int) -> None:
    changed = resampled(tone(440, rate), rate, RATE)
    assert abs(len(changed) - RATE // 2) <= 1
    assert loudest(changed, RATE) == pytest.approx(440, abs=3)
    assert np.max(np.abs(changed)) == pytest.approx(0.5, abs=0.08)


def test_what_a_telephone_cannot_carry_is_cut_off_and_does_not_fold_back() -> None:
    assert np.max(np.abs(resampled(tone(6_000, 22_050), 22_050, RATE)[200:-200])) < 0.02


def test_a_wav_that_was_written_to_a_pipe_is_read_to_its_end() -> None:
    sound = from_wav(wav(tone(440, 22_050), 22_050, length=0x7FFFF000))
    assert seconds(sound) == pytest.approx(0.5, abs=0.001)
    assert loudest(from_mulaw(sound), RATE) == pytest.approx(440, abs=3)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"RIFF",
        b"OggS" + b"\x00" * 60,
        wav(tone(440, 8_000), 8_000, bits=8),
        wav(tone(440, 8_000), 8_000, channels=2),
    ],
)
def test_what_is_no_wav_of_ours_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"no WAV|one channel"):
        from_wav(data)


def test_an_odd_byte_at_the_end_is_left_out() -> None:
    assert len(from_pcm(b"\x00\x01\x02", 8_000)) == 1 and from_pcm(b"", 22_050) == b""
