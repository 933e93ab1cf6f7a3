"""A candidate that reads along, as a process: trained from the draft, on loopback, with neither trackers nor actions, ended in time.

`ShadowWatch` starts it in the worker for whoever asks in the studio, and ends runs whose process is gone.
"""

import asyncio
import os
import secrets
import socket
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
import structlog
from sqlalchemy import select

from core.clock import Clock, SystemClock
from core.db import Database
from core.errors import ConfigurationError
from core.keys import open_keys
from core.logging import describe
from core.settings import ROOT, Settings
from knowledge.gate import shadow
from knowledge.gate.shadow import Reading, ShadowRun
from knowledge.intents.editing import phrases
from service.keeper import rasa_command
from service.process_watch import LOOKS_EVERY, ProcessWatch
from service.supervisor import Child
from service.training import QUIET, train
from service.up import ONE_THREAD

log = structlog.get_logger()
NICENESS = 10
"""Whoever answers patients goes first."""
STARTS_WITHIN = 300.0
SILENT = timedelta(seconds=120)


class ShadowWatch(ProcessWatch):
    """The worker's side."""

    name = "shadow"

    async def look(self) -> None:
        """Take a run that waits; end one whose process is gone."""
        async with self._database.unit_of_work() as uow:
            now = self._clock.now()
            open_one = select(ShadowRun).where(ShadowRun.state != "ended").with_for_update(skip_locked=True)
            found = await uow.session.scalar(open_one)
            if found is not None and found.state != "waiting":
                is_gone = found.id == self._run_id and self._has_ended
                if is_gone or found.beat_at is None or found.beat_at < now - SILENT:
                    shadow.end(found, "interrupted", now)
                return
            if found is None or self._is_busy:
                return
            found.state, found.beat_at = "training", now
            run_id = found.id
        await self._start(run_id)


async def run(settings: Settings, url: str, run_id: UUID, python: Path) -> None:
    """One run, in this process, which gives way to everybody."""
    os.nice(NICENESS)
    open_keys(url, settings.secrets_now)
    database, clock = Database(url, pool_size=2), SystemClock(settings.zone)
    beating = asyncio.create_task(_beat(database, clock, run_id))
    working = asyncio.create_task(_work(settings, database, clock, run_id, python))
    try:
        done, _ = await asyncio.wait({beating, working}, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    except Exception as error:
        log.error("shadow mode failed", **describe(error))
        async with database.unit_of_work() as uow:
            found = await uow.session.get(ShadowRun, run_id, with_for_update=True)
            if found is not None and found.state != "ended":
                shadow.end(found, "failed", clock.now())
    finally:
        for task in (beating, working):
            task.cancel()
        await asyncio.gather(beating, working, return_exceptions=True)
        await database.close()


async def _beat(database: Database, clock: Clock, run_id: UUID) -> None:
    """While it trains and starts; ends when somebody ended the run."""
    while True:
        async with database.unit_of_work() as uow:
            found = await uow.session.get(ShadowRun, run_id, with_for_update=True)
            if found is None or found.state == "ended":
                return
            found.beat_at = clock.now()
        await asyncio.sleep(5)


async def _work(settings: Settings, database: Database, clock: Clock, run_id: UUID, python: Path) -> None:
    async with database.unit_of_work() as uow:
        drafted = await phrases(uow)
    model = await asyncio.to_thread(train, python, settings.data_folder / "models", drafted)
    token = secrets.token_hex(16)
    with tempfile.TemporaryDirectory(prefix="poradnia-shadow-") as folder:
        child, url = candidate(python, model, token, Path(folder))
        child.start()
        try:
            await _ready(child)
            async with database.unit_of_work() as uow:
                if not await shadow.begin(uow, run_id, clock.now()):
                    return
            async with httpx.AsyncClient(base_url=url, params={"token": token}, timeout=shadow.PATIENCE) as client:

                async def parse(words: str) -> Reading:
                    return await understood(client, words)

                await _watch(database, clock, run_id, parse)
        finally:
            await asyncio.to_thread(child.stop)


async def _watch(database: Database, clock: Clock, run_id: UUID, parse: shadow.Parse) -> None:
    while True:
        if not await shadow.step(database, clock, run_id, parse):
            return
        await asyncio.sleep(LOOKS_EVERY)


def candidate(python: Path, model: Path, token: str, folder: Path) -> tuple[Child, str]:
    """A Rasa that knows neither the trackers' database nor the action server, not started; and its address."""
    endpoints = folder / "endpoints.yml"
    endpoints.write_text("{}\n", "utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    url = f"http://127.0.0.1:{port}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PORADNIA_")}
    command = rasa_command(python, model, port, token, "credentials.yml", str(endpoints))
    return Child("shadow", command, {**kept, **QUIET, **ONE_THREAD}, f"{url}/", str(ROOT / "bot")), url


async def understood(client: httpx.AsyncClient, words: str) -> Reading:
    """What the candidate makes of it. Raises `OSError` or `ValueError` if it does not say."""
    try:
        answer = await client.post("/model/parse", json={"text": words})
    except httpx.HTTPError as error:
        raise OSError("no answer") from error
    if answer.status_code != 200:
        raise ValueError("refused")
    told = answer.json()["intent"]
    return str(told["name"]), float(told["confidence"])


async def _ready(child: Child) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while not await asyncio.to_thread(child.becomes_ready):
        has_ended = child.process is not None and child.process.poll() is not None
        if has_ended or time.monotonic() > until:
            raise ConfigurationError("the candidate did not start")
        await asyncio.sleep(0.5)
