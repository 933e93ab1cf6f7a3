"""Hours, days off and opening hours of a schedule's file. What the file says of a clinician or a site replaces what was there."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from care.appointments.models import ScheduleException, SiteHours, WeeklySchedule
from care.moving.patients import Did, Outcome
from care.moving.places import Known
from care.moving.schedule_rows import Kind, ScheduleEntry
from core import audit
from core.access import Access
from core.db import UnitOfWork
from core.ids import new_id

Block = WeeklySchedule | ScheduleException | SiteHours
REPLACED = (Kind.opening, Kind.hours, Kind.off, Kind.extra)


@dataclass(frozen=True)
class Removed:
    """A former entry that the file no longer has."""

    kind: Kind
    owner: str
    id: UUID


async def replace_blocks(
    uow: UnitOfWork, access: Access, known: Known, entries: Sequence[ScheduleEntry], now: datetime
) -> tuple[list[Outcome], list[Removed]]:
    """Write the sets of the file: what is there already stays, what is not is added, what the file lacks goes. What is over stays."""
    sets: dict[tuple[Kind, str], list[ScheduleEntry]] = defaultdict(list)
    for entry in entries:
        if entry.kind in REPLACED:
            sets[entry.kind, entry.owner].append(entry)
    outcomes: list[Outcome] = []
    removed: list[Removed] = []
    for (kind, owner), wanted in sets.items():
        owner_id = (known.sites if kind is Kind.opening else known.clinicians)[owner].id
        left = await _held(uow, kind, owner_id, now.date())
        before = len(outcomes), len(removed)
        for entry in wanted:
            same = next((one for one in left if _is_same(one, entry, known)), None)
            if same is not None:
                left.remove(same)
            else:
                uow.session.add(_block(entry, known, now.date()))
            outcomes.append(Outcome(entry.row, Did.unchanged if same is not None else Did.new))
        for one in left:
            await uow.session.delete(one)
            removed.append(Removed(kind, owner, one.id))
        await uow.session.flush()
        if len(removed) > before[1] or any(one.did is Did.new for one in outcomes[before[0] :]):
            subject = "site" if kind is Kind.opening else "clinician"
            audit.record(uow, access, f"schedule.imported-{kind.value}", subject, owner_id, now)
    return outcomes, removed


async def _held(uow: UnitOfWork, kind: Kind, owner_id: UUID, today: date) -> list[Block]:
    """The entries of that kind there are, without those that are over."""
    query: Any
    if kind is Kind.opening:
        query = select(SiteHours).where(SiteHours.site_id == owner_id)
    elif kind is Kind.hours:
        query = select(WeeklySchedule).where(
            WeeklySchedule.clinician_id == owner_id,
            or_(WeeklySchedule.valid_to.is_(None), WeeklySchedule.valid_to >= today),
        )
    else:
        query = select(ScheduleException).where(
            ScheduleException.clinician_id == owner_id,
            ScheduleException.kind == kind.value,
            ScheduleException.last_day >= today,
        )
    return list(await uow.session.scalars(query))


def _is_same(held: Block, entry: ScheduleEntry, known: Known) -> bool:
    """True if the entry says what is there. Hours without a first day hold since whenever they do."""
    wanted = _values(entry, known)
    if isinstance(held, WeeklySchedule) and entry.first_day is None:
        wanted.pop("valid_from")
    return all(_comparable(getattr(held, name)) == _comparable(value) for name, value in wanted.items())


def _comparable(value: object) -> object:
    return sorted(value) if isinstance(value, list) else value


def _values(entry: ScheduleEntry, known: Known) -> dict[str, Any]:
    if entry.kind is Kind.opening:
        return {
            "site_id": known.sites[entry.site].id, "weekday": entry.weekday, "opens": entry.starts, "closes": entry.ends,
        }  # fmt: skip
    clinician_id = known.clinicians[entry.clinician].id
    if entry.kind is Kind.off:
        return {
            "clinician_id": clinician_id, "kind": "off", "first_day": entry.first_day,
            "last_day": entry.last_day or entry.first_day, "starts": entry.starts, "ends": entry.ends,
        }  # fmt: skip
    block = {
        "clinician_id": clinician_id, "site_id": known.sites[entry.site].id, "specialty": entry.specialty[0],
        "starts": entry.starts, "ends": entry.ends, "slot_minutes": entry.minutes, "payers": list(entry.payers),
    }  # fmt: skip
    if entry.kind is Kind.extra:
        days = {"first_day": entry.first_day, "last_day": entry.last_day or entry.first_day}
        return {**block, **days, "kind": "extra"}
    return {**block, "weekday": entry.weekday, "valid_from": entry.first_day, "valid_to": entry.last_day}


def _block(entry: ScheduleEntry, known: Known, today: date) -> Block:
    values = _values(entry, known) | {"id": new_id()}
    if entry.kind is Kind.opening:
        return SiteHours(**values)
    if entry.kind is Kind.hours:
        return WeeklySchedule(**values | {"valid_from": entry.first_day or today})
    return ScheduleException(**values)
