"""`up`: set up, then web, worker and bot under one supervisor; ends with addresses and demo logins."""

import fcntl
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from core.postgres import EmbeddedPostgres, as_role, libpq_url
from core.roles import BOT
from core.settings import ROOT, Settings
from service.bootstrap import stop_embedded
from service.keeper import keeper_command
from service.setup import DEMO_PASSWORD, DEMO_STAFF, prepare
from service.speech import open_speech
from service.supervisor import Child, Supervisor
from service.training import QUIET

ONE_THREAD = {"OMP_NUM_THREADS": "1"}
"""The embedder's threads wait for each other by spinning: on busy cores one thread embeds in 26 ms, two in 90 ms."""


def up(settings: Settings, bot_python: Path | None) -> int:
    """Run until stopped. A second `up` on the same data says where the first one is."""
    settings.check()
    open_speech(settings)  # refused here in one line, not by processes that start again and again
    settings.data_folder.mkdir(parents=True, exist_ok=True)
    lock = (settings.data_folder / "up.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        print("Poradnia is already running.", file=sys.stderr)
        _greet(settings, with_bot=True)
        return 0
    print("Poradnia: set-up", file=sys.stderr)
    url, model = prepare(settings, bot_python)
    print("Poradnia: starting", file=sys.stderr)
    supervisor = Supervisor(children(settings, url, bot_python, model), _reviver(settings))
    late = supervisor.start()
    if late:
        print(f"  !! not ready in time: {', '.join(late)} (see {settings.data_folder / 'logs'})", file=sys.stderr)
    _greet(settings, with_bot=model is not None)
    supervisor.run()
    if not settings.database_url:
        stop_embedded(settings)
    return 0


def _reviver(settings: Settings) -> Callable[[], bool]:
    """What brings the embedded database back; nothing where the database is somebody else's."""
    if settings.database_url:
        return lambda: False
    server = EmbeddedPostgres(settings.data_folder / "postgres")
    server.start()
    return server.revive


GIVES_WAY = 15
"""Niceness of worker and bot once they are ready. At 5 a patient's message waited 72 ms (p95) to be taken in while all conversations
were busy, at 15 it waits 28 ms (`bench turn`), and turns take no longer."""


def children(settings: Settings, url: str, bot_python: Path | None, model: Path | None) -> list[Child]:
    """The processes. The web process has the right of way, so that taking messages in never waits for the bot."""
    logs = settings.data_folder / "logs"
    logs.mkdir(exist_ok=True)
    environment = {**os.environ, "PORADNIA_DATABASE_URL": url.replace("postgresql+psycopg://", "postgresql://", 1)}
    environment["PORADNIA_DATA_FOLDER"] = str(settings.data_folder)
    environment |= ONE_THREAD

    def child(name: str, command: list[str], env: dict[str, str], health: str, folder: Path, niceness: int) -> Child:
        file = (logs / f"{name}.log").open("ab")
        return Child(name, command, env, health, str(folder), niceness, log_file=file)

    python = sys.executable
    found = [
        child("web", [python, "-m", "service", "web"], environment, f"{settings.local_url}/readyz", ROOT, 0),
        child(
            "worker", [python, "-m", "service", "worker"], environment,
            f"http://127.0.0.1:{settings.actions_port}/health", ROOT, GIVES_WAY,
        ),
    ]  # fmt: skip
    if bot_python is not None and model is not None:
        found.append(  # Gives way by itself: Rasa is its child.
            child(
                "bot", keeper_command(model),
                {**environment, "PORADNIA_DATABASE_BOT_URL": bot_url(settings, url)}, f"{settings.rasa_url}/", ROOT, 0,
            )
        )  # fmt: skip
    return found


def rasa_environment(settings: Settings, url: str, secret: str = "") -> dict[str, str]:
    """What bot/endpoints.yml expects."""
    return {
        **QUIET,
        **ONE_THREAD,
        "PORADNIA_ACTIONS_URL": f"http://127.0.0.1:{settings.actions_port}/webhook",
        "PORADNIA_ACTIONS_SECRET": secret or settings.secrets["actions"],
        "PORADNIA_TRACKER_URL": tracker_url(settings, url),
        "PORADNIA_TRACKER_KEY": settings.secrets["tracker"],
        "POSTGRESQL_POOL_SIZE": "5",
    }


def bot_url(settings: Settings, url: str) -> str:
    """The database as the bot's own role, which sees the schema `bot` and nothing else."""
    if settings.database_bot_url:
        return libpq_url(settings.database_bot_url)
    return libpq_url(url if settings.database_url else as_role(url, BOT))


def tracker_url(settings: Settings, url: str) -> str:
    """Where Rasa keeps its events: the schema `bot`."""
    place = bot_url(settings, url)
    return f"{place}{'&' if '?' in place else '?'}options=-csearch_path%3Dbot"


def _greet(settings: Settings, *, with_bot: bool) -> None:
    home = settings.public_url.rstrip("/")
    started = os.environ.get("PORADNIA_STARTED")
    took = f" in {time.time() - float(started):.0f} s" if started else ""
    lines = [f"\nPoradnia is up{took}."]
    if settings.mode == "demo":
        lines += [
            f"  Demo clinic with the chat   {home}/",
            f"  A patient's phone (SMS)     {home}/simulator/phone",
            f"  Agents' console             {home}/console",
            f"  Demo logins                 {', '.join(email for email, _, _ in DEMO_STAFF)}",
            f"  Password of all of them     {DEMO_PASSWORD}",
        ]
    else:
        lines.append(f"  Console  {home}/console")
    if not with_bot:
        lines.append("  !! WITHOUT the bot (no Python 3.10): every message goes to a person.")
    lines.append("  Stop with Ctrl-C.\n")
    print("\n".join(lines), file=sys.stderr, flush=True)
