"""The tables of patients. Names, birth dates, numbers, addresses and PESEL are ciphertext, found by keyed tokens."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from core.crypto import EncryptedDate, EncryptedText
from core.db import Base
from core.ids import new_id


class Patient(Base):
    """One person. Two people of the same name and birth date stay two records until staff say otherwise.

    `external_id` is their number in the system they moved in from, if they did.
    """

    __tablename__ = "patients"
    __table_args__ = (
        Index("ix_patients_name_tokens", "name_tokens", postgresql_using="gin"),
        Index("ix_patients_match_token", "match_token"),
        Index("ix_patients_phone_token", "phone_token"),
        Index("ix_patients_birth_token", "birth_token"),
        Index("ix_patients_pesel_token", "pesel_token"),
        Index("ix_patients_mail_token", "mail_token"),
        Index("uq_patients_external_token", "external_token", unique=True),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    given_name: Mapped[str] = mapped_column(EncryptedText("patients.given_name"))
    family_name: Mapped[str] = mapped_column(EncryptedText("patients.family_name"))
    name_tokens: Mapped[list[str]] = mapped_column(ARRAY(String))
    match_token: Mapped[str]
    birth_date: Mapped[date] = mapped_column(EncryptedDate("patients.birth_date"))
    birth_token: Mapped[str | None]
    pesel: Mapped[str | None] = mapped_column(EncryptedText("patients.pesel"))
    pesel_token: Mapped[str | None]
    phone: Mapped[str | None] = mapped_column(EncryptedText("patients.phone"))
    phone_token: Mapped[str | None]
    mail: Mapped[str | None] = mapped_column(EncryptedText("patients.mail"))
    mail_token: Mapped[str | None]
    external_id: Mapped[str | None] = mapped_column(EncryptedText("patients.external_id"))
    external_token: Mapped[str | None]
    language: Mapped[str] = mapped_column(default="pl")
    created_at: Mapped[datetime]
    is_synthetic: Mapped[bool] = mapped_column(default=False)
    replaced_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("patients.id", ondelete="CASCADE"), index=True)
    """The record that stands for this person now (FHIR Patient.link: replaced-by). One that is replaced is found by nothing."""

    @property
    def name(self) -> str:
        """Given and family name as people say them."""
        return f"{self.given_name} {self.family_name}"


class PatientContactPoint(Base):
    """A patient may be spoken for from this contact point; `role` says by whom. Ended, never deleted.

    The contact point is named by its id alone: its table belongs to a package above this one.
    """

    __tablename__ = "patient_contact_points"
    __table_args__ = (
        Index(
            "uq_patient_contact_points_open",
            "patient_id",
            "contact_point_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_patient_contact_points_contact_point_id", "contact_point_id"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patients.id", ondelete="CASCADE"))
    contact_point_id: Mapped[UUID]
    role: Mapped[str]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
