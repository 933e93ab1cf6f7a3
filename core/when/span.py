"""What the date grammar answers with: a stretch of time, and how exactly it was said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

Language = Literal["pl", "en"]


class Grain(StrEnum):
    """How exactly a time was said: "o 15" is an hour, "15:00" a minute, "w maju" a month."""

    second = "second"
    minute = "minute"
    hour = "hour"
    day = "day"
    week = "week"
    month = "month"
    quarter = "quarter"
    year = "year"

    @property
    def rank(self) -> int:
        """The place in the order from fine (0, second) to coarse (7, year)."""
        return _ORDER.index(self)

    @property
    def finer(self) -> Grain:
        """The grain a shift by this unit is exact to: "in two weeks" names a day, "in an hour" a minute."""
        return _FINER[self]


_ORDER = tuple(Grain)
_FINER = {
    Grain.second: Grain.second,
    Grain.minute: Grain.second,
    Grain.hour: Grain.minute,
    Grain.day: Grain.hour,
    Grain.week: Grain.day,
    Grain.month: Grain.day,
    Grain.quarter: Grain.month,
    Grain.year: Grain.month,
}


@dataclass(frozen=True)
class TimeSpan:
    """A half-open stretch `[start, end)` of aware times in the zone of `now`, as found in a text.

    An instant of a grain ends one grain later; a range of hours ends as said ("8-13" ends at 13:00), a
    range of
    days after its last day. `None` is an open side ("po 15" has no end, "przed 11" no start). `text` are
    the words,
    `at` their place as code points of the original text. `day` is the day an open side was said of: "jutro
    po 15" is
    open at its end but still speaks of tomorrow; None where no single day was named.
    """

    start: datetime | None
    end: datetime | None
    grain: Grain
    text: str
    at: tuple[int, int]
    day: date | None = None
