"""Tables of the spine. Bodies, addresses and what was understood are encrypted; addresses are found by keyed tokens."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from core.crypto import EncryptedBytes, EncryptedJson, EncryptedText
from core.db import Base
from core.ids import new_id


class CaseState(StrEnum):
    """Who speaks in a case."""

    bot = "bot"
    waiting = "waiting"
    human = "human"
    closed = "closed"


class Author(StrEnum):
    """Who wrote a message."""

    patient = "patient"
    bot = "bot"
    agent = "agent"
    system = "system"


class Direction(StrEnum):
    """Which way a message goes; a note stays in the house."""

    inbound = "inbound"
    outbound = "outbound"
    note = "note"


class TurnState(StrEnum):
    """How far the answer to an inbound message is."""

    pending = "pending"
    asking = "asking"
    done = "done"


class DeliveryState(StrEnum):
    """How far an outgoing message is. `dead` was given up; `withheld` may not be sent. Both show in the console, with why.

    `undone` was taken back by its author before it left, `retracted` after it had: the patient is told that it was.
    """

    queued = "queued"
    sent = "sent"
    delivered = "delivered"
    read = "read"
    dead = "dead"
    withheld = "withheld"
    undone = "undone"
    retracted = "retracted"


TAKEN_BACK = (DeliveryState.undone, DeliveryState.retracted)
"""What was taken back was not said: it answers nobody."""


class Correspondent(Base):
    """A person who writes, known or not. `noticed` keeps per channel which AI and privacy notices were given and when.

    `preferred_channel` is where they want what the clinic says first; None: where the visit was booked from.
    """

    __tablename__ = "correspondents"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    language: Mapped[str | None]
    noticed: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    preferred_channel: Mapped[str | None]
    created_at: Mapped[datetime]


class ContactPoint(Base):
    """A number or a browser. It never tells by itself which patient a message is about."""

    __tablename__ = "contact_points"
    __table_args__ = (UniqueConstraint("kind", "address_token"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    address: Mapped[str] = mapped_column(EncryptedText("contact_points.address"))
    address_token: Mapped[str]
    correspondent_id: Mapped[UUID] = mapped_column(ForeignKey("correspondents.id"))
    opted_out_at: Mapped[datetime | None]
    opted_out_by: Mapped[str | None]
    created_at: Mapped[datetime]


class Thread(Base):
    """All that one correspondent and the clinic wrote, over all channels, numbered by `seq`.

    A thread that was joined with another holds nothing and leads there; `numbering` counts how often its messages were given
    new numbers, so that who reads by number begins again.
    """

    __tablename__ = "threads"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    correspondent_id: Mapped[UUID] = mapped_column(ForeignKey("correspondents.id"), unique=True)
    last_seq: Mapped[int] = mapped_column(default=0)
    lease_owner: Mapped[str | None]
    lease_expires_at: Mapped[datetime | None]
    joined_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("threads.id", ondelete="CASCADE"), index=True)
    numbering: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    created_at: Mapped[datetime]


class Case(Base):
    """One matter of at most one patient. At most one case of a thread is open. `is_medical`: staff say it is medical record."""

    __tablename__ = "cases"
    __table_args__ = (Index("uq_cases_open", "thread_id", unique=True, postgresql_where=text("state <> 'closed'")),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    thread_id: Mapped[UUID] = mapped_column(ForeignKey("threads.id"), index=True)
    patient_id: Mapped[UUID | None] = mapped_column(index=True)
    state: Mapped[CaseState] = mapped_column(default=CaseState.bot)
    agent_id: Mapped[UUID | None]
    understood: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJson("cases.understood"))
    carried: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJson("cases.carried"))
    opened_at: Mapped[datetime]
    active_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    waiting_told_at: Mapped[datetime | None]
    is_medical: Mapped[bool] = mapped_column(default=False, server_default=text("false"))


class Message(Base):
    """One message or private note. `content` keeps key, arguments and choices of what the bot said.

    `goes_first` marks the words of a red flag for delivery; `tokens` are what search finds the message by.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("thread_id", "seq"),
        Index(
            "uq_messages_provider",
            "channel",
            "provider_id",
            unique=True,
            postgresql_where=text("provider_id IS NOT NULL"),
        ),
        Index("ix_messages_tokens", "tokens", postgresql_using="gin"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    thread_id: Mapped[UUID] = mapped_column(ForeignKey("threads.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    seq: Mapped[int]
    direction: Mapped[Direction]
    author: Mapped[Author]
    author_id: Mapped[UUID | None]
    channel: Mapped[str]
    contact_point_id: Mapped[UUID | None] = mapped_column(ForeignKey("contact_points.id"))
    provider_id: Mapped[str | None]
    body: Mapped[str] = mapped_column(EncryptedText("messages.body"))
    content: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJson("messages.content"))
    language: Mapped[str | None]
    provenance: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJson("messages.provenance"))
    goes_first: Mapped[bool] = mapped_column(server_default=text("false"))
    tokens: Mapped[list[int] | None] = mapped_column(ARRAY(BigInteger), deferred=True)
    created_at: Mapped[datetime]


class Attachment(Base):
    """A file that came with a message: kept if it is an image or a PDF by content and the scanner found nothing in it.

    Else it is refused, lost if its provider failed, infected (its bytes are gone), or `waiting` until the scanner answers: then
    nobody opens it.
    """

    __tablename__ = "attachments"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id"), index=True)
    media_type: Mapped[str]
    source_url: Mapped[str | None] = mapped_column(EncryptedText("attachments.source_url"))
    content: Mapped[bytes | None] = mapped_column(EncryptedBytes("attachments.content"))
    size: Mapped[int] = mapped_column(default=0)
    state: Mapped[str]


class Turn(Base):
    """The outbox of unanswered messages: one row per inbound message, done once it was answered or left to a person."""

    __tablename__ = "turns"
    __table_args__ = (Index("ix_turns_open", "thread_id", "seq", postgresql_where=text("state <> 'done'")),)
    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    thread_id: Mapped[UUID] = mapped_column(ForeignKey("threads.id"))
    seq: Mapped[int]
    state: Mapped[TurnState] = mapped_column(default=TurnState.pending)
    attempts: Mapped[int] = mapped_column(default=0)
    lease: Mapped[str | None] = mapped_column(index=True)
    case_id: Mapped[UUID | None]
    outcome: Mapped[str | None]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class Delivery(Base):
    """The way of one outgoing message to the provider and back.

    `purpose` is what consent and quiet hours are asked for; `findings` names what the linter objected to: then a neutral
    text was sent in its place. Until `undo_until` a person's reply waits, and may be taken back unseen.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("ix_deliveries_due", "next_attempt_at", postgresql_where=text("state = 'queued'")),
        Index("ix_deliveries_provider", "channel", "provider_id"),
    )
    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    channel: Mapped[str]
    contact_point_id: Mapped[UUID] = mapped_column(ForeignKey("contact_points.id"))
    state: Mapped[DeliveryState] = mapped_column(default=DeliveryState.queued)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    provider_id: Mapped[str | None]
    error_code: Mapped[str | None]
    purpose: Mapped[str] = mapped_column(String(30), default="care", server_default=text("'care'"))
    held_until: Mapped[datetime | None]
    undo_until: Mapped[datetime | None]
    findings: Mapped[str | None]
    updated_at: Mapped[datetime]


class ActionResult(Base):
    """What an action did for a message, so that doing it again changes nothing."""

    __tablename__ = "action_results"
    message_id: Mapped[UUID] = mapped_column(primary_key=True)
    action: Mapped[str] = mapped_column(primary_key=True)
    step: Mapped[int] = mapped_column(primary_key=True)
    result: Mapped[Any] = mapped_column(EncryptedJson("action_results.result"))


class SafetyAlert(Base):
    """A red flag in a message, until someone claims it."""

    __tablename__ = "safety_alerts"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id"), unique=True)
    thread_id: Mapped[UUID] = mapped_column(ForeignKey("threads.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    level: Mapped[str]
    rules: Mapped[list[Any]] = mapped_column(EncryptedJson("safety_alerts.rules"))
    rules_version: Mapped[str]
    raised_at: Mapped[datetime] = mapped_column(index=True)
    claimed_by: Mapped[UUID | None]
    claimed_at: Mapped[datetime | None]
