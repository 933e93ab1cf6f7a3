"""Runs of the gate, and conversations that are tests."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.crypto import EncryptedJson
from core.db import Base
from core.ids import new_id

OPEN = ("waiting", "running", "switching")
"""States of a run that is not over: one run at a time, and the draft may not be changed meanwhile."""


class BotRun(Base):
    """One try to let the bot answer with something else. `kind`: publish, rollback or upgrade.

    `state`: waiting, running, switching, then live, refused (a check stands against it) or failed (it could not be checked).
    """

    __tablename__ = "bot_runs"
    __table_args__ = (
        Index(
            "uq_bot_runs_open",
            text("(true)"),
            unique=True,
            postgresql_where=text("state IN ('waiting', 'running', 'switching')"),
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default="waiting")
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    author: Mapped[str]
    note: Mapped[str]
    goes_back_to: Mapped[int | None] = mapped_column(ForeignKey("bot_versions.number"))
    version: Mapped[int | None] = mapped_column(ForeignKey("bot_versions.number"))
    asked_at: Mapped[datetime]
    beat_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    report: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class ConversationTest(Base):
    """A conversation without names and numbers. `steps`: `[{"say": words, "expect": [key…]}]`.

    It blocks publishing once it has passed with a published version (`passed_in`): before, it is only told of.
    """

    __tablename__ = "conversation_tests"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    language: Mapped[str]
    channel: Mapped[str]
    steps: Mapped[list[dict[str, Any]]] = mapped_column(EncryptedJson("conversation_tests.steps"))
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    """The case it was made from: erased with it."""
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime]
    passed_in: Mapped[int | None]
    retired_at: Mapped[datetime | None]
