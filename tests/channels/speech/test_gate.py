"""Of where speech begins and ends. Invariant: speech is found whole, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.voice.speech.gate import LONGEST, Began, Ended, Gate
from channels.voice.speech.sound import FRAME, seconds
from tests.speech import loud, quiet


def found(sound: bytes, *, over_ours: bool = False, gate: Gate | None = None) -> list[Began | Ended]:
    """All that happens in it."""
    return (gate or Gate()).hear(sound, over_ours=over_ours)


@pytest.mark.parametrize("noise", [0.0, 0.0002, 0.002, 0.008])
def test_speech_is_found_with_a_little_around_it_whatever_the_line(noise: float) -> None:
    began, ended = found(quiet(1, noise) + loud(2) + quiet(1, noise))
    assert isinstance(began, Began) and isinstance(ended, Ended)
    assert 2.0 <= seconds(ended.sound) <= 3.1


def test_two_sentences_are_two_and_a_short_breath_is_none() -> None:
    events = found(quiet(1) + loud(1) + quiet(0.4) + loud(1) + quiet(1) + loud(1) + quiet(1))
    assert [type(one) for one in events] == [Began, Ended, Began, Ended]


@pytest.mark.parametrize("sound", [quiet(5, 0.0), quiet(5), quiet(5, 0.01), loud(0.06) + quiet(2)])
def test_silence_noise_and_clicks_are_no_speech(sound: bytes) -> None:
    assert not [one for one in found(quiet(2) + sound) if isinstance(one, Ended)]


def test_a_line_that_gets_noisier_is_not_heard_as_speech_for_long() -> None:
    gate = Gate()
    found(quiet(2, 0.0003), gate=gate)
    events = found(quiet(40, 0.01), gate=gate)
    assert len([one for one in events if isinstance(one, Ended)]) <= 2 and not gate.is_speaking


def test_over_our_words_an_echo_is_not_heard_and_a_voice_is() -> None:
    assert found(quiet(1) + loud(2, 0.006) + quiet(1), over_ours=True) == []
    assert isinstance(found(quiet(1) + loud(1, 0.2), over_ours=True)[0], Began)


def test_an_interruption_is_noticed_within_a_third_of_a_second() -> None:
    gate = Gate()
    found(quiet(1), gate=gate)
    voice, frames = loud(1), 0
    while not found(voice[frames * FRAME : (frames + 1) * FRAME], over_ours=True, gate=gate):
        frames += 1
    assert frames * 0.02 <= 0.32


def test_who_speaks_without_end_is_understood_in_parts() -> None:
    events = found(quiet(1) + loud(60) + quiet(1))
    parts = [one.sound for one in events if isinstance(one, Ended)]
    assert len(parts) >= 2 and all(len(one) <= LONGEST * FRAME for one in parts)
    assert sum(map(seconds, parts)) >= 58


def test_what_is_being_said_at_the_end_is_kept_and_then_forgotten() -> None:
    gate = Gate()
    found(quiet(1) + loud(1), gate=gate)
    assert gate.is_speaking and seconds(gate.so_far()) >= 1
    last = gate.end()
    assert last is not None and seconds(last.sound) >= 1
    assert gate.end() is None and not gate.is_speaking


@given(st.lists(st.integers(1, 700), min_size=1, max_size=40))
def test_pieces_of_any_length_are_heard_alike(lengths: list[int]) -> None:
    sound, gate, at, events = quiet(0.5) + loud(0.6) + quiet(1), Gate(), 0, []
    for length in [*lengths, len(sound)]:
        events += gate.hear(sound[at : at + length], over_ours=False)
        at += length
    assert events == found(sound)
