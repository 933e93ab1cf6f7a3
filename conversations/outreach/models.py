"""Consents, which are added to and never changed, and the notices about visits, at most one for a visit and its hour."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.crypto import EncryptedText
from core.db import Base
from core.ids import new_id


class Purpose(StrEnum):
    """Why a message is sent. Care answers somebody, or is needed for care; it asks no consent."""

    care = "care"
    reminder = "reminder"
    marketing = "marketing"


class ConsentSource(StrEnum):
    """How the clinic came to know."""

    words = "words"
    carrier = "carrier"
    phone = "phone"
    paper = "paper"
    in_person = "in_person"


class NoticeState(StrEnum):
    """How far a notice is: `withheld` could not be sent and says why; `superseded` is not true any more."""

    planned = "planned"
    sent = "sent"
    withheld = "withheld"
    superseded = "superseded"


class Answer(StrEnum):
    """What the person made of a notice."""

    confirmed = "confirmed"
    declined = "declined"
    kept = "kept"
    cancelled = "cancelled"
    moving = "moving"


class Consent(Base):
    """One statement for one purpose: the newest holds. `made_by` is `patient` or a member of staff; `words` are as said."""

    __tablename__ = "consents"
    __table_args__ = (Index("ix_consents_contact_point_id", "contact_point_id", "purpose", "created_at"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    contact_point_id: Mapped[UUID] = mapped_column(ForeignKey("contact_points.id", ondelete="CASCADE"))
    purpose: Mapped[Purpose]
    is_given: Mapped[bool]
    source: Mapped[ConsentSource]
    made_by: Mapped[str]
    words: Mapped[str | None] = mapped_column(EncryptedText("consents.words"))
    created_at: Mapped[datetime]


class VisitNotice(Base):
    """The reminder of a visit at the hour it had: a moved visit gets another one. `reason` says what holds it back."""

    __tablename__ = "visit_notices"
    __table_args__ = (
        UniqueConstraint("appointment_id", "visit_start_at"),
        Index("ix_visit_notices_due", "due_at", postgresql_where=text("state = 'planned'")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    appointment_id: Mapped[UUID] = mapped_column(ForeignKey("appointments.id", ondelete="CASCADE"))
    visit_start_at: Mapped[datetime]
    contact_point_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("contact_points.id", ondelete="CASCADE"), index=True
    )
    due_at: Mapped[datetime]
    state: Mapped[NoticeState] = mapped_column(default=NoticeState.planned)
    reason: Mapped[str | None]
    message_id: Mapped[UUID | None] = mapped_column(index=True)
    answer: Mapped[Answer | None]
    answered_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
