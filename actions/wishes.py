"""When somebody can come, as it adds up over several messages: days, hours of the day, and what does not suit. Pure."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from conversations.understanding import fold
from core.when import Grain, TimeSpan

Window = tuple[datetime | None, datetime | None]
"""[start, end) of aware times; None is an open side."""
MIDNIGHT = time()
_WEEKDAY = re.compile(
    r"\b(?:poniedzial|wtor|srod|czwart|piat|sobot|niedziel)\w*|\b(?:pon|wt|sr|czw|pt|sob|nd|niedz)\b"
    r"|\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\b(?:mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)\b"
)
SAID_LIMIT = 80


@dataclass(frozen=True)
class Wish:
    """Any of `windows` (none: any day), within any of `hours` (none: any hour), outside all of `without`.

    Hours are [from, until) of a day on its own clock; midnight as an end is the end of the day.
    """

    windows: tuple[Window, ...] = ()
    hours: tuple[tuple[time, time], ...] = ()
    without: tuple[Window, ...] = ()
    not_on: frozenset[int] = frozenset()
    """Days of the week that do not suit, Monday is 0."""
    not_hours: tuple[tuple[time, time], ...] = ()
    """Hours of any day that do not suit."""
    said: str = ""

    @property
    def start(self) -> datetime | None:
        """The earliest moment of all windows, None if one has no beginning."""
        starts = [start for start, _ in self.windows]
        return min((one for one in starts if one is not None), default=None) if None not in starts else None

    @property
    def end(self) -> datetime | None:
        """The end of the last window, None if one has no end."""
        ends = [end for _, end in self.windows]
        return max((one for one in ends if one is not None), default=None) if None not in ends else None

    def fits(self, at: datetime) -> bool:
        """True if a visit that begins then is wished for."""
        return (not self.windows or any(_holds(window, at) for window in self.windows)) and self.suits(at)

    def suits(self, at: datetime) -> bool:
        """True if the hour does, whatever the day, and nothing was said against it."""
        on_clock = at.timetz().replace(tzinfo=None)
        is_hour = not self.hours or any(_is_between(on_clock, first, last) for first, last in self.hours)
        is_refused = any(_is_between(on_clock, first, last) for first, last in self.not_hours)
        is_left_out = at.weekday() in self.not_on or any(_holds(window, at) for window in self.without)
        return is_hour and not is_refused and not is_left_out

    def wanting(self, spans: Iterable[TimeSpan], on_day: date | None, said: str) -> "Wish":
        """The wish after more was said. Days replace days; bare hours narrow the days that stand, or `on_day` if given.

        "Jutro" after "po 15" keeps the hours; "jutro rano" replaces both. Several days are alternatives. Hours named anew
        replace those that did not suit too.
        """
        days = [span for span in spans if not _is_bare_hour(span)]
        hours = _hours_of([span for span in spans if _is_bare_hour(span)])
        windows, kept_hours, without, not_on = self.windows, self.hours, self.without, self.not_on
        not_hours = () if hours else self.not_hours
        if days:
            windows, without = tuple(_bounded(span) for span in days), ()
            not_on = self.not_on if is_whole_week(days) else frozenset()
            is_whole = all(span.grain not in (Grain.hour, Grain.minute, Grain.second) for span in days)
            kept_hours = hours or (self.hours if is_whole else ())
            not_hours = not_hours if is_whole else ()
        elif hours:
            kept_hours = hours
            if on_day is not None:
                zone = next((moment.tzinfo for span in spans for moment in (span.start, span.end) if moment), None)
                begins = datetime.combine(on_day, MIDNIGHT, zone)
                windows = ((begins, begins + timedelta(days=1)),)
            else:
                windows = tuple(_whole_days(window) for window in self.windows)
        return Wish(windows, kept_hours, without, not_on, not_hours, said[:SAID_LIMIT])

    def unless(self, spans: Sequence[TimeSpan], said: str) -> "Wish":
        """The wish without those times. A day of the week ("nie w poniedziałki, pracuję") never suits, nor do bare hours.

        What was wished for and lies wholly within them is wished for no more.
        """
        days = [span for span in spans if not _is_bare_hour(span)]
        weekdays = {span.day.weekday() for span in days if _is_weekday(span) and span.day}
        against = tuple(_bounded(span) for span in days)
        refused = _hours_of([span for span in spans if _is_bare_hour(span)])
        windows = [one for one in self.windows if not any(_is_inside(one, other) for other in against)]
        windows = [_whole_days(one) if _is_at(one, refused) else one for one in windows]
        return Wish(
            tuple(one for one in windows if not _is_on(one, weekdays)),
            tuple(one for one in self.hours if not any(_are_within(one, other) for other in refused)),
            tuple(dict.fromkeys((*self.without, *against))),
            self.not_on | weekdays,
            tuple(dict.fromkeys((*self.not_hours, *refused))),
            said[:SAID_LIMIT],
        )

    def to_json(self) -> str:
        """As the slot keeps it; `start` and `end` say it in short for a reader."""

        def said(moment: datetime | None) -> str | None:
            return moment.isoformat() if moment else None

        def clocks(hours: tuple[tuple[time, time], ...]) -> list[list[str]]:
            return [[first.isoformat(), last.isoformat()] for first, last in hours]

        return json.dumps(
            {
                "start": said(self.start),
                "end": said(self.end),
                "windows": [[said(start), said(end)] for start, end in self.windows],
                "hours": clocks(self.hours),
                "without": [[said(start), said(end)] for start, end in self.without],
                "not_on": sorted(self.not_on),
                "not_hours": clocks(self.not_hours),
                "said": self.said,
            }
        )

    @classmethod
    def from_json(cls, kept: str | None) -> "Wish":
        """What the slot keeps; any time for an empty one."""
        value = json.loads(kept or "{}")

        def windows(name: str) -> tuple[Window, ...]:
            return tuple((_moment(start), _moment(end)) for start, end in value.get(name, ()))

        def hours(name: str) -> tuple[tuple[time, time], ...]:
            return tuple((time.fromisoformat(first), time.fromisoformat(last)) for first, last in value.get(name, ()))

        not_on = frozenset(value.get("not_on", ()))
        return cls(
            windows("windows"), hours("hours"), windows("without"), not_on, hours("not_hours"), value.get("said") or ""
        )


def is_whole_week(spans: list[TimeSpan]) -> bool:
    """True if what was said is longer than a day, so that a day of the week may still be left out of it."""
    return all(span.grain in (Grain.week, Grain.month, Grain.quarter, Grain.year) for span in spans) or len(spans) > 2


def _holds(window: Window, at: datetime) -> bool:
    start, end = window
    return (start is None or start <= at) and (end is None or at < end)


def _is_inside(one: Window, other: Window) -> bool:
    starts = other[0] is None or (one[0] is not None and other[0] <= one[0])
    return starts and (other[1] is None or (one[1] is not None and one[1] <= other[1]))


def _is_on(window: Window, weekdays: set[int]) -> bool:
    """True for a single day that is one of those of the week."""
    start, end = window
    return start is not None and end is not None and end - start <= timedelta(days=1) and start.weekday() in weekdays


def _is_at(window: Window, hours: tuple[tuple[time, time], ...]) -> bool:
    """True for a part of a single day that lies within those hours."""
    start, end = window
    if start is None or end is None or end - start >= timedelta(days=1):
        return False
    return any(_are_within((start.time(), end.time()), other) for other in hours)


def _are_within(hours: tuple[time, time], other: tuple[time, time]) -> bool:
    return other[0] <= hours[0] and (other[1] == MIDNIGHT or MIDNIGHT < hours[1] <= other[1])


def _is_between(at: time, first: time, last: time) -> bool:
    """Within [first, last) of a day; a stretch that ends before it begins goes over midnight."""
    if last == MIDNIGHT:
        return first <= at
    return first <= at < last if first < last else at >= first or at < last


def _is_bare_hour(span: TimeSpan) -> bool:
    """An hour without its day: "po 15", "rano"."""
    return span.day is None and span.grain in (Grain.hour, Grain.minute, Grain.second)


def _is_weekday(span: TimeSpan) -> bool:
    """A whole day, named by its day of the week."""
    return span.grain is Grain.day and _WEEKDAY.search(fold(span.text)) is not None


def _bounded(span: TimeSpan) -> Window:
    """A span with an open end closed by the day it was said of."""
    if span.day is None:
        return span.start, span.end
    known = span.start or span.end
    midnight = datetime.combine(span.day, MIDNIGHT, known.tzinfo if known else None)
    return span.start or midnight, span.end or midnight + timedelta(days=1)


def _whole_days(window: Window) -> Window:
    """From the beginning of its first day to the end of its last."""
    start, end = window
    first = start.replace(hour=0, minute=0, second=0, microsecond=0) if start else None
    if end is None:
        return first, None
    last = (end - timedelta(microseconds=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return first, last + timedelta(days=1)


def _hours_of(spans: list[TimeSpan]) -> tuple[tuple[time, time], ...]:
    """Hours of the day that are meant: alternatives, but "po 15" and "przed 18" together are one stretch."""
    clocks = [(_clock(span.start), _clock(span.end)) for span in spans]
    starts = [start for start, end in clocks if end == MIDNIGHT and start != MIDNIGHT]
    ends = [end for start, end in clocks if start == MIDNIGHT and end != MIDNIGHT]
    if len(clocks) == 2 and len(starts) == len(ends) == 1 and starts[0] < ends[0]:
        return ((starts[0], ends[0]),)
    return tuple(clocks)


def _clock(moment: datetime | None) -> time:
    return moment.time() if moment else MIDNIGHT


def _moment(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None
