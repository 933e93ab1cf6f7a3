"""One kind of background work per thread: woken by the bus, once more if woken meanwhile, and healed by looking every second."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from uuid import UUID

import structlog

from core.bus import Bus
from core.logging import describe

log = structlog.get_logger()


class ThreadRunner:
    """Runs `work(thread_id)` for each thread that the bus names on `topic` or `overdue()` finds; one at a time per thread."""

    def __init__(
        self,
        bus: Bus,
        topic: str,
        work: Callable[[UUID], Awaitable[object]],
        overdue: Callable[[], Awaitable[Iterable[UUID]]],
        at_once: int,
    ) -> None:
        self._bus = bus
        self._topic = topic
        self._work = work
        self._overdue = overdue
        self._slots = asyncio.Semaphore(at_once)
        self._running: dict[UUID, asyncio.Task[None]] = {}
        self._again: set[UUID] = set()

    async def run(self) -> None:
        """Work until cancelled; what is under way is finished first."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._listen())
                group.create_task(self._heal())
        finally:
            await asyncio.gather(*self._running.values(), return_exceptions=True)

    def wake(self, thread_id: UUID) -> None:
        """Work on the thread soon; once more afterwards if it is being worked on right now."""
        if thread_id in self._running:
            self._again.add(thread_id)
        else:
            self._running[thread_id] = asyncio.create_task(self._one(thread_id), name=f"{self._topic} {thread_id}")

    async def _listen(self) -> None:
        with self._bus.subscribe(self._topic) as events:
            async for event in events:
                if event["topic"] == self._topic:
                    self.wake(UUID(event["id"]))

    async def _heal(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            try:
                for thread_id in await self._overdue():
                    self.wake(thread_id)
            except Exception as error:
                log.warning("looking for missed work failed", topic=self._topic, **describe(error))

    async def _one(self, thread_id: UUID) -> None:
        try:
            async with self._slots:
                await self._work(thread_id)
        except Exception as error:
            log.error("work failed", topic=self._topic, thread=str(thread_id), **describe(error))
        finally:
            del self._running[thread_id]
            if thread_id in self._again:
                self._again.discard(thread_id)
                with contextlib.suppress(RuntimeError):  # the loop is closing
                    self.wake(thread_id)
