"""The audit's chain. Invariant: whatever anyone changes in the sealed past, even with all rights in the database, is found and named."""

import asyncio
import json
import random
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from core.access import Access
from core.audit import AuditEvent, record
from core.clock import FixedClock
from core.db import Database
from core.ids import new_id
from core.sealing import Head, Sealer, Verified, verify
from core.settings import ROOT
from tests.conftest import owner

KEY = b"k" * 32
WHO = Access.system("test")


class Chain:
    """A database with an audit, and the hands to seal and check it."""

    def __init__(self, database: Database, clock: FixedClock, folder: Path) -> None:
        self.database, self.clock = database, clock
        self.head = Head(folder / "audit-head.json")
        self.sealer = Sealer(database, clock, KEY, self.head)

    async def write(self, count: int = 5) -> None:
        async with self.database.unit_of_work() as uow:
            for number in range(count):
                record(uow, WHO, "open", "thread", f"żółć-{number}", self.clock.now())

    async def check(self) -> Verified:
        async with self.database.unit_of_work() as uow:
            return await verify(uow, KEY, self.head)

    async def batch_of(self, number: int) -> list[UUID]:
        async with self.database.unit_of_work() as uow:
            return list(
                await uow.session.scalars(
                    select(AuditEvent.id).where(AuditEvent.batch == number).order_by(AuditEvent.id)
                )
            )


@pytest.fixture
async def chain(database: Database, clock: FixedClock, tmp_path: Path) -> Chain:
    """Six sealed batches of five rows."""
    made = Chain(database, clock, tmp_path)
    for _ in range(6):
        await made.write()
        assert await made.sealer.seal() == 5
    return made


async def test_an_untouched_chain_is_whole_and_rows_not_sealed_yet_are_counted(chain: Chain) -> None:
    await chain.write(3)
    found = await chain.check()
    assert found.is_whole and (found.batches, found.events, found.unsealed, found.head) == (6, 30, 3, 6)
    assert chain.head.known() == (6, bytes.fromhex(found.head_hash))


async def test_a_row_that_commits_late_is_sealed_with_a_later_batch(chain: Chain) -> None:
    async with chain.database.unit_of_work() as slow:
        record(slow, WHO, "open", "thread", "late", chain.clock.now())
        await slow.session.flush()
        await chain.write(2)
        assert await chain.sealer.seal() == 2
    assert await chain.sealer.seal() == 1
    assert (await chain.check()).is_whole


async def test_two_sealers_at_once_make_one_chain(chain: Chain) -> None:
    other = Sealer(Database(chain.database.url), chain.clock, KEY, chain.head)
    for _ in range(5):
        await chain.write(7)
        await asyncio.gather(chain.sealer.seal(), other.seal(), chain.sealer.seal(), other.seal())
    await chain.sealer.seal()
    await other._database.close()
    found = await chain.check()
    assert found.is_whole and found.events == 65 and found.unsealed == 0


async def test_nothing_rolled_back_is_sealed(chain: Chain) -> None:
    with pytest.raises(RuntimeError):
        async with chain.database.unit_of_work() as uow:
            record(uow, WHO, "open", "thread", "never", chain.clock.now())
            await uow.session.flush()
            raise RuntimeError
    assert await chain.sealer.seal() == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_events SET actor = 'nobody'",
        "DELETE FROM audit_events",
        "TRUNCATE audit_events",
        "UPDATE audit_events SET batch = NULL",
        "DELETE FROM audit_batches",
        "UPDATE audit_batches SET mac = hash",
        "INSERT INTO audit_batches SELECT * FROM audit_batches",
        "INSERT INTO audit_events (id, at, actor, purpose, action, subject_kind, subject_id, batch) VALUES "
        "(gen_random_uuid(), now(), 'a', 'b', 'c', 'd', 'e', 1)",
        "ALTER TABLE audit_events ADD COLUMN extra text",
        "DROP TABLE audit_events",
        "CREATE TABLE mine (id int)",
        "CREATE OR REPLACE FUNCTION seal_audit_batch() RETURNS void LANGUAGE sql AS ''",
        "DELETE FROM data_keys",
        "UPDATE alembic_version SET version_num = 'x'",
        "SET session_replication_role = replica",
    ],
)
async def test_the_application_itself_cannot(chain: Chain, statement: str) -> None:
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        async with chain.database.unit_of_work() as uow:
            await uow.session.execute(text(statement))


async def test_a_batch_out_of_turn_is_refused_by_the_database(chain: Chain) -> None:
    await chain.write(1)
    (fresh,) = await _unsealed(chain)
    for number, members in ((9, [fresh]), (7, await chain.batch_of(2)), (7, [new_id()])):
        with pytest.raises(DBAPIError, match=r"does not follow|sealed or missing"):
            async with chain.database.unit_of_work() as uow:
                previous = chain.head.known()
                assert previous is not None
                await uow.session.execute(
                    text("SELECT seal_audit_batch(:members, :number, '', :previous, '', '', now())"),
                    {"members": members, "number": number, "previous": previous[1]},
                )


async def _unsealed(chain: Chain) -> list[UUID]:
    async with chain.database.unit_of_work() as uow:
        return list(await uow.session.scalars(select(AuditEvent.id).where(AuditEvent.batch.is_(None))))


ROW = "(SELECT id FROM audit_events WHERE batch = 3 ORDER BY id LIMIT 1)"
OTHER = "(SELECT id FROM audit_events WHERE batch = 3 ORDER BY id DESC LIMIT 1)"
TAMPERINGS = {
    "actor changed": (f"UPDATE audit_events SET actor = 'x' WHERE id = {ROW}", 3, "rows-changed"),
    "purpose changed": (f"UPDATE audit_events SET purpose = 'x' WHERE id = {ROW}", 3, "rows-changed"),
    "action changed": (f"UPDATE audit_events SET action = 'x' WHERE id = {ROW}", 3, "rows-changed"),
    "kind changed": (f"UPDATE audit_events SET subject_kind = 'x' WHERE id = {ROW}", 3, "rows-changed"),
    "subject changed": (f"UPDATE audit_events SET subject_id = 'x' WHERE id = {ROW}", 3, "rows-changed"),
    "time changed by a microsecond": (
        f"UPDATE audit_events SET at = at + interval '1 microsecond' WHERE id = {ROW}", 3, "rows-changed",
    ),
    "id changed": (f"UPDATE audit_events SET id = gen_random_uuid() WHERE id = {ROW}", 3, "rows-changed"),
    "two rows swapped": (
        "UPDATE audit_events a SET subject_id = b.subject_id FROM audit_events b "
        f"WHERE a.id IN ({ROW}, {OTHER}) AND b.id IN ({ROW}, {OTHER}) AND a.id <> b.id", 3, "rows-changed",
    ),
    "row deleted": (f"DELETE FROM audit_events WHERE id = {ROW}", 3, "rows-missing"),
    "row unsealed": (f"UPDATE audit_events SET batch = NULL WHERE id = {ROW}", 3, "rows-missing"),
    "row moved to another batch": (f"UPDATE audit_events SET batch = 2 WHERE id = {ROW}", 2, "rows-added"),
    "row added to the past": (
        "INSERT INTO audit_events SELECT gen_random_uuid(), at, actor, purpose, action, subject_kind, subject_id, batch "
        f"FROM audit_events WHERE id = {ROW}", 3, "rows-added",
    ),
    "row given to a batch that never was": (f"UPDATE audit_events SET batch = 77 WHERE id = {ROW}", 3, "rows-missing"),
    "batch deleted": ("DELETE FROM audit_batches WHERE sequence = 3", 3, "batch-missing"),
    "batch and rows deleted": (
        "DELETE FROM audit_batches WHERE sequence = 3; DELETE FROM audit_events WHERE batch = 3", 3, "batch-missing",
    ),
    "first batch deleted": (
        "DELETE FROM audit_batches WHERE sequence = 1; DELETE FROM audit_events WHERE batch = 1", 1, "batch-missing",
    ),
    "tail cut off": (
        "DELETE FROM audit_batches WHERE sequence = 6; DELETE FROM audit_events WHERE batch = 6", 6, "tail-missing",
    ),
    "everything deleted": ("DELETE FROM audit_batches; DELETE FROM audit_events", 1, "tail-missing"),
    "batches swapped": (
        "UPDATE audit_events SET batch = CASE batch WHEN 2 THEN 4 ELSE 2 END WHERE batch IN (2, 4)", 2, "rows-changed",
    ),
    "numbers of batches swapped": (
        "UPDATE audit_batches SET sequence = 99 WHERE sequence = 2; UPDATE audit_batches SET sequence = 2 WHERE sequence = 4; "
        "UPDATE audit_batches SET sequence = 4 WHERE sequence = 99", 2, "link-broken",
    ),
    "time of a batch changed": (
        "UPDATE audit_batches SET sealed_at = sealed_at - interval '1 day' WHERE sequence = 5", 5, "batch-changed",
    ),
    "code of a batch changed": ("UPDATE audit_batches SET mac = hash WHERE sequence = 5", 5, "batch-changed"),
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERINGS)
async def test_tampering_with_all_rights_is_found_at_its_batch(chain: Chain, name: str) -> None:
    statement, batch, kind = TAMPERINGS[name]
    with psycopg.connect(owner(chain.database.url)) as intruder:
        intruder.execute(statement)
    found = await chain.check()
    assert not found.is_whole
    assert (found.faults[0].batch, kind) in {(one.batch, one.kind) for one in found.faults} and found.faults[
        0
    ].batch == batch


async def test_a_chain_forged_anew_without_the_key_is_found(chain: Chain, tmp_path: Path) -> None:
    """The intruder has the code and the database, changes a row, and seals everything again with a key of their own."""
    with psycopg.connect(owner(chain.database.url)) as intruder:
        intruder.execute("DELETE FROM audit_batches")
        intruder.execute("UPDATE audit_events SET batch = NULL, actor = 'somebody else'")
    forger = Sealer(chain.database, chain.clock, b"f" * 32, Head(tmp_path / "forged.json"))
    while await forger.seal():
        pass
    kinds = {one.kind for one in (await chain.check()).faults}
    assert {"batch-changed", "tail-missing"} <= kinds


@pytest.mark.parametrize("seed", range(12))
async def test_any_one_byte_changed_anywhere_is_found(chain: Chain, seed: int) -> None:
    dice = random.Random(seed)
    column = dice.choice(["actor", "purpose", "action", "subject_kind", "subject_id"])
    number = dice.randrange(1, 7)
    victim = dice.choice(await chain.batch_of(number))
    with psycopg.connect(owner(chain.database.url)) as intruder:
        (value,) = intruder.execute(f"SELECT {column} FROM audit_events WHERE id = %s", (victim,)).fetchone()  # type: ignore[misc]  # the row exists
        place = dice.randrange(len(value))
        changed = value[:place] + chr((ord(value[place]) + 1) % 0xD000 or 1) + value[place + 1 :]
        intruder.execute(f"UPDATE audit_events SET {column} = %s WHERE id = %s", (changed, victim))
    found = await chain.check()
    assert [one.batch for one in found.faults] == [number] and str(victim) in found.faults[0].rows


async def test_a_row_that_claims_an_older_time_is_told(chain: Chain) -> None:
    async with chain.database.unit_of_work() as uow:
        record(uow, WHO, "open", "thread", "x", chain.clock.now() - timedelta(days=3))
    await chain.sealer.seal()
    found = await chain.check()
    assert found.is_whole and found.late == 1


async def test_a_hundred_thousand_rows_are_verified_within_fifteen_seconds(chain: Chain) -> None:
    with psycopg.connect(owner(chain.database.url)) as connection:
        connection.execute(
            "INSERT INTO audit_events (id, at, actor, purpose, action, subject_kind, subject_id) "
            "SELECT gen_random_uuid(), now(), gen_random_uuid()::text, 'care', 'patient.read', 'patient', gen_random_uuid()::text "
            "FROM generate_series(1, 100000)"
        )
    while await chain.sealer.seal():
        pass
    began = time.monotonic()
    found = await chain.check()
    assert found.is_whole and found.events == 100_030
    assert time.monotonic() - began < 15


def test_the_command_says_whole_or_not_by_its_exit_code(database_url: str, tmp_path: Path) -> None:
    from core.settings import Secrets

    Secrets.make(tmp_path / "secrets.json")
    environment = {
        "PATH": "/usr/bin:/bin",
        "PORADNIA_DATA_FOLDER": str(tmp_path),
        "PORADNIA_DATABASE_URL": database_url.replace("postgresql+psycopg", "postgresql"),
    }
    command = [sys.executable, "-m", "service", "audit", "verify", "--json"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and json.loads(done.stdout)["is_whole"]
    Head(tmp_path / "audit-head.json").note(3, b"h" * 32)
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and json.loads(done.stdout)["faults"][0]["kind"] == "tail-missing"
