"""Finding and keeping patients. Made from an `Access`, so that no query runs without one."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, text

from care.patients import rules
from care.patients.models import Patient, PatientContactPoint
from care.patients.tokens import (
    birth_token,
    give_tokens,
    mail_token,
    name_token,
    pesel_token,
    phone_token,
    whole_name_token,
)
from care.policy import within_relation
from core.access import Access
from core.db import UnitOfWork
from core.errors import Forbidden


class Patients:
    """The patients an access may touch."""

    def __init__(self, uow: UnitOfWork, access: Access) -> None:
        if not access.roles:
            raise Forbidden("patients")
        self._session = uow.session
        self._access = access

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
        give_tokens(patient)
        self._session.add(patient)
        return patient

    async def by_name(self, query: str, limit: int, now: datetime) -> list[Patient]:
        """Those whose names begin with the words of the query: who is called exactly so first, then the newest."""
        terms = rules.query_terms(query)
        if not terms:
            return []
        whole = [whole_name_token(word) for word in rules.name_words(query)]
        found = await self._session.scalars(
            self._visible(now)
            .where(Patient.name_tokens.contains([name_token(term) for term in terms]))
            .order_by(Patient.name_tokens.contains(whole).desc(), Patient.created_at.desc(), Patient.id)
            .limit(limit * 5)
        )
        return [p for p in found if rules.answers_query(p.given_name, p.family_name, query)][:limit]

    async def by_phone(self, e164: str, limit: int, now: datetime) -> list[Patient]:
        """Those with that number."""
        return await self._by(Patient.phone_token == phone_token(e164), limit, now)

    async def by_birth_date(self, birth_date: date, limit: int, now: datetime) -> list[Patient]:
        """Those born on that day."""
        return await self._by(Patient.birth_token == birth_token(birth_date), limit, now)

    async def by_pesel(self, pesel: str, limit: int, now: datetime) -> list[Patient]:
        """Those with that personal number: one, unless a record stands twice."""
        return await self._by(Patient.pesel_token == pesel_token(pesel), limit, now)

    async def by_mail(self, mail: str, limit: int, now: datetime) -> list[Patient]:
        """Those with that mail address."""
        return await self._by(Patient.mail_token == mail_token(mail), limit, now)

    def _visible(self, now: datetime) -> Select[Patient]:
        """The records this access may open: others are not listed either."""
        within = within_relation(self._access, Patient.id, now)
        return select(Patient) if within is None else select(Patient).where(within)

    async def _by(self, condition: ColumnElement[bool], limit: int, now: datetime) -> list[Patient]:
        found = await self._session.scalars(
            self._visible(now).where(condition).order_by(Patient.created_at.desc(), Patient.id).limit(limit)
        )
        return list(found)


async def replaced_by(uow: UnitOfWork, patient_id: UUID) -> list[UUID]:
    """The records this one stands for since they were put together, at any remove."""
    found: list[UUID] = []
    ahead = [patient_id]
    while ahead:
        ahead = list(await uow.session.scalars(select(Patient.id).where(Patient.replaced_by_id.in_(ahead))))
        found += ahead
    return found
