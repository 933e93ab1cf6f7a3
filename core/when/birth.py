"""A birth date as people write or say it."""

from __future__ import annotations

from datetime import date, datetime

from core.when.lexicon import lexicon
from core.when.reader import Reader
from core.when.span import Language
from core.when.tokens import tokens


def find_date(text: str, *, now: datetime, language: Language | None = None) -> date | None:
    """The past calendar date with a year in `text`: "12.03.1957", "3 May 1980", "1957-03-12", "12/03/57",
    day first.

    Two digits of a year are the latest such year not after `now`. None when there is no date, when it is
    not a real
    one (30 February), lies after `now` or over 130 years back, or when two different dates are given.
    """
    found: set[date] = set()
    for tongue in (language,) if language else _BOTH:
        here, broken = _dates(text, now, tongue)
        if broken:
            return None
        found |= here
    return found.pop() if len(found) == 1 else None


_BOTH: tuple[Language, ...] = ("pl", "en")


def _dates(text: str, now: datetime, language: Language) -> tuple[set[date], bool]:
    """The past dates in the text, and whether something shaped like a date is none."""
    words = tokens(text)[:200]
    r = Reader(lexicon(language), words, now.replace(tzinfo=None), now, False, lambda _r, _i: None)
    found: set[date] = set()
    i = 0
    while i < len(words):
        parts = _numbers(r, i) or _named(r, i)
        if parts is None:
            i += 1
            continue
        year, month, day, i = parts
        made = _past_date(year, month, day, now.date())
        if made is None:
            return set(), True
        found.add(made)
    return found, False


def _past_date(year: int, month: int, day: int, today: date) -> date | None:
    if year < 100:
        year += today.year // 100 * 100
        if (year, month, day) > (today.year, today.month, today.day):
            year -= 100
    try:
        made = date(year, month, day)
    except ValueError:
        return None
    return made if made <= today and today.year - made.year <= 130 else None


def _numbers(r: Reader, i: int) -> tuple[int, int, int, int] | None:
    """Three numbers with the same sign between, or eight digits "12 03 1957" with spaces."""
    if i > 0 and r.glued(i) and r.fold(i - 1) in (".", "/", "-") and r.digits(i - 2, 12) is not None:
        return None
    j, groups, sign = i, list[int](), ""
    while len(groups) < 3:
        value = r.digits(j, 4)
        if value is None:
            return None
        groups.append(j)
        j += 1
        if len(groups) == 3:
            break
        if r.fold(j) in (".", "/", "-") and sign in ("", r.fold(j)):
            sign = r.fold(j)
            j += 1
        elif sign or r.glued(j):
            return None
    if r.fold(j) in (".", "/", "-") and r.glued(j) and r.glued(j + 1) and r.digits(j + 1, 12) is not None:
        return None
    lengths = [len(r.fold(k)) for k in groups]
    a, b, c = (int(r.fold(k)) for k in groups)
    if lengths[0] == 4 and max(lengths[1:]) <= 2:
        return a, b, c, j
    if max(lengths[:2]) <= 2 and (lengths[2] == 4 or (lengths[2] == 2 and sign)):
        return c, b, a, j
    return None


def _named(r: Reader, i: int) -> tuple[int, int, int, int] | None:
    """A day, a month's name and a year, in either order of day and month."""
    start = i + 1 if r.fold(i) == "the" else i
    day = _day(r, start)
    if day is not None:
        j = day[1] + (r.fold(day[1]) in ("of", ".", "-"))
        month = r.find("month", j)
        if month is None:
            return None
        j = month[1]
    else:
        month = r.find("month", i)
        day = _day(r, month[1]) if month else None
        if month is None or day is None:
            return None
        j = day[1]
    while r.fold(j) in (",", ".", "of", "-", "roku", "rok", "in"):
        j += 1
    year = r.year(j)
    if year is None and (two := r.digits(j)) is not None and len(r.fold(j)) == 2 and r.is_end(j + 1):
        year = two, j + 1
    if year is None and len(r.fold(j)) == 4 and (four := r.digits(j, 4)) is not None:
        year = four, j + 1
    return (year[0], int(month[0]), day[0], year[1]) if year else None


def _day(r: Reader, i: int) -> tuple[int, int] | None:
    named = r.ordinal(i)
    if named is not None:
        return named[0], named[2]
    return r.cardinal(i)
