"""A throw-away installation for benchmarks: the real processes as `up` starts them, beside a plain Rasa with the same model.

The SMS provider is a stub in this process that takes every message at once: a real provider does not run on our machine either.
"""

import asyncio
import contextlib
import os
import shutil
import socket
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import psutil
import uvicorn
from fastapi import FastAPI, Form

from actions.registry import ACTIONS
from actions.server import create_app
from bench.unguarded import load_plain_keys, unguarded
from bench.unleased import UnleasedParts
from core.clock import SystemClock
from core.errors import ConfigurationError
from core.keys import open_keys
from core.migrations import upgrade
from core.postgres import EmbeddedPostgres, as_role, libpq_url
from core.roles import APP
from core.settings import ROOT, Secrets, Settings
from service.bootstrap import House, build
from service.cli import bot_python
from service.keeper import rasa_command
from service.setup import seed
from service.supervisor import Child
from service.training import train
from service.up import children, rasa_environment

TOKEN = "bench-auth-token"  # noqa: S105 - of the stub provider


def progress(text: str) -> None:
    """Say what is going on."""
    print(f"  {text}", file=sys.stderr, flush=True)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Installation:
    """What the measurements use."""

    settings: Settings
    url: str
    house: House
    plain_rasa: str
    processes: list[Child]
    postgres: EmbeddedPostgres
    sent: "Counter[str]"
    """How often the provider was given each message, by our id of it."""
    texts: "defaultdict[str, list[str]]"
    """What it was given for each number."""

    def cpu_seconds(self) -> dict[str, float]:
        """Processor seconds used so far, by process; `bench` is this one (load, stub provider, the plain side's actions)."""
        roots = {child.name: child.process.pid for child in self.processes if child.process}
        roots |= {"postgres": self.postgres.pid() or 0, "bench": os.getpid()}
        used: dict[str, float] = {}
        for name, root in roots.items():
            family = [psutil.Process(root)]
            family += family[0].children(recursive=True) if name in ("postgres", "bot") else []
            used[name] = sum(
                sum(one.cpu_times()[:4]) if name == "postgres" else sum(one.cpu_times()[:2]) for one in family
            )
        return used

    @contextmanager
    def cores(self, what: str) -> Iterator[None]:
        """Say which processes used how many cores meanwhile."""
        before, began = self.cpu_seconds(), time.perf_counter()
        yield
        took = time.perf_counter() - began
        progress(
            f"cores, {what}: { {name: round((used - before[name]) / took, 2) for name, used in self.cpu_seconds().items()} }"
        )

    def resident_mb(self) -> float:
        """Memory of everything `up` starts, shared pages counted once (proportional set size), in MB."""
        roots = [child.process.pid for child in self.processes if child.process and child.name != "plain"]
        roots += [self.postgres.pid() or 0]
        total = 0
        for root in roots:
            for process in [psutil.Process(root), *psutil.Process(root).children(recursive=True)]:
                with contextlib.suppress(psutil.NoSuchProcess):  # A database backend that ended meanwhile.
                    info = process.memory_full_info()
                    total += getattr(info, "pss", info.rss)
        return total / 1e6


@asynccontextmanager
async def installation(
    *, with_plain: bool = True, is_guarded: bool = True, **changes: Any
) -> AsyncIterator[Installation]:
    """Set up, start, hand out, and take away again; `changes` are further settings of our processes."""
    folder = Path(tempfile.mkdtemp(prefix="poradnia-bench-"))
    ports = [free_port() for _ in range(7)]
    web, actions, rasa, provider, plain, plain_actions, spare = ports
    settings = Settings(
        data_folder=folder, web_port=web, actions_port=actions, rasa_port=rasa, rasa_spare_port=spare, public_url=f"http://127.0.0.1:{web}",
        twilio_account_sid="AC" + "b" * 32, twilio_auth_token=TOKEN, twilio_base_url=f"http://127.0.0.1:{provider}",
        log_level="ERROR", web_metrics_port=0, worker_metrics_port=0, undo_seconds=0, **changes,
    )  # fmt: skip
    Secrets.make(folder / "secrets.json")
    postgres = EmbeddedPostgres(folder / "postgres")
    python = bot_python()
    if python is None:
        raise ConfigurationError("benchmarks need the bot: see ./poradnia doctor")
    progress("setting up")
    owner = postgres.start()
    upgrade(owner)
    url = as_role(owner, APP)
    await seed(settings, url, open_keys if is_guarded else load_plain_keys)
    model = await asyncio.to_thread(train, python, Settings().data_folder / "models")
    house = build(settings, url) if is_guarded else unguarded(settings, url)
    sent: Counter[str] = Counter()
    texts: defaultdict[str, list[str]] = defaultdict(list)
    stub = uvicorn.Server(
        uvicorn.Config(_stub_provider(sent, texts), host="127.0.0.1", port=provider, log_level="error", lifespan="off")
    )
    clock = SystemClock(settings.zone)
    parts = UnleasedParts(house.database, clock, house.cases, house.library, house.identity, house.triage, house.alerts)
    app = create_app([action(parts) for action in ACTIONS], settings.secrets["actions"], house.database)
    plain_server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=plain_actions, log_level="error", lifespan="off")
    )
    tasks = [asyncio.create_task(server.serve()) for server in (stub, plain_server)]
    plain_endpoints = folder / "endpoints.yml"  # And its own tracker store, which keeps events as they are.
    plain_endpoints.write_text(
        (ROOT / "bot" / "endpoints.yml")
        .read_text()
        .replace("type: components.tracker_store.EncryptedTrackerStore", "type: SQL")
        .replace("  key: ${PORADNIA_TRACKER_KEY}\n", "")
    )
    processes = children(settings, url, python, model)
    overrides = {f"PORADNIA_{name.upper()}": str(getattr(settings, name)) for name in (
        "web_port", "actions_port", "rasa_port", "rasa_spare_port", "public_url", "twilio_account_sid", "twilio_auth_token",
        "twilio_base_url", "web_metrics_port", "worker_metrics_port", "undo_seconds", *changes,
    )}  # fmt: skip
    for child in processes:
        child.environment |= {**overrides, "PORADNIA_LOG_LEVEL": "ERROR"}
        if not is_guarded:
            child.command = _without_guards(child, str(plain_endpoints))
        child.start()
    plain_environment = {
        **os.environ, **rasa_environment(settings, url),
        "PORADNIA_ACTIONS_URL": f"http://127.0.0.1:{plain_actions}/webhook",
        "PORADNIA_TRACKER_URL": libpq_url(_second_database(postgres)),
    }  # fmt: skip
    plain_credentials = folder / "credentials.yml"  # Rasa as it ships: its REST channel alone, none of our additions.
    plain_credentials.write_text("rest:\n")
    plain_process = Child(
        "plain",
        rasa_command(python, model, plain, "unused", str(plain_credentials), str(plain_endpoints)),
        plain_environment,
        f"http://127.0.0.1:{plain}/",
        str(ROOT / "bot"),
    )
    with (folder / "plain.log").open("wb") as log:
        plain_process.log_file = log
        if with_plain:
            plain_process.start()
        try:
            async with house.database.unit_of_work() as uow:
                await house.library.warm(uow)
            started = [*processes, *([plain_process] if with_plain else [])]
            await _all_answer(started)
            progress("everything runs")
            yield Installation(settings, url, house, f"http://127.0.0.1:{plain}", started, postgres, sent, texts)
        except BaseException:
            for file in sorted((folder / "logs").glob("*.log")):
                progress(f"{file.name}: {file.read_text()[-2000:]}")
            raise
        finally:
            for child in processes:
                child.stop()
            plain_process.stop()
            for server in (stub, plain_server):
                server.should_exit = True
            await asyncio.gather(*tasks, return_exceptions=True)
            await house.close()
            postgres.stop()
            shutil.rmtree(folder, ignore_errors=True)


def _without_guards(child: Child, plain_endpoints: str) -> list[str]:
    if child.name == "bot":
        return [plain_endpoints if one == "endpoints.yml" else one for one in child.command]
    return [sys.executable, "-m", "bench.unguarded", child.name]


def _second_database(postgres: EmbeddedPostgres) -> str:
    """A database of the plain Rasa's own on the same server, for its trackers."""
    import psycopg

    with psycopg.connect(libpq_url(postgres.url("postgres")), autocommit=True) as connection:
        connection.execute("CREATE DATABASE plain")
    return postgres.url("plain")


async def _all_answer(started: list[Child]) -> None:
    deadline = time.monotonic() + 120
    for child in started:
        while not await asyncio.to_thread(child.becomes_ready):
            if time.monotonic() > deadline:
                raise ConfigurationError(f"{child.health_url} did not come up")
            await asyncio.sleep(0.2)


def _stub_provider(sent: "Counter[str]", texts: "defaultdict[str, list[str]]") -> FastAPI:
    app = FastAPI()
    counter = iter(range(10**9))

    @app.post("/2010-04-01/Accounts/{account}/Messages.json", status_code=201)
    async def create(
        account: str,
        To: Annotated[str, Form()] = "",
        Body: Annotated[str, Form()] = "",
        StatusCallback: Annotated[str, Form()] = "",
    ) -> dict[str, object]:
        texts[To].append(Body)
        sent[StatusCallback.rpartition("/")[2]] += 1
        sid = f"SM{next(counter):032x}"
        return {"sid": sid, "account_sid": account, "status": "queued", "uri": "", "subresource_uris": {}}

    return app
