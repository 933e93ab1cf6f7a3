"""Days by their name: "jutro", "we wtorek", "Friday after next", holidays, seasons, years."""

from __future__ import annotations

from datetime import date, timedelta

from core.when.cycles import weekend_of
from core.when.holidays import NAMES
from core.when.moments import Both, Days, Moment, Named, unit_at
from core.when.reader import Reader
from core.when.resolve import one_day, pick
from core.when.span import Grain

Found = tuple[Moment, int, bool] | None


def relative_day(r: Reader, i: int) -> Found:
    now = r.find("now", i)
    if now is not None:
        return unit_at(r.now, Grain.second), now[1], False
    found = r.find("relday", i)
    if found is None:
        return None
    return unit_at(r.now, Grain.day, int(found[0])), found[1], False


def weekday(r: Reader, i: int) -> Found:
    found = r.find("dow", i)
    if found is None:
        return None
    j = found[1]
    weak = r.fold(i) in r.lex.weak and not (
        i > 0 and r.fold(i - 1) in ("w", "we", "on", "this", "next", "last", "od", "do", "every", "by", "na", "until")
    )
    if r.fold(i) in r.lex.weak and r.fold(j) == "." and r.glued(j) and not (r.is_end(j + 1) and r.fold(j + 1) != ","):
        j += 1
    after = r.find("after_next", j)
    if after is not None:
        coming = pick(Days(int(found[0])), r.now)
        return (unit_at(coming.start, Grain.day, 7), after[1], False) if coming else None
    if r.fold(j) == "week" and not r.polish and (coming := pick(Days(int(found[0])), r.now)):
        return unit_at(coming.start, Grain.day, 7), j + 1, False
    beside = _weekday_beside(r, int(found[0]), j)
    if beside is not None:
        return beside
    number = r.digits(j)
    if number is not None and r.is_end(j + 1) and r.fold(j + 1) not in (":", ".", "-", "/") and not 7 <= number <= 20:
        dated = Days(int(found[0]), number)
        coming = pick(dated, r.now) if 1 <= number <= 31 else None
        if coming is not None and coming.start - r.now < timedelta(days=45):
            return dated, j + 1, False
    return Days(int(found[0])), j, weak


def _weekday_beside(r: Reader, weekday: int, j: int) -> Found:
    """ "w środę po świętach", "the Friday before Christmas": the nearest such weekday outside the date."""
    way = r.find("shift", j)
    base = r.base(way[1]) if way and r.fold(j) in ("po", "after", "przed", "before", "following") else None
    if way is None or base is None or base[2] or base[0].grain.rank < Grain.day.rank:
        return None
    found = pick(base[0], r.now)
    if found is None:
        return None
    if way[0] == 1:
        day = next(Days(weekday).within(found.end, found.end + timedelta(days=8)))
    else:
        day = list(Days(weekday).within(found.start - timedelta(days=7), found.start))[-1]
    return one_day(day.start.date()), base[1], False


def named(r: Reader, i: int) -> Found:
    """Holidays, seasons and weekends."""
    start = i + 1 if r.fold(i) == "the" else i
    for phrase, value in NAMES[r.lex.language].get(r.fold(start), ()):
        if all(r.fold(start + k) == piece for k, piece in enumerate(phrase)):
            j = start + len(phrase)
            if value == "christmas" and r.fold(j) == "eve":
                continue
            year = r.year(j + 1 if r.fold(j) in ("in", "of", "w") else j)
            moment: Moment = Named(str(value))
            if year is not None:
                return Both(unit_at(one_day(date(year[0], 1, 1)).start, Grain.year), moment), year[1], False
            return moment, j, False
    season = r.find("season", i)
    if season is not None:
        prepared = (i > 0 and r.fold(i - 1) in ("in", "w", "na", "this", "next", "the", "last")) or r.fold(i).endswith(
            ("em",)
        )
        weak = not prepared and (r.fold(i) in r.lex.weak)
        if r.fold(i) == "lata" and not prepared:
            return None
        return Named(str(season[0])), season[1], weak
    weekend = r.find("weekend", i)
    return (weekend_of(r), weekend[1], False) if weekend else None


def year_alone(r: Reader, i: int) -> Found:
    year = r.year(i)
    if year is None or not r.words[i].is_number:
        return None
    worded = r.find("year_word", year[1]) if r.polish else None
    prepared = i > 0 and r.fold(i - 1) in (
        "in",
        "w",
        "of",
        "since",
        "od",
        "from",
        "rok",
        "roku",
        "by",
        "until",
        "year",
    )
    moment = unit_at(one_day(date(year[0], 1, 1)).start, Grain.year)
    return moment, worded[1] if worded else year[1], not (worded or prepared)
