"""Words that are one slip of the finger from a word of the red-flag rules, mended so that a rule sees them; known words stay.

A slip is a letter left out, added, changed, or two neighbours swapped. `niemoge` is read as `nie moge`.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

SHORTEST = 4
"""Shorter words have too many neighbours."""
LONGEST = 24
SHORTEST_BEGINNING = 6
LONGEST_BEGINNING = 14


_CONTRACTIONS = {
    whole: f"{whole[:-1]} t"
    for whole in "cant dont wont isnt doesnt didnt havent hasnt couldnt arent wasnt cannt".split()
} | {"cna": "can", "niemoge": "nie moge"}  # fmt: skip


class Mender:
    """Finds the word that was meant, among the words that matter. The first letter is taken to be right."""

    def __init__(self, known: Iterable[str], sought: Iterable[str], beginnings: Iterable[str]) -> None:
        """`sought`: the words rules look for, `beginnings` what words begin with that they look for; `known`: words that people
        use and that are to be left alone. All folded."""
        self._sought = {word for word in sought if len(word) >= SHORTEST}
        self._known = frozenset(known) | self._sought
        self._words = _by_rest(self._sought)
        self._beginnings = tuple(sorted(one for one in set(beginnings) if len(one) >= SHORTEST_BEGINNING))
        self._begun = _by_rest(self._beginnings)
        self.meant = lru_cache(maxsize=8192)(self._meant)

    def _meant(self, word: str) -> str:
        """The word meant, or the word itself."""
        if word in _CONTRACTIONS:
            return _CONTRACTIONS[word]
        if (
            not SHORTEST <= len(word) <= LONGEST
            or word in self._known
            or not word.isalpha()
            or word.startswith(self._beginnings)
        ):
            return word
        if word.startswith("nie") and word[3:] in self._known:
            return f"nie {word[3:]}"
        return self._near(word, self._words) or self._begun_with(word) or word

    def _begun_with(self, word: str) -> str | None:
        for length in range(min(len(word), LONGEST_BEGINNING), SHORTEST_BEGINNING - 1, -1):
            found = self._near(word[:length], self._begun)
            if found is not None:
                return found + word[length:]
        return None

    @staticmethod
    def _near(word: str, by_rest: Mapping[str, Sequence[str]]) -> str | None:
        return next(
            (
                candidate
                for rest in _rests(word)
                for candidate in by_rest.get(rest, ())
                if candidate[0] == word[0] and max(len(candidate), len(word)) > SHORTEST and _one_slip(word, candidate)
            ),
            None,
        )


def _by_rest(words: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in sorted(words):
        for rest in _rests(word):
            found.setdefault(rest, []).append(word)
    return found


def _rests(word: str) -> list[str]:
    """The word, and the word without each of its letters."""
    return [word, *dict.fromkeys(word[:index] + word[index + 1 :] for index in range(len(word)))]


def _one_slip(one: str, other: str) -> bool:
    if abs(len(one) - len(other)) > 1:
        return False
    start = next((index for index, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if start is None:
        return True
    rest, other_rest = one[start:], other[start:]
    return (
        rest[1:] == other_rest
        or rest == other_rest[1:]
        or rest[1:] == other_rest[1:]
        or (rest[:2] == other_rest[1::-1] and rest[2:] == other_rest[2:])
    )
