"""The queue's own tables."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Identity, Index, String, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.ids import new_id


class HandoffState(StrEnum):
    """How far a handoff is."""

    queued = "queued"
    offered = "offered"
    """To one person, who has some seconds to take it."""
    active = "active"
    wrap_up = "wrap_up"
    """The patient's matter is over; the agent still writes down what it was."""
    closed = "closed"


OVER = (HandoffState.wrap_up, HandoffState.closed)
"""Nobody waits any more."""


class Handoff(Base):
    """One request for a person, from asking to the end. A case has at most one that is not over.

    `offered_to` and `offer_until` stand while it is offered: to take it from the queue, or, in an active one, to take it over.
    """

    __tablename__ = "handoffs"
    __table_args__ = (
        Index("uq_handoffs_open", "case_id", unique=True, postgresql_where=text("state NOT IN ('closed', 'wrap_up')")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    thread_id: Mapped[UUID] = mapped_column(ForeignKey("threads.id"))
    state: Mapped[HandoffState] = mapped_column(default=HandoffState.queued, index=True)
    reason: Mapped[str]
    topic: Mapped[str | None]
    """What the patient wanted, as the dialogue core understood it."""
    is_urgent: Mapped[bool] = mapped_column(default=False)
    priority: Mapped[int] = mapped_column(default=0)
    """Raised by each promise that was broken."""
    queue: Mapped[str | None]
    due_kind: Mapped[str | None]
    due_at: Mapped[datetime | None]
    """The nearest promise, as last looked at."""
    broken: Mapped[list[str]] = mapped_column(ARRAY(String), default=list)
    """Promises broken so far; `next` falls out when it is answered."""
    requested_at: Mapped[datetime]
    offered_to: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    offer_until: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    snoozed_until: Mapped[datetime | None]
    """Set aside by its agent; a message of the patient ends it too."""
    wrap_up_until: Mapped[datetime | None]
    code: Mapped[str | None]
    """What it was about in the end, chosen by the agent."""


class Step(StrEnum):
    """What can happen to a handoff."""

    requested = "requested"
    raised = "raised"
    offered = "offered"
    waits = "waits"
    declined = "declined"
    expired = "expired"
    withdrawn = "withdrawn"
    accepted = "accepted"
    transferred = "transferred"
    returned = "returned"
    released = "released"
    snoozed = "snoozed"
    woken = "woken"
    breached = "breached"
    ended = "ended"
    wrapped_up = "wrapped_up"


class HandoffEvent(Base):
    """One step of a handoff, only ever added to. `data` of an offer is the whole routing decision, enough to make it again."""

    __tablename__ = "handoff_events"
    __table_args__ = (Index("ix_handoff_events_handoff_id", "handoff_id", "seq"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    seq: Mapped[int] = mapped_column(Identity(always=True), unique=True)
    handoff_id: Mapped[UUID] = mapped_column(ForeignKey("handoffs.id", ondelete="CASCADE"))
    step: Mapped[Step]
    at: Mapped[datetime]
    actor: Mapped[str]
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    """Whom it concerns: who was offered it, took it, or missed it."""
    reason: Mapped[str | None]
    data: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class AgentMode(StrEnum):
    """Whether somebody wants to be offered conversations."""

    available = "available"
    away = "away"
    offline = "offline"


class AgentState(Base):
    """Where a person of the clinic is, and what they can take. `seen_at` is the console's heartbeat: without it they are offline."""

    __tablename__ = "agent_states"
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    mode: Mapped[AgentMode] = mapped_column(default=AgentMode.offline)
    reason: Mapped[str | None]
    since: Mapped[datetime]
    seen_at: Mapped[datetime]
    offered_at: Mapped[datetime | None]
    missed: Mapped[int] = mapped_column(default=0)
    """Offers missed one after another."""
    capacity: Mapped[int | None]
    """Set by a supervisor; without it the routing table's holds."""
    skills: Mapped[list[str]] = mapped_column(ARRAY(String), default=list)
    languages: Mapped[list[str]] = mapped_column(ARRAY(String), default=list)
    """Empty: any."""
    phone: Mapped[str | None] = mapped_column(String(200))
    """Where calls are put through to: a number in E.164, or a SIP address. None: they are answered in writing."""


class RoutingTable(Base):
    """A version of the routing table. The newest is in force; none is ever changed or deleted."""

    __tablename__ = "routing_tables"
    __table_args__ = (Index("ix_routing_tables_digest", "digest"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    seq: Mapped[int] = mapped_column(Identity(always=True), unique=True)
    digest: Mapped[str]
    text: Mapped[str]
    why: Mapped[str]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime]
