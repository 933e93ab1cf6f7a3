"""A message as the screen reads it: folded, with the way back to the original, and which of its words it says are so."""

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property, lru_cache

from conversations.negation import is_denied
from conversations.red_flag_words import Joined, Place, Word

WORD = re.compile(r"\w+")
LACKS = frozenset("nie bez brak no not never nigdy ani".split())
LACK_REACH = 4
"""How many words after a lack belong to it."""


@dataclass(frozen=True)
class FoldedLine:
    """A folded text, runs of spaces squeezed; `begins` and `ends` lead each character back to the original."""

    text: str
    begins: tuple[int, ...]
    ends: tuple[int, ...]

    @cached_property
    def words(self) -> list[Word]:
        return [Word(found.group(), found.start(), found.end()) for found in WORD.finditer(self.text)]

    @cached_property
    def _starts(self) -> list[int]:
        return [word.start for word in self.words]

    def word_at(self, character: int) -> int:
        """The number of the word that begins at or after a character."""
        return bisect_left(self._starts, character)


@lru_cache(maxsize=4096)
def _folded(char: str) -> str:
    """Lower case, no diacritics, punctuation other than clause marks to a space; one code point for one code point."""
    if char.isspace():
        return " "
    plain = {"ł": "l", "Ł": "l"}.get(char) or unicodedata.normalize("NFKD", char)[0].lower()[:1]
    return plain if plain.isalnum() or plain in ",.;:!?" else " "


def folded_line(text: str) -> FoldedLine:
    """The text folded, with the way back."""
    squeezed: list[str] = []
    origin: list[int] = []
    for index, char in enumerate(map(_folded, text)):
        if char != " " or (squeezed and squeezed[-1] != " "):
            squeezed.append(char)
            origin.append(index)
    return FoldedLine("".join(squeezed), tuple(origin), tuple(index + 1 for index in origin))


def asserted_places(line: FoldedLine, places: dict[str, list[Place]]) -> dict[str, list[Place]]:
    """The places that no negation before them denies. What is itself a lack ("cannot move") is none."""
    denied = {
        first: is_denied(line.text, line.words[first].start)
        for first in {place.first for found in places.values() for place in found}
    }
    kept = {kind: [place for place in found if not denied[place.first]] for kind, found in places.items()}
    return {kind: found for kind, found in kept.items() if found}


def with_lacks(
    joined: Joined, places: dict[str, list[Place]], asserted: dict[str, list[Place]], line: FoldedLine
) -> dict[str, list[Place]]:
    """The asserted places, and those denied only by a lack that is itself a part of what is joined: "nie czuje" of "nie czuje nóg"."""
    lacks = [
        place.first
        for kind in joined.kinds
        for place in asserted.get(kind, ())
        if line.words[place.first].text in LACKS
    ]
    if not lacks:
        return asserted
    return {
        kind: [
            place
            for place in places.get(kind, ())
            if place in asserted.get(kind, ()) or any(0 < place.first - lack <= LACK_REACH for lack in lacks)
        ]
        for kind in joined.kinds
    } | {kind: asserted[kind] for kind in joined.unless if kind in asserted}
