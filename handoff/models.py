"""The queue's own table."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.ids import new_id


class HandoffState(StrEnum):
    """How far a handoff is. Offering and wrap-up come with push routing."""

    queued = "queued"
    active = "active"
    closed = "closed"


class Handoff(Base):
    """One request for a person, from asking to the end. A case has at most one that is not closed."""

    __tablename__ = "handoffs"
    __table_args__ = (Index("uq_handoffs_open", "case_id", unique=True, postgresql_where=text("state <> 'closed'")),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    thread_id: Mapped[UUID] = mapped_column(ForeignKey("threads.id"))
    state: Mapped[HandoffState] = mapped_column(default=HandoffState.queued, index=True)
    reason: Mapped[str]
    is_urgent: Mapped[bool] = mapped_column(default=False)
    requested_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
