"""Likeness of letters, beside likeness of meaning: shared pieces of words, and Polish letters put back."""

import math
import re
from collections import Counter
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from care.folding import fold

_WORD = re.compile(r"[^\W_]+")


class PieceIndex:
    """Scores a text against documents by the rare pieces (3 to 5 letters, folded) their words share, from 0 to 1."""

    def __init__(self, documents: Iterable[str]) -> None:
        counts = [_pieces(document) for document in documents]
        frequency = Counter(piece for count in counts for piece in count)
        self._weight = {piece: math.log((len(counts) + 1) / (n + 0.5)) for piece, n in frequency.items()}
        self._unseen = math.log(len(counts) + 1)
        self._size = len(counts)
        self._postings: dict[str, list[tuple[int, float]]] = {}
        for place, count in enumerate(counts):
            for piece, weight in self._normal(count).items():
                self._postings.setdefault(piece, []).append((place, weight))

    def scores(self, text: str) -> npt.NDArray[np.float64]:
        """One score a document."""
        scores = np.zeros(self._size)
        for piece, weight in self._normal(_pieces(text)).items():
            for place, other in self._postings.get(piece, ()):
                scores[place] += weight * other
        return scores

    def _normal(self, count: Counter[str]) -> dict[str, float]:
        weights = {
            piece: (1 + math.log(number)) * max(self._weight.get(piece, self._unseen), 0.0)
            for piece, number in count.items()
        }
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {piece: weight / length for piece, weight in weights.items()}


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


def words_of(text: str) -> list[str]:
    """The words of a text, lower case, in order."""
    return _WORD.findall(text.lower())


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
