"""Who somebody says they are, and the number on record that a code may be sent to. Never a number given in the chat."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from care.authorisations import service as authorisations
from care.patients.models import Patient, PatientContactPoint
from care.patients.rules import match_key
from care.patients.tokens import match_token, pesel_token, phone_token
from conversations.identity.levels import SCOPE_OF
from conversations.identity.reading import PersonRole
from conversations.models import ContactPoint
from core.crypto import keyring
from core.db import UnitOfWork

_THEIRS = ("self", "other")
"""Roles under which a number may be the patient's own; a child's visits booked by a parent do not make it the child's."""


@dataclass(frozen=True)
class Claim:
    """What was said: the patient's name and birth date, perhaps the PESEL, and in what role one speaks.

    `own_birth_date` is that of whoever acts for the patient.
    """

    name: str
    birth_date: date
    role: PersonRole = "self"
    pesel: str | None = None
    own_birth_date: date | None = None

    @property
    def token(self) -> str:
        """What failures are counted by: the person claimed, existing or not."""
        given, _, family = self.name.rpartition(" ")
        return keyring.token(f"identity-claim:{match_key(given, family, self.birth_date)}")

    @property
    def match(self) -> str:
        """What records of that person are found by."""
        given, _, family = self.name.rpartition(" ")
        return match_token(given, family, self.birth_date)


@dataclass(frozen=True)
class Target:
    """Whom a claim fits, and where the code goes. `is_shared`: the number is not this person's alone."""

    patient: Patient
    phone: str
    is_shared: bool = False
    authorisation_id: UUID | None = None


async def find_target(uow: UnitOfWork, claim: Claim, goal: str, today: date) -> Target | None:
    """The one record that fits and a number for it; None if there is none, or more than one that differ."""
    rows = await uow.session.scalars(
        select(Patient).where(Patient.match_token == claim.match).order_by(Patient.created_at)
    )
    fitting = [
        one
        for one in rows
        if claim.pesel is None or one.pesel_token is None or one.pesel_token == pesel_token(claim.pesel)
    ]
    if claim.role != "self":
        return await _represented(uow, claim, fitting, goal, today)
    found = [target for one in fitting if (target := await _own(uow, one)) is not None]
    numbers = {target.phone for target in found}
    return found[0] if len(numbers) == 1 else None


async def _represented(uow: UnitOfWork, claim: Claim, fitting: list[Patient], goal: str, today: date) -> Target | None:
    scope = SCOPE_OF.get(goal)
    if scope is None:
        return None
    found = [
        Target(patient, one.phone, authorisation_id=one.id)
        for patient in fitting
        for one in await authorisations.holding(uow, patient, scope, today)
        if one.patient_is.value == claim.role and one.birth_date == claim.own_birth_date
    ]
    return found[0] if len({(one.patient.id, one.phone) for one in found}) == 1 else None


async def _own(uow: UnitOfWork, patient: Patient) -> Target | None:
    """The number staff recorded, else the one number the patient wrote from."""
    if patient.phone is not None:
        return Target(patient, patient.phone, await is_shared(uow, patient, patient.phone))
    rows = await uow.session.scalars(
        select(ContactPoint)
        .join(PatientContactPoint, PatientContactPoint.contact_point_id == ContactPoint.id)
        .where(
            PatientContactPoint.patient_id == patient.id,
            PatientContactPoint.ended_at.is_(None),
            PatientContactPoint.role.in_(_THEIRS),
            ContactPoint.kind == "phone",
        )
    )
    points = list(rows)
    if len(points) != 1:
        return None
    return Target(patient, points[0].address, await is_shared(uow, patient, points[0].address))


async def is_shared(uow: UnitOfWork, patient: Patient, phone: str) -> bool:
    """True if others are known by the number too, unless this patient alone speaks for themselves from it."""
    rows = await uow.session.execute(
        select(PatientContactPoint.patient_id, PatientContactPoint.role)
        .join(ContactPoint, ContactPoint.id == PatientContactPoint.contact_point_id)
        .where(
            ContactPoint.kind == "phone",
            ContactPoint.address_token == keyring.token(f"phone:{phone}"),
            PatientContactPoint.ended_at.is_(None),
        )
    )
    links = rows.all()
    on_record = await uow.session.scalars(select(Patient.id).where(Patient.phone_token == phone_token(phone)))
    others = ({row.patient_id for row in links} | set(on_record)) - {patient.id}
    if not others:
        return any(row.role not in _THEIRS for row in links if row.patient_id == patient.id)
    speakers = {row.patient_id for row in links if row.role == "self"}
    return speakers != {patient.id}
