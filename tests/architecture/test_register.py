"""The register of copies is whole: no table, no personal column and no outbound host is missing from it or from docs/privacy."""

import ast
import importlib
import re
from pathlib import Path

import psycopg

from core.crypto import Sealed
from core.db import Base
from core.register import OTHER_TABLES, PERIODS, REGISTER, TABLES, RetentionClass, as_markdown
from core.settings import ROOT
from tests.conftest import owner

PERSONAL = re.compile(
    r"(^|_)(tokens?|phone|mail|email|pesel|birth|given_name|family_name|address|noticed|body|reason|content|understood|carried)$|"
    r"^(patient|contact_point|correspondent|staff|author|agent|reviewer|clinician)_id$|_(token|hash)$|^(actor|subject_id)$|"
    r"^(claimed|accepted|made|ended|asked|reviewed)_by$|^booked_"
)
"""Columns whose names tell of a person; a sealed column always does."""
NOT_OF_A_PERSON = {
    ("sites", "address"), ("simulated_sms", "is_from_phone"),
    ("visit_notices", "reason"),
    ("sites", "phone"), ("cases", "booked_at"), ("appointments", "booked_at"), ("appointments", "booked_via"),
    ("data_keys", "wrapped_by"), ("handoffs", "reason"), ("appointments", "clinician_id"), ("audit_batches", "hash"),
}  # fmt: skip
"""Alike by name alone: the clinic's own address, a code, a time."""
PACKAGES = (
    "actions",
    "bot",
    "care",
    "channels",
    "conversations",
    "core",
    "handoff",
    "interop",
    "knowledge",
    "service",
    "web",
)
HOST = re.compile(r"https?://([A-Za-z0-9.-]+\.[A-Za-z]{2,})")
CLIENTS = {"twilio", "slack_sdk", "openai", "anthropic", "langchain", "langsmith", "boto3", "sentence_transformers",
           "sendgrid", "sentry_sdk", "firebase_admin",
           "pywebpush",
           "google", "azure", "stripe", "authlib", "httpx",
           "requests", "aiohttp", "urllib3", "smtplib", "aiosmtplib", "opentelemetry"}  # fmt: skip
"""Libraries that talk to other machines."""
PROCESSORS = (ROOT / "docs/privacy/processors.md").read_text("utf-8")


importlib.import_module("service.app")
"""The composition root knows every model."""


def test_every_table_stands_in_the_register_once_and_no_other() -> None:
    from core import presence

    assert presence.PresenceRow.__tablename__ in Base.metadata.tables
    named = [one.place for one in TABLES]
    assert sorted(named) == sorted(Base.metadata.tables)


def test_every_personal_column_is_named() -> None:
    named = {(one.place, column) for one in TABLES for column in one.columns}
    missing = {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Sealed) or PERSONAL.search(column.name)
    } - named
    assert missing - NOT_OF_A_PERSON == set()
    real = {(table.name, column.name) for table in Base.metadata.sorted_tables for column in table.columns}
    assert named - real == set(), "and none that does not exist"


def test_tables_without_a_model_stand_there_too(database_url: str) -> None:
    with psycopg.connect(owner(database_url)) as connection:
        rows = connection.execute(
            "SELECT CASE schemaname WHEN 'public' THEN '' ELSE schemaname || '.' END || tablename FROM pg_tables "
            "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
    assert {name for (name,) in rows} == {one.place for one in (*TABLES, *OTHER_TABLES)}


def test_every_copy_says_why_how_long_and_how_it_goes() -> None:
    for one in REGISTER:
        assert one.purpose and one.basis and one.classes and one.erased_by, one.place
    for kind in RetentionClass:
        period = PERIODS[kind]
        assert period.counted_from and period.source, kind
        assert period.source.startswith(("SAFETY.md", "team proposal", "no personal")), kind
        assert bool(period.years) + (period.length is not None) <= 1


def test_the_written_register_is_the_one_in_force() -> None:
    page = (ROOT / "docs/privacy/register.md").read_text("utf-8")
    assert page.endswith(as_markdown()), "./poradnia privacy register prints it"


def _code() -> list[Path]:
    kinds = {".py", ".ts", ".html", ".mjs", ".yml", ".css"}
    return [
        path for name in PACKAGES for path in (ROOT / name).rglob("*")
        if path.suffix in kinds and not {"node_modules", "dist", "models", ".rasa"} & set(path.parts)
    ]  # fmt: skip


def unlisted_hosts(text: str, listed: str) -> set[str]:
    """Hosts that stand in a text as addresses and not on the list."""
    return {
        host for host in HOST.findall(text) if f"`{host}`" not in listed and not host.endswith((".example", ".invalid"))
    }


def unlisted_clients(text: str, listed: str) -> set[str]:
    """Libraries a module imports that talk to other machines and do not stand on the list."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {one.name.partition(".")[0] for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return {name for name in found & CLIENTS if f"`{name}`" not in listed}


def test_every_outbound_host_and_client_stands_in_the_processor_list() -> None:
    assert len(_code()) > 200
    for path in _code():
        text = path.read_text("utf-8")
        assert unlisted_hosts(text, PROCESSORS) == set(), path.relative_to(ROOT)
        if path.suffix == ".py":
            assert unlisted_clients(text, PROCESSORS) == set(), path.relative_to(ROOT)


def test_an_unlisted_host_or_client_would_be_seen() -> None:
    assert unlisted_hosts('fetch("https://collector.tracking.com/x")', PROCESSORS) == {"collector.tracking.com"}
    assert unlisted_clients("import sentry_sdk\nfrom twilio.rest import Client", PROCESSORS) == {"sentry_sdk"}
