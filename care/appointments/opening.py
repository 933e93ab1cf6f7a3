"""A site's week as a person writes it, "8:00–12:00, 14:00–18:00" for a day; pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import time
from itertools import pairwise

from core.errors import Refused

Day = tuple[tuple[time, time], ...]
"""Stretches of opening hours, in order; none on a day without."""
Week = tuple[Day, ...]
"""Seven days from Monday."""

MOST_A_DAY = 4
LONGEST = 120
_CLOSED = frozenset({"", "-", "–", "—", "nieczynne", "zamknięte", "zamkniete", "closed"})
_BETWEEN = re.compile(r"\s*(?:[,;]|\bi\b|\boraz\b|\band\b)\s*", re.IGNORECASE)
_CLOCK = r"(\d{1,2})(?:[:.](\d{2}))?"
_STRETCH = re.compile(rf"(?:od\s+|from\s+)?{_CLOCK}\s*(?:-|–|—|\bdo\b|\bto\b)\s*{_CLOCK}", re.IGNORECASE)


def read_day(words: str) -> Day | Refused:
    """The stretches of one day. "8-12, 14-18", "8:00–12:00 i 14:00–18:00" and "closed" are understood.

    Refused: `hours-unreadable` (with the `words`), `hours-order` (one closes before it opens), `hours-overlap`, `hours-many`.
    """
    said = " ".join(words.split())
    if said.casefold() in _CLOSED:
        return ()
    if len(said) > LONGEST:
        return Refused("hours-many", {"most": str(MOST_A_DAY)})
    stretches = []
    for piece in _BETWEEN.split(said):
        match = _STRETCH.fullmatch(piece)
        begins, ends = (_clock(match[1], match[2]), _clock(match[3], match[4])) if match else (None, None)
        if begins is None or ends is None:
            return Refused("hours-unreadable", {"words": piece or said})
        if begins >= ends:
            return Refused("hours-order", {"words": piece})
        stretches.append((begins, ends))
    if len(stretches) > MOST_A_DAY:
        return Refused("hours-many", {"most": str(MOST_A_DAY)})
    ordered = sorted(stretches)
    for (_, ends), (begins, _) in pairwise(ordered):
        if begins < ends:
            return Refused("hours-overlap", {"words": f"{say_clock(begins)}–{say_clock(ends)}"})
    return tuple(_joined(ordered))


def say_day(day: Day) -> str:
    """The stretches as they are read again: "8:00–12:00, 14:00–18:00"; empty for none."""
    return ", ".join(f"{say_clock(begins)}–{say_clock(ends)}" for begins, ends in day)


def say_clock(moment: time) -> str:
    """The time of a clock, "8:00"."""
    return f"{moment.hour}:{moment.minute:02d}"


def week_of(rows: Sequence[tuple[int, time, time]]) -> Week:
    """The week from (weekday, opens, closes) rows; weekday 0 is Monday."""
    days: Mapping[int, list[tuple[time, time]]] = {weekday: [] for weekday in range(7)}
    for weekday, begins, ends in rows:
        days[weekday].append((begins, ends))
    return tuple(tuple(sorted(days[weekday])) for weekday in range(7))


def _clock(hour: str, minute: str | None) -> time | None:
    try:
        return time(int(hour), int(minute or 0))
    except ValueError:
        return None


def _joined(ordered: list[tuple[time, time]]) -> list[tuple[time, time]]:
    """Stretches that touch are one: nobody leaves at noon to come back at noon."""
    joined: list[tuple[time, time]] = []
    for begins, ends in ordered:
        if joined and joined[-1][1] == begins:
            joined[-1] = (joined[-1][0], ends)
        else:
            joined.append((begins, ends))
    return joined
