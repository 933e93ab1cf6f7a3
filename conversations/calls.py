"""The table of calls: which one is going on where, so that words find the ear, or an SMS when nobody listens any more."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, UnitOfWork


class VoiceCall(Base):
    """One call by the provider's id. `seen_at` moves on while its socket is open; `outcome` says how it ended."""

    __tablename__ = "voice_calls"
    __table_args__ = (Index("ix_voice_calls_contact_point_id", "contact_point_id"),)
    sid: Mapped[str] = mapped_column(String(64), primary_key=True)
    contact_point_id: Mapped[UUID] = mapped_column(ForeignKey("contact_points.id", ondelete="CASCADE"))
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(30))


async def is_live(uow: UnitOfWork, contact_point_id: UUID) -> bool:
    """True while somebody is on the telephone there; a call whose process died is ended by a sweep (`conversations.after_call`)."""
    going_on = select(VoiceCall.sid).where(VoiceCall.contact_point_id == contact_point_id, VoiceCall.ended_at.is_(None))
    return await uow.session.scalar(going_on.limit(1)) is not None
