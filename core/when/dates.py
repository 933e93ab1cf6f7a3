"""Dates by the calendar: "15 lutego", "March 3rd 2015", "3.03.2015", "jutro", "ostatni poniedziałek
marca"."""

from __future__ import annotations

from datetime import date, timedelta

from core.when.cycles import cycle
from core.when.days import named, relative_day, weekday, year_alone
from core.when.durations import shift
from core.when.join import joined
from core.when.moments import Days, Moment, Through, Units, unit_at
from core.when.parts import after_year_word, edge_of, nth_of, rest_of, short_quarter, week_of
from core.when.reader import Reader
from core.when.resolve import one_day, pick
from core.when.span import Grain

Found = tuple[Moment, int, bool] | None  # the moment, the next word, whether it needs company


def date_atom(r: Reader, i: int) -> Found:
    """The longest single date at word `i`."""
    best: Found = None
    for rule in _RULES:
        found = rule(r, i)
        if found is not None and (best is None or found[1] > best[1]):
            best = found
    return best


def date_phrase(r: Reader, i: int) -> Found:
    """A date and whatever narrows it: "Monday the 18th of February", "środa w tym tygodniu", "March in a
    year"."""
    first = date_atom(r, i)
    if first is None:
        return None
    moment, j, weak = first
    for _ in range(4):
        k = j + 1 if r.fold(j) == "," else j
        if r.fold(j) == "." and r.glued(j) and r.fold(j + 1) == ",":
            k = j + 2
        linked = r.skip("prep", r.skip("of", k))
        for start in dict.fromkeys((k, linked, r.skip("prep", linked))):
            more = date_atom(r, start)
            if more is None:
                continue
            both = joined(moment, more[0], r.now)
            if both is not None and not (weak and more[2] and start == k and k > j):
                moment, j, weak = both, more[1], weak and more[2]
                break
        else:
            break
    return moment, j, weak


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if 1801 <= year <= 2298 else None
    except ValueError:
        return None


def _full_year(r: Reader, i: int) -> int | None:
    value = r.digits(i, 4)
    if value is None:
        return None
    if len(r.fold(i)) == 4:
        return value if 1850 <= value <= 2150 else None
    return 2000 + value if len(r.fold(i)) == 2 and value < 70 else 1900 + value if len(r.fold(i)) == 2 else None


def _numeric(r: Reader, i: int) -> Found:
    """2015-03-03; 3/3/2015, 3.03.15, 3-3-2015; 12.05 — day first."""
    first, sign, second = r.digits(i, 4), r.fold(i + 1), r.digits(i + 2)
    if first is None or second is None or sign not in ("/", ".", "-"):
        return None
    spaced = sign == "." and r.glued(i + 1) and not r.glued(i + 2) and r.glued(i + 3)
    if not (r.glued(i + 1) and (r.glued(i + 2) or spaced)) or (
        i > 0 and r.glued(i) and not r.words[i - 1].is_word and r.fold(i - 1) not in "(,:;"
    ):
        return None
    third_there = (
        r.fold(i + 3) == sign and r.glued(i + 3) and (r.glued(i + 4) or spaced) and r.digits(i + 4, 4) is not None
    )
    if len(r.fold(i)) == 4:
        third = r.digits(i + 4)
        found = _day(first, second, third) if third_there and third is not None else None
        return (one_day(found), i + 5, False) if found else None
    if len(r.fold(i)) > 2:
        return None
    if third_there:
        year = _full_year(r, i + 4)
        found = _day(year, second, first) if year else None
        if found is None or (r.fold(i + 5) in ("/", "-", ".") and r.glued(i + 5) and r.digits(i + 6) is not None):
            return None
        return one_day(found), after_year_word(r, i + 5), False
    if sign == "-" or (
        r.fold(i + 3) in ("/", "-", ".", ",", ":")
        and r.glued(i + 3)
        and r.glued(i + 4)
        and r.digits(i + 4, 12) is not None
        and r.fold(i + 3) != "-"
    ):
        return None
    if _day(2016, second, first) is None or r.find("not_after", i + 3) or r.find("not_before", i - 1):
        return None
    prepared = i > 0 and r.find("prep", i - 1) is not None
    alone = i == 0 and r.is_end(i + 3)
    spelt = sign == "." and len(r.fold(i + 2)) == 2
    if not (prepared or alone or spelt):
        return Days(None, first, second), i + 3, True
    end = i + 4 if spelt and r.fold(i + 3) == "." and r.glued(i + 3) and not r.is_end(i + 4) else i + 3
    return Days(None, first, second), end, False


def _month(r: Reader, i: int) -> tuple[int, int] | None:
    """A month's name and its dot; "się" is no August."""
    found = r.find("month", i)
    if found is None:
        return None
    if r.fold(i) == "sie" and (r.words[i].text.lower() != "sie" or (i > 0 and r.words[i - 1].is_word)):
        return None
    j = found[1]
    short = len(r.fold(i)) <= 5 and r.fold(i) in r.lex.weak
    return int(found[0]), j + 1 if short and r.fold(j) == "." and r.glued(j) and not r.is_end(j + 1) else j


def _day_number(r: Reader, i: int, *, words: bool = True) -> tuple[int, int] | None:
    """A day of the month as digits or an ordinal that is not an hour."""
    start = i + 1 if r.fold(i) == "the" else i
    named = r.ordinal(start)
    if named is not None and named[1] != "f" and 1 <= named[0] <= 31 and (words or r.words[start].is_number):
        return named[0], named[2]
    number = r.digits(start)
    return (number, start + 1) if number is not None and 1 <= number <= 31 and named is None else None


def _with_year(r: Reader, month: int, day: int, j: int) -> Found:
    """A month and day, with the year if one follows."""
    k = j + 1 if r.fold(j) == "," else j
    if r.fold(k) in ("of", "in", "w"):
        k += 1
    year = r.year(k)
    if (year is not None and not (r.fold(year[1]) == ":" and r.glued(year[1])) and not r.find("unit", year[1])) or (
        year is not None and r.find("year_word", year[1])
    ):
        found = _day(year[0], month, day)
        return (one_day(found), after_year_word(r, year[1]), False) if found else None
    if _day(2016, month, day) is None:
        return None
    return Days(None, day, month), j, False


def _day_month(r: Reader, i: int) -> Found:
    """ "15 lutego", "the 15th of February", "Luty 18", "march third", "the ides of March", "13-15 July"."""
    ides = r.find("ides", i) if not r.polish else None
    if ides is not None and (month := _month(r, ides[1])):
        return _with_year(r, month[0], 15 if month[0] in (3, 5, 7, 10) else 13, month[1])
    number = _day_number(r, i)
    if number is not None:
        j = number[1]
        if (dash := r.find("dash", j)) and (second := _day_number(r, dash[1])) and second[0] > number[0]:
            month = _month(r, r.skip("of", second[1]) if not r.polish else second[1])
            if month is not None:
                return _days_range(r, month[0], number[0], second[0], month[1])
        j = j + 1 if r.fold(j) in ("of", "-") or (r.fold(j) == "." and r.glued(j)) else j
        month = _month(r, j)
        if month is not None and r.words[month[1] - 1].fold != "sie":
            return _with_year(r, month[0], number[0], month[1])
        return None
    month = _month(r, i)
    if month is None:
        return None
    number = _day_number(r, month[1])
    if number is None or r.fold(number[1]) in (":", "h", "am", "pm") or r.find("not_after", number[1]):
        return None
    j = number[1]
    if (
        r.fold(j) in (".", "/", "-")
        and r.glued(j)
        and r.glued(j + 1)
        and r.digits(j + 1) is not None
        and j == month[1] + 1
    ) and (r.fold(j) != "-" or r.digits(j + 3, 4) is not None):
        return None  # a surname before a date: "Lis 14.05.1960"
    verb = not r.polish and r.fold(i) in ("may", "march") and i > 0 and not r.find("prep", i - 1)
    if verb and not r.is_end(number[1]) and r.fold(number[1]) not in r.lex.known:
        return None  # "we may 5 of us come"
    dash = r.find("dash", number[1])
    second = _day_number(r, dash[1]) if dash else None
    if second is not None and second[0] > number[0] and not r.find("month", second[1]):
        return _days_range(r, month[0], number[0], second[0], second[1])
    return _with_year(r, month[0], number[0], number[1])


def _days_range(r: Reader, month: int, first: int, last: int, j: int) -> Found:
    start, end = _with_year(r, month, first, j), _with_year(r, month, last, j)
    if start is None or end is None:
        return None
    return Through(start[0], end[0], timedelta(days=32)), end[1], False


def _between_days(r: Reader, i: int) -> Found:
    """ "between 1 and 5 December", "między 1 a 5 grudnia"."""
    lead = r.find("from", i)
    first = _day_number(r, lead[1]) if lead else None
    to = r.find("to", first[1]) if first else None
    second = _day_number(r, to[1]) if to else None
    month = _month(r, r.skip("of", second[1]) if not r.polish else second[1]) if second else None
    if first is None or second is None or month is None or second[0] <= first[0]:
        return None
    return _days_range(r, month[0], first[0], second[0], month[1])


def _month_alone(r: Reader, i: int) -> Found:
    month = _month(r, i)
    if month is None:
        return None
    number_before = i > 0 and (r.words[i - 1].is_number or r.words[i - 1].fold in r.lex.ordinals)
    if number_before or (r.digits(month[1]) is not None and r.fold(month[1] + 1) not in (":", "h", "am", "pm")):
        return None  # a day that month does not have: 30 February is no time at all
    bare = r.fold(i) in r.lex.weak
    j = month[1]
    after = r.find("after_next", j)
    if after is not None:
        found = pick(Units(Grain.month, month[0]), r.now)
        return (unit_at(found.start, Grain.month, 12), after[1], False) if found else None
    prepared = i > 0 and r.fold(i - 1) in (
        "in",
        "w",
        "we",
        "od",
        "do",
        "since",
        "until",
        "of",
        "by",
        "next",
        "last",
        "mid",
    )
    if r.fold(i) == "maja" and not prepared and r.year(j) is None:
        return None
    if r.fold(i) == "may" and not prepared:
        return Units(Grain.month, month[0]), j, True
    year = r.year(j + 1 if r.fold(j) in (",", "of") else j)
    if year is not None:
        start = unit_at(one_day(date(year[0], month[0], 1)).start, Grain.month)
        return start, after_year_word(r, year[1]), False
    return Units(Grain.month, month[0]), j, bare and not prepared


def _day_of_month(r: Reader, i: int) -> Found:
    """ "the 15th", "15-tego", "piętnastego"; a word alone only where the clause ends."""
    start = i + 1 if r.fold(i) == "the" else i
    named = r.ordinal(start)
    if named is None or named[1] == "f" or not 1 <= named[0] <= 31:
        return None
    if not r.words[start].is_number:
        genitive = r.fold(named[2] - 1).endswith("ego")
        if not (r.polish and genitive) and not (not r.polish and i > 0 and r.fold(start - 1) == "the" and named[0] > 3):
            return None
        if not (
            r.is_end(named[2])
            or r.find("at", named[2])
            or r.find("bound", named[2])
            or r.find("part", named[2])
            or r.find("prep", named[2])
            or r.find("of", named[2])
        ):
            return None
        if r.polish and named[0] <= 3 and i > 0 and r.fold(i - 1) not in ("do", "od", "na", "po", "przed", "dnia"):
            return None
    if r.find("unit", named[2]) or r.find("not_after", named[2]) or r.find("dow", named[2]):
        return None
    return Days(None, named[0]), named[2], False


_RULES = (
    _numeric,
    _day_month,
    _between_days,
    _month_alone,
    _day_of_month,
    relative_day,
    weekday,
    named,
    year_alone,
    nth_of,
    short_quarter,
    edge_of,
    rest_of,
    week_of,
    cycle,
    shift,
)
