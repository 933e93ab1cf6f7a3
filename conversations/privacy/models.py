"""Erasures with their reports."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.ids import new_id


class ErasureState(StrEnum):
    """How far an erasure is."""

    confirmed = "confirmed"
    done = "done"


class Erasure(Base):
    """One erasure. `case_ids` are cases without a patient that the officer added; `counts` grow with each batch."""

    __tablename__ = "erasures"
    __table_args__ = (
        Index("uq_erasures_open", "patient_id", unique=True, postgresql_where=text("state = 'confirmed'")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    patient_id: Mapped[UUID] = mapped_column(index=True)
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    state: Mapped[ErasureState] = mapped_column(default=ErasureState.confirmed)
    case_ids: Mapped[list[Any]] = mapped_column(JSON, default=list)
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    report: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    done_at: Mapped[datetime | None]
