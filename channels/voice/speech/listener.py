"""The process that holds the model of faster-whisper, so that no call's socket waits for it: sound in, words out, one after the other.

On standard input, for each stretch of speech: a line of JSON `{"language", "length"}` and so many bytes of µ-law. On standard output a line
of JSON each: first `{"ready": true}` or `{"error"}`, then `{"words"}`. Ends with its input.
"""

import json
import os
import sys
from typing import Any, BinaryIO

from channels.voice.speech.sound import RATE, from_mulaw, resampled

HEARS = 16_000
"""Samples a second that the model wants."""
NO_SPEECH, UNSURE, REPEATS = 0.6, -1.0, 2.4
"""Whisper's own marks: what is probably no speech and unsure is dropped, and so is what only repeats itself (it invents words in noise)."""
NICENESS = 5


def main(model: str) -> int:
    """Load the model by name or folder, then answer until the input ends."""
    answers, sys.stdout = sys.stdout, sys.stderr
    os.nice(NICENESS)
    try:
        from faster_whisper import WhisperModel

        whisper = WhisperModel(model, device="cpu", compute_type="int8", cpu_threads=min(4, os.cpu_count() or 1))
    except Exception as error:  # Whatever a model that is none raises: the parent says it.
        _answer(answers, {"error": f"{type(error).__name__}: {error}"[:300]})
        return 1
    _answer(answers, {"ready": True})
    while (asked := _next(sys.stdin.buffer)) is not None:
        language, sound = asked
        _answer(answers, {"words": words_of(whisper, sound, language)})
    return 0


def words_of(whisper: Any, sound: bytes, language: str) -> str:
    """The words of a stretch of speech; empty where the model itself doubts that there were any."""
    samples = resampled(from_mulaw(sound), RATE, HEARS)
    segments, _ = whisper.transcribe(
        samples, language=language, beam_size=5, temperature=0.0, condition_on_previous_text=False,
        without_timestamps=True, vad_filter=True, vad_parameters={"min_silence_duration_ms": 2_000, "speech_pad_ms": 300},
    )  # fmt: skip
    return " ".join(
        one.text.strip()
        for one in segments
        if not (one.no_speech_prob > NO_SPEECH and one.avg_logprob < UNSURE) and one.compression_ratio <= REPEATS
    ).strip()


def _next(asked: BinaryIO) -> tuple[str, bytes] | None:
    line = asked.readline()
    if not line:
        return None
    head = json.loads(line)
    return head["language"], asked.read(head["length"])


def _answer(to: Any, what: dict[str, Any]) -> None:
    to.write(json.dumps(what) + "\n")
    to.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
