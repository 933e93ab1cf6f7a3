"""From every revision to the newest with rows in every table; cut off half way; two at once; and nobody serves on the wrong one."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import MetaData, NullPool, create_engine, select

from core.errors import ConfigurationError
from core.migrations import VERSIONS, head, require_current, revision_of, revisions, upgrade
from core.postgres import EmbeddedPostgres, libpq_url
from core.settings import ROOT
from tests.service.filling import fill

FIRST = "0004_knowledge"
"""The first revision anybody has run."""
OLD = revisions()[revisions().index(FIRST) :]
CHANGED: dict[str, set[str]] = {
    # Sealed on the way (0020); that they open to what they were is tested with the keys.
    "patients": {"birth_date"}, "messages": {"provenance"}, "safety_alerts": {"rules"}, "simulated_sms": {"phone"},
}  # fmt: skip
"""Columns (`table`: names) that a migration is meant to change; everything else must come through as it was."""
EMPTIED = frozenset({"staff_sessions", "simulated_opt_outs"})
"""Tables that a migration is meant to empty: with sessions bound to their browser everybody signs in once more; the simulated
phone's opt-outs were kept in clear."""
MIGRATION = """
from alembic import op
revision = {name!r}
down_revision = {after!r}
branch_labels = depends_on = None


def upgrade():
    op.execute("CREATE TABLE {table} (id int)")
    op.execute({statement!r})


def downgrade():
    pass
"""


@pytest.fixture
def empty_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A database with nothing in it."""
    name = f"upgrade_{uuid4().hex}"
    with psycopg.connect(libpq_url(postgres.url("postgres")), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0 LOCALE 'C.UTF-8'")
        yield postgres.url(name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def versions(tmp_path: Path) -> Path:
    """The chain, where a test may add to it."""
    return Path(shutil.copytree(VERSIONS, tmp_path / "versions", ignore=shutil.ignore_patterns("__pycache__")))


def add(versions: Path, name: str, after: str, statement: str) -> None:
    """One more migration: it makes a table of its name, then does something."""
    source = MIGRATION.format(name=name, after=after, table=name, statement=statement)
    (versions / f"{name}.py").write_text(source)


def tables(url: str) -> set[str]:
    """Which tables there are."""
    with psycopg.connect(libpq_url(url)) as connection:
        return {name for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}


@pytest.mark.parametrize("revision", OLD)
def test_an_upgrade_loses_and_changes_no_row(empty_url: str, revision: str) -> None:
    upgrade(empty_url, revision)
    engine = create_engine(empty_url, poolclass=NullPool)
    with engine.begin() as connection:
        written = fill(connection)
    upgrade(empty_url)
    require_current(empty_url)
    now = MetaData()
    with engine.connect() as connection:
        now.reflect(connection)
        for name, rows in written.items():
            assert name in now.tables, f"{name} is gone: say in CHANGED where its rows went"
            table = now.tables[name]
            kept = [one for one in rows[0] if one in table.columns and one not in CHANGED.get(name, set())]
            found = [
                _plain(row) for row in connection.execute(select(*(table.columns[one] for one in kept))).mappings()
            ]
            assert len(written[name]) >= 3
            for row in () if name in EMPTIED else rows:
                assert _plain({one: row[one] for one in kept}) in found, name


def test_of_two_prices_from_one_day_the_newer_holds_after_the_upgrade(empty_url: str) -> None:
    upgrade(empty_url, "0350_article_terms")
    set_price = "INSERT INTO prices (id, service_code, payer, amount, currency, valid_from) VALUES (%s, 'ecg', 'private', %s, 'PLN', %s)"
    with psycopg.connect(libpq_url(empty_url)) as connection:
        connection.execute(
            "INSERT INTO services (code, name_pl, name_en, synonyms_pl, synonyms_en, duration_minutes)"
            " VALUES ('ecg', 'EKG', 'ECG', '{}', '{}', 15)"
        )
        for number, (amount, day) in enumerate([(5000, "2026-01-01"), (6000, "2026-01-01"), (7000, "2026-06-01")]):
            connection.execute(set_price, (UUID(int=number + 1), amount, day))
    upgrade(empty_url)
    with psycopg.connect(libpq_url(empty_url)) as connection:
        rows = connection.execute("SELECT amount, withdrawn_at IS NULL FROM prices ORDER BY amount").fetchall()
    assert rows == [(5000, False), (6000, True), (7000, True)]


def _plain(row: Any) -> dict[str, str]:
    return {key: repr(value) for key, value in row.items()}


def test_upgrading_twice_does_nothing_and_says_nothing(empty_url: str) -> None:
    upgrade(empty_url)
    before = tables(empty_url)
    upgrade(empty_url)
    assert tables(empty_url) == before and revision_of(empty_url) == head()


def test_a_failing_migration_leaves_the_ones_before_it_and_the_next_start_goes_on(
    empty_url: str, versions: Path
) -> None:
    add(versions, "after_one", head(), "SELECT 1")
    add(versions, "after_two", "after_one", "SELECT 1/0")
    with pytest.raises(Exception, match="division by zero"):
        upgrade(empty_url, versions=versions)
    assert revision_of(empty_url) == "after_one"
    assert "after_one" in tables(empty_url) and "after_two" not in tables(empty_url)
    with pytest.raises(ConfigurationError, match=r"after_one.*after_two.*migrate"):
        require_current(empty_url, versions)
    mended = Path(shutil.copytree(versions, versions.with_name("mended")))
    add(mended, "after_two", "after_one", "SELECT 1")
    upgrade(empty_url, versions=mended)
    require_current(empty_url, mended)
    assert "after_two" in tables(empty_url)


def test_a_killed_migration_leaves_nothing_half_done(empty_url: str, versions: Path) -> None:
    upgrade(empty_url)
    add(versions, "slow", head(), "SELECT pg_sleep(60)")
    command = "import sys; from pathlib import Path; from core.migrations import upgrade; upgrade(sys.argv[1], versions=Path(sys.argv[2]))"
    process = subprocess.Popen([sys.executable, "-c", command, empty_url, str(versions)], cwd=ROOT)
    _until(lambda: _sleeping(empty_url) is not None)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    with psycopg.connect(libpq_url(empty_url), autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(%s)", (_sleeping(empty_url),))
    _until(lambda: _sleeping(empty_url) is None)
    assert revision_of(empty_url) == head() and "slow" not in tables(empty_url)
    add(versions, "slow", head(), "SELECT 1")
    upgrade(empty_url, versions=Path(shutil.copytree(versions, versions.with_name("quick"))), wait_seconds=20)
    assert "slow" in tables(empty_url)


def test_two_starters_at_once_migrate_once(empty_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(_upgrade_elsewhere, empty_url) for _ in range(4)]:
            assert done.result() == 0
    require_current(empty_url)


def test_a_starter_does_not_wait_for_ever_for_another(empty_url: str) -> None:
    from core.migrations import LOCK

    with psycopg.connect(libpq_url(empty_url), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        with pytest.raises(ConfigurationError, match="another process"):
            upgrade(empty_url, wait_seconds=0.5)


def test_nobody_serves_or_migrates_a_database_of_a_newer_version(empty_url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"None.*migrate"):
        require_current(empty_url)
    upgrade(empty_url)
    with psycopg.connect(libpq_url(empty_url), autocommit=True) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999_of_tomorrow'")
    for act in (require_current, upgrade):
        with pytest.raises(ConfigurationError, match="newer"):
            act(empty_url)
    assert revision_of(empty_url) == "9999_of_tomorrow"


def test_the_processes_refuse_a_database_of_another_revision_in_one_line(empty_url: str, tmp_path: Path) -> None:
    upgrade(empty_url, FIRST)
    environment = {**os.environ, "PORADNIA_DATABASE_URL": libpq_url(empty_url), "PORADNIA_DATA_FOLDER": str(tmp_path)}
    for process in ("web", "worker"):
        done = subprocess.run(
            [sys.executable, "-m", "service", process], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert done.returncode == 2 and "run ./poradnia migrate" in done.stderr and "Traceback" not in done.stderr


def _upgrade_elsewhere(url: str) -> int:
    command = "import sys; from core.migrations import upgrade; upgrade(sys.argv[1])"
    return subprocess.run([sys.executable, "-c", command, url], cwd=ROOT, check=False, timeout=120).returncode


def _sleeping(url: str) -> int | None:
    with psycopg.connect(libpq_url(url)) as connection:
        row = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid() "
            "AND datname = current_database()"
        ).fetchone()
    return row[0] if row else None


def _until(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.05)
