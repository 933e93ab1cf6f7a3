"""Contacts limited after abuse: for some hours the bot alone answers. Red flags go to people all the while; it ends by itself."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, mapped_column

from conversations.protocols import Utterance
from core.crypto import EncryptedText
from core.db import Base, UnitOfWork
from core.ids import new_id

OWN_REASONS = frozenset({"vitals", "carrier-stop", "separated"})
"""Why the clinic itself wants a person to look: the patient asked for nobody, so no limit holds it back."""


class ContactLimit(Base):
    """One limit of one conversation, with the reason. `is_ended`: the matter was closed too."""

    __tablename__ = "contact_limits"
    __table_args__ = (
        Index("ix_contact_limits_thread_id", "thread_id", "until"),
        Index("ix_contact_limits_case_id", "case_id"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    thread_id: Mapped[UUID] = mapped_column(ForeignKey("threads.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    is_ended: Mapped[bool]
    cause: Mapped[str]
    words: Mapped[str] = mapped_column(EncryptedText("contact_limits.words"))
    """What happened, for the supervisor."""
    made_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime]
    until: Mapped[datetime]
    lifted_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    lifted_at: Mapped[datetime | None]


async def limited_until(uow: UnitOfWork, thread_id: UUID, now: datetime) -> datetime | None:
    """Until when people do not answer in the thread; None if they do."""
    until: datetime | None = await uow.session.scalar(
        select(ContactLimit.until)
        .where(ContactLimit.thread_id == thread_id, ContactLimit.until > now, ContactLimit.lifted_at.is_(None))
        .order_by(ContactLimit.until.desc())
        .limit(1)
    )
    return until


def told(key: str, until: datetime) -> Utterance:
    """What the patient is told of it, with the time at which it ends."""
    return Utterance(key, {"until": {"when": until.isoformat()}})
