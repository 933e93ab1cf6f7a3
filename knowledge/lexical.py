"""Likeness of letters, beside likeness of meaning: shared pieces of words, and Polish letters put back."""

import math
import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from care.folding import fold

_WORD = re.compile(r"[^\W_]+")


class PieceIndex:
    """Scores a text against documents by the rare pieces (3 to 5 letters, folded) their words share, from 0 to 1."""

    def __init__(self, documents: Iterable[str]) -> None:
        counted = [_counted(document) for document in documents]
        self._starts = np.cumsum([0, *(len(places) for places, _ in counted)])[:-1].astype(np.intp)
        self._places = np.concatenate([places for places, _ in counted]) if counted else np.empty(0, np.int32)
        counts = np.concatenate([numbers for _, numbers in counted]) if counted else np.empty(0, np.float32)
        frequency = np.bincount(self._places, minlength=len(_NUMBERED))
        self._unseen = math.log(len(counted) + 1)
        weight = np.maximum(np.log((len(counted) + 1) / (frequency + 0.5)), 0.0)
        self._weight = np.where(frequency == 0, self._unseen, weight).astype(np.float32)
        values = counts * self._weight[self._places]
        lengths = np.sqrt(self._summed(values**2))
        lengths[lengths == 0] = 1.0
        sizes = [len(places) for places, _ in counted]
        self._values = values / np.repeat(lengths, sizes).astype(np.float32)

    def scores(self, text: str) -> npt.NDArray[np.float64]:
        """One score a document."""
        asked = np.zeros(len(self._weight), np.float32)
        length = 0.0
        for piece, number in _pieces(text).items():
            place = _NUMBERED.get(piece, len(asked))
            weight = float(self._weight[place]) if place < len(asked) else self._unseen
            value = (1 + math.log(number)) * weight
            length += value * value
            if place < len(asked):
                asked[place] = value
        scores = self._summed(self._values * asked[self._places]) / (math.sqrt(length) or 1.0)
        return scores.astype(np.float64)

    def _summed(self, values: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """The sum of each document's own values."""
        if not len(self._starts):
            return np.zeros(0)
        summed: npt.NDArray[np.float64] = np.add.reduceat(values, self._starts, dtype=np.float64)
        return summed


_NUMBERED: dict[str, int] = {}
"""A number for every piece of every document seen; questions add none."""


@lru_cache(maxsize=100_000)
def _counted(document: str) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """The numbers of a document's pieces, and how often each occurs, damped. Every document has at least one."""
    count = _pieces(document) or Counter({"": 1})
    places = [_NUMBERED.setdefault(piece, len(_NUMBERED)) for piece in count]
    return np.array(places, np.int32), (1 + np.log(list(count.values()))).astype(np.float32)


class PolishLetters:
    """Puts diacritics back into words that have one known spelling: "przed gastroskopia" stays, "moge" → "mogę"."""

    def __init__(self, words: Iterable[str]) -> None:
        spellings: dict[str, set[str]] = {}
        for word in words:
            lowered = word.lower()
            spellings.setdefault(fold(lowered), set()).add(lowered)
        self._only = {
            plain: next(iter(ways)) for plain, ways in spellings.items() if len(ways) == 1 and plain not in ways
        }

    def restore(self, text: str) -> str:
        """The text with those words mended; a text with any Polish letter in it is left alone."""
        if fold(text) != text.lower():
            return text
        return _WORD.sub(lambda match: self._only.get(match.group().lower(), match.group()), text)


def words_of(text: str) -> frozenset[str]:
    """The different words of a text, lower case."""
    return frozenset(_WORD.findall(text.lower()))


words_of_article = lru_cache(maxsize=50_000)(words_of)
"""The same, remembered: for articles alone, never for what a patient wrote."""


def _pieces(text: str) -> Counter[str]:
    pieces: Counter[str] = Counter()
    for word in _WORD.findall(fold(text)):
        bounded = f"<{word}>"
        if len(word) < 3:
            pieces[bounded] += 1
            continue
        for length in (3, 4, 5):
            pieces.update(bounded[start : start + length] for start in range(len(bounded) - length + 1))
    return pieces
