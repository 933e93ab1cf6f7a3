"""Recording, withdrawing and asking for authorisations."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from care.authorisations.models import Authorisation, Basis, Evidence, PatientIs, Scope
from care.authorisations.rules import MAJORITY, Right, age_on, holds
from care.patients.models import Patient
from care.patients.rules import is_plausible_birth_date, name_words
from care.patients.tokens import phone_token
from care.policy import require_relation
from core import audit
from core.access import Access, Permission
from core.db import UnitOfWork
from core.errors import NotFound, Refused
from core.phone import parse_number


@dataclass(frozen=True)
class Statement:
    """What staff fill in: who acts, by what right, for what, seen how, until when."""

    name: str
    birth_date: date | None
    phone: str
    patient_is: PatientIs
    basis: Basis
    scopes: Collection[Scope]
    evidence: Evidence
    is_agreed_by_patient: bool
    valid_until: date | None


async def record(
    uow: UnitOfWork, access: Access, staff_id: UUID, patient_id: UUID, said: Statement, now: datetime
) -> Authorisation | Refused:
    """Keep it; audited. Staff who may edit the patient and are related to them.

    Refused: `authorisation-incomplete` (name, birth date, number or scope), `authorisation-not-a-child`,
    `authorisation-over` (it would have ended already).
    """
    access.require(Permission.edit_patient)
    patient = await uow.session.get(Patient, patient_id)
    if patient is None:
        raise NotFound("patient")
    await require_relation(uow, access, patient_id, now)
    number, today = parse_number(said.phone), now.date()
    if len(name_words(said.name)) < 2 or said.birth_date is None or number is None or not said.scopes:
        return Refused("authorisation-incomplete")
    if not is_plausible_birth_date(said.birth_date, today):
        return Refused("authorisation-incomplete")
    if said.basis is Basis.parental_right and (
        said.patient_is is not PatientIs.child or age_on(patient.birth_date, today) >= MAJORITY
    ):
        return Refused("authorisation-not-a-child")
    if said.valid_until is not None and said.valid_until < today:
        return Refused("authorisation-over")
    made = Authorisation(
        patient_id=patient_id, name=said.name.strip(), birth_date=said.birth_date, phone=number,
        phone_token=phone_token(number), patient_is=said.patient_is, basis=said.basis,
        scopes=sorted(scope.value for scope in said.scopes), evidence=said.evidence,
        is_agreed_by_patient=said.is_agreed_by_patient, valid_from=today, valid_until=said.valid_until,
        made_by=staff_id, made_at=now,
    )  # fmt: skip
    uow.session.add(made)
    await uow.session.flush()
    audit.record(uow, access, "authorisation.recorded", "authorisation", made.id, now)
    return made


async def withdraw(uow: UnitOfWork, access: Access, staff_id: UUID, authorisation_id: UUID, now: datetime) -> UUID:
    """End it from now on; twice is once. Returns the patient. `NotFound` outside one's relation, as for none."""
    access.require(Permission.edit_patient)
    found = await uow.session.get(Authorisation, authorisation_id, with_for_update=True)
    if found is None:
        raise NotFound("authorisation")
    await require_relation(uow, access, found.patient_id, now)
    if found.ended_at is None:
        found.ended_at, found.ended_by = now, staff_id
        audit.record(uow, access, "authorisation.withdrawn", "authorisation", found.id, now)
        await uow.session.flush()
    return found.patient_id


async def of_patient(uow: UnitOfWork, access: Access, patient_id: UUID) -> list[Authorisation]:
    """All of a patient, the newest first; who may open the record may see them."""
    access.require(Permission.read_patient)
    rows = await uow.session.scalars(
        select(Authorisation).where(Authorisation.patient_id == patient_id).order_by(Authorisation.made_at.desc())
    )
    return list(rows)


async def holding(
    uow: UnitOfWork, patient: Patient, scope: Scope, today: date, phone: str | None = None
) -> list[Authorisation]:
    """Those that cover the scope for the patient today; with `phone` only of whoever has that number."""
    query = select(Authorisation).where(Authorisation.patient_id == patient.id, Authorisation.ended_at.is_(None))
    if phone is not None:
        query = query.where(Authorisation.phone_token == phone_token(phone))
    rows = await uow.session.scalars(query.order_by(Authorisation.made_at))
    return [one for one in rows if holds(right_of(one), patient.birth_date, scope, today)]


async def represented(
    uow: UnitOfWork, access: Access, phone: str, person_token: str, scope: Scope, today: date
) -> Patient | None:
    """The patient of that name and birth date (as a token) for whom the holder of the number is authorised; never another."""
    access.require(Permission.read_patient)
    rows = await uow.session.scalars(
        select(Patient)
        .join(Authorisation, Authorisation.patient_id == Patient.id)
        .where(
            Patient.match_token == person_token,
            Authorisation.phone_token == phone_token(phone),
            Authorisation.ended_at.is_(None),
        )
        .order_by(Patient.created_at)
    )
    for patient in rows.unique():
        if await holding(uow, patient, scope, today, phone):
            return patient
    return None


def right_of(one: Authorisation) -> Right:
    """The row as the rules see it."""
    return Right(
        one.basis, one.scopes, one.is_agreed_by_patient, one.valid_from, one.valid_until, one.ended_at is not None
    )
