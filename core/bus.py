"""The bus wakes processes; the database tells them what happened. It carries topics and ids, never health data."""

import asyncio
import contextlib
import json
from abc import abstractmethod
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import contextmanager
from typing import Any, Protocol

import psycopg
import structlog

from core.notices import NOTIFY_CHANNEL
from core.postgres import libpq_url

log = structlog.get_logger()
Event = dict[str, Any]


class Bus(Protocol):
    """Delivers events that units of work published; a subscriber that lagged is told to read the database again."""

    async def start(self) -> None:
        """Begin to listen."""
        ...

    async def stop(self) -> None:
        """Stop listening."""
        ...

    def subscribe(self, *topics: str) -> contextlib.AbstractContextManager["Subscription"]:
        """Receive the events of these topics while the block lasts."""
        ...


class Subscription:
    """A bounded mailbox. When it overflows, the oldest goes: readers go by the database's `seq`, so nothing is lost."""

    def __init__(self, size: int = 1000) -> None:
        self._queue: asyncio.Queue[Event] = asyncio.Queue(size)

    def put(self, event: Event) -> None:
        """Add without waiting."""
        if self._queue.full():
            self._queue.get_nowait()
        self._queue.put_nowait(event)

    async def get(self, within: float | None = None) -> Event | None:
        """The next event, or None after `within` seconds."""
        try:
            return await asyncio.wait_for(self._queue.get(), within)
        except TimeoutError:
            return None

    async def __aiter__(self) -> AsyncIterator[Event]:
        while True:
            yield await self._queue.get()


class Mailboxes:
    """Who listens to what in this process: the half of a bus that does not depend on who carries the events."""

    def __init__(self) -> None:
        self._subscriptions: dict[str, set[Subscription]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None
        self._listening = asyncio.Event()

    async def start(self) -> None:
        """Begin to listen; returns once the connection listens."""
        self._task = asyncio.create_task(self._listen(), name="bus")
        await asyncio.wait_for(self._listening.wait(), 20)

    async def stop(self) -> None:
        """Stop listening."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    @contextmanager
    def subscribe(self, *topics: str) -> Any:
        """Receive the events of these topics while the block lasts."""
        subscription = Subscription()
        for topic in topics:
            self._subscriptions[topic].add(subscription)
        try:
            yield subscription
        finally:
            for topic in topics:
                self._subscriptions[topic].discard(subscription)

    @abstractmethod
    async def _listen(self) -> None:
        """Listen for ever, through lost connections; sets `_listening` once it hears, and tells `reconnected` after a break."""

    def _heard(self, *, is_first: bool) -> None:
        self._listening.set()
        if not is_first:
            self._broadcast({"topic": "reconnected"})

    def _dispatch(self, payload: str | bytes) -> None:
        try:
            event = json.loads(payload)
        except ValueError:
            event = None
        if not isinstance(event, dict) or "topic" not in event:
            log.warning("a strange notice on the bus")
            return
        for subscription in tuple(self._subscriptions[event["topic"]]):
            subscription.put(event)

    def _broadcast(self, event: Event) -> None:
        for subscription in {one for group in self._subscriptions.values() for one in group}:
            subscription.put(event)


class PostgresBus(Mailboxes):
    """PostgreSQL LISTEN on one connection per process, reconnecting with a `reconnected` event to every subscriber."""

    def __init__(self, database_url: str) -> None:
        super().__init__()
        self._url = libpq_url(database_url)

    async def _listen(self) -> None:
        is_first = True
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(self._url, autocommit=True) as connection:
                    await connection.execute(f"LISTEN {NOTIFY_CHANNEL}")
                    self._heard(is_first=is_first)
                    is_first = False
                    async for notice in connection.notifies():
                        self._dispatch(notice.payload)
            except psycopg.Error as error:
                log.warning("bus lost its connection", error=type(error).__name__)
                await asyncio.sleep(0.5)
