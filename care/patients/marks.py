"""Marks on a patient's record: a legal hold stops every erasure, a restriction stops everything but safety (GDPR art. 18, 21)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Index, select, text
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from care.patients.models import Patient
from core import audit
from core.access import Access, Permission
from core.crypto import EncryptedText
from core.db import Base, UnitOfWork
from core.errors import NotFound, Refused
from core.ids import new_id


class MarkKind(StrEnum):
    """What a mark stops."""

    hold = "hold"
    restriction = "restriction"


class PrivacyMark(Base):
    """A mark: why, who made it and when, and when it ended. The patient is named by id, so that a mark outlives the record."""

    __tablename__ = "privacy_marks"
    __table_args__ = (
        Index("uq_privacy_marks_open", "patient_id", "kind", unique=True, postgresql_where=text("ended_at IS NULL")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    patient_id: Mapped[UUID]
    kind: Mapped[MarkKind]
    reason: Mapped[str] = mapped_column(EncryptedText("privacy_marks.reason"))
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    ended_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]


async def open_marks(uow: UnitOfWork, patient_id: UUID) -> dict[MarkKind, PrivacyMark]:
    """The marks that hold now."""
    found = await uow.session.scalars(
        select(PrivacyMark).where(PrivacyMark.patient_id == patient_id, PrivacyMark.ended_at.is_(None))
    )
    return {one.kind: one for one in found}


async def is_restricted(uow: UnitOfWork, patient_id: UUID | None) -> bool:
    """True while nothing but safety may be done with the patient's data."""
    return patient_id is not None and MarkKind.restriction in await open_marks(uow, patient_id)


def is_marked(patient_id: InstrumentedAttribute[UUID] | InstrumentedAttribute[UUID | None]) -> ColumnElement[bool]:
    """For queries: the patient has a mark of any kind, so nothing of theirs may be let go."""
    return select(PrivacyMark.id).where(PrivacyMark.patient_id == patient_id, PrivacyMark.ended_at.is_(None)).exists()


async def make_mark(
    uow: UnitOfWork, access: Access, patient_id: UUID, kind: MarkKind, reason: str, now: datetime
) -> Refused | None:
    """Set the mark; audited. Refused without a reason: `privacy-reason`; of a record that another
    replaces: `privacy-replaced`. One that holds already stays as it is."""
    access.require_everywhere(Permission.manage_privacy)
    if len(reason.strip()) < 5:
        return Refused("privacy-reason")
    patient = await uow.session.get(Patient, patient_id, with_for_update=True)
    if patient is None:
        raise NotFound("patient")
    if patient.replaced_by_id is not None:
        return Refused("privacy-replaced")
    if kind not in await open_marks(uow, patient_id):
        uow.session.add(
            PrivacyMark(patient_id=patient_id, kind=kind, reason=reason.strip(), made_by=access.actor, made_at=now)
        )
        audit.record(uow, access, f"privacy.{kind.value}", "patient", patient_id, now)
        await uow.session.flush()
    return None


async def end_mark(uow: UnitOfWork, access: Access, patient_id: UUID, kind: MarkKind, now: datetime) -> None:
    """Take the mark away; audited. Its past stays."""
    access.require_everywhere(Permission.manage_privacy)
    mark = (await open_marks(uow, patient_id)).get(kind)
    if mark is not None:
        mark.ended_at, mark.ended_by = now, access.actor
        audit.record(uow, access, f"privacy.{kind.value}-ended", "patient", patient_id, now)
        await uow.session.flush()
