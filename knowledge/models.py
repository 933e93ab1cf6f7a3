"""Articles: approved words, kept as versions per language. Prices, hours and addresses are facts of the clinic's own
tables; an article names them by placeholders and never repeats them.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Uuid, false
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.ids import new_id


class Article(Base):
    """One subject. `services` names the examinations it speaks of; only the published version is ever answered with."""

    __tablename__ = "articles"
    __table_args__ = (
        CheckConstraint("status IN ('draft', 'published', 'withdrawn')", name="status"),
        CheckConstraint("status <> 'published' OR published_version IS NOT NULL", name="published_has_version"),
    )
    id: Mapped[str] = mapped_column(primary_key=True)
    topic: Mapped[str]
    services: Mapped[list[str]] = mapped_column(ARRAY(String), default=list)
    status: Mapped[str] = mapped_column(default="draft")
    published_version: Mapped[int | None]
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    """Who sees to it that it stays right."""
    is_safety: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Published by two people (`knowledge.signatures`). Stays once it has been published with it."""


class ArticleVersion(Base):
    """The text of an article in one language at one version; never changed once written."""

    __tablename__ = "article_versions"
    article_id: Mapped[str] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    question: Mapped[str]
    answer: Mapped[str]
    variant_sms: Mapped[str | None]
    variant_voice: Mapped[str | None]
    audience: Mapped[str] = mapped_column(default="patients")
    source: Mapped[str]
    author: Mapped[str]
    created_at: Mapped[datetime]
    reviewed_at: Mapped[date | None] = mapped_column(Date)
    review_at: Mapped[date | None] = mapped_column(Date)
    expires_at: Mapped[date | None] = mapped_column(Date)
    """The last day on which it answers."""
    min_age: Mapped[int | None]
    max_age: Mapped[int | None]
    """Years, both within; for whom it is."""
    condition: Mapped[str | None]
    """For whom else, in the version's language: "pregnant women"."""
    files: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list, server_default="{}")
    """Of `article_files`, in their order."""


class ArticlePublication(Base):
    """From `at` on the article is answered with in that version, or (None) not at all."""

    __tablename__ = "article_publications"
    __table_args__ = (Index("ix_article_publications_article", "article_id", "at"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    article_id: Mapped[str] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    version: Mapped[int | None]
    at: Mapped[datetime]


class KnowledgeState(Base):
    """One row: a number that grows with every publication, so that every process knows when its index is old."""

    __tablename__ = "knowledge_state"
    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int]
