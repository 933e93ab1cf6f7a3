"""What every rule of the grammar reads with: the words, the language, the present, and what was already
read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from core.when import numbers
from core.when.lexicon import Lexicon
from core.when.moments import Moment
from core.when.tokens import Token


@dataclass(frozen=True)
class Clock:
    """A time of day. `ambiguous` may mean the other half of the day too ("o trzeciej"); seconds and minutes
    as said."""

    hour: int
    minute: int = 0
    second: int = 0
    ambiguous: bool = False
    exact: str = "hour"


@dataclass(frozen=True)
class Hours:
    """Between two times of day; the end is as said. `length` in minutes replaces the end ("from 4pm for 30
    minutes")."""

    first: Clock
    last: Clock | None
    length: int = 0


@dataclass(frozen=True)
class Open:
    """One side of a time of day: after it (`side` "after") or before it ("before")."""

    side: str
    clock: Clock


@dataclass(frozen=True)
class Phrase:
    """One time expression: a date, a time of day, a part of the day, any of them absent.

    `weak` words ("sat", "maja") mean a time only in company; a `latent` number ("8" in "8 tonight") likewise.
    """

    date: Moment | None = None
    clock: Clock | Hours | Open | None = None
    part: str | None = None
    zone: float | None = None
    weak: bool = False
    latent: bool = False


@dataclass
class Reader:
    """The message under the eyes. `now` is naive local time; `date_at(i)` reads a date phrase from word
    `i`."""

    lex: Lexicon
    words: list[Token]
    now: datetime
    present: datetime  # the same instant, aware
    clinic: bool
    date_at: Callable[[Reader, int], tuple[Moment, int, bool] | None]
    dates: dict[int, tuple[Moment, int, bool] | None] = field(default_factory=dict)
    clocks: dict[tuple[int, bool], tuple[Clock, int] | None] = field(default_factory=dict)
    phrases: dict[int, tuple[Phrase, int] | None] = field(default_factory=dict)
    depth: int = 0

    def find(self, category: str, i: int) -> tuple[int | str, int] | None:
        """The longest phrase of the category at `i`, as (value, next)."""
        return self.lex.find(category, self.words, i)

    def skip(self, category: str, i: int) -> int:
        """The place after a phrase of the category, or `i` itself when there is none."""
        found = self.find(category, i)
        return found[1] if found else i

    def fold(self, i: int) -> str:
        """The folded word at `i`, empty outside the text."""
        return self.words[i].fold if 0 <= i < len(self.words) else ""

    def glued(self, i: int) -> bool:
        return i < len(self.words) and self.words[i].glued

    def digits(self, i: int, most: int = 2) -> int | None:
        """The number written in at most `most` digits at `i`."""
        if i < len(self.words) and self.words[i].is_number and len(self.words[i].fold) <= most:
            return int(self.words[i].fold)
        return None

    def cardinal(self, i: int) -> tuple[int, int] | None:
        return numbers.cardinal(self.lex, self.words, i)

    def ordinal(self, i: int) -> tuple[int, str, int] | None:
        return numbers.ordinal(self.lex, self.words, i)

    def year(self, i: int) -> tuple[int, int] | None:
        return numbers.year(self.lex, self.words, i)

    @property
    def polish(self) -> bool:
        return self.lex.language == "pl"

    def is_end(self, i: int) -> bool:
        """Whether the text or the clause ends before word `i`."""
        return i >= len(self.words) or not (self.words[i].is_word or self.words[i].is_number)

    def base(self, i: int) -> tuple[Moment, int, bool] | None:
        """A date phrase inside another ("of March", "after Easter"), at most four deep."""
        if self.depth >= 4 or i >= len(self.words):
            return None
        if i not in self.dates:
            self.depth += 1
            try:
                self.dates[i] = self.date_at(self, i)
            finally:
                self.depth -= 1
        return self.dates[i]
