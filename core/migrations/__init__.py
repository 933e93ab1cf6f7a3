"""The one migration chain of all tables.

Each migration is a transaction of its own, with its revision in it: whatever interrupts a chain leaves a database at some
revision, and the next start goes on from there. One starter at a time migrates; the others wait for it.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from core import roles
from core.errors import ConfigurationError, DatabaseAway
from core.postgres import libpq_url

VERSIONS = Path(__file__).parent / "versions"
LOCK = 0x706F7261646E6961
"""The advisory lock of whoever migrates ("poradnia")."""
WAIT_SECONDS = 600.0


def configuration(url: str, versions: Path = VERSIONS) -> Config:
    """Alembic's configuration without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("version_locations", str(versions))
    config.set_main_option("path_separator", "newline")
    config.attributes["url"] = url
    return config


@lru_cache
def head(versions: Path = VERSIONS) -> str:
    """The revision this code needs."""
    found = ScriptDirectory.from_config(configuration("", versions)).get_current_head()
    assert found is not None, "there are migrations"
    return found


def revisions(versions: Path = VERSIONS) -> list[str]:
    """All revisions, the oldest first."""
    walked = ScriptDirectory.from_config(configuration("", versions)).walk_revisions()
    return [one.revision for one in walked][::-1]


def revision_of(url: str) -> str | None:
    """Where the database stands; None if it was never migrated. Raises `DatabaseAway` if it does not answer."""
    try:
        with psycopg.connect(libpq_url(url), connect_timeout=10) as connection:
            if connection.execute("SELECT to_regclass('alembic_version')").fetchone() == (None,):
                return None
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except psycopg.OperationalError as error:
        raise DatabaseAway("the database does not answer: see docs/runbook.md") from error
    return str(row[0]) if row else None


def require_current(url: str, versions: Path = VERSIONS, wait_seconds: float = 0) -> None:
    """Refuse to serve on a database of another revision: half of the pages would work, and rows could be lost.

    A database that does not answer is waited for: it may be starting, just as we are.
    """
    known, found = head(versions), _awaited(url, wait_seconds)
    if found == known:
        return
    if found is not None and found not in revisions(versions):
        raise ConfigurationError(
            f"the database is at revision {found}, which this version does not know: it was migrated by a newer one. "
            "Start that version, or restore the backup taken before the upgrade (docs/runbook.md)"
        )
    raise ConfigurationError(f"the database is at revision {found}, this version needs {known}: run ./poradnia migrate")


def _awaited(url: str, wait_seconds: float) -> str | None:
    until = time.monotonic() + wait_seconds
    while True:
        try:
            return revision_of(url)
        except DatabaseAway:
            if time.monotonic() > until:
                raise
            time.sleep(0.3)


def upgrade(url: str, to: str = "head", versions: Path = VERSIONS, wait_seconds: float = WAIT_SECONDS) -> None:
    """Bring the database to the newest version, as its owner, and give the roles their rights. Nothing happens if it is there.

    Raises `ConfigurationError` if the database is newer.
    """
    with _alone(url, wait_seconds):
        found = revision_of(url)
        if found is not None and found not in revisions(versions):
            require_current(url, versions)
        command.upgrade(configuration(url, versions), to)
        if to == "head":
            roles.grant(url)


def differences(url: str) -> list[str]:
    """What the models have that the migrations do not, for the lint; empty when they agree."""
    try:
        command.check(configuration(url))
    except CommandError as error:
        return [str(error)]
    return []


@contextmanager
def _alone(url: str, wait_seconds: float) -> Iterator[None]:
    """Hold the migration lock, on a connection of its own: a killed process lets go of it with its connection."""
    deadline = time.monotonic() + wait_seconds
    with psycopg.connect(libpq_url(url), autocommit=True) as connection:
        while connection.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,)).fetchone() != (True,):
            if time.monotonic() > deadline:
                raise ConfigurationError("another process has been migrating this database for too long")
            time.sleep(0.2)
        yield
