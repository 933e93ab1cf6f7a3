"""Runs migrations on the URL given by the caller, each in a transaction of its own."""

import importlib
from typing import Any, Literal

from alembic import context
from sqlalchemy import NullPool, create_engine

from core.db import Base

MODELS: tuple[str, ...] = (
    "core.accounts.models",
    "core.audit",
    "core.processors",
    "core.keys",
    "core.heartbeat",
    "conversations.models",
    "conversations.privacy.models",
    "conversations.unsafe.models",
    "conversations.adherence.models",
    "handoff.models",
    "handoff.canned",
    "handoff.complaints",
    "handoff.mentions",
    "handoff.quality.models",
    "handoff.slack.models",
    "channels.sms.simulator.models",
    "conversations.calls",
    "care.patients.models",
    "care.patients.marks",
    "care.appointments.models",
    "care.refills.models",
    "care.governance.models",
    "care.vitals.models",
    "knowledge.files",
    "knowledge.models",
    "knowledge.intents.models",
    "knowledge.emergencies",
    "knowledge.gate.models",
    "knowledge.gate.shadow",
    "knowledge.model.models",
    "conversations.intent_days",
    "conversations.unanswered",
    "conversations.article_answers",
    "conversations.contact_limits",
    "conversations.transcript_links",
    "conversations.patient_merges",
    "knowledge.schedules",
    "knowledge.signatures",
)


def include(_: Any, name: str | None, kind: str, reflected: bool, __: Any) -> bool:
    """Leave the job library's own tables, and Rasa's tracker, out of the comparison."""
    if kind == "table" and reflected and name:
        return not (name.startswith("procrastinate_") or name == "events")
    return True


def render(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Encrypted columns are plain bytes to the database."""
    if kind == "type" and type(item).__module__ == "core.crypto":
        return "sa.LargeBinary()"
    return False


def run() -> None:
    """Alembic's entry."""
    for name in MODELS:
        importlib.import_module(name)
    engine = create_engine(context.config.attributes["url"], poolclass=NullPool)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_object=include,
            compare_type=True,
            render_item=render,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
