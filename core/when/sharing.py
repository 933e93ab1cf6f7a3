"""What several expressions of one message share: an hour, a day or a week said once of all of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from core.when.dates import date_atom
from core.when.join import joined
from core.when.moments import Both, Moment
from core.when.reader import Phrase, Reader
from core.when.resolve import Answer, answers
from core.when.span import Grain

_FAR = 8
_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Reading:
    """An expression found from word `first` up to `end`; its phrase when it is a plain one, and what it
    comes to."""

    first: int
    end: int
    phrase: Phrase | None
    found: tuple[Answer, ...]


def together(found: list[Reading], r: Reader) -> list[Reading]:
    """Share what was said once: "w poniedziałek lub wtorek po 15", "jutro o 9 albo o 11", "w przyszłym tygodniu
    w środę albo w czwartek"."""
    found = list(found)
    _share_hours(found, r)
    _share_days(found, r)
    _share_weeks(found, r)
    found = _in_their_week(found, r)
    if len(found) == 2:
        merged = _one_of_two(found[0], found[1], r)
        if merged is not None:
            return [merged]
    return found


def _share_hours(found: list[Reading], r: Reader) -> None:
    """ "w poniedziałek lub wtorek po 15": the hour of the last is that of all."""
    for n in range(len(found) - 1, 0, -1):
        one, other = found[n - 1], found[n]
        if not _are_alternatives(one, other, r) or one.phrase is None or other.phrase is None or r.fold(one.end) == "/":
            continue
        a, b = one.phrase, other.phrase
        if a.date and b.date and a.clock is None and a.part is None and (b.clock or b.part):
            shared = replace(a, clock=b.clock, part=b.part, zone=b.zone)
            found[n - 1] = replace(one, phrase=shared, found=tuple(answers(shared, r)) or one.found)


def _share_days(found: list[Reading], r: Reader) -> None:
    """ "jutro o 9 albo o 11": the day of the first is that of the next."""
    for n in range(1, len(found)):
        one, other = found[n - 1], found[n]
        if not _are_alternatives(one, other, r) or one.phrase is None or other.phrase is None:
            continue
        if one.phrase.date and other.phrase.date is None and (one.phrase.clock or one.phrase.part):
            shared = replace(other.phrase, date=one.phrase.date)
            found[n] = replace(other, phrase=shared, found=tuple(answers(shared, r)) or other.found)


def _share_weeks(found: list[Reading], r: Reader) -> None:
    """ "w przyszłym tygodniu w środę albo w czwartek": the week is that of the days after it, and said last of all
    ("Tuesday or Friday next week") that of those before."""
    for n in range(len(found) - 1, 0, -1):
        week = _week_of(found[n])
        if (
            week is not None
            and _are_alternatives(found[n - 1], found[n], r)
            and _begins_with_weekday(r, found[n].first)
        ):
            found[n - 1] = _within(week, found[n - 1], r) or found[n - 1]
    for n in range(1, len(found)):
        week = _week_of(found[n - 1])
        if week is not None and _are_alternatives(found[n - 1], found[n], r):
            found[n] = _within(week, found[n], r) or found[n]


def _in_their_week(found: list[Reading], r: Reader) -> list[Reading]:
    """ "w przyszłym tygodniu, może w środę albo w czwartek": a week said beside days of the week is theirs, and no time
    of its own."""
    groups: list[list[Reading]] = []
    for reading in found:
        if groups and _are_alternatives(groups[-1][-1], reading, r):
            groups[-1].append(reading)
        else:
            groups.append([reading])
    n = 0
    while n < len(groups):
        for beside in (n + 1, n - 1):
            if len(groups[n]) == 1 and 0 <= beside < len(groups):
                days = _days_in(groups[n][0], groups[beside], r)
                if days is not None:
                    first = min(n, beside)
                    groups[first : first + 2] = [days]
                    n = -1
                    break
        n += 1
    return [reading for group in groups for reading in group]


def _days_in(week: Reading, days: list[Reading], r: Reader) -> list[Reading] | None:
    """The days of the week placed in the week said beside them; None if it is none of theirs."""
    before, after = (week, days[0]) if week.first < days[0].first else (days[-1], week)
    if week.phrase is None or week.phrase.date is None or week.phrase.clock or not _are_near(before, after, r):
        return None
    placed = [_within(week.phrase.date, day, r, week.phrase.part) for day in days]
    inside = [day for day in placed if day is not None and _is_in_a_week(day)]
    if len(inside) < len(days):
        return None
    if before is week:
        return [replace(inside[0], first=week.first), *inside[1:]]
    return [*inside[:-1], replace(inside[-1], end=week.end)]


def _within(week: Moment, day: Reading, r: Reader, part: str | None = None) -> Reading | None:
    """A bare day of the week as that of the week given; None if it is no such day or not ahead."""
    said = day.phrase
    if said is None or said.date is None or said.date.names != {"weekday"}:
        return None
    date = joined(week, said.date, r.now)
    if date is None:
        return None
    shared = replace(said, date=date, part=part if said.clock is None and said.part is None else said.part)
    found = tuple(answers(shared, r))
    is_ahead = all((one.start or one.end or r.now) >= r.now for one in found)
    return replace(day, phrase=shared, found=found) if found and is_ahead else None


def _week_of(reading: Reading) -> Moment | None:
    """The week or month that a day of the week was said of."""
    date = reading.phrase.date if reading.phrase else None
    return date.coarse if isinstance(date, Both) and date.fine.names == {"weekday"} else None


def _is_in_a_week(reading: Reading) -> bool:
    week = _week_of(reading)
    return week is not None and week.longest == _WEEK


def _begins_with_weekday(r: Reader, i: int) -> bool:
    after = r.skip("prep", i)
    atoms = [date_atom(r, start) for start in dict.fromkeys((i, after, r.skip("prep", after)))]
    return any(atom is not None and atom[0].names == {"weekday"} for atom in atoms)


def _are_alternatives(one: Reading, other: Reading, r: Reader) -> bool:
    linked = r.find("or", one.end)
    return linked is not None and linked[1] == other.first


def _are_near(one: Reading, other: Reading, r: Reader) -> bool:
    between = r.words[one.end : other.first]
    return len(between) <= _FAR and not any(word.fold in (".", "?", "!", ";") for word in between)


def _one_of_two(one: Reading, other: Reading, r: Reader) -> Reading | None:
    """A day and an hour said apart in one message belong together."""
    if one.phrase is None or other.phrase is None or not _are_near(one, other, r):
        return None
    dated, timed = (one.phrase, other.phrase) if one.phrase.date else (other.phrase, one.phrase)
    if dated.date is None or timed.date is not None or dated.clock or dated.part:
        return None
    if dated.date.grain.rank > Grain.week.rank or dated.date.grain.rank < Grain.day.rank:
        return None
    both = replace(dated, clock=timed.clock, part=timed.part, zone=timed.zone, weak=False)
    found = tuple(answers(both, r))
    return Reading(one.first, other.end, both, found) if found else None
