"""What a phrase can mean: sets of stretches of local time that can be listed within a window and intersected.

All datetimes here are naive local times; `resolve` gives them their zone. Every `within(low, high)` lists,
in order,
the stretches that start in `[low, high)`.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Protocol

from core.when.holidays import holiday
from core.when.span import Grain

DAY = timedelta(days=1)
FIRST_YEAR, LAST_YEAR = 1801, 2299


@dataclass(frozen=True)
class Stretch:
    start: datetime
    end: datetime


class Moment(Protocol):
    """A set of stretches. `names` are the calendar fields it fixes, `longest` the longest stretch it
    holds."""

    @property
    def grain(self) -> Grain: ...
    @property
    def names(self) -> frozenset[str]: ...
    @property
    def longest(self) -> timedelta: ...
    def within(self, low: datetime, high: datetime) -> Iterator[Stretch]: ...
    def fixed(self) -> Stretch | None:
        """The only window it can lie in, when it is tied to one (a year, this week); else None."""
        ...


def floor(at: datetime, grain: Grain) -> datetime:
    """The beginning of the unit `at` lies in; weeks begin on Monday."""
    if grain is Grain.second:
        return at.replace(microsecond=0)
    if grain is Grain.minute:
        return at.replace(second=0, microsecond=0)
    if grain is Grain.hour:
        return at.replace(minute=0, second=0, microsecond=0)
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    if grain is Grain.day:
        return day
    if grain is Grain.week:
        return day - timedelta(days=day.weekday())
    if grain is Grain.month:
        return day.replace(day=1)
    if grain is Grain.quarter:
        return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return day.replace(month=1, day=1)


def add(at: datetime, grain: Grain, count: int) -> datetime:
    """`count` units later on the local clock; a day missing in the month becomes its last. ValueError out
    of range."""
    if abs(count) > 10_000_000:
        raise ValueError(count)
    if grain in (Grain.month, Grain.quarter, Grain.year):
        months = {Grain.month: 1, Grain.quarter: 3, Grain.year: 12}[grain] * count
        year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise ValueError(year)
        return at.replace(year=year, month=month + 1, day=min(at.day, calendar.monthrange(year, month + 1)[1]))
    seconds = {Grain.second: 1, Grain.minute: 60, Grain.hour: 3600, Grain.day: 86400, Grain.week: 604800}[grain]
    if abs(seconds * count) > 300 * 366 * 86400:
        raise ValueError(count)
    later = at + timedelta(seconds=seconds * count)
    if not FIRST_YEAR <= later.year <= LAST_YEAR:
        raise ValueError(later.year)
    return later


@dataclass(frozen=True)
class Fixed:
    """One stretch, known: today, this week, 2014, an hour from now."""

    start: datetime
    end: datetime
    grain: Grain
    names: frozenset[str] = frozenset({"fixed"})

    @property
    def longest(self) -> timedelta:
        return self.end - self.start

    def within(self, low: datetime, high: datetime) -> Iterator[Stretch]:
        if low <= self.start < high:
            yield Stretch(self.start, self.end)

    def fixed(self) -> Stretch | None:
        return Stretch(self.start, self.end)


def unit_at(at: datetime, grain: Grain, count: int = 0, length: int = 1, names: str = "fixed") -> Fixed:
    """`length` whole units, beginning `count` units after the one `at` lies in."""
    start = add(floor(at, grain), grain, count)
    return Fixed(start, add(start, grain, length), grain, frozenset({names}))


@dataclass(frozen=True)
class Days:
    """Every day that fits: a weekday, a day of the month, a month and day; any of them may be left out."""

    weekday: int | None = None
    day: int | None = None
    month: int | None = None
    grain: Grain = Grain.day
    longest: timedelta = DAY

    @property
    def names(self) -> frozenset[str]:
        return frozenset(n for n in ("weekday", "day", "month") if getattr(self, n) is not None)

    def within(self, low: datetime, high: datetime) -> Iterator[Stretch]:
        at = floor(low, Grain.day)
        if at < low:
            at += DAY
        if self.day is None and self.month is None and self.weekday is not None:
            at += timedelta(days=(self.weekday - at.weekday()) % 7)
            while at < high:
                yield Stretch(at, at + DAY)
                at += timedelta(days=7)
            return
        while at < high:
            if self.month is not None and at.month != self.month:
                at = add(at.replace(day=1), Grain.month, (self.month - at.month) % 12)
                continue
            if self.day is not None and at.day != self.day:
                last = calendar.monthrange(at.year, at.month)[1]
                is_ahead = at.day < self.day <= last
                at = at.replace(day=self.day) if is_ahead else add(at.replace(day=1), Grain.month, 1)
                continue
            if self.weekday is None or at.weekday() == self.weekday:
                yield Stretch(at, at + DAY)
            at += DAY

    def fixed(self) -> Stretch | None:
        return None


@dataclass(frozen=True)
class Units:
    """Every day, week, month, quarter or year; a month or quarter may be one of its number (`which`, from
    1)."""

    grain: Grain
    which: int | None = None

    @property
    def names(self) -> frozenset[str]:
        return frozenset({self.grain.value})

    @property
    def longest(self) -> timedelta:
        return {Grain.week: 7, Grain.month: 31, Grain.quarter: 92, Grain.year: 366}.get(self.grain, 1) * DAY

    def within(self, low: datetime, high: datetime) -> Iterator[Stretch]:
        at = floor(low, self.grain)
        if at < low:
            at = add(at, self.grain, 1)
        while at < high:
            following = add(at, self.grain, 1)
            number = at.month if self.grain is Grain.month else (at.month + 2) // 3
            if self.which is None or number == self.which:
                yield Stretch(at, following)
            at = following

    def fixed(self) -> Stretch | None:
        return None


_SEASONS = {
    "spring": ((3, 20), (6, 21)),
    "summer": ((6, 21), (9, 24)),
    "autumn": ((9, 23), (12, 21)),
    "winter": ((12, 21), (3, 21)),
}


@dataclass(frozen=True)
class Named:
    """A holiday or a season, once a year; or the weekend, once a week (from Friday 18:00, or Saturday in a
    clinic)."""

    key: str
    grain: Grain = Grain.day

    @property
    def names(self) -> frozenset[str]:
        return frozenset({"weekend"} if self.key.startswith("weekend") else {"day", "month"})

    @property
    def longest(self) -> timedelta:
        return (96 if self.key in _SEASONS else 3) * DAY

    def within(self, low: datetime, high: datetime) -> Iterator[Stretch]:
        if self.key.startswith("weekend"):
            at = floor(low, Grain.week)
            while at < high:
                start = at + timedelta(days=5 if self.key == "weekend day" else 4.75)
                if low <= start < high:
                    yield Stretch(start, at + 7 * DAY)
                at += 7 * DAY
            return
        for year in range(max(low.year, FIRST_YEAR), min(high.year, LAST_YEAR) + 1):
            for start, end in self._in_year(year):
                if low <= start < high:
                    yield Stretch(start, end)

    def _in_year(self, year: int) -> Iterator[tuple[datetime, datetime]]:
        if self.key in _SEASONS:
            begins, ends = _SEASONS[self.key]
            yield datetime(year, *begins), datetime(year + (ends < begins), *ends)  # noqa: DTZ001
            return
        for day, length in holiday(self.key, year):
            start = datetime(day.year, day.month, day.day)  # noqa: DTZ001
            yield start, start + length * DAY

    def fixed(self) -> Stretch | None:
        return None


@dataclass(frozen=True)
class Both:
    """The stretches of `fine` that lie wholly inside one of `coarse`."""

    coarse: Moment
    fine: Moment

    @property
    def grain(self) -> Grain:
        return self.fine.grain

    @property
    def names(self) -> frozenset[str]:
        return self.coarse.names | self.fine.names

    @property
    def longest(self) -> timedelta:
        return self.fine.longest

    def within(self, low: datetime, high: datetime) -> Iterator[Stretch]:
        for outer in self.coarse.within(low - self.coarse.longest, high):
            for inner in self.fine.within(max(outer.start, low), min(outer.end, high)):
                if inner.end <= outer.end:
                    yield inner

    def fixed(self) -> Stretch | None:
        return self.coarse.fixed() or self.fine.fixed()


@dataclass(frozen=True)
class Nth:
    """In each stretch of `base`, the `count`-th (from 1; negative counts from the end) of `fine` wholly
    inside it."""

    count: int
    fine: Moment
    base: Moment

    @property
    def grain(self) -> Grain:
        return self.fine.grain

    @property
    def names(self) -> frozenset[str]:
        return self.base.names | self.fine.names | {"nth"}

    @property
    def longest(self) -> timedelta:
        return self.fine.longest

    def within(self, low: datetime, high: datetime) -> Iterator[Stretch]:
        for outer in self.base.within(low - self.base.longest, high):
            inside = [s for s in self.fine.within(outer.start, outer.end) if s.end <= outer.end]
            place = self.count - 1 if self.count > 0 else len(inside) + self.count
            if 0 <= place < len(inside) and low <= inside[place].start < high:
                yield inside[place]

    def fixed(self) -> Stretch | None:
        return self.base.fixed()


@dataclass(frozen=True)
class Edge:
    """The beginning, middle or end of each stretch of `base`: of a year four-, of a month ten-, of a week
    three-day parts."""

    which: str
    base: Moment

    @property
    def grain(self) -> Grain:
        return {Grain.year: Grain.month, Grain.day: Grain.hour}.get(self.base.grain, Grain.day)

    @property
    def names(self) -> frozenset[str]:
        return self.base.names | {"edge"}

    @property
    def longest(self) -> timedelta:
        return self.base.longest

    def within(self, low: datetime, high: datetime) -> Iterator[Stretch]:
        for outer in self.base.within(low - self.base.longest, high):
            found = self._part(outer)
            if low <= found.start < high:
                yield found

    def _part(self, of: Stretch) -> Stretch:
        start, end = of.start, of.end
        if self.which.startswith("half"):
            middle = (
                add(start, Grain.month, 6)
                if self.base.grain is Grain.year
                else start + (end - start) // (2 * DAY) * DAY
            )
            return Stretch(start, middle) if self.which == "half 1" else Stretch(middle, end)
        if self.base.grain is Grain.year:
            marks = [start, add(start, Grain.month, 3), add(start, Grain.month, 8), end]
        elif self.base.grain is Grain.month:
            marks = [start, start + 10 * DAY, start + 20 * DAY, end]
        elif self.base.grain is Grain.week:
            marks = [start, start + 3 * DAY, start + 4 * DAY, end]
        elif self.base.grain is Grain.day and end - start == DAY:
            marks = [start, start + DAY / 2, start + DAY * 17 / 24, end]
        else:
            third = timedelta(days=max(1, (end - start).days // 3))
            marks = [start, start + third, max(start + third, end - third), end]
        thirds = [Stretch(a, b) for a, b in pairwise(marks)]
        return thirds[{"begin": 0, "mid": 1, "end": 2}[self.which]]

    def fixed(self) -> Stretch | None:
        return self.base.fixed()


@dataclass(frozen=True)
class Through:
    """From each stretch of `first` to the end of the next one of `last`, no further than `limit` away."""

    first: Moment
    last: Moment
    limit: timedelta = timedelta(days=366)

    @property
    def grain(self) -> Grain:
        return min(self.first.grain, self.last.grain, key=lambda grain: grain.rank)

    @property
    def names(self) -> frozenset[str]:
        return self.first.names | self.last.names | {"range"}

    @property
    def longest(self) -> timedelta:
        return self.limit

    def within(self, low: datetime, high: datetime) -> Iterator[Stretch]:
        for start in self.first.within(low, high):
            for end in self.last.within(start.start, start.start + self.limit):
                if end.end > start.end:
                    yield Stretch(start.start, end.end)
                    break

    def fixed(self) -> Stretch | None:
        tied = self.first.fixed()
        if tied is None:
            return None
        return Stretch(tied.start, min(tied.end, tied.start + self.limit))
