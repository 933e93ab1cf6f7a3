"""Reading every passage with another embedder while the answers go on: in the background, in batches, with progress."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from core import metrics
from knowledge.embedding import CachedEmbedder

log = structlog.get_logger()
AT_ONCE = 32
"""So few passages are embedded at once, and at a publication no standby is asked for."""
TOLD_EVERY = 320


@dataclass(frozen=True)
class Progress:
    """How many passages of how many."""

    done: int
    total: int


class Reindexing:
    """One run at a time. A process that dies begins again at its next start; until then the standby answers."""

    def __init__(self, embedder: CachedEmbedder, when_done: Callable[[], None]) -> None:
        self._embedder = embedder
        self._when_done = when_done
        self._task: asyncio.Task[None] | None = None
        self.progress: Progress | None = None
        """None while nothing is read."""

    def start(self, texts: Sequence[str]) -> None:
        """Read these, unless a run goes on: whoever builds the next index asks again for what is still missing."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(list(texts)))

    async def finish(self) -> None:
        """Wait for the run, if one goes on. Raises what it failed with."""
        if self._task is not None:
            await self._task

    async def _run(self, texts: list[str]) -> None:
        try:
            for at in range(0, len(texts), AT_ONCE):
                self._tell(Progress(at, len(texts)))
                if at % TOLD_EVERY == 0:
                    log.info("articles are read by another embedder", step=at, count=len(texts))
                await asyncio.to_thread(self._embedder.passages, texts[at : at + AT_ONCE])
            log.info("articles were read by another embedder", count=len(texts))
            self._when_done()
        finally:
            self._tell(None)

    def _tell(self, progress: Progress | None) -> None:
        self.progress = progress
        metrics.reindex_passages.set(progress.total if progress else 0)
        metrics.reindex_done.set(progress.done if progress else 0)
