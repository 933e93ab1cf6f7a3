"""Likeness of letters, beside likeness of meaning: shared pieces of words, and Polish letters put back."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from zlib import crc32

import numpy as np
import numpy.typing as npt

from care.folding import fold

_WORD = re.compile(r"[^\W_]+")
BLOCK_SIZE = 512
"""So many documents, or half as many, are laid out anew when one of them changes."""


class PieceIndex:
    """Scores a text against documents by the rare pieces (3 to 5 letters, folded) their words share, from 0 to 1.

    Documents lie in blocks by their words, so that an index made after another takes over the blocks it has in common with it.
    """

    def __init__(self, documents: Sequence[str], before: "PieceIndex | None" = None) -> None:
        self.blocks: list[_Block]
        self._total = len(documents)
        many = 1 << max(0, (self._total // BLOCK_SIZE).bit_length())
        places: list[list[int]] = [[] for _ in range(many)]
        for place, document in enumerate(documents):
            places[crc32(document.encode("utf-8", "replace")) % many].append(place)
        had = {block.documents: block for block in before.blocks} if before else {}
        contents = [tuple(documents[place] for place in mine) for mine in places]
        self.blocks = [had.get(content) or _Block(content) for content in contents]
        self._places = [np.array(mine, np.intp) for mine in places]
        frequency = np.zeros(len(_NUMBERED), np.int64)
        for block in self.blocks:
            frequency[block.pieces] += np.diff(block.starts)
        self._unseen = math.log(self._total + 1)
        weight = np.maximum(np.log((self._total + 1) / (frequency + 0.5)), 0.0)
        self._weight = np.where(frequency == 0, self._unseen, weight)
        self._lengths = [block.lengths(self._weight) for block in self.blocks]

    def scores(self, text: str) -> npt.NDArray[np.float64]:
        """One score a document."""
        asked: dict[int, float] = {}
        length = 0.0
        for piece, number in _pieces(text).items():
            place = _NUMBERED.get(piece, len(self._weight))
            weight = float(self._weight[place]) if place < len(self._weight) else self._unseen
            value = (1 + math.log(number)) * weight
            length += value * value
            if place < len(self._weight):
                asked[place] = value * weight
        scores = np.zeros(self._total)
        pieces, values = np.array(list(asked), np.intp), np.array(list(asked.values()), np.float64)
        for block, places, lengths in zip(self.blocks, self._places, self._lengths, strict=True):
            if len(places) and len(pieces):
                scores[places] = block.summed(pieces, values) / lengths
        return scores / (math.sqrt(length) or 1.0)


class _Block:
    """Some documents, and for each of their pieces which of them have it and how often (damped), all in one array."""

    def __init__(self, documents: tuple[str, ...]) -> None:
        self.documents = documents
        counted = [_counted(document) for document in documents]
        every = np.concatenate([places for places, _ in counted]) if counted else np.empty(0, np.int32)
        order = np.argsort(every, kind="stable")
        self.pieces, firsts = np.unique(every[order], return_index=True)
        self.starts = np.append(firsts, len(every)).astype(np.intp)
        sizes = [len(places) for places, _ in counted]
        self._rows = np.repeat(np.arange(len(counted), dtype=np.int32), sizes)[order]
        self._counts = (np.concatenate([counts for _, counts in counted]) if counted else np.empty(0, np.float32))[
            order
        ]

    def lengths(self, weight: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """The length of each document as a vector of weighed pieces; 1 where it has none that weighs."""
        values = self._counts * np.repeat(weight[self.pieces].astype(np.float32), np.diff(self.starts))
        lengths: npt.NDArray[np.float64] = np.sqrt(np.bincount(self._rows, values * values, len(self.documents)))
        lengths[lengths == 0] = 1.0
        return lengths

    def summed(self, pieces: npt.NDArray[np.intp], values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """For each document the sum of those pieces' values, times how often it has them. Reads nothing of other pieces."""
        at = np.searchsorted(self.pieces, pieces)
        at[at == len(self.pieces)] = 0
        is_had = self.pieces[at] == pieces
        at, values = at[is_had], values[is_had]
        sizes = self.starts[at + 1] - self.starts[at]
        skipped = self.starts[at] - np.append(0, np.cumsum(sizes)[:-1])[: len(sizes)]
        here = np.arange(sizes.sum()) + np.repeat(skipped, sizes)
        weighed = (self._counts[here] * np.repeat(values, sizes)).astype(np.float64)
        return np.bincount(self._rows[here], weighed, len(self.documents)).astype(np.float64, copy=False)


_NUMBERED: dict[str, int] = {}
"""A number for every piece of every document seen; questions add none."""


@lru_cache(maxsize=100_000)
def _counted(document: str) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """The numbers of a document's pieces, and how often each occurs, damped. Every document has at least one."""
    count: Counter[int] = Counter()
    for word, number in Counter(_WORD.findall(fold(document))).items():
        for place in _numbers(word):
            count[place] += number
    if not count:
        count[_NUMBERED.setdefault("", len(_NUMBERED))] = 1
    return np.array(list(count), np.int32), (1 + np.log(list(count.values()))).astype(np.float32)


@lru_cache(maxsize=50_000)
def _numbers(word: str) -> tuple[int, ...]:
    """The numbers of an article's word's pieces, each as often as it has it."""
    return tuple(_NUMBERED.setdefault(piece, len(_NUMBERED)) for piece in _pieces_of(word))


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
    return Counter(piece for word in _WORD.findall(fold(text)) for piece in _pieces_of(word))


def _pieces_of(word: str) -> Iterator[str]:
    bounded = f"<{word}>"
    if len(word) < 3:
        yield bounded
        return
    for length in (3, 4, 5):
        for start in range(len(bounded) - length + 1):
            yield bounded[start : start + length]
