"""Who read or changed what: one row per act, ids only. A record opened is audited; a row in a list is not.

Rows are inserted unsealed in the caller's transaction; `core.sealing` chains them in batches within seconds.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, FetchedValue, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from core.access import Access
from core.db import Base, UnitOfWork
from core.ids import new_id


class AuditEvent(Base):
    """One act. Never updated, never deleted by the application; `batch` is set once, by a function of the database's owner."""

    __tablename__ = "audit_events"
    __table_args__ = (
        Index("ix_audit_events_batch", "batch", postgresql_where=text("batch IS NOT NULL")),
        Index("ix_audit_events_unsealed", "id", postgresql_where=text("batch IS NULL")),
    )
    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012 - SQLAlchemy's own shape
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(index=True)
    purpose: Mapped[str]
    action: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[str] = mapped_column(index=True)
    # The application has no right to insert this column: it must never stand in an INSERT.
    batch: Mapped[int | None] = mapped_column(BigInteger, server_default=FetchedValue())


class AuditBatch(Base):
    """One sealed batch: a digest over its rows, the hash of the batch before, and a keyed code over both."""

    __tablename__ = "audit_batches"
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    count: Mapped[int]
    first_id: Mapped[UUID]
    last_id: Mapped[UUID]
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    previous: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    mac: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_at: Mapped[datetime]


def record(uow: UnitOfWork, access: Access, action: str, kind: str, subject: UUID | str, now: datetime) -> None:
    """Add the row to the caller's transaction."""
    if not uow.is_audited:
        return
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
