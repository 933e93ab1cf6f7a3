"""The tables of refills. What somebody takes and what was found is ciphertext."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.crypto import EncryptedJson, EncryptedText
from core.db import Base
from core.ids import new_id


class Route(StrEnum):
    """Which way a request goes, the gravest last."""

    clinician = "clinician"
    today = "today"
    in_person = "in_person"


class RefillState(StrEnum):
    """Where a request stands."""

    open = "open"
    approved = "approved"
    declined = "declined"
    visit = "visit"
    """The clinician wants to see the patient first."""


class Medication(Base):
    """A medicine a patient takes regularly, as the clinic has it on file (FHIR: MedicationStatement). Ended, never deleted.

    `days_issued` is how long the last prescription lasts from `last_issued_on`.
    """

    __tablename__ = "medications"
    __table_args__ = (Index("ix_medications_patient_id", "patient_id"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patients.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(EncryptedText("medications.name"))
    substance: Mapped[str] = mapped_column(EncryptedText("medications.substance"))
    dose: Mapped[str] = mapped_column(EncryptedText("medications.dose"))
    reason: Mapped[str | None] = mapped_column(EncryptedText("medications.reason"))
    last_issued_on: Mapped[date | None]
    days_issued: Mapped[int | None]
    made_by: Mapped[UUID | None]
    made_at: Mapped[datetime]
    ended_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]


class RefillRequest(Base):
    """One request for one medicine (FHIR: MedicationRequest, intent proposal). At most one of a medicine is open.

    `findings` are `[{"rule", "outcome"}]` by the rules of `rules_version`; `reason` is the clinician's, for the patient.
    """

    __tablename__ = "refill_requests"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'approved', 'declined', 'visit')", name="state"),
        CheckConstraint("route IN ('clinician', 'today', 'in_person')", name="route"),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided"),
        Index("uq_refill_requests_open", "medication_id", unique=True, postgresql_where=text("state = 'open'")),
        Index("ix_refill_requests_patient_id", "patient_id"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patients.id", ondelete="CASCADE"))
    medication_id: Mapped[UUID] = mapped_column(ForeignKey("medications.id", ondelete="CASCADE"))
    case_id: Mapped[UUID]
    days_left: Mapped[int | None]
    is_same_dose: Mapped[bool | None]
    route: Mapped[Route]
    findings: Mapped[list[dict[str, Any]]] = mapped_column(EncryptedJson("refill_requests.findings"))
    rules_version: Mapped[str]
    state: Mapped[RefillState] = mapped_column(default=RefillState.open)
    is_exception: Mapped[bool] = mapped_column(default=False)
    asked_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    reason: Mapped[str | None] = mapped_column(EncryptedText("refill_requests.reason"))
