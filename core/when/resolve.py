"""From what was meant to when it is: the nearest fitting stretch, the hours of a day, the zone and its
clock changes.

Conventions. A weekday alone is the nearest one coming, never today. A date without a year is the next one.
An hour
that could be either half of the day is the next to come; in clinic talk it is the one within opening hours
(7 to 20).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from core.when.moments import DAY, FIRST_YEAR, LAST_YEAR, Fixed, Moment, Stretch, add, floor
from core.when.reader import Clock, Hours, Open, Phrase, Reader
from core.when.span import Grain

# Parts of the day as hours from midnight; more than 24 runs into the next day.
_PARTS_BOTH = {
    "afternoon": (12, 19),
    "lateafternoon": (15, 19),
    "evening": (18, 24),
    "latenight": (21, 24),
    "lunch": (12, 14),
    "afterlunch": (13, 17),
    "afterwork": (17, 21),
    "afterschool": (15, 21),
    "beforelunch": (8, 12),
    "forenoon": (8, 12),
}
PARTS = {
    "pl": {**_PARTS_BOTH, "morning": (4, 12), "earlymorning": (4, 9), "night": (22, 30)},
    "en": {**_PARTS_BOTH, "morning": (0, 12), "earlymorning": (0, 9), "night": (18, 24)},
}
_LATER_HALF = ("afternoon", "lateafternoon", "evening", "latenight", "afterlunch", "afterwork", "afterschool")
_WINDOWS = (9, 70, 800, 4400)


@dataclass(frozen=True)
class Answer:
    """A resolved phrase in naive local time; None is an open side."""

    start: datetime | None
    end: datetime | None
    grain: Grain
    day: date | None = None


def pick(moment: Moment, now: datetime) -> Stretch | None:
    """The stretch meant: within its fixed window the first not yet over (else the first), else the next to
    come."""
    tied = moment.fixed()
    try:
        if tied is not None:
            first: Stretch | None = None
            for found in moment.within(tied.start - min(moment.longest, 400 * DAY), tied.end):
                first = first or found
                if found.end > now:
                    return found
            return first
        today = floor(now, Grain.day)
        past = DAY if moment.names in ({"weekday"}, {"weekday", "range"}) else timedelta(0)
        low = today + past - (timedelta(0) if past else moment.longest)
        for days in _WINDOWS:
            for found in moment.within(low, today + days * DAY):
                if found.end > now:
                    return found
    except (ValueError, OverflowError):
        return None
    return None


def most_recent(moment: Moment, now: datetime) -> Stretch | None:
    """The last stretch wholly over before today."""
    today = floor(now, Grain.day)
    for days in _WINDOWS:
        found = [s for s in moment.within(today - days * DAY, today) if s.end <= today]
        if found:
            return found[-1]
    return None


def answers(phrase: Phrase, r: Reader) -> list[Answer]:
    """The times a phrase means: one, or one a day when an hour was said of several days; none if it cannot
    be."""
    try:
        found = [a for a in _answers(phrase, r) if a.start is None or a.end is None or a.start < a.end]
    except (ValueError, OverflowError):
        return []
    if phrase.zone is None:
        return found
    return [_zoned(a, phrase, phrase.zone, r) for a in found]


def _zoned(answer: Answer, phrase: Phrase, zone: float, r: Reader) -> Answer:
    """The answer moved from a named zone; a zone makes a time exact to the minute."""
    grain = Grain.minute if answer.grain is Grain.hour else answer.grain
    exact_end = add(answer.start, grain, 1) if answer.start and isinstance(phrase.clock, Clock) else answer.end
    return replace(answer, start=_from_zone(answer.start, zone, r), end=_from_zone(exact_end, zone, r), grain=grain)


def _from_zone(at: datetime | None, hours: float, r: Reader) -> datetime | None:
    if at is None:
        return None
    instant = (at - timedelta(hours=hours)).replace(tzinfo=UTC)
    return instant.astimezone(r.present.tzinfo).replace(tzinfo=None)


def _answers(phrase: Phrase, r: Reader) -> Iterator[Answer]:
    if phrase.clock is None and phrase.part is None:
        if phrase.date is not None and (found := pick(phrase.date, r.now)):
            single = found.end - found.start <= DAY and phrase.date.grain.rank <= Grain.day.rank
            yield Answer(found.start, found.end, phrase.date.grain, found.start.date() if single else None)
        return
    if phrase.date is None:
        today = floor(r.now, Grain.day)
        for days in range(3):
            found_in_day = list(_in_day(phrase, today + days * DAY, r))
            ahead = [a for a in found_in_day if _is_ahead(a, phrase, r.now)]
            if ahead:
                yield replace(ahead[0], day=None)
                return
        return
    stretch = pick(phrase.date, r.now)
    if stretch is None or (stretch.end - stretch.start > 7 * DAY and "shift" not in phrase.date.names):
        return
    day = floor(stretch.start, Grain.day)
    if stretch.end - stretch.start <= DAY or "shift" in phrase.date.names:
        candidates = list(_in_day(phrase, day, r))
        ahead = [a for a in candidates if _is_ahead(a, phrase, r.now)]
        if ahead or candidates:
            yield (ahead or candidates)[0]
        return
    while day < stretch.end:
        several = [a for a in _in_day(phrase, day, r) if _is_ahead(a, phrase, r.now)]
        if several and (several[0].start or day) >= stretch.start:
            yield several[0]
        day += DAY


def _is_ahead(a: Answer, phrase: Phrase, now: datetime) -> bool:
    if phrase.clock is not None and not isinstance(phrase.clock, Open):
        return a.start is not None and a.start >= floor(now, Grain.minute)
    return (a.start or a.end or now) >= now if isinstance(phrase.clock, Open) else a.end is None or a.end > now


def _in_day(phrase: Phrase, day: datetime, r: Reader) -> Iterator[Answer]:
    """What the phrase's hours come to on one day, the earlier reading first."""
    clock = phrase.clock
    if clock is None:
        low, high = PARTS[r.lex.language][str(phrase.part)]
        yield Answer(day + timedelta(hours=low), day + timedelta(hours=high), Grain.hour, day.date())
    elif isinstance(clock, Clock):
        for at in _times(clock, phrase.part, r.clinic):
            start = day + at
            yield Answer(start, add(start, Grain(clock.exact), 1), Grain(clock.exact), day.date())
    elif isinstance(clock, Open):
        grain = Grain(clock.clock.exact)
        for at in _times(clock.clock, phrase.part, r.clinic):
            if clock.side == "after":
                yield Answer(day + at, None, grain, day.date())
            else:
                yield Answer(None, day + at, grain, day.date())
    else:
        yield from _range(clock, phrase, day, r)


def _range(hours: Hours, phrase: Phrase, day: datetime, r: Reader) -> Iterator[Answer]:
    last = hours.last
    first = hours.first
    if last is None:
        for at in _times(first, phrase.part, r.clinic):
            yield Answer(day + at, day + at + timedelta(minutes=hours.length), Grain.minute, day.date())
        return
    exact = min(Grain(first.exact), Grain(last.exact), key=lambda grain: grain.rank)
    if first.ambiguous and not last.ambiguous and phrase.part is None and last.hour >= 12:
        # "2 to 4 pm" is afternoon at both ends, "9 to 5 pm" is not
        later = first.hour % 12 + 12
        if first.hour % 12 < 8 and later * 60 + first.minute < last.hour * 60 + last.minute:
            first = replace(first, hour=later, ambiguous=False)
    for at in _times(first, phrase.part, r.clinic):
        ends = [e for e in _times(last, phrase.part, False) if e > at]
        if last.hour == 0 and not last.minute:
            ends = [timedelta(days=1)]
        if ends:
            yield Answer(day + at, day + ends[0], exact, day.date())


def _times(clock: Clock, part: str | None, clinic: bool) -> list[timedelta]:
    """The times of day a clock can mean, as time since midnight; a part of the day or the clinic's hours
    decide."""
    hour = clock.hour
    hours = [hour]
    if clock.ambiguous:
        if part in _LATER_HALF or (part in ("lunch",) and hour < 7) or (part == "night" and hour >= 6):
            hours = [hour % 12 + (24 if hour == 12 and part in ("evening", "latenight", "night") else 12)]
        elif part is not None:
            hours = [hour % 12 if part == "night" or hour != 12 else 12]
        elif clinic:
            hours = [hour + 12 if hour < 7 else hour]
        elif hour == 12:
            hours = [12, 24]
        else:
            hours = [hour, hour + 12]
    elif part is not None and not _is_in_part(hour, part):
        return []
    return [timedelta(hours=h, minutes=clock.minute, seconds=clock.second) for h in hours]


def _is_in_part(hour: int, part: str) -> bool:
    if part in _LATER_HALF:
        return hour >= 12 or hour == 0
    return hour <= 12 if part in ("morning", "forenoon", "earlymorning", "beforelunch") else True


def aware(at: datetime | None, r: Reader) -> datetime | None:
    """A local time in the zone of `now`; one the clocks jump over moves on by the jump, a repeated one is
    the first
    unless it was counted from now."""
    if at is None:
        return None
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise ValueError(at.year)
    placed = at.replace(tzinfo=r.present.tzinfo)
    there_and_back = placed.astimezone(UTC).astimezone(r.present.tzinfo)
    return there_and_back if there_and_back.replace(tzinfo=None) != at else placed


def midnight(day: date) -> datetime:
    """The naive beginning of a day."""
    return datetime.combine(day, time())


def one_day(day: date, *names: str) -> Fixed:
    """A calendar day that is known."""
    start = midnight(day)
    return Fixed(start, start + DAY, Grain.day, frozenset(names or ("fixed",)))
