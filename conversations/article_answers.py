"""Which article answered which message: what tells whether an article helps. No words; goes with the message."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from conversations.models import Message
from core.db import Base, UnitOfWork


class ArticleAnswer(Base):
    """One answer: the message that said it, with the version of the article."""

    __tablename__ = "article_answers"
    __table_args__ = (Index("ix_article_answers_article", "article_id", "at"),)
    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    article_id: Mapped[str]
    version: Mapped[int]
    at: Mapped[datetime]


def note(uow: UnitOfWork, message: Message, source: Mapping[str, Any]) -> None:
    """Note an answer. `source`: as the action names it, with `article` and `version`."""
    uow.session.add(
        ArticleAnswer(
            message_id=message.id, case_id=message.case_id, article_id=str(source["article"]), version=int(source["version"]),
            at=message.created_at,
        )
    )  # fmt: skip
