"""Words by what they mean (data/safety/words.yml) and where they stand in a message: what the red-flag rules join.

A phrase is one or several words; a star at a word's end stands for any ending. Looking words up costs the message's length, however
many phrases there are.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from core.errors import ConfigurationError

WITHIN = 9
"""How many words apart the first and the last of what is joined may begin, if a rule does not say."""
FILLERS = frozenset(
    "mnie mi mu jej go ja ci nam im sie tak troche bardzo juz ciagle strasznie okropnie lekko znowu moja moj moje mojej mojego "
    "my me him her his the a an really so very just still again badly slightly".split()
)
MOST_FILLERS = 2
Phrase = tuple[str, tuple[str, ...]]
"""A kind, and the words that follow a phrase's first."""


@dataclass(frozen=True)
class Word:
    """One word of a folded line and where it stands."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Place:
    """Where a phrase stands: its first and last word, counted from 0."""

    first: int
    last: int


@dataclass(frozen=True)
class Joined:
    """A rule's `near`: all of `kinds` within a stretch of words, and none of `unless` anywhere in the message."""

    kinds: tuple[str, ...]
    within: int = WITHIN
    unless: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str, known: Iterable[str]) -> "Joined":
        """`fever baby`, `fever baby /5` (within five words), `fever baby !after_birth` (unless that is there)."""
        kinds: list[str] = []
        unless: list[str] = []
        within = WITHIN
        for part in text.split():
            if part.startswith("/"):
                within = int(part[1:])
            elif part.startswith("!"):
                unless.append(part[1:])
            else:
                kinds.append(part)
        unknown = {*kinds, *unless} - set(known)
        if unknown or not kinds:
            raise ConfigurationError(f"near: {text!r}: unknown words {', '.join(sorted(unknown)) or '(none given)'}")
        return cls(tuple(kinds), within, tuple(unless))


class Lexicon:
    """All phrases, ready to be looked up by a word's beginning."""

    def __init__(self, phrases: Mapping[str, Sequence[str]]) -> None:
        """`phrases`: a kind's name to its phrases, folded."""
        self.kinds = frozenset(phrases)
        self._whole: dict[str, list[Phrase]] = {}
        self._begun: dict[str, list[Phrase]] = {}
        for kind, texts in phrases.items():
            for text in texts:
                first, *rest = str(text).split()
                table = self._begun if first.endswith("*") else self._whole
                table.setdefault(first.rstrip("*"), []).append((kind, tuple(rest)))
        self._longest = max((len(beginning) for beginning in self._begun), default=0)
        self._shortest = min((len(beginning) for beginning in self._begun), default=0)
        self._starting = lru_cache(maxsize=8192)(self._starting_with)

    def places(self, words: Sequence[Word]) -> dict[str, list[Place]]:
        """Each kind that is there, with its places in order."""
        found: dict[str, list[Place]] = {}
        for index, word in enumerate(words):
            loose, tied = self._starting(word.text)
            phrases = [*loose]
            if tied:
                coming = dict.fromkeys(one.text for one in words[index + 1 : index + MOST_FILLERS + 2])
                phrases += [phrase for text in coming for phrase in tied.get(text, ())]
            for kind, rest in phrases:
                last = self._follow(words, index, rest)
                if last is not None:
                    found.setdefault(kind, []).append(Place(index, last))
        return found

    def _starting_with(self, text: str) -> tuple[tuple[Phrase, ...], dict[str, list[Phrase]]]:
        """The phrases that a word may begin: those that any word may follow, and the others by the word that must."""
        lengths = range(self._shortest, min(len(text), self._longest) + 1)
        begun = (one for length in lengths for one in self._begun.get(text[:length], ()))
        loose: list[Phrase] = []
        tied: dict[str, list[Phrase]] = {}
        for phrase in (*self._whole.get(text, ()), *begun):
            rest = phrase[1]
            (tied.setdefault(rest[0], []) if rest and not rest[0].endswith("*") else loose).append(phrase)
        return tuple(loose), tied

    @staticmethod
    def _follow(words: Sequence[Word], index: int, rest: tuple[str, ...]) -> int | None:
        """The last word of the phrase, None where it does not go on; small words between its words do not count."""
        at = index
        for one in rest:
            at += 1
            skipped = 0
            while (
                at < len(words)
                and not _is(words[at].text, one)
                and words[at].text in FILLERS
                and skipped < MOST_FILLERS
            ):
                at += 1
                skipped += 1
            if at >= len(words) or not _is(words[at].text, one):
                return None
        return at


def _is(word: str, wanted: str) -> bool:
    return word.startswith(wanted[:-1]) if wanted.endswith("*") else word == wanted


def _first(place: Place) -> int:
    return place.first


def standing_near(joined: Joined, places: Mapping[str, Sequence[Place]]) -> Place | None:
    """The first stretch in which all of it stands, or None. One word can be only one of the kinds joined."""
    if any(kind in places for kind in joined.unless):
        return None
    rows = [places.get(kind, ()) for kind in joined.kinds]
    if not all(rows):
        return None
    for first in rows[0]:
        taken = [first]
        for row in rows[1:]:
            begin = bisect_left(row, first.first - joined.within, key=_first)
            end = bisect_right(row, first.first + joined.within, key=_first)
            fitting = [
                place
                for place in row[begin:end]
                if all(place.first > other.last or place.last < other.first for other in taken)
            ]
            if not fitting:
                break
            taken.append(min(fitting, key=lambda place: abs(place.first - first.first)))
        else:
            return Place(min(place.first for place in taken), max(place.last for place in taken))
    return None
