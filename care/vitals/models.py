"""Measurements and the alarms they raised. Values are ciphertext."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.crypto import EncryptedJson
from core.db import Base
from core.ids import new_id


class Origin(StrEnum):
    """Who measured."""

    clinic = "clinic"
    device = "device"
    patient = "patient"


class Measurement(Base):
    """One value at one time (FHIR: Observation, vital-signs). `value` is `{"value": number}` in the unit of its kind."""

    __tablename__ = "measurements"
    __table_args__ = (Index("ix_measurements_patient_id", "patient_id", "taken_at"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patients.id", ondelete="CASCADE"))
    kind: Mapped[str]
    value: Mapped[dict[str, Any]] = mapped_column(EncryptedJson("measurements.value"))
    taken_at: Mapped[datetime]
    origin: Mapped[Origin]
    made_by: Mapped[UUID | None]
    made_at: Mapped[datetime]


class VitalAlarm(Base):
    """A rule held: a task was opened, and the patient told, if there was a way (`is_told`)."""

    __tablename__ = "vital_alarms"
    __table_args__ = (Index("ix_vital_alarms_patient_id", "patient_id", "raised_at"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patients.id", ondelete="CASCADE"))
    measurement_id: Mapped[UUID] = mapped_column(ForeignKey("measurements.id", ondelete="CASCADE"))
    rule: Mapped[str]
    rules_version: Mapped[str]
    urgency: Mapped[str]
    case_id: Mapped[UUID | None]
    is_told: Mapped[bool]
    raised_at: Mapped[datetime]
