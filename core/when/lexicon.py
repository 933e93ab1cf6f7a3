"""One language's words as the grammar looks them up: phrases by category, numbers, and slips of the pen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from core.when import numerals_pl, words_en, words_pl
from core.when.holidays import NAMES
from core.when.span import Language
from core.when.tokens import Token, phrase_table

_MISSPELT = ("dow", "month")
_SHORTEST = {"dow": 6, "month": 6}


@dataclass(frozen=True)
class Lexicon:
    """The words of one language, by category; every look-up answers (value, position after) or None."""

    language: Language
    phrases: Mapping[str, Mapping[str, list[tuple[tuple[str, ...], int | str]]]]
    cardinals: Mapping[str, int]
    ordinals: Mapping[str, tuple[int, str]]
    suffixes: Mapping[str, str]
    weak: frozenset[str]
    known: frozenset[str]
    hour_words: frozenset[str]  # what a time of day can begin with, besides digits
    misspelt: Mapping[str, Mapping[str, int]]
    slips: dict[tuple[str, str], int | None] = field(default_factory=dict)

    def find(self, category: str, words: Sequence[Token], i: int) -> tuple[int | str, int] | None:
        """The longest phrase of `category` beginning at `i`."""
        if i >= len(words):
            return None
        options = self.phrases[category].get(words[i].fold)
        if options is not None:
            for phrase, value in options:
                if len(phrase) == 1:
                    return value, i + 1
                if i + len(phrase) <= len(words) and all(words[i + k].fold == phrase[k] for k in range(1, len(phrase))):
                    return value, i + len(phrase)
        if category in _MISSPELT and words[i].is_word:
            value_or_none = self._slip(category, words[i].fold)
            if value_or_none is not None:
                return value_or_none, i + 1
        return None

    def _slip(self, category: str, word: str) -> int | None:
        """The one weekday or month `word` misspells, or None; an ordinary word is never a slip."""
        if len(word) < _SHORTEST[category] or len(word) > 14 or word in self.known:
            return None
        key = (category, word)
        if key not in self.slips:
            if len(self.slips) > 5000:
                self.slips.clear()
            near: set[int] = set()
            for right, value in self.misspelt[category].items():
                if right[0] != word[0] or abs(len(right) - len(word)) > 2:
                    continue
                allowed = 2 if min(len(right), len(word)) >= 8 else 1
                if is_within(word, right, allowed):
                    near.add(value)
            self.slips[key] = near.pop() if len(near) == 1 else None
        return self.slips[key]


def is_within(one: str, other: str, most: int) -> bool:
    """Whether at most `most` insertions, deletions, changes or swaps of neighbours turn one word into the
    other."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        new = [i]
        for j, b in enumerate(other, 1):
            cost = min(row[j] + 1, new[j - 1] + 1, row[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            new.append(cost)
        if min(new) > most:
            return False
        before, row = row, new
    return row[-1] <= most


@lru_cache(maxsize=2)
def lexicon(language: Language) -> Lexicon:
    """The words of `language`, built once."""
    if language == "pl":
        return _build(
            "pl",
            words_pl.WORDS,
            numerals_pl.CARDINALS,
            numerals_pl.ORDINALS,
            numerals_pl.ORDINAL_SUFFIXES,
            words_pl.WEAK,
            words_pl.NOT_A_TYPO,
        )
    return _build(
        "en",
        words_en.WORDS,
        words_en.CARDINALS,
        words_en.ORDINALS,
        words_en.ORDINAL_SUFFIXES,
        words_en.WEAK,
        words_en.NOT_A_TYPO,
    )


def _build(
    language: Language,
    words: Mapping[str, Mapping[int | str, str]],
    cardinals: Mapping[int, str],
    ordinals: Mapping[str, tuple[int, str]],
    suffixes: Mapping[str, str],
    weak: frozenset[str],
    not_a_typo: frozenset[str],
) -> Lexicon:
    phrases = {category: phrase_table(entries) for category, entries in words.items()}
    numbers = {form: number for number, forms in cardinals.items() for form in forms.split("|")}
    known = {"q", "the", "rest", "reszta", "reszte"} | set(not_a_typo) | set(numbers) | set(ordinals)
    for table in phrases.values():
        known |= {piece for options in table.values() for phrase, _ in options for piece in phrase}
    known |= {piece for options in NAMES[language].values() for phrase, _ in options for piece in phrase}
    hour_words = {"za", "w", "o", "at", "the", "half"} | set(numbers) | set(ordinals)
    for category in ("noon", "quarterhour", "halfto"):
        hour_words |= set(phrases.get(category, ()))
    misspelt = {
        category: {
            form: int(value) for value, forms in words[category].items() for form in forms.split("|") if len(form) > 4
        }
        for category in _MISSPELT
    }
    return Lexicon(
        language,
        phrases,
        numbers,
        ordinals,
        suffixes,
        weak,
        frozenset(known),
        frozenset(hour_words),
        misspelt,
    )
