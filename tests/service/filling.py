"""Rows for every table of a database at any revision, made from its catalogue alone: what an upgrade has to carry along."""

import enum
import json
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Connection, MetaData, Table, insert, select, text, types
from sqlalchemy.dialects import postgresql

from core.crypto import EncryptedBytes, EncryptedJson, EncryptedText
from core.db import Base

SPACE = UUID(int=7)
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
ROWS = 3
ALTERNATIVES = {("prices", "specialty")}
"""One of several columns that a check lets be filled only one at a time: left empty."""
DECIDED = {("refill_requests", "state"): ["approved", "declined", "visit"]}
"""Of the words a check allows, those that go with every other column filled."""
Words = dict[tuple[str, str], list[str]]
NOT_OURS = ("procrastinate_", "alembic_", "knowledge_state")


def fill(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """Three rows in each table, parents first; what was written, by table."""
    metadata = MetaData()
    metadata.reflect(connection)
    words = _checked(connection)
    written: dict[str, list[dict[str, Any]]] = {}
    for table in metadata.sorted_tables:
        if table.name.startswith(NOT_OURS):
            continue
        made = [_row(table, number, written, words) for number in range(ROWS)]
        connection.execute(insert(table), made)
        written[table.name] = [dict(row) for row in connection.execute(select(table)).mappings()]
    return written


def _row(table: Table, number: int, written: dict[str, list[dict[str, Any]]], words: Words) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for place, column in enumerate(table.columns):
        if column.computed is not None or column.identity is not None:
            continue
        if column.autoincrement is True or (column.server_default is not None and not column.foreign_keys):
            continue
        if (table.name, column.name) in ALTERNATIVES:
            continue
        target = next(iter(column.foreign_keys), None)
        if target is not None and target.column.table is table and column.nullable:
            continue  # A row of this table that does not stand there yet.
        if target is not None and target.column.table.name in written:
            row[column.name] = written[target.column.table.name][number][target.column.name]
        else:
            choices = words.get((table.name, column.name)) or _choices(table.name, column.name)
            row[column.name] = _value(table.name, column.name, column.type, number, place, choices)
    return row


def _value(table: str, name: str, kind: Any, number: int, place: int, choices: list[str]) -> Any:
    if isinstance(kind, types.LargeBinary):
        return _sealed(table, name, number)
    if choices:
        return choices[number % len(choices)]
    simple: dict[type, Any] = {
        types.Uuid: uuid5(SPACE, f"{table}.{name}.{number}"), types.Boolean: number == 1, types.Integer: number + 1,
        types.Float: float(number), types.Numeric: number, types.DateTime: NOW + timedelta(days=number, minutes=place),
        types.Time: time(8 + number, place),
        types.Date: date(2026, 11, 1 + number) + timedelta(place), types.JSON: {"made": number}, postgresql.JSONB: {"made": number},
        postgresql.ARRAY: [f"{number}"], types.ARRAY: [f"{number}"], types.String: f"{name}-{number}"[-_room(kind) :],
    }  # fmt: skip
    for known, value in simple.items():
        if isinstance(kind, known):
            return value
    raise AssertionError(f"{table}.{name}: what does {kind!r} hold?")


def _room(kind: Any) -> int:
    """How many characters a column of text takes."""
    return getattr(kind, "length", None) or 99


def _checked(connection: Connection) -> Words:
    """The words that check constraints allow, by table and column."""
    found = connection.execute(
        text(
            "SELECT c.conrelid::regclass::text, a.attname, pg_get_constraintdef(c.oid) FROM pg_constraint c "
            "JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey) WHERE c.contype = 'c'"
        )
    )
    return {(table, name): re.findall(r"'([^']+)'::", rule) for table, name, rule in found if "ANY" in rule} | DECIDED


def _model(table: str, name: str) -> Any:
    known = Base.metadata.tables.get(table)
    return known.columns[name].type if known is not None and name in known.columns else None


def _choices(table: str, name: str) -> list[str]:
    """The words of an enumeration, as the model knows them."""
    kind = _model(table, name)
    if not isinstance(kind, types.Enum):
        return []
    words: Iterable[enum.Enum] = kind.enum_class or ()
    return [str(one.value) for one in words] or list(kind.enums)


def _sealed(table: str, name: str, number: int) -> bytes:
    """Encrypted as the application would, so that a migration that opens it can."""
    kind = _model(table, name)
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call] # SQLAlchemy's own gap
    sealed: bytes | None = f"{name}-{number}".encode()
    if isinstance(kind, EncryptedText):
        sealed = kind.process_bind_param(f"{name}-{number}", dialect)
    elif isinstance(kind, EncryptedJson):
        sealed = kind.process_bind_param(json.loads('{"a": 1}'), dialect)
    elif isinstance(kind, EncryptedBytes):
        sealed = kind.process_bind_param(b"file", dialect)
    assert sealed is not None
    return sealed
