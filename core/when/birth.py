"""A birth date as people write or say it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from core.when.lexicon import lexicon
from core.when.reader import Reader
from core.when.span import Language
from core.when.tokens import tokens


@dataclass(frozen=True)
class Dated:
    """A birth date and where in the text it stands first."""

    date: date
    at: tuple[int, int]


def find_date(text: str, *, now: datetime, language: Language | None = None) -> date | None:
    """The past calendar date with a year in `text`: "12.03.1957", "3 May 1980", "1957-03-12", "12/03/57",
    "trzeci maja pięćdziesiąty ósmy", day first.

    Two digits of a year are the latest such year not after `now`. None when there is no date, when it is
    not a real
    one (30 February), lies after `now` or over 130 years back, or when two different dates are given.
    """
    found = find_dated(text, now=now, language=language)
    return found.date if found else None


def find_dated(text: str, *, now: datetime, language: Language | None = None) -> Dated | None:
    """What `find_date` finds, with its place in the text."""
    found: list[Dated] = []
    for tongue in (language,) if language else _BOTH:
        here, broken = _dates(text, now, tongue)
        if broken:
            return None
        found += here
    return found[0] if len({one.date for one in found}) == 1 else None


_LAST_HOUR = 24
_YEAR_WORDS = ("roku", "rok", "r")
_BOTH: tuple[Language, ...] = ("pl", "en")


def _dates(text: str, now: datetime, language: Language) -> tuple[list[Dated], bool]:
    """The past dates in the text, and whether something shaped like a date is none."""
    words = tokens(text)[:200]
    r = Reader(lexicon(language), words, now.replace(tzinfo=None), now, False, lambda _r, _i: None)
    found: list[Dated] = []
    i = 0
    while i < len(words):
        parts = _numbers(r, i) or _named(r, i)
        if parts is None:
            i += 1
            continue
        first, (year, month, day, i) = i, parts
        made = _past_date(year, month, day, now.date())
        if made is None:
            return [], True
        i += r.fold(i) in _YEAR_WORDS
        found.append(Dated(made, (words[first].start, words[i - 1].end)))
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
    is_counted = False
    if day is not None:
        j = day[1] + (r.fold(day[1]) in ("of", ".", "-"))
        month = r.find("month", j)
        if month is None:
            return None
        j = month[1]
    else:
        month = r.find("month", i)
        day = _day(r, month[1]) if month and not _numbers(r, month[1]) else None  # "Ewa Maj 12.03.1957"
        if month is None or day is None:
            return None
        j = day[1]
        is_counted = r.ordinal(month[1]) is None and not r.words[month[1]].is_number  # "May ten thirty" is an hour
    while r.fold(j) in (",", ".", "of", "-", "roku", "rok", "in"):
        j += 1
    year = r.year(j) or (None if is_counted else _short_year(r, j))
    if year is None and len(r.fold(j)) == 4 and (four := r.digits(j, 4)) is not None:
        year = four, j + 1
    return (year[0], int(month[0]), day[0], year[1]) if year else None


def _short_year(r: Reader, i: int) -> tuple[int, int] | None:
    """The last two digits of a year: "58", "pięćdziesiąty ósmy", "fifty-eight". A count that may be an hour ("ten") is
    none, nor is one of things."""
    if (two := r.digits(i)) is not None:
        return (two, i + 1) if len(r.fold(i)) == 2 and _is_over(r, i + 1) else None
    named, counted = r.ordinal(i), r.cardinal(i)
    if r.polish and named is not None and named[1] != "f" and named[0] >= 10:
        return (named[0], named[2]) if _is_over(r, named[2]) or r.fold(named[2]) not in r.lex.known else None
    if counted is not None and not r.words[i].is_number and counted[0] > _LAST_HOUR and _is_over(r, counted[1]):
        return counted
    return None


def _is_over(r: Reader, i: int) -> bool:
    return r.is_end(i) or r.fold(i) in _YEAR_WORDS


def _day(r: Reader, i: int) -> tuple[int, int] | None:
    named = r.ordinal(i)
    if named is not None:
        return (named[0], named[2]) if named[1] != "f" else None
    return r.cardinal(i)
