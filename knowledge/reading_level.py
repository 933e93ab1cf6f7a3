"""How hard a text is to read: Gunning's FOG index, with words of four syllables and more counted as long in Polish, three in English.

It counts, it does not understand: short sentences of short words may still be unclear. Pure. It is a hint and stops nobody.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.i18n import Language

FEWEST_WORDS = 12
"""Of less nothing can be said."""
EASY = 9.0
"""Up to here no hint is given: about what one reads after nine years at school (team proposal, unsigned)."""
LONG_SENTENCE = 15.0
MANY_LONG_WORDS = 0.15
MOST_SHOWN = 3
_LONG = {"pl": 4, "en": 3}
_SENTENCE = re.compile(r"(?:[.!?:;]+(?=\s|$))|\n+")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_SKIPPED = re.compile(r"\{[^{}]*\}|https?://\S+|\S+@\S+")
_POLISH = re.compile(r"[aąeęiouóy]")
_ENGLISH = re.compile(r"[aeiouy]+")


@dataclass(frozen=True)
class Level:
    """`years` at school that the text asks for; words a sentence on average; the share of long words, and the longest of them."""

    years: float
    sentence: float
    long_share: float
    longest: tuple[str, ...]

    @property
    def is_easy(self) -> bool:
        """True if there is nothing to hint at."""
        return self.years <= EASY

    @property
    def has_long_sentences(self) -> bool:
        """True if shorter sentences would help."""
        return self.sentence > LONG_SENTENCE

    @property
    def has_long_words(self) -> bool:
        """True if shorter words would help."""
        return self.long_share > MANY_LONG_WORDS


def level(text: str, language: Language) -> Level | None:
    """How hard it is; None for a text too short to say. Facts in braces, addresses and numbers do not count."""
    plain = _SKIPPED.sub(" ", text)
    sentences = [words for words in (_WORD.findall(one) for one in _SENTENCE.split(plain) if one) if words]
    words = [word for one in sentences for word in one]
    if len(words) < FEWEST_WORDS:
        return None
    long = [word for word in words if syllables(word, language) >= _LONG[language] and not word.isupper()]
    sentence, share = len(words) / len(sentences), len(long) / len(words)
    shown = sorted({word.lower() for word in long}, key=lambda word: (-syllables(word, language), -len(word), word))
    return Level(
        round(0.4 * (sentence + 100 * share), 1), round(sentence, 1), round(share, 3), tuple(shown[:MOST_SHOWN])
    )


def syllables(word: str, language: Language) -> int:
    """About how many; at least one."""
    return max(1, sum(1 for _ in (_in_polish if language == "pl" else _in_english)(word.lower())))


def _in_polish(word: str) -> Iterator[int]:
    """A vowel is a syllable, but for an i that only softens ("nie")."""
    for found in _POLISH.finditer(word):
        follows = word[found.end() : found.end() + 1]
        if found.group() != "i" or found.start() == 0 or not _POLISH.match(follows):
            yield found.start()


def _in_english(word: str) -> Iterator[int]:
    """A run of vowels is a syllable, but for a silent e at the end; endings that make no word harder do not count."""
    stem = re.sub(r"(?:es|ed|ing|ly)$", "", word) if len(word) > 5 else word
    stem = re.sub(r"(?<![aeiouyl])e$", "", stem)
    for found in _ENGLISH.finditer(stem):
        yield found.start()
