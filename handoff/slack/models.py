"""Slack's own tables: its threads, what is to be posted, which events were read, and who is who."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.i18n import Language
from core.ids import new_id

NAME = "slack"
"""As the privacy officer records it."""


@dataclass(frozen=True)
class SlackSettings:
    """How this installation reaches Slack. `console` is the address of the console; `has_texts` lets words of patients out."""

    token: str
    signing_secret: str
    channel: str
    base_url: str
    console: str
    has_texts: bool
    language: Language
    """Of what is posted to the channel."""

    @property
    def is_set_up(self) -> bool:
        """True if all that is needed is there."""
        return bool(self.token and self.signing_secret and self.channel)


class Kind(StrEnum):
    """What a post tells."""

    waits = "waits"
    urgent = "urgent"
    alert = "alert"
    breached = "breached"
    message = "message"
    taken = "taken"
    ended = "ended"
    answer = "answer"
    """To somebody who wrote in Slack."""


class PostState(StrEnum):
    """How far a post is; `withheld`: Slack was no longer allowed when its turn came."""

    queued = "queued"
    sent = "sent"
    dead = "dead"
    withheld = "withheld"


class SlackThread(Base):
    """The thread in Slack of one conversation, known by its first message there."""

    __tablename__ = "slack_threads"
    __table_args__ = (Index("uq_slack_threads_ts", "channel", "ts", unique=True),)
    thread_id: Mapped[UUID] = mapped_column(ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    ts: Mapped[str]


class SlackPost(Base):
    """The outbox. `key` names what is told, so that nothing is told twice; words are made when it is sent, never kept.

    An answer has its place in Slack and a text's key instead of a conversation.
    """

    __tablename__ = "slack_posts"
    __table_args__ = (
        Index("ix_slack_posts_due", "seq", postgresql_where=text("state = 'queued'")),
        Index("ix_slack_posts_thread_id", "thread_id"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    seq: Mapped[int] = mapped_column(Identity(always=True), unique=True)
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[Kind]
    thread_id: Mapped[UUID | None] = mapped_column(ForeignKey("threads.id", ondelete="CASCADE"))
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    about: Mapped[UUID | None]
    """The step, red flag or message."""
    channel: Mapped[str | None]
    thread_ts: Mapped[str | None]
    words: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """Of an answer: the text's key, its values and language."""
    state: Mapped[PostState] = mapped_column(default=PostState.queued)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    error: Mapped[str | None]
    made_at: Mapped[datetime]


class SlackCursor(Base):
    """How far the house was looked through. Without a row Slack was off: what happened then is not told."""

    __tablename__ = "slack_cursor"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    started_at: Mapped[datetime]
    looked_at: Mapped[datetime]
    step: Mapped[int]
    paused_until: Mapped[datetime | None]
    """Slack asked for patience until then."""


class SlackEvent(Base):
    """An event that was read; a second one of the same id does nothing. Kept a day: an older one fails its signature."""

    __tablename__ = "slack_events"
    event_id: Mapped[str] = mapped_column(primary_key=True)
    read_at: Mapped[datetime]


class SlackLink(Base):
    """Who somebody in Slack is at the clinic: proven by a code from their own account page."""

    __tablename__ = "slack_links"
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    slack_user_id: Mapped[str] = mapped_column(unique=True)
    linked_at: Mapped[datetime]


class SlackCode(Base):
    """A one-time code, as a digest. A person has one at a time."""

    __tablename__ = "slack_codes"
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    code_token: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime]
