"""The table of authorisations. Who is authorised is ciphertext; they are found by the keyed tokens of their number."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from core.crypto import EncryptedDate, EncryptedText
from core.db import Base
from core.ids import new_id


class PatientIs(StrEnum):
    """Who the patient is to the person who acts for them."""

    child = "child"
    parent = "parent"
    partner = "partner"
    other = "other"


class Basis(StrEnum):
    """By what right somebody acts."""

    parental_right = "parental_right"
    authorisation = "authorisation"
    court_ruling = "court_ruling"


class Scope(StrEnum):
    """What the right covers."""

    visits = "visits"
    medicines = "medicines"
    results = "results"


class Evidence(StrEnum):
    """What staff saw before they recorded it."""

    signed_form = "signed_form"
    identity_document = "identity_document"
    birth_record = "birth_record"
    court_document = "court_document"
    patient_present = "patient_present"


class Authorisation(Base):
    """One person's right to act for one patient (FHIR: RelatedPerson with Consent). Withdrawn, never deleted.

    `is_agreed_by_patient`: a patient of 16 or more agreed to it as well (double consent).
    """

    __tablename__ = "authorisations"
    __table_args__ = (
        Index("ix_authorisations_patient_id", "patient_id"),
        Index("ix_authorisations_phone_token", "phone_token"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patients.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(EncryptedText("authorisations.name"))
    birth_date: Mapped[date] = mapped_column(EncryptedDate("authorisations.birth_date"))
    phone: Mapped[str] = mapped_column(EncryptedText("authorisations.phone"))
    phone_token: Mapped[str]
    patient_is: Mapped[PatientIs]
    basis: Mapped[Basis]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(String))
    evidence: Mapped[Evidence]
    is_agreed_by_patient: Mapped[bool] = mapped_column(default=False)
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]
    ended_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
