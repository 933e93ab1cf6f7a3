"""The second net: what people say in words that no rule has. It can only add an alarm where the rules saw none, never take one away.

A table of weights (data/safety/second_net.json), learned by `./poradnia screen --learn` from the sentences in data/safety: each word,
its beginning, each pair of neighbours, each meaning (words.yml) and each pair of meanings speaks for or against each level. The sum
decides; the words that spoke loudest are the span. No language model: the same words give the same sum, and every weight can be read.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path

from conversations.folded_lines import FoldedLine
from conversations.negation import is_denied
from conversations.red_flag_words import Place
from core.errors import ConfigurationError

FILE = "second_net.json"
BEGINNING = 5
"""Letters of a word's beginning: Polish endings say little here."""
WINDOW = 20
"""Words judged at once; a long message is read in windows that overlap by half, so that one sentence is not drowned."""
MOST_MEANINGS = 14
"""Meanings of which all pairs are looked at."""
MOST_WINDOWS = 60
"""A message of more than 600 words is no cry for help; its beginning is read."""
LEAST_KNOWN = 2
"""Words, not numbers, that the table must know before it judges: a name, a code or a date says nothing."""
_ENDS = re.compile(r"[.!?;] ")
THRESHOLD = 0.35
"""How sure the sum must be, 0 to 1, that it is none of the harmless sentences."""


@dataclass(frozen=True)
class Heard:
    """What the net heard: the level's name, and the first and last word that made it."""

    level: str
    first: int
    last: int


def features(
    line: FoldedLine, places: Mapping[str, Sequence[Place]], first: int, last: int
) -> dict[str, tuple[int, ...]]:
    """What stands in a window of words, `last` not in it: each feature with the words it is made of. What is denied begins with "~"."""
    words = line.words[first:last]
    denied = ["~" if is_denied(line.text, word.start) else "" for word in words]
    said = [mark + word.text for mark, word in zip(denied, words, strict=True)]
    begun = [
        one if len(one) <= BEGINNING + len(mark) else f"{one[: BEGINNING + len(mark)]}*"
        for mark, one in zip(denied, said, strict=True)
    ]
    found: dict[str, tuple[int, ...]] = {}
    for at, (whole, beginning) in enumerate(zip(said, begun, strict=True), first):
        found.setdefault(f"w {whole}", (at,))
        found.setdefault(f"s {beginning}", (at,))
    for at, (one, other) in enumerate(pairwise(begun), first):
        found.setdefault(f"b {one} {other}", (at, at + 1))
    meanings: dict[str, int] = {}
    for kind, stands in places.items():
        within = [place.first for place in stands if first <= place.first < last]
        if within:
            meanings[f"{denied[within[0] - first]}#{kind}"] = within[0]
    found |= {meaning: (at,) for meaning, at in meanings.items()}
    for one, other in combinations(sorted(meanings)[:MOST_MEANINGS], 2):
        found[f"{one}&{other}"] = (meanings[one], meanings[other])
    return found


def windows(line: FoldedLine) -> list[tuple[int, int]]:
    """The stretches of words that are judged, each by its first word and the one after its last: sentences, long ones in windows."""
    words = line.words
    begins = [
        0,
        *(at for at, (one, other) in enumerate(pairwise(words), 1) if _ENDS.search(line.text, one.end, other.start)),
    ]
    found: list[tuple[int, int]] = []
    for begin, end in pairwise([*begins, len(words)]):
        steps = range(begin, max(end - WINDOW // 2, begin + 1), WINDOW // 2)
        found += [(first, min(first + WINDOW, end)) for first in steps]
    return found[:MOST_WINDOWS]


class SecondNet:
    """The weights, ready to be asked."""

    def __init__(self, levels: Sequence[str], bias: Sequence[float], weights: Mapping[str, Sequence[float]]) -> None:
        """`levels` in the order of the numbers in `bias` and in each of the weights."""
        self.levels = tuple(levels)
        self._bias = tuple(bias)
        self._weights = weights

    @classmethod
    def load(cls, file: Path) -> "SecondNet":
        """Read the table; one that does not fit is a `ConfigurationError`."""
        try:
            data = json.loads(file.read_text("utf-8"))
            net = cls(data["levels"], data["bias"], data["weights"])
            if any(len(row) != len(net.levels) for row in (net._bias, *net._weights.values())):
                raise ValueError("a row is not as long as the levels")
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ConfigurationError(f"safety: {file.name} cannot be read: {error}") from error
        return net

    def hear(self, line: FoldedLine, places: Mapping[str, Sequence[Place]]) -> Heard | None:
        """The surest window, if it is sure enough."""
        judged = [self._judge(features(line, places, *window)) for window in windows(line)]
        sure = [(alarm, heard) for alarm, heard in judged if alarm >= THRESHOLD and heard is not None]
        return max(sure, key=lambda one: one[0])[1] if sure else None

    def _judge(self, found: Mapping[str, tuple[int, ...]]) -> tuple[float, Heard | None]:
        """How sure it is that the window says no harmless thing, and what it then says."""
        known = [(places, row) for feature, places in found.items() if (row := self._weights.get(feature)) is not None]
        words = {
            places
            for feature, places in found.items()
            if feature.startswith(("w ", "s ")) and feature in self._weights and not feature[-1].isdigit()
        }
        if len(words) < LEAST_KNOWN:
            return 0.0, None
        share = 1 / math.sqrt(len(found))
        sums = [bias + share * sum(row[at] for _, row in known) for at, bias in enumerate(self._bias)]
        powers = [math.exp(min(one, 50.0)) for one in sums]
        best = max(range(len(sums)), key=sums.__getitem__)
        return sum(powers) / (1 + sum(powers)), self._heard(best, known)

    def _heard(self, level: int, known: Sequence[tuple[tuple[int, ...], Sequence[float]]]) -> Heard:
        spoke: dict[int, float] = {}
        for places, row in known:
            for place in places:
                spoke[place] = spoke.get(place, 0.0) + row[level] / len(places)
        loud = min(max(spoke.values()) / 2, max(spoke.values()))
        heard = [place for place, much in spoke.items() if much >= loud]
        return Heard(self.levels[level], min(heard), max(heard))
