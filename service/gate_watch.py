"""Starts the gate for whoever asks, one run at a time, and ends runs whose process is gone. Runs in the worker."""

import asyncio
import sys
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import select

from core.clock import Clock
from core.db import Database
from core.logging import describe
from core.settings import ROOT
from knowledge.gate.models import BotRun
from service import bot_content

log = structlog.get_logger()
LOOKS_EVERY = 1.0
SILENT = timedelta(seconds=180)
"""A run that has not told of itself for so long has no process any more."""


class GateWatch:
    """The worker's side of the gate. Any number of workers may look: one of them takes a run."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._process: asyncio.subprocess.Process | None = None
        self._run_id: UUID | None = None

    async def run(self) -> None:
        """Look for ever; a gate that still works is stopped with us."""
        try:
            while True:
                try:
                    await self.look()
                except Exception as error:
                    log.warning("the gate cannot be looked after", **describe(error))
                await asyncio.sleep(LOOKS_EVERY)
        finally:
            if self._process is not None and self._process.returncode is None:
                self._process.terminate()

    async def look(self) -> None:
        """Take a run that waits; end one that is silent."""
        async with self._database.unit_of_work() as uow:
            now = self._clock.now()
            has_ended = self._process is not None and self._process.returncode is not None
            is_gone = BotRun.id == self._run_id if has_ended else BotRun.beat_at < now - SILENT
            silent = select(BotRun).where(BotRun.state.in_(("running", "switching")), is_gone)
            for one in await uow.session.scalars(silent.with_for_update(skip_locked=True)):
                one.state, one.ended_at, one.report = "failed", now, {**one.report, "reason": "interrupted"}
        if self._process is not None and self._process.returncode is None:
            return
        run_id = await self._taken()
        self._process = None
        if run_id is not None:
            command = (sys.executable, "-m", "service", "gate", str(run_id))
            self._run_id, self._process = run_id, await asyncio.create_subprocess_exec(*command, cwd=ROOT)

    async def _taken(self) -> UUID | None:
        async with self._database.unit_of_work() as uow:
            await bot_content.ask_for_upgrade(uow, self._clock)
            waiting = select(BotRun).where(BotRun.state == "waiting").with_for_update(skip_locked=True)
            run = await uow.session.scalar(waiting)
            if run is None:
                return None
            run.state, run.beat_at = "running", self._clock.now()
            return run.id
