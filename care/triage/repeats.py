"""Who comes back with symptoms within three days: the same complaint again is more urgent, a third contact goes to a person.

Kept are keyed tokens, a protocol's id, an urgency and an hour, for 72 hours: no words, no findings. A lookup key that is changed makes
new tokens, so what was kept before is not found any more and goes by itself. Source: issue 5, point 5.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from care.triage.models import Case, Result, Urgency
from care.triage.rules import ADULT_YEARS, Tables
from core.crypto import keyring
from core.db import Base, UnitOfWork
from core.ids import new_id

WITHIN = timedelta(hours=72)
RESENT = timedelta(minutes=10)
"""What comes so soon after a contact is the same contact."""
SAME_PROTOCOL, SYMPTOMS = "repeat.same-protocol", "repeat.symptoms"
MOST = 200
"""Contacts looked at; more in three days say nothing new."""


class SymptomContact(Base):
    """One contact with symptoms. Without a patient only the token of the number or browser tells whose it was."""

    __tablename__ = "symptom_contacts"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    patient_token: Mapped[str | None] = mapped_column(index=True)
    point_token: Mapped[str] = mapped_column(index=True)
    protocol: Mapped[str | None]
    urgency: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True)
class Person:
    """Whose symptoms: the patient where known, and where they write from."""

    patient_id: UUID | None
    contact_point_id: UUID


@dataclass(frozen=True)
class Counts:
    """Contacts in 72 hours with this one: of the same protocol, and with any symptom."""

    same_protocol: int
    symptoms: int

    @property
    def needs_person(self) -> bool:
        """True from the third contact on, whatever the symptoms."""
        return self.symptoms >= 3

    @property
    def rules(self) -> tuple[str, ...]:
        """The ids of the rules that hold."""
        same = (SAME_PROTOCOL,) if self.same_protocol >= 2 else ()
        return (*same, SYMPTOMS) if self.needs_person else same


async def note(uow: UnitOfWork, person: Person, protocol: str | None, urgency: Urgency | None, now: datetime) -> Counts:
    """Keep this contact and count it with those before it. One resent within ten minutes is kept and counted once."""
    await uow.session.execute(delete(SymptomContact).where(SymptomContact.at <= now - WITHIN))
    patient = patient_token(person.patient_id) if person.patient_id else None
    point = point_token(person.contact_point_id)
    # A number may be a family's: who is known is compared with themselves, and with contacts about nobody known.
    of_nobody = (SymptomContact.point_token == point) & SymptomContact.patient_token.is_(None)
    mine = or_(SymptomContact.patient_token == patient, of_nobody) if patient else SymptomContact.point_token == point
    rows = await uow.session.scalars(
        select(SymptomContact).where(mine, SymptomContact.at <= now).order_by(SymptomContact.at.desc()).limit(MOST)
    )
    before = list(rows)
    same = [one.at for one in before if one.protocol == protocol]
    if not any(now - at < RESENT for at in same):
        uow.session.add(
            SymptomContact(
                patient_token=patient, point_token=point, protocol=protocol,
                urgency=urgency.name if urgency is not None else None, at=now,
            )
        )  # fmt: skip
    is_of_protocol = protocol is not None
    return Counts(
        contacts([*same, now]) if is_of_protocol else 1,
        contacts([*(one.at for one in before), now]),
    )


def contacts(times: Iterable[datetime]) -> int:
    """How many contacts those are: what follows a contact within ten minutes belongs to it."""
    count, last = 0, None
    for at in sorted(times):
        if last is None or at - last >= RESENT:
            count, last = count + 1, at
    return count


def raised(tables: Tables, case: Case, result: Result, counts: Counts) -> Result:
    """The result one level more urgent where a rule of repeat contact holds; never less, never by more than one level."""
    if not counts.rules:
        return result
    urgency = Urgency(min(result.urgency + 1, Urgency.now))
    service = result.service
    if urgency is Urgency.now:
        service = "emergency"
    elif result.urgency is Urgency.self:
        service = tables.protocols[result.protocols[0]].service
        if service == "gp":
            is_child = case.age_months is not None and case.age_months < ADULT_YEARS * 12
            service = "pediatrics" if is_child else "family_medicine"
    return replace(result, urgency=urgency, service=service, rules=(*counts.rules, *result.rules))


def patient_token(patient_id: UUID) -> str:
    """What a patient's contacts are found by."""
    return keyring.token(f"symptoms:patient:{patient_id}")


def point_token(contact_point_id: UUID) -> str:
    """What the contacts from a number or browser are found by."""
    return keyring.token(f"symptoms:point:{contact_point_id}")
