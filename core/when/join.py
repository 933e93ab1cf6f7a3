"""Which dates may narrow one another: a weekday and a date must agree, a day lies in its week, month or
year."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.when.moments import Both, Days, Fixed, Moment, Named, Nth, Units, add, floor, unit_at
from core.when.resolve import pick
from core.when.span import Grain


def joined(one: Moment, other: Moment, now: datetime) -> Moment | None:
    """The dates read as one, or None when they contradict or do not belong together."""
    one, other = _widened(one, other), _widened(other, one)
    for a, b in ((one, other), (other, one)):
        if isinstance(a, Days) and a.names == {"weekday"}:
            return _with_weekday(a, b, now)
    for a, b in ((one, other), (other, one)):
        if isinstance(a, Fixed) and a.end - a.start == timedelta(days=1) and b.grain is Grain.day:
            same = next(b.within(a.start, a.end), None)  # "dziś, 23 listopada"
            return a if same is not None and same.end == a.end else None
    coarse, fine = (one, other) if one.grain.rank > other.grain.rank else (other, one)
    if coarse.grain.rank == fine.grain.rank or not coarse.names.isdisjoint(fine.names - {"fixed"}):
        return None
    if "range" in coarse.names | fine.names or "interval" in coarse.names | fine.names:
        return None
    if isinstance(fine, Fixed):
        tied = coarse.fixed()
        inside = tied is not None and tied.start <= fine.start and fine.end <= tied.end
        return fine if inside else None
    both = Both(coarse, fine)
    return both if pick(both, now) is not None else None


def _widened(moment: Moment, beside: Moment) -> Moment:
    """ "In a year" beside a month is the whole year; "in two weeks" beside a weekday the whole week."""
    if isinstance(moment, Fixed) and "shift" in moment.names:
        for grain in (Grain.year, Grain.month, Grain.week):
            if grain.value in moment.names and beside.grain.rank < grain.rank and "shift" not in beside.names:
                return unit_at(moment.start, grain)
    return moment


def _with_weekday(weekday: Days, other: Moment, now: datetime) -> Moment | None:
    if isinstance(other, Fixed):
        if other.grain is Grain.day and other.end - other.start == timedelta(days=1):
            return other if other.start.weekday() == weekday.weekday else None
        if other.grain in (Grain.week, Grain.month, Grain.year):
            return Both(other, weekday)
        return None
    if isinstance(other, Days):
        if other.weekday is not None:
            return None
        if other.month is None:
            both = Days(weekday.weekday, other.day)
            found = pick(both, now)
            return both if found and found.start - now < timedelta(days=100) else None
    if isinstance(other, Named | Days | Nth) and other.grain is Grain.day:
        return _agreeing(weekday, other, now)
    if isinstance(other, Units) and other.grain is Grain.month:
        return Both(other, weekday)
    return None


def _agreeing(weekday: Days, dated: Moment, now: datetime) -> Moment | None:
    """The next of the dates if its weekday is the one said, else the one of the last 60 days if it is; else
    a contradiction."""
    coming = pick(dated, now)
    if coming is not None and coming.start.weekday() == weekday.weekday:
        return Fixed(coming.start, coming.end, Grain.day)
    today = floor(now, Grain.day)
    past = list(dated.within(add(today, Grain.day, -60), today))
    if past and past[-1].start.weekday() == weekday.weekday:
        return Fixed(past[-1].start, past[-1].end, Grain.day)
    return None
