"""This, next and last: "w przyszłym tygodniu", "next Thursday", "ostatnie 2 dni", "this summer", "two
upcoming days".

"Next" with a weekday or weekend is that of next week ("przyszły czwartek"); "this" and "coming" the nearest
ahead;
"last" the nearest behind. "Next" with a month, season or holiday is the nearest one not yet begun. "Next
three days"
begin tomorrow, "last three days" end yesterday; "three upcoming days" is the third day from now.
"""

from __future__ import annotations

from datetime import timedelta

from core.when.durations import count_at
from core.when.holidays import NAMES
from core.when.moments import Both, Days, Fixed, Moment, Named, Nth, Units, add, floor, unit_at
from core.when.reader import Reader
from core.when.resolve import most_recent, pick
from core.when.span import Grain

_STEPS = {"this": 0, "coming": 1, "next": 1, "last": -1}
Found = tuple[Moment, int, bool] | None


def cycle(r: Reader, i: int) -> Found:
    """A unit, weekday, month, season, weekend or holiday picked by a word of order."""
    return _after_next(r, i) or _upcoming(r, i) or _picked(r, i)


def _after_next(r: Reader, i: int) -> Found:
    """ "the week after next", "tydzień po następnym", "the weekend after next"."""
    start = i + 1 if r.fold(i) == "the" else i
    weekend = r.find("weekend", start)
    unit = _unit(r, start)
    j = weekend[1] if weekend else unit[2] if unit else start
    after = r.find("after_next", j) if j > start else None
    if after is None:
        return None
    if weekend is not None:
        return _ordered(r, "next", weekend_of(r), after[1], weeks=2)
    return (unit_at(r.now, unit[0], 2), after[1], False) if unit else None


def weekend_of(r: Reader) -> Moment:
    """The weekend: Saturday and Sunday in clinic talk, otherwise from Friday 18:00."""
    return Named("weekend day", Grain.day) if r.clinic else Named("weekend", Grain.hour)


def _unit(r: Reader, i: int) -> tuple[Grain, int, int] | None:
    """(grain, multiplier, next) of a unit's name."""
    unit = r.find("unit", i)
    if unit is None or unit[0] == "decade":
        return None
    if unit[0] == "fortnight":
        return Grain.week, 2, unit[1]
    return Grain(str(unit[0])), 1, unit[1]


def _upcoming(r: Reader, i: int) -> Found:
    """ "upcoming two days", "two upcoming days"."""
    if r.polish:
        return None
    word = r.find("upcoming", i)
    number = count_at(r, word[1] if word else i)
    if number is None:
        return None
    if word is None:
        word = r.find("upcoming", number[1])
        if word is None:
            return None
        j = word[1]
    else:
        j = number[1]
    unit = _unit(r, j)
    if unit is None or r.fold(i) in ("a", "an"):
        return None
    return unit_at(r.now, unit[0], number[0] * unit[1]), unit[2], False


def _picked(r: Reader, i: int) -> Found:
    start = i + 1 if r.fold(i) == "the" else i
    number = count_at(r, start)
    det = r.find("det", number[1]) if number and r.fold(start) not in ("a", "an") else None
    month = _unit(r, det[1]) if det is not None else None
    of_month = (
        month is not None and month[0] is Grain.month and not r.fold(det[1] - 1 if det else 0).endswith(("e", "ch"))
    )
    if r.polish and of_month and number is not None and det is not None and month is not None:
        return Both(unit_at(r.now, Grain.month, _STEPS[str(det[0])]), Days(None, number[0])), month[2], False
    if number is not None and det is not None and det[0] in ("next", "last", "coming"):
        return _several(r, str(det[0]), number[0], det[1])
    det = r.find("det", i) or r.find("det", start)
    if det is None:
        return None
    which, j = str(det[0]), det[1]
    number = count_at(r, j)
    if number is not None and which != "this" and r.fold(j) not in ("a", "an"):
        return _several(r, which, number[0], number[1])
    return _single(r, which, i, j)


def _several(r: Reader, which: str, count: int, j: int) -> Found:
    unit = _unit(r, j)
    if unit is None or not 1 <= count <= 1000:
        return None
    grain, times, end = unit
    count *= times
    if which == "last":
        return unit_at(r.now, grain, -count, count, "interval"), end, False
    return unit_at(r.now, grain, 1, count, "interval"), end, False


def _single(r: Reader, which: str, i: int, j: int) -> Found:
    if r.find("weekend", j):
        return _ordered(r, which, weekend_of(r), r.skip("weekend", j), weeks=1)
    unit = _unit(r, j)
    if unit is not None and not (r.polish and r.fold(j) == "lata"):
        grain, times, end = unit
        if grain.rank < Grain.day.rank and which == "this" and r.polish and r.fold(i) not in ("ta", "te", "tej"):
            return None
        count = _STEPS[which]
        if times > 1 and count:
            return unit_at(r.now, grain, min(count * times, 1), times, "interval"), end, False
        if r.polish and r.fold(i) == "to":
            return None
        return unit_at(r.now, grain, count), end, False
    weekday = r.find("dow", j)
    if weekday is not None:
        return _of_weekday(r, which, int(weekday[0])), weekday[1], False
    month = r.find("month", j)
    if r.polish and month is not None and r.fold(i) == "ostatniego":
        return Nth(-1, Units(Grain.day), Units(Grain.month, int(month[0]))), month[1], False
    if month is not None and not (which == "this" and r.fold(j) in ("may", "maja", "march", "sie", "lis")):
        return _ordered(r, which, Units(Grain.month, int(month[0])), month[1])
    season = r.find("season", j)
    if season is not None:
        return _ordered(r, which, Named(str(season[0])), season[1])
    for phrase, value in NAMES[r.lex.language].get(r.fold(j), ()):
        if all(r.fold(j + k) == piece for k, piece in enumerate(phrase)):
            return _ordered(r, which, Named(str(value)), j + len(phrase))
    return None


def _of_weekday(r: Reader, which: str, weekday: int) -> Moment:
    if which in ("this", "coming"):
        return Days(weekday)
    today = floor(r.now, Grain.day)
    if which == "next":
        day = floor(r.now, Grain.week) + timedelta(days=7 + weekday)
    else:
        day = today - timedelta(days=(today.weekday() - weekday) % 7 or 7)
    return Fixed(day, day + timedelta(days=1), Grain.day)


def _ordered(r: Reader, which: str, moment: Moment, j: int, *, weeks: int = 0) -> Found:
    """The nearest one running or ahead; for "next" the first not yet begun; for "last" the latest over."""
    if which == "last":
        found = most_recent(moment, r.now)
    else:
        found = pick(moment, r.now)
        if found is not None and which == "next":
            if weeks:
                week = floor(r.now, Grain.week) + timedelta(days=7 * weeks)
                found = next(moment.within(week, week + timedelta(days=7)), None)
            elif found.start <= r.now:
                later = add(found.start, Grain.year, 1)
                found = next(moment.within(later - timedelta(days=40), later + timedelta(days=60)), None)
    if found is None:
        return None
    return Fixed(found.start, found.end, moment.grain), j, False
