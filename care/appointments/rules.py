"""The rules of slots and visits, pure: schedules in, free slots out. Local times become instants here and nowhere else."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

Payer = Literal["nfz", "private"]
VisitKind = Literal["first", "follow_up"]
Hours = tuple[int, time, time]
"""A stretch of opening hours: weekday (0 is Monday), opens, closes; local times."""

HORIZON = timedelta(days=42)
"""How far ahead visits are offered. Team proposal, unsigned."""
LEAD = timedelta(minutes=30)
"""A visit is offered no later than this before it starts. Team proposal, unsigned."""
HOLD_MINUTES = 10


@dataclass(frozen=True)
class Block:
    """A stretch of visits of one clinician: on a weekday from `valid_from` to `valid_to`, or (extra) on those days only."""

    clinician_id: UUID
    site_id: UUID
    specialty: str
    weekday: int | None
    starts: time
    ends: time
    slot_minutes: int
    payers: frozenset[str]
    valid_from: date
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        """True if the block takes place on that day."""
        if day < self.valid_from or (self.valid_to is not None and day > self.valid_to):
            return False
        return self.weekday is None or self.weekday == day.weekday()


@dataclass(frozen=True)
class Absence:
    """A clinician is away on these days, all day or between two local times."""

    clinician_id: UUID
    first_day: date
    last_day: date
    starts: time | None = None
    ends: time | None = None


@dataclass(frozen=True)
class Taken:
    """A stretch of a clinician's time that is booked or held."""

    clinician_id: UUID
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Slot:
    """A stretch of a clinician's time that may be booked; instants are aware, in the site's zone."""

    clinician_id: UUID
    site_id: UUID
    specialty: str
    start: datetime
    end: datetime
    payers: frozenset[str]

    def overlaps(self, start: datetime, end: datetime) -> bool:
        """True if the two stretches share a moment."""
        return _instant(self.start) < _instant(end) and _instant(start) < _instant(self.end)


def at_local(day: date, moment: time, zone: ZoneInfo) -> datetime:
    """The instant of a local time. A time skipped in spring means the instant the old offset gives; a doubled one the first."""
    return datetime.combine(day, moment, zone).astimezone(UTC).astimezone(zone)


def day_slots(
    day: date,
    blocks: Iterable[Block],
    absences: Iterable[Absence],
    closed_sites: Collection[UUID],
    zones: Mapping[UUID, ZoneInfo],
    hours: Mapping[UUID, Sequence[Hours]] = MappingProxyType({}),
) -> list[Slot]:
    """All slots of a day, taken or not, in order of start: inside a block, outside absences, none on a closed site,
    and no two of one clinician overlapping (the earlier block wins). Lengths are real minutes, on clock-change days too.

    Where a site's opening `hours` are known, what repeats every week keeps to them; an extra block is where somebody put it.
    """
    away = list(absences)
    slots: list[Slot] = []
    last_end: dict[UUID, datetime] = {}
    todays = [block for block in blocks if block.holds_on(day) and block.site_id not in closed_sites]
    opened = {
        site_id: open_blocks(day, hours[site_id], is_closed=False, zone=zones[site_id])
        for site_id in {block.site_id for block in todays} & hours.keys()
    }
    for slot in sorted(
        (
            slot
            for block in todays
            for slot in _cut(block, day, zones[block.site_id])
            if block.weekday is None or block.site_id not in opened or _is_covered(slot, opened[block.site_id])
        ),
        key=lambda slot: (_instant(slot.start), _instant(slot.end), str(slot.clinician_id)),
    ):
        busy_until = last_end.get(slot.clinician_id)
        if busy_until is not None and _instant(slot.start) < busy_until:
            continue
        if any(_is_away(absence, slot, day, zones[slot.site_id]) for absence in away):
            continue
        last_end[slot.clinician_id] = _instant(slot.end)
        slots.append(slot)
    return slots


def is_in_hours(visit: Slot, hours: Sequence[Hours], zone: ZoneInfo) -> bool:
    """True if the site's weekly hours cover the whole visit, or none are known; closed days are another matter."""
    day = visit.start.astimezone(zone).date()
    return not hours or _is_covered(visit, open_blocks(day, hours, is_closed=False, zone=zone))


def is_within(
    visit: Slot, blocks: Iterable[Block], absences: Iterable[Absence], closed_sites: Collection[UUID], zone: ZoneInfo
) -> bool:
    """True if the clinician sees patients of that specialty at that site for the whole time of the visit, however the
    schedule cuts its slots.
    """
    day = visit.start.astimezone(zone).date()
    if visit.site_id in closed_sites or any(_is_away(absence, visit, day, zone) for absence in absences):
        return False
    return any(
        (block.clinician_id, block.site_id, block.specialty) == (visit.clinician_id, visit.site_id, visit.specialty)
        and block.holds_on(day)
        and _instant(at_local(day, block.starts, zone)) <= _instant(visit.start)
        and _instant(visit.end) <= _instant(at_local(day, block.ends, zone))
        for block in blocks
    )


def free_slots(slots: Iterable[Slot], taken: Sequence[Taken], not_before: datetime) -> list[Slot]:
    """The slots that start at or after `not_before` and share no moment with what is taken of the same clinician."""
    busy: dict[UUID, list[Taken]] = {}
    for entry in taken:
        busy.setdefault(entry.clinician_id, []).append(entry)
    return [
        slot
        for slot in slots
        if _instant(slot.start) >= _instant(not_before)
        and not any(slot.overlaps(entry.start, entry.end) for entry in busy.get(slot.clinician_id, ()))
    ]


def choose(slots: Iterable[Slot], limit: int) -> list[Slot]:
    """A few to offer: the soonest always, then one of each clinician and day while there are such, then the soonest left.

    In order of start.
    """
    ordered = sorted(slots, key=lambda slot: (_instant(slot.start), str(slot.clinician_id)))
    chosen: list[Slot] = []
    seen: set[tuple[UUID, date]] = set()
    for slot in ordered:
        if len(chosen) == limit:
            break
        if (slot.clinician_id, slot.start.date()) not in seen:
            seen.add((slot.clinician_id, slot.start.date()))
            chosen.append(slot)
    for slot in ordered:
        if len(chosen) >= limit:
            break
        if slot not in chosen:
            chosen.append(slot)
    return sorted(chosen, key=lambda slot: _instant(slot.start))


def needs_referral(specialty_needs_it: bool, payer: str, visit_kind: str) -> bool:
    """True for a first publicly paid visit in a specialty that asks for one; a follow-up goes on under the old referral.

    Source: team proposal, unsigned.
    """
    return specialty_needs_it and payer == "nfz" and visit_kind == "first"


def is_referral_code(code: str) -> bool:
    """True for the four digits of an e-referral."""
    return re.fullmatch(r"[0-9]{4}", code) is not None


def may_cancel(status: str, start: datetime, now: datetime) -> bool:
    """True for a booked or held visit that has not begun."""
    return status in ("booked", "held") and start > now


@dataclass(frozen=True)
class OpenBlock:
    """One stretch of a site's opening hours on a day."""

    opens: datetime
    closes: datetime


def open_blocks(day: date, hours: Iterable[tuple[int, time, time]], is_closed: bool, zone: ZoneInfo) -> list[OpenBlock]:
    """The opening hours of a day from (weekday, opens, closes) rows; none on a closed day."""
    if is_closed:
        return []
    blocks = [
        OpenBlock(at_local(day, opens, zone), at_local(day, closes, zone))
        for weekday, opens, closes in hours
        if weekday == day.weekday()
    ]
    return sorted(blocks, key=lambda block: block.opens)


def _is_covered(visit: Slot, opened: Iterable[OpenBlock]) -> bool:
    start, end = _instant(visit.start), _instant(visit.end)
    return any(_instant(block.opens) <= start and end <= _instant(block.closes) for block in opened)


def _instant(moment: datetime) -> datetime:
    """In UTC, because two times of one zone compare by their clock faces, which repeat in autumn."""
    return moment.astimezone(UTC)


def _cut(block: Block, day: date, zone: ZoneInfo) -> list[Slot]:
    start, end = (at_local(day, moment, zone).astimezone(UTC) for moment in (block.starts, block.ends))
    length = timedelta(minutes=block.slot_minutes)
    slots: list[Slot] = []
    while start + length <= end:
        slots.append(
            Slot(
                block.clinician_id,
                block.site_id,
                block.specialty,
                start.astimezone(zone),
                (start + length).astimezone(zone),
                block.payers,
            )
        )
        start += length
    return slots


def _is_away(absence: Absence, slot: Slot, day: date, zone: ZoneInfo) -> bool:
    if absence.clinician_id != slot.clinician_id or not absence.first_day <= day <= absence.last_day:
        return False
    if absence.starts is None or absence.ends is None:
        return True
    return slot.overlaps(at_local(day, absence.starts, zone), at_local(day, absence.ends, zone))
