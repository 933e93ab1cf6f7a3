"""Booking, for the bot, the console and the API alike: offers, holds, visits. Refusals are values; keys make it safe to
repeat. Each call joins the caller's transaction and never breaks it.
"""

from datetime import datetime, timedelta
from uuid import UUID

from care.appointments import rules
from care.appointments.availability import nearest_offers, search_offers
from care.appointments.clinic import (
    PriceFact,
    clinicians,
    closed_day,
    is_open,
    next_opening,
    prices,
    services,
    site,
    site_hours,
    sites,
    specialties,
    specialty,
)
from care.appointments.describing import describe
from care.appointments.models import Appointment, Site, Specialty
from care.appointments.offers import Money, Offer, OfferKey, Visit, parse_offer_key
from care.appointments.repository import Appointments
from care.appointments.rules import Payer, Slot, VisitKind
from care.patients.marks import is_restricted
from care.policy import require_relation
from core import audit
from core.access import STAFF_ROLES, Access, Permission
from core.accounts.break_glass import has_glass
from core.db import UnitOfWork
from core.errors import Forbidden, NotFound, Refused

__all__ = [
    "Money",
    "Offer",
    "PriceFact",
    "Visit",
    "book",
    "cancel",
    "clinicians",
    "closed_day",
    "describe",
    "get",
    "hold",
    "is_open",
    "list_visits",
    "move",
    "nearest_offers",
    "next_opening",
    "prices",
    "release",
    "search_offers",
    "services",
    "site",
    "site_hours",
    "sites",
    "specialties",
    "specialty",
]

STAFF = frozenset(STAFF_ROLES)


async def hold(
    uow: UnitOfWork,
    access: Access,
    offer_key: str,
    *,
    case_id: UUID | None,
    idempotency_key: str | None,
    now: datetime,
    minutes: int = rules.HOLD_MINUTES,
) -> Appointment | Refused:
    """Keep a slot for `minutes` while its person decides. A case holds one slot at a time; its earlier hold is given up.

    Refused: `slot-taken` (also for a key that names no slot), `slot-past`, `clinic-closed`. An expired hold of another
    is taken over. The same key gives the same hold, prolonged, as long as nobody took it over.
    """
    access.require(Permission.book_appointment)
    appointments = Appointments(uow, access)
    slot = await _find_slot(uow, appointments, parse_offer_key(offer_key), now)
    if isinstance(slot, Refused):
        return slot
    access.require(Permission.book_appointment, slot.site_id)
    return await _claim(uow, access, appointments, slot, case_id, idempotency_key, now, minutes)


async def release(
    uow: UnitOfWork, access: Access, appointment_id: UUID, *, case_id: UUID | None, now: datetime
) -> None:
    """Give up a hold of that case; does nothing if it is no hold any more."""
    access.require(Permission.book_appointment)
    found = await Appointments(uow, access).get(appointment_id, lock=True)
    if found is not None and found.status == "held" and found.booked_by_case_id == case_id:
        found.status, found.cancelled_at, found.cancelled_by = "cancelled", now, "released"
        audit.record(uow, access, "appointment.released", "appointment", found.id, now)
        await uow.session.flush()


async def book(
    uow: UnitOfWork,
    access: Access,
    *,
    patient_id: UUID,
    payer: Payer,
    visit_kind: VisitKind,
    referral_code: str | None,
    case_id: UUID | None,
    contact_point_id: UUID | None,
    channel: str,
    idempotency_key: str,
    now: datetime,
    appointment_id: UUID | None = None,
    offer_key: str | None = None,
) -> Appointment | Refused:
    """Book a held appointment, or an offer at once. The same key always returns the same appointment.

    Refused: `slot-taken`, `slot-past`, `clinic-closed`, `payer-not-accepted`, `referral-needed`, `referral-malformed`,
    `patient-has-visit-then`, `patient-restricted`. A referral is kept as not verified: nobody has asked the register.
    """
    access.require(Permission.book_appointment)
    if access.patient_id is not None and access.patient_id != patient_id:
        raise Forbidden(Permission.book_appointment.value)
    if await is_restricted(uow, patient_id):
        return Refused("patient-restricted")
    appointments = Appointments(uow, access)
    made = await appointments.by_key(idempotency_key=idempotency_key)
    if made is not None:
        return made
    wanted = parse_offer_key(offer_key) if offer_key is not None else None
    if appointment_id is not None:
        held = await appointments.get(appointment_id)
        if held is None or held.status not in ("held", "booked") or held.booked_by_case_id not in (None, case_id):
            return Refused("slot-taken")
        place = await uow.session.get_one(Site, held.site_id)
        wanted = OfferKey(held.clinician_id, place.code, held.specialty, held.start_at)
    slot = await _find_slot(uow, appointments, wanted, now)
    if isinstance(slot, Refused):
        return slot
    access.require(Permission.book_appointment, slot.site_id)
    code = (referral_code or "").strip() or None
    if refusal := _check_terms(slot, await specialty(uow, slot.specialty), payer, visit_kind, code):
        return refusal
    await appointments.serialise(_slot_lock(slot), f"patient-visits:{patient_id}")
    made = await appointments.by_key(idempotency_key=idempotency_key)
    if made is not None:
        return made
    if await appointments.patient_is_busy(patient_id, slot.start, slot.end):
        return Refused("patient-has-visit-then")
    appointment = await _claim(uow, access, appointments, slot, case_id, None, now, rules.HOLD_MINUTES, appointment_id)
    if isinstance(appointment, Refused):
        return appointment
    appointment.status, appointment.held_until = "booked", None
    appointment.patient_id, appointment.payer, appointment.visit_kind = patient_id, payer, visit_kind
    appointment.referral_code, appointment.referral_status = code, "not_verified" if code else "none"
    appointment.booked_by_case_id, appointment.booked_via_contact_point = case_id, contact_point_id
    appointment.booked_via, appointment.idempotency_key, appointment.booked_at = channel, idempotency_key, now
    audit.record(uow, access, "appointment.booked", "appointment", appointment.id, now)
    await uow.session.flush()
    await uow.publish("appointments", appointment=str(appointment.id))
    return appointment


async def list_visits(
    uow: UnitOfWork, access: Access, patient_id: UUID, contact_point_id: UUID | None, now: datetime
) -> list[Visit]:
    """The patient's visits not yet over, soonest first: for staff those at their sites (with broken glass all), else those
    booked through that contact point; without one, for an access narrowed to the patient, all.

    Audited as a read of the patient's visits. Raises `Forbidden` for another patient's, or without a contact point.
    """
    access.require(Permission.read_appointments)
    if access.patient_id is not None and access.patient_id != patient_id:
        raise Forbidden(Permission.read_appointments.value)
    narrow = None if _is_staff(access) else contact_point_id
    if narrow is None and not _is_staff(access) and access.patient_id != patient_id:
        raise Forbidden(Permission.read_appointments.value)
    found = await Appointments(uow, access).upcoming(patient_id, narrow, now)
    if _is_staff(access):
        await require_relation(uow, access, patient_id, now)
        if not await has_glass(uow, access, patient_id, now):
            found = [one for one in found if access.allows(Permission.read_appointments, one.site_id)]
    audit.record(uow, access, "appointments.read", "patient", patient_id, now)
    return [await describe(uow, appointment) for appointment in found]


async def get(
    uow: UnitOfWork, access: Access, appointment_id: UUID, now: datetime, contact_point_id: UUID | None = None
) -> Appointment:
    """Open an appointment; audited. For staff any at their sites; else one's own patient's, one booked through that contact point, or
    one held by the access's own case. Raises `NotFound` for all others, and for none.
    """
    access.require(Permission.read_appointments)
    found = await Appointments(uow, access).get(appointment_id)
    if found is None or not _may_touch(access, found, contact_point_id, Permission.read_appointments):
        raise NotFound("appointment")
    audit.record(uow, access, "appointment.read", "appointment", appointment_id, now)
    return found


async def cancel(
    uow: UnitOfWork,
    access: Access,
    appointment_id: UUID,
    *,
    by: str,
    now: datetime,
    contact_point_id: UUID | None = None,
) -> Appointment | Refused:
    """Call a visit off; the slot is free at once. `by` says who: `patient`, `clinic` or a staff id. Twice is once.

    Refused: `visit-past`. Raises `NotFound` for a visit that is not this access's, as for none.
    """
    access.require(Permission.cancel_appointment)
    found = await Appointments(uow, access).get(appointment_id, lock=True)
    if found is None or not _may_touch(access, found, contact_point_id, Permission.cancel_appointment):
        raise NotFound("appointment")
    if found.status == "cancelled":
        return found
    if not rules.may_cancel(found.status, found.start_at, now):
        return Refused("visit-past")
    found.status, found.cancelled_at, found.cancelled_by = "cancelled", now, by
    audit.record(uow, access, "appointment.cancelled", "appointment", found.id, now)
    await uow.session.flush()
    await uow.publish("appointments", appointment=str(found.id))
    return found


async def move(
    uow: UnitOfWork,
    access: Access,
    appointment_id: UUID,
    *,
    offer_key: str,
    case_id: UUID | None,
    now: datetime,
    contact_point_id: UUID | None = None,
) -> Appointment | Refused:
    """Give a booked visit another slot of its specialty, in one step: the old hour is free and the new one taken, or nothing
    changes. Payer, kind and referral stay; the patient has to confirm anew, and reminders follow the new hour. Twice is once.

    Refused: `slot-taken`, `slot-past`, `clinic-closed`, `payer-not-accepted`, `visit-past`, `visit-cancelled`,
    `patient-has-visit-then`, `patient-restricted`. Raises `NotFound` for a visit that is not this access's, as for none.
    """
    access.require(Permission.book_appointment)
    appointments = Appointments(uow, access)
    found = await appointments.get(appointment_id, lock=True)
    if found is None or not _may_touch(access, found, contact_point_id, Permission.book_appointment):
        raise NotFound("appointment")
    if found.status != "booked" or found.start_at <= now:
        return Refused("visit-cancelled" if found.status == "cancelled" else "visit-past")
    assert found.patient_id is not None, "a booked visit has its patient"
    if await is_restricted(uow, found.patient_id):
        return Refused("patient-restricted")
    slot = await _find_slot(uow, appointments, parse_offer_key(offer_key), now)
    if isinstance(slot, Refused):
        return slot
    access.require(Permission.book_appointment, slot.site_id)
    if slot.specialty != found.specialty:
        return Refused("slot-taken")
    if found.payer not in slot.payers:
        return Refused("payer-not-accepted", {"payer": found.payer})
    if (found.clinician_id, found.site_id, found.start_at) == (slot.clinician_id, slot.site_id, slot.start):
        return found
    await appointments.serialise(_slot_lock(slot), f"patient-visits:{found.patient_id}")
    over = await appointments.active_over(slot.clinician_id, slot.start, slot.end, now)
    if any(one.id != found.id and not _is_same_hold(one, slot, case_id) for one in over):
        return Refused("slot-taken")
    if await appointments.patient_is_busy(found.patient_id, slot.start, slot.end, but=found.id):
        return Refused("patient-has-visit-then")
    await appointments.expire_holds(slot.clinician_id, slot.start, slot.end, now)
    if case_id is not None:
        await appointments.release_other_holds(case_id, found.id, now)
    found.clinician_id, found.site_id = slot.clinician_id, slot.site_id
    found.start_at, found.end_at = slot.start, slot.end
    audit.record(uow, access, "appointment.moved", "appointment", found.id, now)
    await uow.session.flush()
    await uow.publish("appointments", appointment=str(found.id))
    return found


async def _find_slot(
    uow: UnitOfWork, appointments: Appointments, wanted: OfferKey | None, now: datetime
) -> Slot | Refused:
    """The slot a key names, if the schedule still has it."""
    if wanted is None:
        return Refused("slot-taken")
    if wanted.start <= now:
        return Refused("slot-past")
    try:
        place = await site(uow, wanted.site_code)
    except NotFound:
        return Refused("slot-taken")
    day = wanted.start.astimezone(place.zone).date()
    if await closed_day(uow, place.code, day) is not None:
        return Refused("clinic-closed")
    slots = await appointments.slots(day, day, clinician_id=wanted.clinician_id, site_id=place.id)
    return next((slot for slot in slots if wanted.names(slot)), Refused("slot-taken"))


def _check_terms(slot: Slot, field: Specialty, payer: Payer, visit_kind: VisitKind, code: str | None) -> Refused | None:
    if payer not in slot.payers:
        return Refused("payer-not-accepted", {"payer": payer})
    if code is not None and not rules.is_referral_code(code):
        return Refused("referral-malformed")
    if code is None and rules.needs_referral(field.needs_referral_nfz, payer, visit_kind):
        return Refused("referral-needed")
    return None


async def _claim(
    uow: UnitOfWork,
    access: Access,
    appointments: Appointments,
    slot: Slot,
    case_id: UUID | None,
    hold_key: str | None,
    now: datetime,
    minutes: int,
    own: UUID | None = None,
) -> Appointment | Refused:
    """The one place where a slot becomes somebody's: one transaction at a time per clinician."""
    await appointments.serialise(_slot_lock(slot))
    until = now + timedelta(minutes=minutes)
    before = await appointments.by_key(hold_key=hold_key) if hold_key else None
    if before is not None and (before.start_at != slot.start or before.clinician_id != slot.clinician_id):
        return Refused("slot-taken")
    mine = before.id if before is not None else own
    others = [
        entry
        for entry in await appointments.active_over(slot.clinician_id, slot.start, slot.end, now)
        if entry.id != mine and not _is_same_hold(entry, slot, case_id)
    ]
    if others:
        return Refused("slot-taken")
    kept = await _own_hold(appointments, slot, case_id, mine, now)
    if kept is None and mine is not None:
        return Refused("slot-taken")
    if kept is None:
        await appointments.expire_holds(slot.clinician_id, slot.start, slot.end, now)
        made = await appointments.insert_hold(slot, case_id, hold_key, until, now)
        kept = await appointments.get(made, lock=True) if made is not None else None
        if kept is None:
            return Refused("slot-taken")
        audit.record(uow, access, "appointment.held", "appointment", kept.id, now)
    if kept.status == "held":
        kept.held_until = until
    await uow.session.flush()
    if case_id is not None:
        await appointments.release_other_holds(case_id, kept.id, now)
    return kept


async def _own_hold(
    appointments: Appointments, slot: Slot, case_id: UUID | None, mine: UUID | None, now: datetime
) -> Appointment | None:
    """The hold this caller has on the slot already: by its key or id, or by its case."""
    if mine is not None:
        found = await appointments.get(mine, lock=True)
        return found if found is not None and found.status == "held" else None
    active = await appointments.active_over(slot.clinician_id, slot.start, slot.end, now)
    return next((entry for entry in active if _is_same_hold(entry, slot, case_id)), None)


def _is_same_hold(entry: Appointment, slot: Slot, case_id: UUID | None) -> bool:
    return (
        case_id is not None
        and entry.status == "held"
        and entry.booked_by_case_id == case_id
        and entry.start_at == slot.start
    )


def _slot_lock(slot: Slot) -> str:
    return f"slots:{slot.clinician_id}"


def _is_staff(access: Access) -> bool:
    return bool(access.roles & STAFF)


def _may_touch(access: Access, appointment: Appointment, contact_point_id: UUID | None, permission: Permission) -> bool:
    if _is_staff(access):
        return access.allows(permission, appointment.site_id)
    if access.patient_id is not None:
        return appointment.patient_id == access.patient_id
    if appointment.booked_via_contact_point is not None:
        return appointment.booked_via_contact_point == contact_point_id
    return access.case_id is not None and appointment.booked_by_case_id == access.case_id
