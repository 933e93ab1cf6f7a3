"""Medicines on file, requests for them, and the clinician's decision. Reads and writes are audited."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import case, func, select

from care.appointments.models import Appointment
from care.patients.models import Patient
from care.policy import require_relation, within_relation
from care.refills.models import Medication, RefillRequest, RefillState, Route
from care.refills.rules import Facts, default_rules
from core import audit
from core.access import Access, Permission
from core.db import UnitOfWork
from core.errors import NotFound, Refused

MAX_SHOWN = 200
LONGEST_REASON = 500


@dataclass(frozen=True)
class Statement:
    """A medicine as a clinician writes it down."""

    name: str
    substance: str
    dose: str
    reason: str | None
    last_issued_on: date | None
    days_issued: int | None


@dataclass(frozen=True)
class InboxItem:
    """Everything needed to decide on one request."""

    request: RefillRequest
    medication: Medication
    patient: Patient
    last_visit: datetime | None
    others: Sequence[Medication]
    """What else the patient takes."""
    earlier: Sequence[RefillRequest]
    """What was decided before about the same medicine, the newest first."""


async def on_file(uow: UnitOfWork, access: Access, patient_id: UUID) -> list[Medication]:
    """What a patient takes regularly, in the order of the names."""
    access.require(Permission.read_patient)
    rows = await uow.session.scalars(
        select(Medication)
        .where(Medication.patient_id == patient_id, Medication.ended_at.is_(None))
        .order_by(Medication.made_at, Medication.id)
    )
    return sorted(rows, key=lambda one: one.name.lower())


async def record_medication(
    uow: UnitOfWork, access: Access, staff_id: UUID | None, patient_id: UUID, said: Statement, now: datetime
) -> Medication | Refused:
    """Put a medicine on file. Refused: `medication-incomplete` (name, substance or dose is missing, or the days are no number)."""
    access.require(Permission.decide_refill)
    if await uow.session.get(Patient, patient_id) is None:
        raise NotFound("patient")
    await require_relation(uow, access, patient_id, now)
    if not all(text.strip() for text in (said.name, said.substance, said.dose)):
        return Refused("medication-incomplete")
    if said.last_issued_on is not None and said.last_issued_on > now.date():
        return Refused("medication-issued-later")
    made = Medication(patient_id=patient_id, made_by=staff_id, made_at=now, **asdict(said))
    uow.session.add(made)
    await uow.session.flush()
    audit.record(uow, access, "medication.recorded", "medication", made.id, now)
    return made


async def end_medication(
    uow: UnitOfWork, access: Access, staff_id: UUID, patient_id: UUID, medication_id: UUID, now: datetime
) -> None:
    """No longer taken; twice is once. `NotFound` for another patient's, as for none."""
    access.require(Permission.decide_refill)
    found = await uow.session.get(Medication, medication_id, with_for_update=True)
    if found is None or found.patient_id != patient_id:
        raise NotFound("medication")
    await require_relation(uow, access, patient_id, now)
    if found.ended_at is None:
        found.ended_at, found.ended_by = now, staff_id
        audit.record(uow, access, "medication.ended", "medication", found.id, now)
        await uow.session.flush()


async def submit(
    uow: UnitOfWork, access: Access, medication_id: UUID, patient_id: UUID, case_id: UUID, days_left: int | None,
    is_same_dose: bool | None, now: datetime,
) -> RefillRequest | Refused:  # fmt: skip
    """Ask a clinician for one medicine.

    Refused, and audited: `refill-already-open` (one is being looked at), `refill-not-on-file` (another one's medicine, or
    one no longer taken).
    """
    access.require(Permission.read_patient)
    medication = await uow.session.get(Medication, medication_id, with_for_update=True)
    if medication is None or medication.patient_id != patient_id or medication.ended_at is not None:
        audit.record(uow, access, "refill.refused-not-on-file", "medication", medication_id, now)
        return Refused("refill-not-on-file")
    is_open = RefillRequest.medication_id == medication_id, RefillRequest.state == RefillState.open
    if await uow.session.scalar(select(RefillRequest.id).where(*is_open)) is not None:
        audit.record(uow, access, "refill.refused-already-open", "medication", medication_id, now)
        return Refused("refill-already-open")
    seen = await last_visit(uow, patient_id, now)
    names, issued = (medication.name, medication.substance), medication.last_issued_on
    seen_on = seen.date() if seen else None
    checked = default_rules().check(
        Facts(names, days_left, is_same_dose, issued, medication.days_issued, seen_on, now.date())
    )
    made = RefillRequest(
        patient_id=patient_id, medication_id=medication_id, case_id=case_id, days_left=days_left, is_same_dose=is_same_dose,
        route=checked.route, findings=[asdict(one) for one in checked.findings], rules_version=checked.version, asked_at=now,
    )  # fmt: skip
    uow.session.add(made)
    await uow.session.flush()
    audit.record(uow, access, "refill.asked", "refill", made.id, now)
    await uow.publish("refills", id=str(made.id))
    return made


async def last_visit(uow: UnitOfWork, patient_id: UUID, now: datetime) -> datetime | None:
    """When the patient was last seen here."""
    seen: datetime | None = await uow.session.scalar(
        select(func.max(Appointment.start_at)).where(
            Appointment.patient_id == patient_id,
            Appointment.status.in_(("booked", "completed")),
            Appointment.start_at < now,
        )
    )
    return seen


async def inbox(uow: UnitOfWork, access: Access, now: datetime) -> list[InboxItem]:
    """All open requests within one's relation: the same-day ones first, then the oldest."""
    access.require(Permission.decide_refill)
    grave = case((RefillRequest.route == Route.today, 0), else_=1)
    query = select(RefillRequest).where(RefillRequest.state == RefillState.open)
    if not _serves_all(access) and (within := within_relation(access, RefillRequest.patient_id, now)) is not None:
        query = query.where(within)
    found = list(await uow.session.scalars(query.order_by(grave, RefillRequest.asked_at).limit(MAX_SHOWN)))
    items = [await _item(uow, access, one, now) for one in found]
    for item in items:
        audit.record(uow, access, "refill.read", "refill", item.request.id, now)
    return items


async def _item(uow: UnitOfWork, access: Access, request: RefillRequest, now: datetime) -> InboxItem:
    earlier = await uow.session.scalars(
        select(RefillRequest)
        .where(RefillRequest.medication_id == request.medication_id, RefillRequest.state != RefillState.open)
        .order_by(RefillRequest.asked_at.desc())
        .limit(3)
    )
    taken = await on_file(uow, access, request.patient_id)
    return InboxItem(
        request,
        await uow.session.get_one(Medication, request.medication_id),
        await uow.session.get_one(Patient, request.patient_id),
        await last_visit(uow, request.patient_id, now),
        [one for one in taken if one.id != request.medication_id],
        list(earlier),
    )


async def decide(
    uow: UnitOfWork, access: Access, staff_id: UUID, request_id: UUID, outcome: RefillState, reason: str, now: datetime,
    *, is_exception: bool = False,
) -> RefillRequest | Refused:  # fmt: skip
    """Approve, decline with a reason, or ask for a visit; audited with what was decided.

    Refused: `refill-decided` (somebody was quicker), `refill-reason` (none given, or too long), `refill-needs-exception` (a
    medicine that is prescribed in person, without the exception and its reason), `refill-not-allowed` (another role; audited).
    """
    if not access.allows(Permission.decide_refill):
        audit.record(uow, access, "refill.refused-role", "refill", request_id, now)
        return Refused("refill-not-allowed")
    found = await uow.session.get(RefillRequest, request_id, with_for_update=True, populate_existing=True)
    if found is None or outcome is RefillState.open:
        raise NotFound("refill")
    if not _serves_all(access):
        await require_relation(uow, access, found.patient_id, now)
    if found.state is not RefillState.open:
        return Refused("refill-decided")
    said = reason.strip()
    is_approved, needs_exception = outcome is RefillState.approved, found.route is Route.in_person
    if is_approved and needs_exception and not (is_exception and said):
        return Refused("refill-needs-exception")
    if len(said) > LONGEST_REASON or (not said and not is_approved):
        return Refused("refill-reason")
    found.state, found.decided_at, found.decided_by, found.reason = outcome, now, staff_id, said or None
    found.is_exception = is_approved and needs_exception
    audit.record(uow, access, f"refill.{outcome.value}", "refill", found.id, now)
    if found.is_exception:
        audit.record(uow, access, "refill.exception", "refill", found.id, now)
    await uow.session.flush()
    await uow.publish("refills", id=str(found.id))
    return found


def _serves_all(access: Access) -> bool:
    """True for a clinician of all sites: they answer for patients who have no visit yet, too."""
    return access.sites(Permission.decide_refill) is None
