"""Speech on this machine: sentences of callers, spoken by the configured voice, over a telephone's µ-law, to the recogniser.

The whole way of a call's sound: voice, 8 kHz µ-law, the gate that finds where speech ends, the recogniser. Word error is the edit distance
in words over the words that were spoken, case and punctuation aside; numbers count as they are said, whether written in digits or not.
The sentences are synthetic (bench/speech.yml), and a synthetic voice is not a caller's: the figures compare models and settings.
"""

import asyncio
import re
import statistics
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from num2words import num2words

from bench.installation import progress
from bench.weights import whisper_base
from channels.voice.speech.gate import Ended, Gate
from channels.voice.speech.protocols import Recognizer, Synthesizer
from channels.voice.speech.sound import RATE, from_mulaw, seconds, to_mulaw
from channels.voice.speech.whisper import WhisperRecognizer
from conversations.understanding import fold
from core.i18n import LANGUAGES, Language
from core.settings import ROOT, Settings
from core.yamls import read_yaml
from service.speech import open_voice

BOUNDS = {"wer_en": ("<=", 0.25), "realtime_factor": ("<=", 1.0), "cut_in_two": ("<=", 0.1), "sentences": (">=", 60)}
"""Polish has no bound: it is reported as it is."""
NOISE = 0.001
"""Of full scale: about 60 dB below it, as on a quiet line."""
_WORD = re.compile(r"[\w'-]+")


@dataclass(frozen=True)
class Heard:
    """One sentence: errors and words, how long it was and took, in how many pieces it came."""

    errors: int
    words: int
    spoken_s: float
    voice_s: float
    took_s: float
    pieces: int


def run(quick: bool) -> dict[str, Any]:
    """Every sentence, or with `quick` every sixth (then `sentences` is not bound)."""
    if quick:
        BOUNDS.pop("sentences", None)
    return asyncio.run(_run(6 if quick else 1))


async def _run(step: int) -> dict[str, Any]:
    settings = Settings()
    recognizer = WhisperRecognizer(settings.speech_model or str(whisper_base()), longest=60.0)
    voice = open_voice(settings)
    sentences: dict[Language, list[str]] = read_yaml((ROOT / "bench" / "speech.yml").read_text("utf-8"))
    found: dict[str, Any] = {}
    everything: list[Heard] = []
    try:
        await recognizer.warm()
        for language in LANGUAGES:
            heard = [await listen(recognizer, voice, one, language) for one in sentences[language][::step]]
            found[f"wer_{language}"] = round(sum(one.errors for one in heard) / sum(one.words for one in heard), 3)
            found[f"whole_{language}"] = round(sum(not one.errors for one in heard) / len(heard), 3)
            everything += heard
    finally:
        await recognizer.close()
    took = [one.took_s for one in everything]
    return found | {
        "realtime_factor": round(sum(took) / sum(one.spoken_s for one in everything), 2),
        "recognised_p50_ms": round(statistics.median(took) * 1000),
        "recognised_p95_ms": round(statistics.quantiles(took, n=20)[-1] * 1000),
        "voice_p95_ms": round(statistics.quantiles([one.voice_s for one in everything], n=20)[-1] * 1000),
        "cut_in_two": round(sum(one.pieces > 1 for one in everything) / len(everything), 3),
        "sentences": len(everything),
    }


async def listen(recognizer: Recognizer, voice: Synthesizer, sentence: str, language: Language) -> Heard:
    """Speak one sentence into the line, and understand what comes out."""
    began = time.perf_counter()
    sound = await voice.synthesise(sentence, language)
    spoken_at = time.perf_counter()
    pieces = pieces_of(on_a_line(sound))
    cut_at = time.perf_counter()
    words = " ".join([await recognizer.recognise(one, language) for one in pieces])
    took = time.perf_counter() - cut_at
    wanted, got = said(sentence, language), said(words, language)
    errors = distance(wanted, got)
    progress(f"{language} {errors}/{len(wanted)} {took:.1f} s: {sentence} -> {words}")
    return Heard(errors, len(wanted), seconds(sound), spoken_at - began, took, len(pieces))


def on_a_line(sound: bytes) -> bytes:
    """With a second of quiet around it, and the noise of a line."""
    samples = np.concatenate([np.zeros(RATE), from_mulaw(sound), np.zeros(RATE)])
    noise = np.random.default_rng(7).normal(0, NOISE, len(samples))
    return to_mulaw((samples + noise).astype(np.float32))


def pieces_of(line: bytes) -> list[bytes]:
    """The stretches of speech that the gate finds."""
    gate = Gate()
    found = [event.sound for event in gate.hear(line, over_ours=False) if isinstance(event, Ended)]
    last = gate.end()
    return [*found, last.sound] if last is not None else found


def said(text: str, language: Language) -> list[str]:
    """The words as they are said: digits of up to two places as a number, longer ones digit by digit; accents do not count."""

    def in_words(match: re.Match[str]) -> str:
        digits = match[0]
        parts = [digits] if len(digits) <= 2 and not digits.startswith("0") else list(digits)
        return " " + " ".join(str(num2words(int(one), lang=language)) for one in parts) + " "

    spelled = re.sub(r"[0-9]+", in_words, text.replace("-", " "))
    return _WORD.findall(fold(spelled).replace("-", " "))


def distance(wanted: list[str], got: list[str]) -> int:
    """Words to change, add or leave out to come from one to the other."""
    row = list(range(len(got) + 1))
    for number, word in enumerate(wanted, start=1):
        before, row[0] = row[0], number
        for place, other in enumerate(got, start=1):
            before, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, before + (word != other))
    return row[-1]
