"""A plan of hours a patient asked to be reminded at, and each reminder with its answer."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from conversations.outreach.models import ConsentSource, NoticeState
from core.db import Base
from core.ids import new_id


class DoseAnswer(StrEnum):
    """What the patient said to a reminder of a medicine."""

    taken = "taken"
    not_yet = "not_yet"
    problem = "problem"


class DosePlan(Base):
    """When a patient wants to be reminded of medicines: hours `HH:MM` by the clinic's clock. One at a time; ended, never deleted."""

    __tablename__ = "dose_plans"
    __table_args__ = (
        Index("uq_dose_plans_open", "patient_id", unique=True, postgresql_where=text("ended_at IS NULL")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patients.id", ondelete="CASCADE"))
    times: Mapped[list[Any]] = mapped_column(JSON)
    until: Mapped[date | None]
    source: Mapped[ConsentSource]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    ended_at: Mapped[datetime | None]


class DoseReminder(Base):
    """One reminder, made once whatever happens (unique on plan and hour). `again_at`: it is said once more then."""

    __tablename__ = "dose_reminders"
    __table_args__ = (
        UniqueConstraint("plan_id", "due_at"),
        Index("ix_dose_reminders_again", "again_at", postgresql_where=text("again_at IS NOT NULL")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("dose_plans.id", ondelete="CASCADE"))
    due_at: Mapped[datetime]
    state: Mapped[NoticeState]
    reason: Mapped[str | None]
    contact_point_id: Mapped[UUID | None] = mapped_column(ForeignKey("contact_points.id", ondelete="CASCADE"))
    message_id: Mapped[UUID | None]
    times_said: Mapped[int] = mapped_column(default=0)
    again_at: Mapped[datetime | None]
    answer: Mapped[DoseAnswer | None]
    answered_at: Mapped[datetime | None]
