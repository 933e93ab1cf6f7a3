"""Notices by PostgreSQL's NOTIFY: sent after the transaction that made them true, many at a time, by one connection."""

import asyncio
import contextlib

import psycopg
import structlog

from core.postgres import libpq_url

log = structlog.get_logger()
NOTIFY_CHANNEL = "poradnia"
_NOTIFY = "SELECT pg_notify(%s, payload) FROM unnest(%s::text[]) AS payload"


class PostgresNotices:
    """A publisher that costs a unit of work nothing.

    PostgreSQL commits transactions that notify one after the other, each with its write to disk (`PreCommit_Notify` takes one
    lock for the whole database). So the notices of many units of work go together, on a connection of their own that does not
    wait for the disk: a notice that a crash swallows is found again by those who look for missed work.
    """

    def __init__(self, database_url: str) -> None:
        self._url = libpq_url(database_url)
        self._waiting: list[str] = []
        self._sending: asyncio.Task[None] | None = None
        self._connection: psycopg.AsyncConnection[tuple[object, ...]] | None = None

    async def publish(self, payloads: list[str]) -> None:
        """Leave them to the sender, in order; does not wait for it."""
        self._waiting += payloads
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send(), name="notices")

    async def close(self) -> None:
        """Send what still waits and close the connection."""
        if self._sending is not None:
            await self._sending
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _send(self) -> None:
        while self._waiting:
            payloads, self._waiting = self._waiting, []
            for is_last in (False, True):
                try:
                    connection = await self._connected()
                    await connection.execute(_NOTIFY, (NOTIFY_CHANNEL, payloads))
                    break
                except (psycopg.Error, OSError) as error:
                    await self._forget()
                    if is_last:
                        log.warning("notices not sent", count=len(payloads), error=type(error).__name__)

    async def _connected(self) -> psycopg.AsyncConnection[tuple[object, ...]]:
        if self._connection is None or self._connection.closed:
            self._connection = await psycopg.AsyncConnection.connect(self._url, autocommit=True, connect_timeout=5)
            await self._connection.execute("SET synchronous_commit = off")
        return self._connection

    async def _forget(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(psycopg.Error, OSError):
                await connection.close()
