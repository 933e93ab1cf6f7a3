"""Saving and putting back: the same rows, a conversation that goes on, and no file that is not whole, ours and of this installation."""

import json
import secrets
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from core.clock import FixedClock
from core.errors import ConfigurationError
from core.migrations import head
from core.postgres import EmbeddedPostgres, as_role, libpq_url
from core.roles import APP, OWNER
from core.settings import Secrets, Settings
from service import sealing
from service.backup import backup, installation_lock, is_empty, restore
from service.sealing import Lock, opened, seal
from tests.house import ANNA, BARTEK, open_house

PASSPHRASE = "correct horse battery staple"


@pytest.fixture
def url(postgres: EmbeddedPostgres, database_url: str) -> Iterator[str]:
    """A database, as its owner, whose companions (kept, half restored) are dropped afterwards."""
    yield as_role(database_url, OWNER)
    name = make_url(database_url).database
    with psycopg.connect(libpq_url(postgres.url("postgres")), autocommit=True) as server:
        for (other,) in server.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE %s", (f"{name}_%",)
        ).fetchall():
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(other)))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation with keys of its own."""
    Secrets.make(tmp_path / "secrets.json")
    return Settings(data_folder=tmp_path)


def rows(url: str) -> dict[str, list[str]]:
    """Every row of every table, as text."""
    with psycopg.connect(libpq_url(url)) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        return {
            name: sorted(
                row[0] for row in connection.execute(sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(name)))
            )
            for (name,) in names
        }


def companions(url: str) -> list[str]:
    """Databases beside this one that carry its name."""
    target = make_url(url)
    server = target.set(database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(libpq_url(server)) as connection:
        found = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", (f"{target.database}_%",))
        return [str(name) for (name,) in found]


async def test_a_drill_brings_every_row_back_and_the_conversation_goes_on(
    url: str, settings: Settings, clock: FixedClock, tmp_path: Path
) -> None:
    lock, file = installation_lock(settings), tmp_path / "drill.backup"
    async with open_house(as_role(url, APP), tmp_path, clock) as clinic:
        assert "echo dzień dobry" in await clinic.text("dzień dobry")
        await clinic.human("konsultant", BARTEK)
        thread = (await clinic.sms("jeszcze jedno")).thread_id
    before = rows(url)
    made = backup(settings, url, file, lock)
    with psycopg.connect(libpq_url(url), autocommit=True) as wrecked:
        wrecked.execute("TRUNCATE correspondents CASCADE")
        wrecked.execute("DROP TABLE action_results")
        wrecked.execute("UPDATE alembic_version SET version_num = 'wrecked'")
    back = restore(settings, url, file, lock, force=True)
    assert rows(url) == before and back.rows == made.rows == sum(len(found) for found in before.values())
    async with open_house(as_role(url, APP), tmp_path, clock) as clinic:
        await clinic.house.turns.take(thread)
        assert "echo jeszcze jedno" in await clinic.said(thread)
        assert "echo i dalej" in await clinic.text("i dalej", ANNA)
        assert (await clinic.messages(thread))[0].body == "dzień dobry"


async def test_a_backup_taken_while_messages_arrive_is_of_one_instant(
    url: str, settings: Settings, clock: FixedClock, tmp_path: Path
) -> None:
    import asyncio

    lock, file = installation_lock(settings), tmp_path / "busy.backup"
    async with open_house(as_role(url, APP), tmp_path, clock) as clinic:
        await clinic.sms("pierwsza")
        saving = asyncio.create_task(asyncio.to_thread(backup, settings, url, file, lock))
        number = 0
        while not saving.done():
            number += 1
            await clinic.sms(f"wiadomość {number}")
        await saving
    restore(settings, url, file, lock, force=True)
    with psycopg.connect(libpq_url(url)) as connection:
        query = "SELECT (SELECT count(*) FROM messages), (SELECT count(*) FROM turns), (SELECT last_seq FROM threads)"
        messages, turns, last = connection.execute(query).fetchone() or (0, 0, 0)
    assert messages == turns == last <= number + 1


def test_data_are_not_written_over_unless_that_is_asked_for(url: str, settings: Settings, tmp_path: Path) -> None:
    lock, file = installation_lock(settings), tmp_path / "b"
    backup(settings, url, file, lock)
    _one_person(url)
    before = rows(url)
    with pytest.raises(ConfigurationError, match="not empty"):
        restore(settings, url, file, lock)
    assert rows(url) == before and companions(url) == []
    report = restore(settings, url, file, lock, force=True)
    assert is_empty(url) and companions(url) == [report.kept_as]
    kept = make_url(url).set(database=report.kept_as).render_as_string(hide_password=False)
    assert rows(kept) == before


def test_a_backup_never_overwrites_and_only_its_owner_reads_it(url: str, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "b"
    backup(settings, url, file, installation_lock(settings))
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(ConfigurationError, match="exists"):
        backup(settings, url, file, installation_lock(settings))
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith("b")] == ["b"]


def test_neither_rows_nor_keys_can_be_read_in_the_file(url: str, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "b"
    _one_person(url)
    backup(settings, url, file, installation_lock(settings))
    content = file.read_bytes()
    known = json.loads((tmp_path / "secrets.json").read_text())
    assert b"Zieli" not in content and b"alembic" not in content
    for key in known.values():
        assert key.encode() not in content and bytes.fromhex(key) not in content
        opened_parts = b"".join(part for _, part in opened(file.open("rb"), installation_lock(settings)))
        assert key.encode() not in opened_parts and bytes.fromhex(key) not in opened_parts


@pytest.mark.parametrize(
    "harm",
    [lambda b: b[:-1], lambda b: b[: len(b) // 2], lambda b: b[:40], lambda b: b"", lambda b: b + b"\0",
     lambda b: b[: len(b) // 2] + bytes([b[len(b) // 2] ^ 1]) + b[len(b) // 2 + 1 :], lambda b: b.replace(b"salt", b"sale", 1),
     lambda b: b"PK" + b],
    ids=["a byte short", "half", "only a head", "empty", "a byte more", "a bit turned", "another head", "another format"],
)  # fmt: skip
def test_a_damaged_file_changes_nothing(url: str, settings: Settings, tmp_path: Path, harm: object) -> None:
    file, lock = tmp_path / "b", installation_lock(settings)
    _one_person(url)
    backup(settings, url, file, lock)
    before = rows(url)
    assert callable(harm)
    file.write_bytes(harm(file.read_bytes()))
    with pytest.raises(ConfigurationError):
        restore(settings, url, file, lock, force=True)
    assert rows(url) == before and companions(url) == []


def test_another_installations_keys_are_named_and_refused(url: str, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "b"
    backup(settings, url, file, installation_lock(settings))
    Secrets.make(tmp_path / "other" / "secrets.json")
    other = Settings(data_folder=tmp_path / "other")
    with pytest.raises(ConfigurationError, match="encryption key"):
        restore(other, url, file, installation_lock(other), force=True)
    locked = tmp_path / "p"
    backup(settings, url, locked, Lock(passphrase=PASSPHRASE))
    for wrong in (Lock(passphrase=PASSPHRASE + "!"), installation_lock(settings)):
        with pytest.raises(ConfigurationError, match="passphrase"):
            restore(settings, url, locked, wrong, force=True)
    with pytest.raises(ConfigurationError, match="sealed with another"):
        restore(other, url, locked, Lock(passphrase=PASSPHRASE), force=True)
    assert restore(settings, url, locked, Lock(passphrase=PASSPHRASE), force=True).revision == head()


def test_a_backup_of_a_newer_version_is_refused(url: str, settings: Settings, tmp_path: Path) -> None:
    file, lock = tmp_path / "b", installation_lock(settings)
    with psycopg.connect(libpq_url(url), autocommit=True) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999_of_tomorrow'")
        backup(settings, url, file, lock)
        connection.execute("UPDATE alembic_version SET version_num = %s", (head(),))
    with pytest.raises(ConfigurationError, match="newer than this version"):
        restore(settings, url, file, lock)
    assert companions(url) == []


def test_models_come_along_when_asked_for(url: str, settings: Settings, tmp_path: Path) -> None:
    models, content = tmp_path / "models", {"a.tar.gz": secrets.token_bytes(3_000_000), "b.tar.gz": b"small"}
    models.mkdir()
    for name, data in content.items():
        (models / name).write_bytes(data)
    backup(settings, url, tmp_path / "b", installation_lock(settings), with_models=True)
    for name in content:
        (models / name).unlink()
    restore(settings, url, tmp_path / "b", installation_lock(settings))
    assert {one.name: one.read_bytes() for one in models.iterdir()} == content


def test_chunks_cannot_be_moved_left_out_or_taken_from_another_backup(tmp_path: Path) -> None:
    lock = Lock(keys=(bytes(32),))

    def written(name: str, *parts: bytes) -> tuple[bytes, list[bytes]]:
        with (tmp_path / name).open("wb") as out:
            seal([(1, part) for part in parts], lock, out)
        content = (tmp_path / name).read_bytes()
        start = content.index(b"\n", len(sealing.MAGIC)) + 1
        chunks, rest = [], content[start:]
        while rest:
            size = 4 + int.from_bytes(rest[:4], "big")
            chunks.append(rest[:size])
            rest = rest[size:]
        return content[:start], chunks

    head_of, (one, two, three) = written("a", b"one", b"two", b"three")
    _, other = written("b", b"one", b"two", b"three")
    for order in (
        (one, three),
        (two, one, three),
        (one, two),
        (one, one, two, three),
        (one, other[1], three),
        (three,),
    ):
        (tmp_path / "c").write_bytes(head_of + b"".join(order))
        with (tmp_path / "c").open("rb") as source, pytest.raises(ConfigurationError):
            list(opened(source, lock))
    (tmp_path / "c").write_bytes(head_of + one + two + three)
    with (tmp_path / "c").open("rb") as source:
        assert [part for _, part in opened(source, lock)] == [b"one", b"two", b"three"]


def _one_person(url: str) -> None:
    with psycopg.connect(libpq_url(url), autocommit=True) as connection:
        connection.execute(
            "INSERT INTO correspondents (id, noticed, created_at, language) VALUES (gen_random_uuid(), '{}', %s, 'pl')",
            (datetime(2026, 11, 23, tzinfo=ZoneInfo("Europe/Warsaw")),),
        )
