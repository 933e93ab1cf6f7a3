"""Lengths of time and what counts from them: "za dwa tygodnie", "in an hour", "3 days ago", "two days after
Easter"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from core.when.moments import Days, Fixed, Moment, add, floor
from core.when.reader import Reader
from core.when.resolve import pick
from core.when.span import Grain

Found = tuple[Moment, int, bool] | None
_EXACT = (Grain.second, Grain.minute, Grain.hour)
_HALVES = {
    "hour": (30, Grain.minute),
    "day": (12, Grain.hour),
    "year": (6, Grain.month),
    "minute": (30, Grain.second),
    "decade": (5, Grain.year),
}


@dataclass(frozen=True)
class Duration:
    """Counts of units, coarse or fine, in the order said; `grain` is the finest of them."""

    parts: tuple[tuple[int, Grain], ...]

    @property
    def grain(self) -> Grain:
        return min((grain for _, grain in self.parts), key=lambda grain: grain.rank)

    @property
    def minutes(self) -> int | None:
        """The whole length in minutes, when it has no days."""
        if any(grain.rank > Grain.hour.rank or grain is Grain.second for _, grain in self.parts):
            return None
        return sum(count * (60 if grain is Grain.hour else 1) for count, grain in self.parts)


def shifted(r: Reader, start: datetime, duration: Duration, sign: int, *, from_now: bool = False) -> datetime:
    """`start` moved by the duration: days and longer on the local clock, hours and shorter in real time."""
    at = start
    for count, grain in duration.parts:
        if grain in _EXACT and from_now:
            moved = add(datetime(2000, 1, 1, tzinfo=UTC), grain, sign * count) - datetime(2000, 1, 1, tzinfo=UTC)
            zone = r.present.tzinfo
            at = (at.replace(tzinfo=zone).astimezone(UTC) + moved).astimezone(zone).replace(tzinfo=None)
        else:
            at = add(at, grain, sign * count)
    return at


def duration(r: Reader, i: int, *, bare_unit: bool = False) -> tuple[Duration, int] | None:
    """A length of time at `i`; `bare_unit` lets "godzinę" alone mean one."""
    first = _one(r, i, bare_unit)
    if first is None:
        return None
    parts, j = list(first[0]), first[1]
    while len(parts) < 8:
        k = r.skip("and", j)
        more = _one(r, k, False)
        if more is None or more[0][0][1].rank >= parts[-1][1].rank:
            break
        parts += more[0]
        j = more[1]
    return Duration(tuple(parts)), j


def _one(r: Reader, i: int, bare_unit: bool) -> tuple[tuple[tuple[int, Grain], ...], int] | None:
    if r.fold(i) in ("about", "around", "approximately", "okolo", "kolo", "jakies", "jakis", "jakas"):
        i += 1
    if (half := r.find("half", i)) and (unit := r.find("unit", half[1])) and unit[0] in _HALVES:
        return (_HALVES[str(unit[0])],), unit[1]
    if r.polish and r.find("quarterhour", i) and r.find("past", r.skip("quarterhour", i)) is None:
        return ((15 if r.fold(i).startswith("kw") else 45, Grain.minute),), r.skip("quarterhour", i)
    if not r.polish and (quarter := r.find("quarterhour", i)) and quarter[0] == 15:
        k = r.skip("of", quarter[1])
        k = r.skip("one", k)
        if k > quarter[1] and (unit := r.find("unit", k)) and unit[0] == "hour":
            return ((15, Grain.minute),), unit[1]
    if r.polish and (more := r.find("oneandhalf", i)) and (unit := r.find("unit", more[1])) and unit[0] in _HALVES:
        count, grain = _HALVES[str(unit[0])]
        return ((count * 3, grain),), unit[1]
    decimal = _decimal(r, i)
    if decimal is not None and (unit := r.find("unit", decimal[1])) and unit[0] in _HALVES:
        count, grain = _HALVES[str(unit[0])]
        twice = decimal[0] * 2
        return (((int(twice) * count, grain),), unit[1]) if twice == int(twice) else None
    counted = count_at(r, i)
    if counted is None:
        if not (bare_unit and r.polish):
            return None
        counted = 1, i
    number, j = counted
    if r.fold(j) in ("'", '"') and r.glued(j) and j > i and r.words[j - 1].is_number:
        return ((number, Grain.minute if r.fold(j) == "'" else Grain.second),), j + 1
    if not r.polish and r.find("andhalf", j) and (unit := r.find("unit", r.skip("andhalf", j))) and unit[0] in _HALVES:
        count, grain = _HALVES[str(unit[0])]
        return ((number * 2 * count + count, grain),), unit[1]
    unit = r.find("unit", j)
    if unit is None:
        return None
    after = r.find("andhalf", unit[1])
    if after is not None and unit[0] in _HALVES and not (r.polish and r.find("unit", after[1])):
        count, grain = _HALVES[str(unit[0])]
        return (((number * 2 + 1) * count, grain),), after[1]
    if unit[0] == "fortnight":
        return ((number * 14, Grain.day),), unit[1]
    if unit[0] == "decade":
        return ((number * 10, Grain.year),), unit[1]
    end = unit[1]
    if r.fold(end) == "." and r.glued(end) and len(r.fold(end - 1)) <= 4 and not r.is_end(end + 1):
        end += 1
    return ((number, Grain(str(unit[0]))),), end


def _decimal(r: Reader, i: int) -> tuple[float, int] | None:
    if r.digits(i) is None or r.digits(i + 2) is None or r.fold(i + 1) not in (".", ","):
        return None
    if not (r.glued(i + 1) and r.glued(i + 2)):
        return None
    return float(f"{r.fold(i)}.{r.fold(i + 2)}"), i + 3


def count_at(r: Reader, i: int) -> tuple[int, int] | None:
    """How many: a number, "kilka", "a couple of", "a"."""
    few = r.find("few", i)
    if few is not None:
        return int(few[0]), few[1]
    number = r.cardinal(i)
    if number is not None:
        return number
    if not r.polish and (one := r.find("one", i)):
        return 1, one[1]
    return None


def shift(r: Reader, i: int) -> Found:
    """A date counted from now or from another date."""
    best: Found = None
    for rule in (_in, _ago, _weekdays_from_now, _from_date):
        found = rule(r, i)
        if found is not None and (best is None or found[1] > best[1]):
            best = found
    return best


def _from_now(r: Reader, length: Duration, sign: int) -> Moment:
    at = shifted(r, r.now, length, sign, from_now=True)
    grain = length.grain.finer
    coarse = max((g for _, g in length.parts), key=lambda g: g.rank)
    if r.clinic and length.grain is Grain.day:
        grain = Grain.day
    start = floor(at, grain)
    return Fixed(start, add(start, grain, 1), grain, frozenset({"shift", coarse.value}))


def _in(r: Reader, i: int) -> Found:
    word = r.find("in", i)
    if word is None:
        return None
    length = duration(r, word[1], bare_unit=True)
    if length is None:
        return None
    value, j = length
    if word[0] == "within":
        if r.fold(word[1]).endswith("ach"):
            return None
        end = floor(shifted(r, r.now, value, 1, from_now=True), value.grain.finer)
        if end <= r.now:
            return None
        return Fixed(floor(r.now, Grain.second), end, Grain.second, frozenset({"interval"})), j, False
    if r.polish and r.fold(i) == "za" and r.ordinal(j) and (r.ordinal(j) or (0, "", 0))[1] == "f":
        return None
    if r.polish and r.fold(i) == "w" and value.grain.rank > Grain.hour.rank:
        return None
    if not r.polish and r.fold(i) == "after" and value.grain.rank > Grain.hour.rank and not r.is_end(j):
        return None
    return _from_now(r, value, 1), j, False


def _ago(r: Reader, i: int) -> Found:
    sign = 0
    length = duration(r, i, bare_unit=True)
    if r.polish and r.fold(i) == "przed" and (back := _instrumental(r, i + 1)):
        return _from_now(r, Duration(((1, back),)), -1), i + 2, False
    if length is None:
        return None
    value, j = length
    ago, hence = r.find("ago", j), r.find("hence", j)
    if ago is not None:
        sign, j = -1, ago[1]
    elif hence is not None:
        sign, j = 1, hence[1]
    if not sign:
        return None
    return _from_now(r, value, sign), j, False


def _instrumental(r: Reader, i: int) -> Grain | None:
    return {
        "tygodniem": Grain.week,
        "miesiacem": Grain.month,
        "rokiem": Grain.year,
        "godzina": Grain.hour,
    }.get(r.fold(i))


def _weekdays_from_now(r: Reader, i: int) -> Found:
    """ "two Sundays from now", "trzy piątki temu"."""
    number = count_at(r, i)
    if number is None or not 1 <= number[0] <= 60:
        return None
    day = r.find("dow", number[1])
    if day is None:
        return None
    sign = 0
    if ago := r.find("ago", day[1]):
        sign, j = -1, ago[1]
    elif hence := r.find("hence", day[1]):
        sign, j = 1, hence[1]
    if not sign:
        return None
    today = floor(r.now, Grain.day)
    ahead = (int(day[0]) - today.weekday()) % 7 or 7
    start = today + timedelta(days=ahead + 7 * (number[0] - 1))
    if sign < 0:
        back = (today.weekday() - int(day[0])) % 7 or 7
        start = today - timedelta(days=back + 7 * (number[0] - 1))
    return Fixed(start, start + timedelta(days=1), Grain.day, frozenset({"fixed"})), j, False


def _from_date(r: Reader, i: int) -> Found:
    """ "3 days after Christmas", "the day before yesterday", "tydzień po Wielkanocy", "a week on
    Wednesday"."""
    k = i + 1 if r.fold(i) == "the" else i
    length = duration(r, k, bare_unit=True)
    if length is None and (unit := r.find("unit", k)) and unit[0] in ("day", "week"):
        length = Duration(((1, Grain(str(unit[0]))),)), unit[1]
    if length is None or length[0].grain.rank < Grain.day.rank:
        return None
    value, j = length
    way = r.find("shift", j)
    if way is None:
        if r.polish or not (r.fold(j) == "on" or r.find("relday", j)):
            return None
        way = 1, j + (r.fold(j) == "on")  # "a week on Monday", "a fortnight today"
    base = r.base(r.skip("prep", way[1]) if r.fold(way[1]) == "the" else way[1])
    if base is None or base[2]:
        return None
    found = pick(base[0], r.now)
    if found is None or base[0].grain.rank < Grain.day.rank:
        return None
    if isinstance(base[0], Days) and r.fold(j) == "po" and r.words[base[1] - 1].is_number:
        return None
    start = shifted(r, floor(found.start, Grain.day), value, int(way[0]))
    return Fixed(start, start + timedelta(days=1), Grain.day, frozenset({"fixed"})), base[1], False
