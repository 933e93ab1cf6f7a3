"""A report freezes the conversation as it stood; a locked test is never edited."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.crypto import EncryptedJson, EncryptedText
from core.db import Base
from core.ids import new_id


class ReportState(StrEnum):
    """How far a report is."""

    open = "open"
    locked = "locked"
    dismissed = "dismissed"


class UnsafeReport(Base):
    """Somebody says that a message was answered unsafely. `frozen` is the conversation up to it, with what the machine made of it."""

    __tablename__ = "unsafe_reports"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id"), unique=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    reported_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    reason: Mapped[str] = mapped_column(EncryptedText("unsafe_reports.reason"))
    frozen: Mapped[dict[str, Any]] = mapped_column(EncryptedJson("unsafe_reports.frozen"))
    reported_at: Mapped[datetime]
    state: Mapped[ReportState] = mapped_column(default=ReportState.open, index=True)
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    finding: Mapped[str | None] = mapped_column(EncryptedText("unsafe_reports.finding"))


class LockedTest(Base):
    """A text of nobody's, and the least level it must be seen at (`none`: no alarm). Its clinician confirmed that it names no person."""

    __tablename__ = "locked_tests"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    report_id: Mapped[UUID | None] = mapped_column(ForeignKey("unsafe_reports.id", ondelete="SET NULL"))
    text: Mapped[str] = mapped_column(EncryptedText("locked_tests.text"))
    level: Mapped[str]
    locked_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    locked_at: Mapped[datetime]
