"""Schedules and appointments in the database. Made from an `Access`, so that no query runs without one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import and_, or_, select, text, true, update
from sqlalchemy.dialects.postgresql import insert

from care.appointments import clinic, rules
from care.appointments.models import Appointment, Clinician, ScheduleException, Site, WeeklySchedule
from care.appointments.rules import Absence, Block, Hours, Slot, Taken
from core.access import Access
from core.db import UnitOfWork
from core.errors import Forbidden
from core.ids import new_id


@dataclass(frozen=True)
class Plan:
    """When clinicians see patients: what slots are cut from. `closed` says which sites are closed on a day; None is all.
    `hours` are the sites' opening hours; a site without any limits nothing.
    """

    blocks: tuple[Block, ...]
    absences: tuple[Absence, ...]
    zones: Mapping[UUID, ZoneInfo]
    closed: Mapping[date, frozenset[UUID | None]]
    hours: Mapping[UUID, tuple[Hours, ...]]

    def closed_sites(self, day: date) -> set[UUID]:
        """The sites where nobody is seen that day."""
        marked = self.closed.get(day, frozenset())
        return set(self.zones) if None in marked else {site for site in marked if site is not None}


class Appointments:
    """The schedules, slots and appointments an access may touch."""

    def __init__(self, uow: UnitOfWork, access: Access) -> None:
        if not access.roles:
            raise Forbidden("appointments")
        self._uow = uow
        self._session = uow.session

    async def serialise(self, *names: str) -> None:
        """Let one transaction at a time go on from here with these names, until it ends. Names are taken in order."""
        for name in names:
            await self._session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": name})

    async def slots(
        self,
        first: date,
        last: date,
        *,
        specialty: str | None = None,
        clinician_id: UUID | None = None,
        site_id: UUID | None = None,
    ) -> list[Slot]:
        """All slots of those days, taken or not, of active clinicians, narrowed as asked."""
        plan = await self.plan(first, last, specialty=specialty, clinician_id=clinician_id)
        found: list[Slot] = []
        for offset in range((last - first).days + 1):
            day = first + timedelta(days=offset)
            found += rules.day_slots(day, plan.blocks, plan.absences, plan.closed_sites(day), plan.zones, plan.hours)
        return [
            slot
            for slot in found
            if (specialty is None or slot.specialty == specialty) and (site_id is None or slot.site_id == site_id)
        ]

    async def plan(
        self, first: date, last: date, *, specialty: str | None = None, clinician_id: UUID | None = None
    ) -> Plan:
        """The schedules of active clinicians that may bear on those days, narrowed as asked."""
        weekly = select(WeeklySchedule).join(Clinician).where(Clinician.is_active)
        exceptional = (
            select(ScheduleException)
            .join(Clinician)
            .where(Clinician.is_active, ScheduleException.first_day <= last, ScheduleException.last_day >= first)
        )
        if specialty is not None:
            weekly = weekly.where(Clinician.specialties.contains([specialty]))
            exceptional = exceptional.where(Clinician.specialties.contains([specialty]))
        if clinician_id is not None:
            weekly = weekly.where(WeeklySchedule.clinician_id == clinician_id)
            exceptional = exceptional.where(ScheduleException.clinician_id == clinician_id)
        blocks = [_weekly_block(row) for row in await self._session.scalars(weekly)]
        absences: list[Absence] = []
        for row in await self._session.scalars(exceptional):
            if row.kind == "off":
                absences.append(Absence(row.clinician_id, row.first_day, row.last_day, row.starts, row.ends))
            else:
                blocks.append(_extra_block(row))
        zones = {row.id: ZoneInfo(row.timezone) for row in await self._session.scalars(select(Site))}
        closed = await clinic.closed_sites(self._uow, first, last)
        return Plan(tuple(blocks), tuple(absences), zones, closed, await clinic.weekly_hours(self._uow))

    async def taken(self, clinician_ids: Iterable[UUID], start: datetime, end: datetime, now: datetime) -> list[Taken]:
        """What is booked, or held and not expired at `now`, between two instants."""
        rows = await self._session.execute(
            select(Appointment.clinician_id, Appointment.start_at, Appointment.end_at).where(
                Appointment.clinician_id.in_(set(clinician_ids)),
                Appointment.start_at < end,
                Appointment.end_at > start,
                _active(now),
            )
        )
        return [Taken(*row) for row in rows]

    async def get(self, appointment_id: UUID, *, lock: bool = False) -> Appointment | None:
        """The appointment as the database has it now; `lock` keeps others from changing it until the transaction ends."""
        query = select(Appointment).where(Appointment.id == appointment_id).execution_options(populate_existing=True)
        return (await self._session.scalars(query.with_for_update() if lock else query)).first()

    async def by_key(self, *, hold_key: str | None = None, idempotency_key: str | None = None) -> Appointment | None:
        """The appointment once made under that key."""
        condition = Appointment.hold_key == hold_key if hold_key else Appointment.idempotency_key == idempotency_key
        query = select(Appointment).where(condition).execution_options(populate_existing=True)
        return (await self._session.scalars(query)).first()

    async def active_over(self, clinician_id: UUID, start: datetime, end: datetime, now: datetime) -> list[Appointment]:
        """What is booked or held at `now` and shares a moment with that stretch of the clinician's time."""
        query = (
            select(Appointment)
            .where(
                Appointment.clinician_id == clinician_id,
                Appointment.start_at < end,
                Appointment.end_at > start,
                _active(now),
            )
            .execution_options(populate_existing=True)
        )
        return list(await self._session.scalars(query))

    async def expire_holds(self, clinician_id: UUID, start: datetime, end: datetime, now: datetime) -> None:
        """Give up the expired holds that share a moment with that stretch."""
        await self._session.execute(
            update(Appointment)
            .where(
                Appointment.clinician_id == clinician_id,
                Appointment.start_at < end,
                Appointment.end_at > start,
                Appointment.status == "held",
                Appointment.held_until <= now,
            )
            .values(status="cancelled", cancelled_at=now, cancelled_by="expiry")
        )

    async def release_other_holds(self, case_id: UUID, kept: UUID, now: datetime) -> None:
        """A case holds one slot at a time: give up the others."""
        await self._session.execute(
            update(Appointment)
            .where(
                Appointment.booked_by_case_id == case_id,
                Appointment.status == "held",
                Appointment.id != kept,
            )
            .values(status="cancelled", cancelled_at=now, cancelled_by="replaced")
        )

    async def insert_hold(
        self, slot: Slot, case_id: UUID | None, hold_key: str | None, until: datetime, now: datetime
    ) -> UUID | None:
        """Write the hold, or None if another transaction was first. Never breaks the caller's transaction."""
        values: dict[str, Any] = {
            "id": new_id(),
            "clinician_id": slot.clinician_id,
            "site_id": slot.site_id,
            "specialty": slot.specialty,
            "start_at": slot.start.astimezone(UTC),
            "end_at": slot.end.astimezone(UTC),
            "status": "held",
            "held_until": until,
            "referral_status": "none",
            "booked_by_case_id": case_id,
            "hold_key": hold_key,
            "created_at": now,
        }
        statement = insert(Appointment).values(**values).on_conflict_do_nothing().returning(Appointment.id)
        return (await self._session.execute(statement)).scalar_one_or_none()

    async def patient_is_busy(self, patient_id: UUID, start: datetime, end: datetime, but: UUID | None = None) -> bool:
        """True if the patient has a booked visit (other than `but`) that shares a moment with that stretch."""
        found = await self._session.scalar(
            select(Appointment.id)
            .where(
                Appointment.patient_id == patient_id,
                Appointment.status == "booked",
                Appointment.start_at < end,
                Appointment.end_at > start,
                Appointment.id != but if but is not None else true(),
            )
            .limit(1)
        )
        return found is not None

    async def upcoming(self, patient_id: UUID, contact_point_id: UUID | None, now: datetime) -> list[Appointment]:
        """The patient's booked visits not yet over, soonest first; through one contact point only, if given."""
        query = (
            select(Appointment)
            .where(Appointment.patient_id == patient_id, Appointment.status == "booked", Appointment.end_at > now)
            .order_by(Appointment.start_at)
        )
        if contact_point_id is not None:
            query = query.where(Appointment.booked_via_contact_point == contact_point_id)
        return list(await self._session.scalars(query))


def _active(now: datetime) -> Any:
    return or_(Appointment.status == "booked", and_(Appointment.status == "held", Appointment.held_until > now))


def _weekly_block(row: WeeklySchedule) -> Block:
    return Block(
        row.clinician_id,
        row.site_id,
        row.specialty,
        row.weekday,
        row.starts,
        row.ends,
        row.slot_minutes,
        frozenset(row.payers),
        row.valid_from,
        row.valid_to,
    )


def _extra_block(row: ScheduleException) -> Block:
    assert row.site_id and row.specialty and row.starts is not None and row.ends is not None and row.slot_minutes
    return Block(
        row.clinician_id,
        row.site_id,
        row.specialty,
        None,
        row.starts,
        row.ends,
        row.slot_minutes,
        frozenset(row.payers),
        row.first_day,
        row.last_day,
    )
