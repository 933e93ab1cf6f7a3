"""What was asked of the model: when, what for, how long it took, what it cost. No words."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.ids import new_id

PURPOSES = ("rephrase", "summary", "suggestion")
OUTCOMES = ("used", "ungrounded", "slow", "down", "refused", "garbled")
"""`ungrounded`: it answered, and what it said is not in the passages; the rest is no usable answer."""


class ModelCall(Base):
    """One question to the model. `tokens_*` and `cost_micros` (millionths of the currency of the prices set) are None if unknown."""

    __tablename__ = "model_calls"
    __table_args__ = (
        CheckConstraint("purpose IN ('rephrase', 'summary', 'suggestion')", name="purpose"),
        CheckConstraint("outcome IN ('used', 'ungrounded', 'slow', 'down', 'refused', 'garbled')", name="outcome"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    purpose: Mapped[str]
    model: Mapped[str]
    outcome: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)
    took_ms: Mapped[int]
    tokens_in: Mapped[int | None]
    tokens_out: Mapped[int | None]
    cost_micros: Mapped[int | None]
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id", ondelete="SET NULL"), index=True)
    """The patient's message that was answered."""
