"""Real parts for the tests: one embedded PostgreSQL per run, a fresh migrated database per test."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from core.clock import FixedClock
from core.crypto import keyring
from core.db import Database
from core.migrations import upgrade
from core.postgres import EmbeddedPostgres, as_role, libpq_url
from core.roles import APP, OWNER
from service.app import create_app
from tests.controls import pytest_addoption, pytest_runtest_logreport, pytest_sessionfinish
from tests.house import TestHouse, open_house
from tests.processes import pytest_collection_modifyitems, pytest_xdist_make_scheduler
from tests.serving import free_port, serve, until

__all__ = [
    "WARSAW",
    "free_port",
    "pytest_addoption",
    "pytest_collection_modifyitems",
    "pytest_runtest_logreport",
    "pytest_sessionfinish",
    "pytest_xdist_make_scheduler",
    "until",
]

WARSAW = ZoneInfo("Europe/Warsaw")
# A busy machine is slow, not wrong: how long an example takes decides nothing.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


@pytest.fixture(scope="session", autouse=True)
def keys() -> None:
    """Throw-away keys for encrypted columns."""
    keyring.load("11" * 32, "22" * 32)


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """A real PostgreSQL for the whole run."""
    folder = Path(tempfile.mkdtemp(prefix="poradnia-test-"))
    server = EmbeddedPostgres(folder / "pg")
    server.start()
    with psycopg.connect(libpq_url(server.url("postgres")), autocommit=True) as connection:
        for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
            connection.execute(f"ALTER SYSTEM SET {setting}")
        connection.execute("SELECT pg_reload_conf()")
        connection.execute("CREATE DATABASE template_poradnia")
    upgrade(server.url("template_poradnia"))
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def database_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """The address of a fresh, migrated, empty database, as the application's own role."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(libpq_url(postgres.url("postgres")), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template_poradnia")
        yield as_role(postgres.url(name), APP)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The pool of connections to that database."""
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Redis for the whole run, kept nowhere."""
    server = shutil.which("redis-server")
    if server is None:
        pytest.skip("no redis-server here (apt-get install redis-server)")
    port, folder = free_port(), tmp_path_factory.mktemp("redis")
    process = subprocess.Popen(
        [server, "--port", str(port), "--save", "", "--dir", str(folder)], stdout=subprocess.DEVNULL
    )
    url = f"redis://127.0.0.1:{port}"
    with Redis.from_url(url) as probe:
        for _ in range(200):
            try:
                probe.ping()
                break
            except RedisConnectionError:
                time.sleep(0.02)
    yield url
    process.terminate()
    process.wait()


@pytest.fixture
def clock() -> FixedClock:
    """Monday 23 November 2026, 10:00 in Warsaw: the clinic is open."""
    return FixedClock(datetime(2026, 11, 23, 10, 0, tzinfo=WARSAW))


@pytest.fixture(scope="session")
def house_url(postgres: EmbeddedPostgres) -> str:
    """A database that the houses of a run use one after the other."""
    with psycopg.connect(libpq_url(postgres.url("postgres")), autocommit=True) as connection:
        connection.execute("CREATE DATABASE houses TEMPLATE template_poradnia")
    return as_role(postgres.url("houses"), APP)


def owner(url: str) -> str:
    """The same database as its owner, for psycopg: what an intruder with all rights would have."""
    return libpq_url(as_role(url, OWNER))


def emptied(url: str) -> str:
    """The same database with every row gone and nobody connected: far quicker than making another."""
    with psycopg.connect(owner(url), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('alembic_version', 'knowledge_state')"
        ).fetchall()
        deletions = (sql.SQL("DELETE FROM {}").format(sql.Identifier(table)) for (table,) in tables)
        # In one message: a hundred and fifty of them take twice as long.
        connection.execute(
            sql.SQL("; ").join(
                (sql.SQL("SET session_replication_role = replica"), sql.SQL("DELETE FROM bot.events"), *deletions)
            )
        )
    return url


@pytest.fixture
async def house(house_url: str, tmp_path: Path, clock: FixedClock) -> AsyncIterator[TestHouse]:
    """A whole house on an empty database, with a scripted dialogue core and fixed hours."""
    async with open_house(emptied(house_url), tmp_path, clock) as opened:
        yield opened


@pytest.fixture
async def served(house_url: str, tmp_path: Path, clock: FixedClock) -> AsyncIterator[TestHouse]:
    """The house with its web side, and so the simulated provider's API, on a real port: the real SDK reaches it."""
    port = free_port()
    async with (
        open_house(emptied(house_url), tmp_path, clock, web_port=port) as opened,
        serve(create_app(opened.house), port),
    ):
        yield opened
