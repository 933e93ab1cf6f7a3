"""Journeys run on the real thing: embedded PostgreSQL, the trained bot in a real Rasa, the SDK against the simulated provider.

One Rasa serves the whole run. Its action route is fixed at start, so one database serves the whole run too; journeys use
numbers of their own.
"""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx
import pytest
import uvicorn

from care.seed import seed as seed_clinic
from core.clock import ShiftedClock
from core.db import Database
from core.migrations import upgrade
from core.postgres import EmbeddedPostgres, as_role, libpq_url
from core.roles import APP
from core.settings import Secrets, Settings
from knowledge.seed import seed as seed_knowledge
from service.app import create_app
from service.bootstrap import House, build
from service.cli import bot_python
from service.keeper import rasa_command
from service.setup import _seed_staff
from service.training import train
from service.up import rasa_environment
from service.worker import action_server
from tests.browser.conftest import assets, chromium  # noqa: F401 - fixtures of the journeys too
from tests.conftest import WARSAW, free_port, until
from tests.journeys.phone import Phone


@pytest.fixture(scope="session")
def settings() -> Iterator[Settings]:
    """Settings of a throw-away installation."""
    folder = Path(tempfile.mkdtemp(prefix="poradnia-journey-"))
    Secrets.make(folder / "secrets.json")
    web = free_port()
    yield Settings(
        data_folder=folder,
        web_port=web,
        undo_seconds=0,
        actions_port=free_port(),
        rasa_port=free_port(),
        public_url=f"http://127.0.0.1:{web}",
    )
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def journey_url(postgres: EmbeddedPostgres) -> str:
    """A database of the run's own."""
    import psycopg

    with psycopg.connect(libpq_url(postgres.url("postgres")), autocommit=True) as connection:
        connection.execute("CREATE DATABASE journeys TEMPLATE template_poradnia")
    url = postgres.url("journeys")
    upgrade(url)
    return as_role(url, APP)


@pytest.fixture(scope="session")
def rasa(settings: Settings, journey_url: str) -> Iterator[None]:
    """The real bot, trained from this tree (or found in the cache)."""
    python = bot_python()
    assert python is not None, "the bot's environment is missing: run ./poradnia test, or see ./poradnia doctor"
    model = train(python, Settings().data_folder / "models")
    command = rasa_command(python, model, settings.rasa_port, settings.secrets["actions"])
    with (settings.data_folder / "rasa.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=Path(__file__).parents[2] / "bot", stdout=log, stderr=log,
            env={**os.environ, **rasa_environment(settings, journey_url)}, start_new_session=True,
        )  # fmt: skip
        yield
        process.terminate()
        process.wait(20)


@dataclass
class Clinic:
    """A running house with a clock in our hands."""

    house: House
    clock: ShiftedClock
    base: str

    def phone(self, number: str) -> Phone:
        """A patient's phone."""
        assert self.house.simulator is not None
        return Phone(self.house, number)


@pytest.fixture(scope="session")
async def clinic(settings: Settings, journey_url: str, rasa: None) -> AsyncIterator[Clinic]:
    """Web, action route, turn and delivery runners in this process; Rasa beside it."""
    clock = ShiftedClock(datetime(2026, 11, 23, 10, 0, tzinfo=WARSAW))
    house = build(settings, journey_url, clock=clock)
    async with house.database.unit_of_work() as uow:
        await seed_clinic(uow, clock.now())
        await seed_knowledge(uow, clock.now())
        await _seed_staff(uow)
        await house.library.warm(uow)
    web = uvicorn.Server(
        uvicorn.Config(
            create_app(house), host="127.0.0.1", port=settings.web_port, log_level="warning", access_log=False
        )
    )
    servers = [web, action_server(house)]
    tasks = [asyncio.create_task(server.serve()) for server in servers]
    await until(lambda: all(server.started for server in servers))
    tasks += [asyncio.create_task(runner.run()) for runner in house.runners()]
    async with httpx.AsyncClient() as client:
        for _ in range(600):
            try:
                if (await client.get(f"{settings.rasa_url}/")).status_code == 200:
                    break
            except httpx.TransportError:
                await asyncio.sleep(0.2)
    yield Clinic(house, clock, settings.public_url)
    for server in servers:
        server.should_exit = True
    for task in tasks[2:]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await Database(journey_url).close()
