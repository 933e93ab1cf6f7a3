"""What the worker does for a process of its own that is asked for in the studio: looks for who asks, starts it, stops it with us."""

import asyncio
import sys
from abc import ABC, abstractmethod
from uuid import UUID

import structlog

from core.clock import Clock
from core.db import Database
from core.logging import describe
from core.settings import ROOT

log = structlog.get_logger()
LOOKS_EVERY = 1.0


class ProcessWatch(ABC):
    """One process at a time, for one run. Any number of workers may look: one of them takes a run."""

    name: str
    """The service's command that a run is given to."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._process: asyncio.subprocess.Process | None = None
        self._run_id: UUID | None = None

    async def run(self) -> None:
        """Look for ever; a process that still works is stopped with us."""
        try:
            while True:
                try:
                    await self.look()
                except Exception as error:
                    log.warning("a process of the studio cannot be looked after", process=self.name, **describe(error))
                await asyncio.sleep(LOOKS_EVERY)
        finally:
            if self._is_busy:
                assert self._process is not None
                self._process.terminate()

    @abstractmethod
    async def look(self) -> None:
        """Take a run that waits; end one whose process is gone."""

    @property
    def _is_busy(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def _has_ended(self) -> bool:
        return self._process is not None and self._process.returncode is not None

    async def _start(self, run_id: UUID) -> None:
        command = (sys.executable, "-m", "service", self.name, str(run_id))
        self._run_id, self._process = run_id, await asyncio.create_subprocess_exec(*command, cwd=ROOT)
