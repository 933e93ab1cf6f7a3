"""Parts of larger units: "the first Monday of this month", "Q3 2018", "pod koniec miesiąca", "the week of 6
May"."""

from __future__ import annotations

from datetime import date, timedelta

from core.when.cycles import weekend_of
from core.when.moments import Days, Edge, Fixed, Moment, Nth, Units, unit_at
from core.when.reader import Reader
from core.when.resolve import one_day, pick
from core.when.span import Grain

Found = tuple[Moment, int, bool] | None


def after_year_word(r: Reader, j: int) -> int:
    """The place after "roku" or "r." when one stands at `j`."""
    found = r.find("year_word", j)
    return found[1] if found else j


def nth_of(r: Reader, i: int) -> Found:
    """ "the first Monday of this month", "ostatni tydzień września", "third day of October", "the second
    closest Mon to …"."""
    start = i + 1 if r.fold(i) == "the" else i
    named = r.ordinal(start)
    det = r.find("det", start)
    count, j = (named[0], named[2]) if named else (0, 0)
    if named is None:
        if r.fold(start).startswith("przedostatni"):
            count, j = -2, start + 1
        elif det is not None and det[0] == "last":
            count, j = -1, det[1]
        elif r.find("closest", start):
            count, j = 1, start
        else:
            return None
    if r.fold(j) == "to" and r.fold(j + 1) == "last":
        count, j = -count, j + 2
    near = r.find("closest", j)
    if near is not None:
        return _closest(r, near[1], abs(count))
    if r.fold(j) in ("to", "do", "from"):
        return None
    fine: Moment | None = None
    k = j
    if day := r.find("dow", j):
        fine, k = Days(int(day[0])), day[1]
    elif (unit := r.find("unit", j)) and unit[0] in ("day", "week", "month", "quarter", "year"):
        fine, k = Units(Grain(str(unit[0]))), unit[1]
    elif weekend := r.find("weekend", j):
        fine, k = weekend_of(r), weekend[1]
    if fine is None:
        return None
    if isinstance(fine, Units) and fine.grain is Grain.quarter and 1 <= count <= 4:
        return _quarter(r, count, k)
    for at in dict.fromkeys((r.skip("prep", r.skip("of", k)), r.skip("of", k), r.skip("prep", k), k)):
        if not r.polish and at == k:
            continue
        base = _base_of_month(r, at)
        if base is not None and base[0].grain.rank > fine.grain.rank and base[0].grain.rank >= Grain.week.rank:
            return Nth(count, fine, base[0]), base[1], False
    return None


def _base_of_month(r: Reader, i: int) -> Found:
    unit = r.find("unit", i)
    if unit is not None and unit[0] in ("week", "month", "quarter", "year"):
        return unit_at(r.now, Grain(str(unit[0]))), unit[1], False
    return r.base(i)


def _closest(r: Reader, i: int, count: int) -> Found:
    day = r.find("dow", i)
    if day is None:
        return None
    k = day[1] + (r.fold(day[1]) in ("to", "from", "do"))
    base = r.base(k)
    found = pick(base[0], r.now) if base is not None and k > day[1] else None
    if base is None or found is None:
        return None
    near = list(
        Days(int(day[0])).within(
            found.start - timedelta(days=7 * count + 8), found.start + timedelta(days=7 * count + 8)
        )
    )
    near = sorted((s for s in near if s.start != found.start), key=lambda s: abs(s.start - found.start))
    return one_day(near[count - 1].start.date()), base[1], False


def _quarter(r: Reader, count: int, j: int) -> Found:
    year = r.year(j) or r.year(j + 1)
    if year is not None and (year[1] == j + 1 or r.fold(j) in ("of", "in", "w", ",")):
        start = one_day(date(year[0], 1, 1)).start
        return unit_at(start, Grain.quarter, count - 1), after_year_word(r, year[1]), False
    linked = r.skip("prep", r.skip("of", j))
    base = _base_of_month(r, linked) or (r.base(linked) if linked > j else None)
    if base is not None and base[0].grain is Grain.year and (found := pick(base[0], r.now)):
        return unit_at(found.start, Grain.quarter, count - 1), base[1], False
    return unit_at(unit_at(r.now, Grain.year).start, Grain.quarter, count - 1), j, False


def short_quarter(r: Reader, i: int) -> Found:
    number = r.digits(i + 1, 1)
    if r.fold(i) != "q" or number is None or not 1 <= number <= 4 or not r.glued(i + 1) or r.polish:
        return None
    return _quarter(r, number, i + 2)


def edge_of(r: Reader, i: int) -> Found:
    """ "end of 2012", "pod koniec miesiąca", "the BOY"."""
    short = r.find("edge", i) if not r.polish else None
    if short is not None:
        which, unit = str(short[0]).split()
        base = unit_at(r.now, Grain(unit))
        weak = r.fold(short[1] - 1) in r.lex.weak and r.fold(i) not in ("the", "at") and r.words[i].text.islower()
        return Edge(which, base), short[1], weak
    edge = r.find("begin", i) or _half(r, i)
    if edge is None:
        return None
    j = edge[1]
    if r.polish and (day := r.find("unit", j)) and day[0] == "day" and edge[0] == "end" and r.fold(j) == "dnia":
        return Edge("end", unit_at(r.now, Grain.day)), day[1], False
    for at in dict.fromkeys((r.skip("of", j), r.skip("prep", r.skip("of", j)), j)):
        base_found = _base_of_month(r, at)
        if (
            base_found is not None
            and (base_found[0].grain.rank >= Grain.week.rank or at > j)
            and not (r.polish and r.fold(i) == "koniec" and r.fold(at) == "tygodnia")
        ):
            if base_found[0].grain.rank < Grain.day.rank:
                return None
            return Edge(str(edge[0]), base_found[0]), base_found[1], False
    return None


def rest_of(r: Reader, i: int) -> Found:
    """ "the rest of the week": from today to its end."""
    start = i + 1 if r.fold(i) == "the" else i
    if r.fold(start) not in ("rest", "remainder", "reszta", "reszte"):
        return None
    base = _base_of_month(r, r.skip("of", start + 1))
    tied = base[0].fixed() if base else None
    today = unit_at(r.now, Grain.day)
    if base is None or tied is None or not tied.start <= today.start < tied.end:
        return None
    return Fixed(today.start, tied.end, Grain.day, frozenset({"interval"})), base[1], False


def _half(r: Reader, i: int) -> tuple[str, int] | None:
    """ "the first half of", "druga połowa"."""
    start = i + 1 if r.fold(i) == "the" else i
    named = r.ordinal(start)
    if named is None or named[0] > 2:
        return None
    if r.fold(named[2]) in ("half", "polowa", "polowie", "polowy", "polowe"):
        return f"half {named[0]}", named[2] + 1
    return None


def week_of(r: Reader, i: int) -> Found:
    found = r.find("week_of", i)
    if found is None or (r.polish and not r.is_end(i) and r.find("det", i)):
        return None
    base = r.base(found[1] + (r.fold(found[1]) == "the"))
    day = pick(base[0], r.now) if base and base[0].grain is Grain.day and not base[2] else None
    return (unit_at(day.start, Grain.week), base[1], False) if base and day else None
