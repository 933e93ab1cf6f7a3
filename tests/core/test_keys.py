"""Keys. Invariant: with keys that do not fit nothing starts and nothing is touched; with those that do nothing is ever unreadable."""

import base64
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psycopg
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select

from care.patients import service
from care.patients.models import Patient
from core.access import Access
from core.clock import FixedClock
from core.crypto import EncryptedText, keyring
from core.db import Database
from core.errors import ConfigurationError
from core.ids import new_id
from core.keys import add_version, connected, open_keys, rewrap, rows_of
from core.rotation import Rotation, sealed_tables
from core.settings import ROOT, Secrets
from tests.conftest import owner

BOT = Access.system("turn")
ONE, TWO, THREE = "a1" * 32, "b2" * 32, "c3" * 32


def secrets(**changes: str) -> Secrets:
    """Secrets of a test; the process's own keyring is put back afterwards."""
    return Secrets({"encryption": ONE, "lookup": TWO, "tracker": THREE, "audit": ONE} | changes)


@pytest.fixture(autouse=True)
def own_keyring() -> Iterator[None]:
    """Every test opens keys of its own; those of the run come back."""
    kept = vars(keyring).copy()
    yield
    vars(keyring).update(kept)


async def a_patient(database: Database, clock: FixedClock, name: str = "Łucja") -> None:
    async with database.unit_of_work() as uow:
        await service.register(uow, BOT, name, "Żak", date(1987, 3, 14), new_id(), "self", clock.now())


async def names(database: Database) -> list[str]:
    async with database.unit_of_work() as uow:
        return sorted(await uow.session.scalars(select(Patient.given_name)))


def everything(url: str) -> str:
    """A digest of every row of every table."""
    digest = hashlib.sha256()
    with psycopg.connect(owner(url)) as connection:
        tables = connection.execute(
            "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN ('public', 'bot') ORDER BY 1"
        ).fetchall()
        for (name,) in tables:
            for row in connection.execute(f"SELECT t::text FROM {name} t ORDER BY 1"):
                digest.update(str(row).encode())
    return digest.hexdigest()


async def test_the_first_start_makes_keys_and_the_next_one_finds_them(database: Database, clock: FixedClock) -> None:
    open_keys(database.url, secrets)
    await a_patient(database, clock)
    before = everything(database.url)
    open_keys(database.url, secrets)
    assert everything(database.url) == before
    assert await names(database) == ["Łucja"]


@pytest.mark.parametrize("wrong", ["encryption", "tracker"])
async def test_a_wrong_key_refuses_to_start_and_touches_nothing(
    database: Database, clock: FixedClock, wrong: str
) -> None:
    open_keys(database.url, secrets)
    await a_patient(database, clock)
    before = everything(database.url)
    with pytest.raises(ConfigurationError, match="secret"):
        open_keys(database.url, lambda: secrets(**{wrong: "d4" * 32}))
    assert everything(database.url) == before


@pytest.mark.parametrize("broken", ["", "zz" * 32, "ab", "ab" * 33])
async def test_a_key_that_is_none_refuses_to_start(database: Database, broken: str) -> None:
    with pytest.raises(ConfigurationError):
        open_keys(database.url, lambda: secrets(encryption=broken))


def test_a_missing_key_file_is_said_in_one_line_and_nothing_starts(database_url: str, tmp_path: Path) -> None:
    before = everything(database_url)
    environment = {"PATH": "/usr/bin:/bin", "PORADNIA_DATA_FOLDER": str(tmp_path),
                   "PORADNIA_DATABASE_URL": database_url.replace("+psycopg", "")}  # fmt: skip
    for command in ("web", "worker"):
        done = subprocess.run(
            [sys.executable, "-m", "service", command],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode == 2 and "secrets" in done.stderr and "Traceback" not in done.stderr
    assert everything(database_url) == before


async def test_data_keys_that_are_gone_are_not_made_anew_over_sealed_rows(
    database: Database, clock: FixedClock
) -> None:
    open_keys(database.url, secrets)
    await a_patient(database, clock)
    with psycopg.connect(owner(database.url)) as connection:
        connection.execute("DELETE FROM data_keys")
    with pytest.raises(ConfigurationError, match="import"):
        open_keys(database.url, secrets)


async def test_a_sealed_value_opens_nowhere_else_and_not_when_changed() -> None:
    keyring.load(ONE, TWO)
    sealed = keyring.seal(b"boli", "messages.body")
    assert keyring.open(sealed, "messages.body") == b"boli"
    with pytest.raises(InvalidTag):
        keyring.open(sealed, "patients.phone")
    for place in (1, 5, len(sealed) - 1):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises((InvalidTag, ConfigurationError)):
            keyring.open(changed, "messages.body")


async def test_a_process_that_meets_a_newer_key_asks_for_it(database: Database, clock: FixedClock) -> None:
    open_keys(database.url, secrets)
    old = vars(keyring).copy()
    with connected(database.url) as connection:
        add_version(connection, secrets(), "records")
    open_keys(database.url, secrets)
    await a_patient(database, clock)
    vars(keyring).update(old)
    assert await names(database) == ["Łucja"], "the old keyring read a row of a key it had never seen"


async def test_the_wrapping_key_is_replaced_without_touching_the_data(database: Database, clock: FixedClock) -> None:
    open_keys(database.url, secrets)
    await a_patient(database, clock)
    both = secrets(encryption=f"{THREE},{ONE}")
    open_keys(database.url, lambda: both)
    with connected(database.url) as connection:
        assert rewrap(connection, both) == 2, "records and lookup; the tracker's has a secret of its own"
        assert rewrap(connection, both) == 0
    open_keys(database.url, lambda: secrets(encryption=THREE))
    assert await names(database) == ["Łucja"]
    with pytest.raises(ConfigurationError):
        open_keys(database.url, secrets)


async def test_every_column_of_bytes_in_the_database_is_sealed_or_known(database: Database) -> None:
    """What no model declares sealed would be forgotten by rotation."""
    # What the clinic publishes is no secret.
    known = {("data_keys", "wrapped"), ("article_files", "content")} | {
        ("audit_batches", name) for name in ("digest", "previous", "hash", "mac")
    }
    sealed = {(one.name, name) for one in sealed_tables() for name in one.contexts}
    with psycopg.connect(owner(database.url)) as connection:
        found = set(
            connection.execute(
                "SELECT table_name, column_name FROM information_schema.columns "
                "WHERE data_type = 'bytea' AND table_schema = 'public'"
            ).fetchall()
        )
    assert found - known == sealed and len(sealed) > 15


async def test_every_context_is_its_column() -> None:
    for one in sealed_tables():
        assert one.contexts == {name: f"{one.name}.{name}" for name in one.contexts}


async def test_rows_from_before_envelopes_are_read_sealed_anew_and_found(database: Database, clock: FixedClock) -> None:
    """A database of the first release, as the migration leaves it: values of format 1, a birth date in plain bytes, no tokens."""
    encryption = bytes.fromhex(ONE)

    def first_format(text: str, context: str) -> bytes:
        nonce = b"n" * 12
        return b"\x01" + nonce + AESGCM(encryption).encrypt(nonce, text.encode(), context.encode())

    with psycopg.connect(owner(database.url)) as connection:
        connection.execute(
            "INSERT INTO patients (id, given_name, family_name, name_tokens, match_token, birth_date, language, created_at, "
            "is_synthetic) VALUES (%s, %s, %s, '{}', 'x', %s, 'pl', now(), true)",
            (new_id(), first_format("Łucja", "patients.given_name"), first_format("Żak", "patients.family_name"), b"1987-03-14"),
        )  # fmt: skip
    with pytest.raises(ConfigurationError, match="encryption"):
        open_keys(database.url, lambda: secrets(encryption=TWO))
    open_keys(database.url, secrets)
    rotation = Rotation(database, secrets, takes_plain=True, pause_seconds=0)
    assert await rotation.left() == {"patients": 1}
    assert await rotation.one_pass() == 1 and await rotation.left() == {}
    from service.keys import make_tokens

    await make_tokens(database)
    assert await rotation.retire() == [0]
    async with database.unit_of_work() as uow:
        (found,) = await service.search(uow, Access.system("test"), "lucja", clock.now())
        assert found.birth_date == date(1987, 3, 14)
        assert await service.search(uow, Access.system("test"), "14.03.1987", clock.now()) == [found]
    with connected(database.url) as connection:
        assert [row.state for row in rows_of(connection)] == ["retired", "active", "active", "active"]


def keys_command(folder: Path, url: str, *arguments: str, says: str = "") -> subprocess.CompletedProcess[str]:
    """`./poradnia keys …` on that installation."""
    return subprocess.run(
        [sys.executable, "-m", "service", "keys", *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False, input=says,
        env={"PATH": "/usr/bin:/bin", "PORADNIA_DATA_FOLDER": str(folder), "PORADNIA_DATABASE_URL": url.replace("+psycopg", "")},
    )  # fmt: skip


async def test_a_backup_of_the_keys_brings_back_what_was_lost(
    database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    phrase = "correct horse battery\n"
    Secrets.make(tmp_path / "secrets.json")
    held = Secrets.load(tmp_path / "secrets.json")
    open_keys(database.url, lambda: held)
    await a_patient(database, clock)
    backup = tmp_path / "keys.backup"
    assert keys_command(tmp_path, database.url, "export", str(backup), says="short\n").returncode == 2
    assert keys_command(tmp_path, database.url, "export", str(backup), says=phrase).returncode == 0
    assert backup.stat().st_mode & 0o777 == 0o600
    for name in Secrets.NAMES:
        assert held[name] not in backup.read_text() and held[name] not in base64.b64decode(
            json.loads(backup.read_text())["sealed"]
        ).decode("latin-1")
    (tmp_path / "secrets.json").unlink()
    with psycopg.connect(owner(database.url)) as connection:
        connection.execute("DELETE FROM data_keys")
    assert keys_command(tmp_path, database.url, "status").returncode == 2
    wrong = keys_command(tmp_path, database.url, "import", str(backup), says="another passphrase\n")
    assert wrong.returncode == 2 and not (tmp_path / "secrets.json").exists()
    restored = keys_command(tmp_path, database.url, "import", str(backup), says=phrase)
    assert restored.returncode == 0, restored.stderr
    open_keys(database.url, lambda: Secrets.load(tmp_path / "secrets.json"))
    assert await names(database) == ["Łucja"]
    other = tmp_path / "other"
    Secrets.make(other / "secrets.json")
    kept = (other / "secrets.json").read_text()
    refused = keys_command(other, database.url, "import", str(backup), says=phrase)
    assert refused.returncode == 2 and (other / "secrets.json").read_text() == kept


async def test_another_lookup_key_makes_every_token_again(
    database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    Secrets.make(tmp_path / "secrets.json")
    open_keys(database.url, lambda: Secrets.load(tmp_path / "secrets.json"))
    await a_patient(database, clock)
    before = keyring.token("name:luc")
    refused = keys_command(tmp_path, database.url, "retoken")
    assert refused.returncode == 2 and "stop Poradnia" in refused.stderr
    await database.engine.dispose()
    done = keys_command(tmp_path, database.url, "retoken")
    assert done.returncode == 0, done.stderr
    open_keys(database.url, lambda: Secrets.load(tmp_path / "secrets.json"))
    assert keyring.token("name:luc") != before
    async with database.unit_of_work() as uow:
        assert len(await service.search(uow, Access.system("test"), "luc", clock.now())) == 1


def test_half_a_character_survives_sealing() -> None:
    keyring.load(ONE, TWO)
    kind = EncryptedText("messages.body")
    assert kind.from_bytes(kind.to_bytes("a\ud83d")) == "a\ud83d"
