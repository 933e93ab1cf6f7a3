"""What the clinic does with patient records: register, find again from the same contact point, open, search."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from care.patients.models import Patient
from care.patients.repository import Patients
from care.patients.tokens import match_token
from care.policy import require_relation
from core import audit
from core.access import Access, Permission
from core.db import UnitOfWork
from core.errors import Forbidden, NotFound
from core.phone import parse_number
from core.redaction import is_pesel

PersonRole = Literal["self", "child", "parent", "partner", "other"]


async def register(
    uow: UnitOfWork,
    access: Access,
    given_name: str,
    family_name: str,
    birth_date: date,
    contact_point_id: UUID,
    role: PersonRole,
    now: datetime,
    language: str = "pl",
) -> Patient:
    """The patient of that folded name and birth date already linked to this contact point, else a new record.

    People linked to other contact points are never matched: two strangers with equal names stay two records.
    Raises `Forbidden` without the right to book or to edit patients.
    """
    _require_any(access, Permission.book_appointment, Permission.edit_patient)
    patients = Patients(uow, access)
    token = match_token(given_name, family_name, birth_date)
    await patients.serialise(contact_point_id, token)
    known = await patients.linked(contact_point_id, token)
    if known is not None:
        audit.record(uow, access, "patient.recognised", "patient", known.id, now)
        return known
    patient = patients.add(
        Patient(
            given_name=given_name.strip(),
            family_name=family_name.strip(),
            birth_date=birth_date,
            language=language,
            created_at=now,
        )
    )
    await uow.session.flush()
    patients.add_link(patient.id, contact_point_id, role, now)
    audit.record(uow, access, "patient.registered", "patient", patient.id, now)
    await uow.session.flush()
    return patient


async def find_linked(
    uow: UnitOfWork, access: Access, contact_point_id: UUID, given_name: str, family_name: str, birth_date: date
) -> Patient | None:
    """The person of that name and birth date, if linked to that contact point; never anyone else."""
    _require_any(access, Permission.read_appointments, Permission.read_patient)
    return await Patients(uow, access).linked(contact_point_id, match_token(given_name, family_name, birth_date))


async def role_of_link(uow: UnitOfWork, access: Access, patient_id: UUID, contact_point_id: UUID) -> str | None:
    """In what role the contact point speaks for the patient now; None if it does not."""
    _require_any(access, Permission.read_appointments, Permission.read_patient)
    found = await Patients(uow, access).open_link(patient_id, contact_point_id)
    return found.role if found is not None else None


async def count_linked(uow: UnitOfWork, access: Access, contact_point_id: UUID) -> int:
    """How many people use the contact point. A number only: whose it is stays unsaid."""
    _require_any(access, Permission.read_appointments, Permission.read_patient)
    return await Patients(uow, access).count_linked(contact_point_id)


async def link(
    uow: UnitOfWork, access: Access, patient_id: UUID, contact_point_id: UUID, role: PersonRole, now: datetime
) -> None:
    """Let the contact point speak for the patient (staff only); does nothing if it may already."""
    access.require(Permission.edit_patient)
    patients = Patients(uow, access)
    if await patients.get(patient_id) is None:
        raise NotFound("patient")
    if await patients.open_link(patient_id, contact_point_id) is None:
        patients.add_link(patient_id, contact_point_id, role, now)
        audit.record(uow, access, "patient.linked", "patient", patient_id, now)
        await uow.session.flush()


async def end_link(uow: UnitOfWork, access: Access, patient_id: UUID, contact_point_id: UUID, now: datetime) -> None:
    """The contact point speaks for the patient no more, as for a wrong or changed number; the past stays readable."""
    access.require(Permission.edit_patient)
    found = await Patients(uow, access).open_link(patient_id, contact_point_id)
    if found is not None:
        found.ended_at = now
        audit.record(uow, access, "patient.unlinked", "patient", patient_id, now)
        await uow.session.flush()


async def get(uow: UnitOfWork, access: Access, patient_id: UUID, now: datetime) -> Patient:
    """Open a record; audited. Raises `Forbidden` unless it is one's own or one may read patients, `NotFound` if absent,
    and `care.policy.OutsideRelation` (a `NotFound`) outside one's relation to patients.
    """
    if access.patient_id != patient_id:
        access.require(Permission.read_patient)
    patient = await Patients(uow, access).get(patient_id)
    if patient is None:
        raise NotFound("patient")
    await require_relation(uow, access, patient_id, now)
    audit.record(uow, access, "patient.read", "patient", patient_id, now)
    return patient


async def search(uow: UnitOfWork, access: Access, text: str, now: datetime, limit: int = 20) -> list[Patient]:
    """For staff and the privacy officer: by the beginnings of names, telephone number, PESEL, mail, or birth date
    (2026-11-23 or 23.11.2026), with or without diacritics. Only those this access may open.

    That somebody searched, and how many rows were shown, is audited; what for is not kept. Rows of a list are not audited;
    opening one by `get` is.
    """
    _require_any(access, Permission.read_patient, Permission.manage_privacy)
    found = await _search(Patients(uow, access), text.strip(), now, limit)
    audit.record(uow, access, "search", "patients", f"{len(found)} rows", now)
    return found


async def _search(patients: Patients, wanted: str, now: datetime, limit: int) -> list[Patient]:
    born = _as_date(wanted)
    if born is not None:
        return await patients.by_birth_date(born, limit, now)
    if "@" in wanted:
        return await patients.by_mail(wanted, limit, now)
    digits = "".join(character for character in wanted if character.isdigit())
    if is_pesel(digits) and not wanted.startswith("+"):
        return await patients.by_pesel(digits, limit, now)
    if len(digits) >= 7:
        number = parse_number(wanted)
        return await patients.by_phone(number, limit, now) if number else []
    return await patients.by_name(wanted, limit, now)


def _require_any(access: Access, *permissions: Permission) -> None:
    if not any(access.allows(permission) for permission in permissions):
        raise Forbidden(permissions[0].value)


def _as_date(text: str) -> date | None:
    try:
        if "." in text:
            day, month, year = (int(part) for part in text.split("."))
            return date(year, month, day)
        return date.fromisoformat(text) if text.count("-") == 2 else None
    except ValueError:
        return None
