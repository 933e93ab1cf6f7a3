"""Who read or changed what: one row per act, ids only. A record opened is audited; a row in a list is not."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from core.access import Access
from core.db import Base, UnitOfWork
from core.ids import new_id


class AuditEvent(Base):
    """One act. Never updated, never deleted by the application."""

    __tablename__ = "audit_events"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str]
    purpose: Mapped[str]
    action: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[str] = mapped_column(index=True)


def record(uow: UnitOfWork, access: Access, action: str, kind: str, subject: UUID | str, now: datetime) -> None:
    """Add the row to the caller's transaction."""
    uow.session.add(
        AuditEvent(
            at=now,
            actor=access.actor,
            purpose=access.purpose,
            action=action,
            subject_kind=kind,
            subject_id=str(subject),
        )
    )
