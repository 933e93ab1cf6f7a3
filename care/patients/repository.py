"""Finding and keeping patients. Made from an `Access`, so that no query runs without one."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select, text

from care.patients import rules
from care.patients.models import Patient, PatientContactPoint
from core.access import Access
from core.crypto import keyring
from core.db import UnitOfWork
from core.errors import Forbidden


class Patients:
    """The patients an access may touch."""

    def __init__(self, uow: UnitOfWork, access: Access) -> None:
        if not access.roles:
            raise Forbidden("patients")
        self._session = uow.session

    async def serialise(self, contact_point_id: UUID, match_token: str) -> None:
        """Let one transaction at a time register this person from this contact point."""
        await self._session.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"),
            {"key": f"patient:{contact_point_id}:{match_token}"},
        )

    async def get(self, patient_id: UUID) -> Patient | None:
        """The record, or None."""
        return await self._session.get(Patient, patient_id)

    async def linked(self, contact_point_id: UUID, match_token: str) -> Patient | None:
        """The person of that name and birth date linked to that contact point now; the oldest if there are several."""
        found = await self._session.scalars(
            select(Patient)
            .join(PatientContactPoint, PatientContactPoint.patient_id == Patient.id)
            .where(
                PatientContactPoint.contact_point_id == contact_point_id,
                PatientContactPoint.ended_at.is_(None),
                Patient.match_token == match_token,
            )
            .order_by(Patient.created_at, Patient.id)
            .limit(1)
        )
        return found.first()

    async def count_linked(self, contact_point_id: UUID) -> int:
        """How many people are linked to the contact point now."""
        count = await self._session.scalar(
            select(func.count(PatientContactPoint.patient_id.distinct())).where(
                PatientContactPoint.contact_point_id == contact_point_id, PatientContactPoint.ended_at.is_(None)
            )
        )
        return int(count or 0)

    async def open_link(self, patient_id: UUID, contact_point_id: UUID) -> PatientContactPoint | None:
        """The link of the two that has not ended, or None."""
        found = await self._session.scalars(
            select(PatientContactPoint).where(
                PatientContactPoint.patient_id == patient_id,
                PatientContactPoint.contact_point_id == contact_point_id,
                PatientContactPoint.ended_at.is_(None),
            )
        )
        return found.first()

    def add_link(self, patient_id: UUID, contact_point_id: UUID, role: str, now: datetime) -> None:
        """Link the two from now on."""
        self._session.add(
            PatientContactPoint(patient_id=patient_id, contact_point_id=contact_point_id, role=role, created_at=now)
        )

    def add(self, patient: Patient) -> Patient:
        """Keep a new record, with the tokens it is found by."""
        patient.name_tokens = sorted(
            name_token(term) for term in rules.search_terms(patient.given_name, patient.family_name)
        )
        patient.match_token = match_token(patient.given_name, patient.family_name, patient.birth_date)
        patient.phone_token = phone_token(patient.phone) if patient.phone else None
        self._session.add(patient)
        return patient

    async def by_name(self, query: str, limit: int) -> list[Patient]:
        """Those whose names begin with the words of the query, newest first."""
        terms = rules.query_terms(query)
        if not terms:
            return []
        found = await self._session.scalars(
            select(Patient)
            .where(Patient.name_tokens.contains([name_token(term) for term in terms]))
            .order_by(Patient.created_at.desc(), Patient.id)
            .limit(limit * 5)
        )
        return [p for p in found if rules.answers_query(p.given_name, p.family_name, query)][:limit]

    async def by_phone(self, e164: str, limit: int) -> list[Patient]:
        """Those with that number."""
        found = await self._session.scalars(
            select(Patient).where(Patient.phone_token == phone_token(e164)).limit(limit)
        )
        return list(found)

    async def by_birth_date(self, birth_date: date, limit: int) -> list[Patient]:
        """Those born on that day."""
        found = await self._session.scalars(
            select(Patient).where(Patient.birth_date == birth_date).order_by(Patient.created_at.desc()).limit(limit)
        )
        return list(found)


def name_token(term: str) -> str:
    """The keyed token of a folded word or prefix of a name."""
    return keyring.token(f"name:{term}")


def match_token(given_name: str, family_name: str, birth_date: date) -> str:
    """The keyed token of a person's folded name and birth date."""
    return keyring.token(f"person:{rules.match_key(given_name, family_name, birth_date)}")


def phone_token(e164: str) -> str:
    """The keyed token of a telephone number."""
    return keyring.token(f"phone:{e164}")
