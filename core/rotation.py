"""Sealing everything anew with the newest data keys, while others read and write.

Every sealed column is found from the models, so none is forgotten; Rasa's events too. A pass goes through each table by its key in
small batches: rows somebody holds are skipped and met in the next pass, and a row is written only if its old value still stands.
Nothing is noted of how far it is: what is left is seen in the rows themselves, so it can be stopped anywhere and run by anyone.
"""

import asyncio
import base64
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import ColumnClause, LargeBinary, Text, and_, column, func, or_, select, table, text, tuple_, update
from sqlalchemy.sql.elements import ColumnElement

from core.crypto import FIRST_FORMAT, FORMAT, HEADER_BYTES, EncryptedBytes, Sealed, header, key_of, keyring
from core.db import Base, Database
from core.keys import SecretsSource, connected, rows_of, tracker_keys
from core.logging import describe

log = structlog.get_logger()
ROWS_AT_ONCE = 100
FILES_AT_ONCE = 4
LOOK_EVERY_SECONDS = 60.0
SETTLED_SECONDS = 90
"""A key is retired no sooner than this after its successor was made: every process has long asked for newer keys by then."""
TRACKER_CONTEXT = "events.data"
_LOCK = "poradnia rotation"


@dataclass(frozen=True)
class SealedTable:
    """A table with sealed columns: its name, key columns, and the context of each sealed column."""

    name: str
    keys: tuple[str, ...]
    contexts: dict[str, str]
    at_once: int


def sealed_tables() -> list[SealedTable]:
    """All of them, as the loaded models have them."""
    found = []
    for one in Base.metadata.sorted_tables:
        sealed = {c.name: c.type for c in one.columns if isinstance(c.type, Sealed)}
        if sealed:
            holds_files = any(isinstance(kind, EncryptedBytes) for kind in sealed.values())
            keys = tuple(key.name for key in one.primary_key.columns)
            contexts = {name: kind.context for name, kind in sealed.items()}
            found.append(SealedTable(one.name, keys, contexts, FILES_AT_ONCE if holds_files else ROWS_AT_ONCE))
    return found


class Rotation:
    """Seals anew. `takes_plain` is for the one time after an upgrade that sealed a plain column; nobody else writes then."""

    def __init__(
        self, database: Database, secrets: SecretsSource, *, takes_plain: bool = False, pause_seconds: float = 0.02
    ) -> None:
        self._database = database
        self._secrets = secrets
        self._takes_plain = takes_plain
        self._pause = pause_seconds

    async def run(self) -> None:
        """Look once a minute whether there is anything to do, until cancelled."""
        while True:
            try:
                if await asyncio.to_thread(self._has_old_keys):
                    count = await self.one_pass()
                    retired = await self.retire()
                    log.info("sealed anew", count=count, code=",".join(map(str, retired)))
            except Exception as error:
                log.warning("rotation stopped for now", **describe(error))
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def one_pass(self) -> int:
        """Go through everything once; returns how many rows were sealed anew."""
        changed = 0
        for one in sealed_tables():
            changed += await self._table(one)
        return changed + await self._tracker()

    async def left(self) -> dict[str, int]:
        """Rows not sealed with the newest key, by table; tables with none are left out."""
        found: dict[str, int] = {}
        async with self._database.unit_of_work() as uow:
            for one in sealed_tables():
                query = select(func.count()).select_from(table(one.name)).where(_is_old(one))
                found[one.name] = int(await uow.session.scalar(query) or 0)
            _, newest = self._tracker_keys()
            query = select(func.count()).select_from(_EVENTS).where(_is_old_event(newest))
            found["bot.events"] = int(await uow.session.scalar(query) or 0)
        return {name: count for name, count in found.items() if count}

    async def retire(self) -> list[int]:
        """Mark keys that no row names any more; returns their numbers. None while the newest key is younger than 90 seconds."""
        if await self.left():
            return []
        async with self._database.unit_of_work() as uow:
            done = await uow.session.scalars(
                text(
                    "UPDATE data_keys SET state = 'retired', retired_at = now() WHERE state = 'old' AND purpose <> 'lookup' "
                    "AND (SELECT max(created_at) FROM data_keys) < now() - make_interval(secs => :settled) "
                    "RETURNING version"
                ),
                {"settled": 0 if self._takes_plain else SETTLED_SECONDS},
            )
            return sorted(done)

    async def _table(self, one: SealedTable) -> int:
        keys: list[ColumnClause[Any]] = [column(name) for name in one.keys]
        sealed: list[ColumnClause[Any]] = [column(name, LargeBinary) for name in one.contexts]
        rows = table(one.name, *keys, *sealed)
        changed, after = 0, None
        while True:
            query = (
                select(*keys, *sealed)
                .select_from(rows)
                .where(_is_old(one))
                .order_by(*keys)
                .limit(one.at_once)
                .with_for_update(skip_locked=True, key_share=True)
            )
            if after is not None:
                query = query.where(tuple_(*keys) > tuple_(*after))
            async with self._database.unit_of_work() as uow:
                batch = (await uow.session.execute(query)).all()
                for row in batch:
                    values = dict(self._anew(one, row[len(keys) :]))
                    stands = [c == row[len(keys) + place] for place, c in enumerate(sealed) if c.name in values]
                    found = [key == row[place] for place, key in enumerate(keys)]
                    await uow.session.execute(update(rows).where(*found, *stands).values(values))
            changed += len(batch)
            if len(batch) < one.at_once:
                return changed
            after = tuple(batch[-1][: len(keys)])
            await asyncio.sleep(self._pause)

    def _anew(self, one: SealedTable, values: Sequence[bytes | None]) -> Iterator[tuple[str, bytes]]:
        newest = header(keyring.current)
        for (name, context), value in zip(one.contexts.items(), values, strict=True):
            if value is None or value[:HEADER_BYTES] == newest:
                continue
            is_plain = self._takes_plain and value[:1] not in (bytes([FIRST_FORMAT]), bytes([FORMAT]))
            yield name, keyring.seal(value if is_plain else keyring.open(value, context), context)

    async def _tracker(self) -> int:
        ciphers, newest = await asyncio.to_thread(self._tracker_keys)
        number, data = _EVENTS.c.id, _EVENTS.c.data
        changed, after = 0, 0
        while True:
            async with self._database.unit_of_work() as uow:
                batch = (
                    await uow.session.execute(
                        select(number, data)
                        .where(_is_old_event(newest), number > after)
                        .order_by(number)
                        .limit(ROWS_AT_ONCE)
                        .with_for_update(skip_locked=True)
                    )
                ).all()
                for row in batch:
                    plain = open_event(ciphers, row.data)
                    await uow.session.execute(
                        update(_EVENTS)
                        .where(number == row.id, data == row.data)
                        .values(data=seal_event(ciphers[newest], newest, plain))
                    )
            changed += len(batch)
            if len(batch) < ROWS_AT_ONCE:
                return changed
            after = batch[-1].id
            await asyncio.sleep(self._pause)

    def _tracker_keys(self) -> tuple[Any, int]:
        with connected(self._database.url) as connection:
            return tracker_keys(rows_of(connection), self._secrets())

    def _has_old_keys(self) -> bool:
        with connected(self._database.url) as connection:
            return any(row.state == "old" for row in rows_of(connection))


_EVENTS = table("events", column("id"), column("data", Text), schema="bot")


def seal_event(cipher: AESGCM, version: int, plain: bytes) -> str:
    """An event as Rasa's store keeps it: Base64 of a sealed value, so that its first four characters tell the key."""
    nonce = os.urandom(12)
    return base64.b64encode(header(version) + nonce + cipher.encrypt(nonce, plain, TRACKER_CONTEXT.encode())).decode()


def open_event(ciphers: Any, stored: str) -> bytes:
    """The event's JSON."""
    sealed = base64.b64decode(stored)
    version, start = key_of(sealed)
    opened: bytes = ciphers[version].decrypt(sealed[start : start + 12], sealed[start + 12 :], TRACKER_CONTEXT.encode())
    return opened


def _is_old(one: SealedTable) -> ColumnElement[bool]:
    newest = header(keyring.current)
    sealed = [column(name, LargeBinary) for name in one.contexts]
    return or_(*(and_(c.is_not(None), func.substring(c, 1, HEADER_BYTES) != newest) for c in sealed))


def _is_old_event(newest: int) -> ColumnElement[bool]:
    return func.left(_EVENTS.c.data, 4) != base64.b64encode(header(newest)).decode()
