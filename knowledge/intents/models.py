"""Examples are rows that are added in one version and removed in another; what was published is never changed.

The draft is what will be: examples not removed and not dropped, those added in no version yet among them.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.ids import new_id


class BotVersion(Base):
    """What the bot learnt from at some time, by number. `digest` names its model, `figures` how it was judged."""

    __tablename__ = "bot_versions"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    author: Mapped[str]
    note: Mapped[str]
    created_at: Mapped[datetime]
    digest: Mapped[str | None]
    figures: Mapped[dict[str, object] | None] = mapped_column(JSON)


class IntentExample(Base):
    """One way of saying something. `key` is what the bot reads of it, and stands once in a language."""

    __tablename__ = "intent_examples"
    __table_args__ = (
        Index(
            "uq_intent_examples_key",
            "language",
            "key",
            unique=True,
            postgresql_where=text("removed_in IS NULL AND NOT is_dropped"),
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    language: Mapped[str]
    intent: Mapped[str] = mapped_column(index=True)
    text: Mapped[str]
    key: Mapped[str]
    origin_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), index=True)
    """The message it was made from, without names and numbers: erased with it."""
    author: Mapped[str]
    created_at: Mapped[datetime]
    added_in: Mapped[int | None] = mapped_column(ForeignKey("bot_versions.number"))
    removed_in: Mapped[int | None] = mapped_column(ForeignKey("bot_versions.number"))
    merged_from: Mapped[str | None]
    """The goal it taught before that goal was merged into this one; splitting gives it back."""
    is_dropped: Mapped[bool] = mapped_column(default=False)
    """True while the draft, or nothing any more, is without it."""


class ClinicGoal(Base):
    """What the clinic made of an intent: its own name and description, and the goal it is taken for. Versioned as examples are."""

    __tablename__ = "clinic_goals"
    __table_args__ = (
        Index(
            "uq_clinic_goals_intent",
            "intent",
            unique=True,
            postgresql_where=text("removed_in IS NULL AND NOT is_dropped"),
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    intent: Mapped[str]
    name_pl: Mapped[str | None]
    name_en: Mapped[str | None]
    about_pl: Mapped[str | None]
    about_en: Mapped[str | None]
    merged_into: Mapped[str | None]
    author: Mapped[str]
    created_at: Mapped[datetime]
    added_in: Mapped[int | None] = mapped_column(ForeignKey("bot_versions.number"))
    removed_in: Mapped[int | None] = mapped_column(ForeignKey("bot_versions.number"))
    is_dropped: Mapped[bool] = mapped_column(default=False)

    def name(self, language: str) -> str | None:
        """What it is called in that language, if the clinic says."""
        return self.name_en if language == "en" else self.name_pl

    def about(self, language: str) -> str | None:
        """What it is about in that language, if the clinic says."""
        return self.about_en if language == "en" else self.about_pl

    def same_as(self, other: "ClinicGoal") -> bool:
        """True if both say the same of the same intent."""
        return self._says() == other._says()

    @property
    def is_empty(self) -> bool:
        """True if it says nothing."""
        return not any(self._says()[1:])

    def _says(self) -> tuple[str | None, ...]:
        return self.intent, self.name_pl, self.name_en, self.about_pl, self.about_en, self.merged_into
