"""Moving a schedule in: sites, specialties, clinicians, hours, days off and closed days, in one transaction.

Sites, specialties and clinicians are found by their codes and updated. The hours of a clinician (opening hours of a site) in
the file replace the former ones; of days off and extra blocks, those not yet over. Closed days are added or renamed. Who is not in the
file keeps everything. Visits are never touched: those that the schedule no longer covers are listed.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select

from care.appointments import rules
from care.appointments.models import Appointment, Clinician, Site
from care.appointments.repository import Appointments
from care.appointments.rules import Slot
from care.moving.blocks import Removed, replace_blocks
from care.moving.patients import Did, Outcome
from care.moving.places import Known, write_places
from care.moving.schedule_rows import Kind, ScheduleEntry, kind_of, read_entry
from care.moving.tables import Fault, Reason, Table
from core.access import Access, Permission
from core.db import Database, UnitOfWork


@dataclass(frozen=True)
class OutsideVisit:
    """A booked visit that the schedule does not cover: `reason` is `hours`, `closed` or `left`. Nothing of the patient."""

    appointment_id: UUID
    start: datetime
    clinician: str
    site: str
    reason: str


@dataclass(frozen=True)
class ScheduleMoved:
    """What a run did, or (dry) would do."""

    is_written: bool
    outcomes: tuple[Outcome, ...] = field(repr=False)
    removed: tuple[Removed, ...]
    outside: tuple[OutsideVisit, ...]

    @property
    def counts(self) -> Counter[Did]:
        """Rows by what happened to them."""
        return Counter(one.did for one in self.outcomes)


async def move_schedule(
    database: Database, access: Access, table: Table, *, now: datetime, is_dry: bool, is_strict: bool
) -> ScheduleMoved:
    """Bring the file's schedule in. A dry run does everything and takes it back, so it says exactly what would happen.

    With `is_strict` one faulty row keeps all others out; else it keeps out itself and, of a set that would replace a former one,
    its whole set. Raises `Forbidden` unless schedules may be edited everywhere.
    """
    access.require_everywhere(Permission.edit_schedule)
    async with database.unit_of_work() as uow:
        await Appointments(uow, access).serialise("import:schedule")
        known = await Known.read(uow)
        entries, refused = _read(table, known)
        outcomes = [*refused, *await write_places(uow, access, known, entries, now)]
        blocks, removed = await replace_blocks(uow, access, known, entries, now)
        outside = await _outside(uow, access, now)
        is_written = not is_dry and not (is_strict and refused)
        if not is_written:
            await uow.session.rollback()
    return ScheduleMoved(
        is_written, tuple(sorted([*outcomes, *blocks], key=lambda one: one.row)), tuple(removed), tuple(outside)
    )


def _read(table: Table, known: Known) -> tuple[list[ScheduleEntry], list[Outcome]]:
    """The entries that can be written, and the rows that cannot."""
    read = [read_entry(row, table.headings) for row in table.rows]
    entries = [one for one in read if isinstance(one, ScheduleEntry)]
    faults = {row.number: one for row, one in zip(table.rows, read, strict=True) if isinstance(one, list)}
    for check in (_twice, known.faults, _overlaps):
        for fault in check(entries, table):
            faults.setdefault(fault.row, []).append(fault)
        entries = [one for one in entries if one.row not in faults]
    # A set that replaces a former one is taken whole or not at all.
    broken = {
        (kind, row.get("site") if kind is Kind.opening else row.get("clinician"))
        for row in table.rows
        if row.number in faults and (kind := kind_of(row)) is not None
    }
    for one in entries:
        if one.owner and (one.kind, one.owner) in broken:
            faults[one.row] = [Fault(one.row, "", Reason.held_back)]
    refused = [Outcome(row, Did.refused, faults=tuple(found)) for row, found in sorted(faults.items())]
    return [one for one in entries if one.row not in faults], refused


def _twice(entries: Sequence[ScheduleEntry], table: Table) -> list[Fault]:
    """Second rows about the same site, specialty or clinician."""
    seen: set[tuple[Kind, str]] = set()
    found = []
    for one in entries:
        if one.code and (one.kind, one.code) in seen:
            found.append(Fault(one.row, table.headings.get("code", "code"), Reason.twice))
        seen.add((one.kind, one.code))
    return found


def _overlaps(entries: Sequence[ScheduleEntry], table: Table) -> list[Fault]:
    """Rows whose hours a clinician (opening hours a site) has in another row before."""
    found: list[Fault] = []
    kept: list[ScheduleEntry] = []
    for one in entries:
        if one.kind not in (Kind.hours, Kind.opening):
            continue
        if any(_share_time(one, other) for other in kept):
            found.append(Fault(one.row, table.headings.get("starts", "starts"), Reason.overlap))
        else:
            kept.append(one)
    return found


def _share_time(one: ScheduleEntry, other: ScheduleEntry) -> bool:
    if (one.kind, one.owner, one.weekday) != (other.kind, other.owner, other.weekday):
        return False
    days = (one.first_day or date.min) <= (other.last_day or date.max) and (other.first_day or date.min) <= (
        one.last_day or date.max
    )
    return (
        days
        and (one.starts or time.min) < (other.ends or time.max)
        and (other.starts or time.min) < (one.ends or time.max)
    )


async def _outside(uow: UnitOfWork, access: Access, now: datetime) -> list[OutsideVisit]:
    """Booked visits to come that the schedule as it is now in the database does not cover, soonest first."""
    await uow.session.flush()
    visits = list(
        await uow.session.scalars(
            select(Appointment)
            .where(Appointment.status == "booked", Appointment.start_at > now)
            .order_by(Appointment.start_at, Appointment.id)
        )
    )
    if not visits:
        return []
    days = [one.start_at.date() for one in visits]
    plan = await Appointments(uow, access).plan(min(days) - timedelta(days=1), max(days) + timedelta(days=1))
    people = {one.id: one for one in await uow.session.scalars(select(Clinician))}
    sites = {one.id: one for one in await uow.session.scalars(select(Site))}
    found = []
    for one in visits:
        zone = plan.zones[one.site_id]
        closed = plan.closed_sites(one.start_at.astimezone(zone).date())
        slot = Slot(one.clinician_id, one.site_id, one.specialty, one.start_at, one.end_at, frozenset())
        own = [block for block in plan.blocks if block.clinician_id == one.clinician_id]
        is_covered = rules.is_within(slot, own, plan.absences, closed, zone)
        is_extra = rules.is_within(slot, [block for block in own if block.weekday is None], (), closed, zone)
        is_open = is_extra or rules.is_in_hours(slot, plan.hours.get(one.site_id, ()), zone)
        if people[one.clinician_id].is_active and is_covered and is_open:
            continue
        reason = "closed" if one.site_id in closed else "hours" if people[one.clinician_id].is_active else "left"
        found.append(
            OutsideVisit(
                one.id, one.start_at.astimezone(zone), people[one.clinician_id].code, sites[one.site_id].code, reason
            )
        )
    return found
