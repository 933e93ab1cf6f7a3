"""Starts the gate for whoever asks, one run at a time, and ends runs whose process is gone. Runs in the worker."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from knowledge.gate.models import BotRun
from service import bot_content
from service.process_watch import ProcessWatch

SILENT = timedelta(seconds=180)
"""A run that has not told of itself for so long has no process any more."""


class GateWatch(ProcessWatch):
    """The worker's side of the gate."""

    name = "gate"

    async def look(self) -> None:
        """Take a run that waits; end one that is silent."""
        async with self._database.unit_of_work() as uow:
            now = self._clock.now()
            is_gone = BotRun.id == self._run_id if self._has_ended else BotRun.beat_at < now - SILENT
            silent = select(BotRun).where(BotRun.state.in_(("running", "switching")), is_gone)
            for one in await uow.session.scalars(silent.with_for_update(skip_locked=True)):
                one.state, one.ended_at, one.report = "failed", now, {**one.report, "reason": "interrupted"}
        if self._is_busy:
            return
        run_id = await self._taken()
        self._process = None
        if run_id is not None:
            await self._start(run_id)

    async def _taken(self) -> UUID | None:
        async with self._database.unit_of_work() as uow:
            await bot_content.ask_for_upgrade(uow, self._clock)
            waiting = select(BotRun).where(BotRun.state == "waiting").with_for_update(skip_locked=True)
            run = await uow.session.scalar(waiting)
            if run is None:
                return None
            run.state, run.beat_at = "running", self._clock.now()
            return run.id
