"""A stage for trying a model: a database, keys and a clinic of its own, all thrown away, and a second Rasa with the candidate.

Nothing of the real installation is reached from here: another database server in a temporary folder, other secrets, the synthetic
clinic, a clock that stands still at a working day's morning. Nothing is delivered, because nobody delivers.
"""

import asyncio
import os
import shutil
import socket
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import select

from conversations.models import Direction, Message
from conversations.protocols import InboundMessage
from conversations.understanding import for_dialogue
from core.clock import FixedClock, SystemClock
from core.errors import ConfigurationError
from core.migrations import upgrade
from core.postgres import EmbeddedPostgres, as_role
from core.roles import APP
from core.settings import ROOT, Secrets, Settings
from service.bootstrap import House, build
from service.keeper import rasa_command
from service.setup import seed
from service.supervisor import Child
from service.up import rasa_environment
from service.worker import action_server

STARTS_WITHIN = 240.0
ADDRESSES = {"sms": "phone", "webchat": "browser"}
"""Channels a conversation can be replayed on, and what an address is called there."""


@dataclass
class Stage:
    """The stage with a candidate on it."""

    house: House
    rasa_url: str
    token: str
    _numbers: list[int] = field(default_factory=lambda: [0])

    async def understood(self, texts: Sequence[str]) -> list[str]:
        """The intent of each text, by the candidate."""
        return await understood(self.rasa_url, self.token, texts)

    async def hold(self, channel: str, steps: Sequence[Mapping[str, Any]]) -> list[list[str]]:
        """Say each step's words, as somebody nobody knows; the keys of what was answered to each."""
        self._numbers[0] += 1
        address = f"+48601{self._numbers[0]:06}" if channel == "sms" else uuid4().hex
        got = []
        for step in steps:
            wire = InboundMessage(channel, uuid4().hex, ADDRESSES[channel], address, str(step["say"]))
            accepted = await self.house.inbox.accept(wire)
            await self.house.turns.take(accepted.thread_id)
            async with self.house.database.unit_of_work() as uow:
                said = await uow.session.scalars(
                    select(Message)
                    .where(
                        Message.thread_id == accepted.thread_id, Message.seq > accepted.seq,
                        Message.direction == Direction.outbound,
                    )
                    .order_by(Message.seq)
                )  # fmt: skip
                keys = [str((one.content or {}).get("key")) for one in said]
            got.append([key for key in keys if not key.startswith("notice")])
        return got


@dataclass
class Scene:
    """The stage without a candidate yet: everything but Rasa."""

    folder: Path
    settings: Settings
    url: str
    house: House


@asynccontextmanager
async def scene() -> AsyncIterator[Scene]:
    """Set up, hand out, and take away again. The process's keys are the stage's from then on."""
    folder = Path(tempfile.mkdtemp(prefix="poradnia-gate-"))
    actions, rasa = _free_port(), _free_port()
    settings = Settings(
        mode="demo", data_folder=folder, database_url="", database_owner_url="", database_bot_url="", redis_url="",
        public_url="http://127.0.0.1:9", actions_port=actions, rasa_port=rasa, twilio_account_sid="", twilio_auth_token="",
        desk_phone="", oncall_phone="", triage_engine_url="", triage_engine_token="", oidc_issuer="", otlp_endpoint="", llm="",
        rasa_timeout_seconds=30,
    )  # fmt: skip
    Secrets.make(folder / "secrets.json")
    postgres = EmbeddedPostgres(folder / "postgres")
    house: House | None = None
    tasks: list[asyncio.Task[None]] = []
    try:
        owner = await asyncio.to_thread(postgres.start)
        await asyncio.to_thread(upgrade, owner)
        url = as_role(owner, APP)
        await seed(settings, url)
        house = build(settings, url, clock=FixedClock(a_working_morning(SystemClock(settings.zone).now())))
        async with house.database.unit_of_work() as uow:
            await house.library.warm(uow)
        server = action_server(house)
        tasks.append(asyncio.create_task(server.serve()))
        yield Scene(folder, settings, url, house)
        server.should_exit = True
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if house is not None:
            await house.close()
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def stage(scene: Scene, python: Path, model: Path) -> AsyncIterator[Stage]:
    """Put a candidate on. Raises `ConfigurationError` if it does not start."""
    settings, token = scene.settings, scene.settings.secrets["actions"]
    environment = {**os.environ, **rasa_environment(settings, scene.url)}
    with (scene.folder / "rasa.log").open("wb") as log:
        command = rasa_command(python, model, settings.rasa_port, token)
        child = Child("candidate", command, environment, f"{settings.rasa_url}/", str(ROOT / "bot"), log_file=log)
        child.start()
        try:
            until = time.monotonic() + STARTS_WITHIN
            while not await asyncio.to_thread(child.becomes_ready):
                ended = child.process is not None and child.process.poll() is not None
                if ended or time.monotonic() > until:
                    raise ConfigurationError("the candidate did not start")
                await asyncio.sleep(0.3)
            yield Stage(scene.house, settings.rasa_url, token)
        finally:
            await asyncio.to_thread(child.stop)


async def understood(url: str, token: str, texts: Sequence[str]) -> list[str]:
    """The intent of each text by the Rasa there, with nothing kept of it."""
    gate = asyncio.Semaphore(2)
    async with httpx.AsyncClient(base_url=url, params={"token": token}, timeout=30) as client:

        async def one(text: str) -> str:
            async with gate:
                answer = await client.post("/model/parse", json={"text": for_dialogue(text)})
            return str(answer.raise_for_status().json()["intent"]["name"])

        return list(await asyncio.gather(*(one(text) for text in texts)))


def a_working_morning(now: datetime) -> datetime:
    """The next Tuesday at ten: whatever the day, the desk is open and the days named in tests are ahead."""
    days = (1 - now.weekday()) % 7 or 7
    return (now + timedelta(days=days)).replace(hour=10, minute=0, second=0, microsecond=0)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
