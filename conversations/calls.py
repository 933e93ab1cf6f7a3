"""The table of calls: which one is going on where, so that words find the ear, or an SMS when nobody listens any more."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, UnitOfWork


class VoiceCall(Base):
    """One call by the provider's id. `seen_at` moves on while it is going on; `outcome` says how it ended.

    A call has legs: each socket is one, and so is what goes on over webhooks (`way` is "relay" or "gather"). The last leg alone speaks.
    """

    __tablename__ = "voice_calls"
    __table_args__ = (Index("ix_voice_calls_contact_point_id", "contact_point_id"),)
    sid: Mapped[str] = mapped_column(String(64), primary_key=True)
    contact_point_id: Mapped[UUID] = mapped_column(ForeignKey("contact_points.id", ondelete="CASCADE"))
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(30))
    way: Mapped[str] = mapped_column(String(10), default="relay")
    legs: Mapped[int] = mapped_column(default=1)
    language: Mapped[str] = mapped_column(String(2), default="pl")
    said_id: Mapped[UUID | None]
    """The message spoken last."""
    is_slow: Mapped[bool] = mapped_column(default=False)
    unheard: Mapped[int] = mapped_column(default=0)
    has_spoken: Mapped[bool] = mapped_column(default=False)
    dialled: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    """Whose telephone the call was put through to."""
    tried_at: Mapped[datetime | None]
    """When a person's telephone was last rung."""
    joined_at: Mapped[datetime | None]
    """When that person took it."""


async def is_live(uow: UnitOfWork, contact_point_id: UUID) -> bool:
    """True while somebody is on the telephone there; a call whose process died is ended by a sweep (`conversations.after_call`)."""
    going_on = select(VoiceCall.sid).where(VoiceCall.contact_point_id == contact_point_id, VoiceCall.ended_at.is_(None))
    return await uow.session.scalar(going_on.limit(1)) is not None
