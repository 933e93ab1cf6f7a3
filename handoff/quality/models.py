"""Tables of quality evaluation. Words about a conversation are encrypted and go with its case; scores are plain numbers."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from core.crypto import EncryptedText
from core.db import Base
from core.ids import new_id


class EvaluationState(StrEnum):
    """How far an evaluation is."""

    waiting = "waiting"
    done = "done"
    set_aside = "set_aside"
    """There was nothing to evaluate; why is kept."""


class QualityForm(Base):
    """A version of the form and of what is sampled. The newest is in force; none is ever changed."""

    __tablename__ = "quality_forms"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    questions: Mapped[list[Any]] = mapped_column(JSON)
    per_agent: Mapped[int]
    least: Mapped[int]
    always: Mapped[list[str]] = mapped_column(ARRAY(String))
    made_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime]


class QualityDraw(Base):
    """One week's sample: the seed, how many a person, and of how many (`population`, `digest`): enough to draw it again."""

    __tablename__ = "quality_draws"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    week: Mapped[date] = mapped_column(unique=True)
    """Its Monday."""
    seed: Mapped[str]
    per_agent: Mapped[int]
    form_number: Mapped[int]
    population: Mapped[int]
    digest: Mapped[str]
    taken: Mapped[int]
    drawn_at: Mapped[datetime]


class QualityEvaluation(Base):
    """One person's work in one closed case, chosen for `reasons`. `questions` are those of the form it was evaluated with."""

    __tablename__ = "quality_evaluations"
    __table_args__ = (
        UniqueConstraint("case_id", "staff_id"),
        Index("ix_quality_evaluations_state", "state", "ended_at"),
        Index("ix_quality_evaluations_staff_id", "staff_id"),
        Index("ix_quality_evaluations_unseen", "staff_id", postgresql_where=text("state = 'done' AND seen_at IS NULL")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    queue: Mapped[str | None]
    ended_at: Mapped[datetime]
    reasons: Mapped[list[str]] = mapped_column(ARRAY(String))
    draw_id: Mapped[UUID | None] = mapped_column(ForeignKey("quality_draws.id"))
    chosen_at: Mapped[datetime]
    state: Mapped[EvaluationState] = mapped_column(default=EvaluationState.waiting)
    questions: Mapped[list[Any] | None] = mapped_column(JSON)
    form_number: Mapped[int | None]
    score: Mapped[int | None]
    has_failed: Mapped[bool] = mapped_column(default=False)
    why: Mapped[str | None] = mapped_column(EncryptedText("quality_evaluations.why"))
    """Why it was set aside."""
    reviewed_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    reviewed_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    """When the person whose work it is opened it first."""
    answer: Mapped[str | None] = mapped_column(EncryptedText("quality_evaluations.answer"))
    """Theirs, given once."""
    answered_at: Mapped[datetime | None]


class QualityAnswer(Base):
    """One question answered. `percent` is what it counts; None: not applicable, or a comment (`words`)."""

    __tablename__ = "quality_answers"
    evaluation_id: Mapped[UUID] = mapped_column(
        ForeignKey("quality_evaluations.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int | None]
    percent: Mapped[int | None]
    words: Mapped[str | None] = mapped_column(EncryptedText("quality_answers.words"))
