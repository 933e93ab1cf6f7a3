"""Rotation. Invariant: while everything is sealed anew nothing written meanwhile is lost, and everyone goes on reading."""

import asyncio
import subprocess
from collections.abc import Iterator
from uuid import UUID

import psycopg
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select, update

from conversations.models import Case, CaseState, Correspondent, Thread
from core.clock import FixedClock
from core.crypto import keyring
from core.db import Database
from core.ids import new_id
from core.keys import ROTATED, add_version, connected, open_keys, rows_of
from core.postgres import as_role
from core.roles import BOT
from core.rotation import Rotation, open_event, seal_event
from core.settings import ROOT, Secrets
from tests.conftest import owner

HELD = Secrets({"encryption": "a1" * 32, "lookup": "b2" * 32, "tracker": "c3" * 32})


def held() -> Secrets:
    return HELD


@pytest.fixture(autouse=True)
def own_keyring() -> Iterator[None]:
    kept = vars(keyring).copy()
    yield
    vars(keyring).update(kept)


def rotate(url: str) -> list[int]:
    """New keys, as the command makes them."""
    with connected(url) as connection:
        made = [add_version(connection, HELD, purpose) for purpose in ROTATED]
    open_keys(url, held)
    return made


async def cases(database: Database, clock: FixedClock, count: int) -> list[UUID]:
    made = []
    async with database.unit_of_work() as uow:
        for number in range(count):
            person, thread, case = new_id(), new_id(), new_id()
            uow.session.add(Correspondent(id=person, noticed={}, created_at=clock.now()))
            await uow.session.flush()
            uow.session.add(Thread(id=thread, correspondent_id=person, created_at=clock.now()))
            await uow.session.flush()
            uow.session.add(
                Case(id=case, thread_id=thread, state=CaseState.bot, understood={"n": number, "w": 0}, opened_at=clock.now(),
                     active_at=clock.now())
            )  # fmt: skip
            made.append(case)
    return made


async def test_writers_and_readers_go_on_while_everything_is_sealed_anew(database: Database, clock: FixedClock) -> None:
    open_keys(database.url, held)
    made = await cases(database, clock, 400)
    written: dict[UUID, int] = dict.fromkeys(made, 0)
    is_over = asyncio.Event()

    async def write(part: list[UUID]) -> None:
        while not is_over.is_set():
            for one in part:
                async with database.unit_of_work() as uow:
                    row = await uow.session.get_one(Case, one, with_for_update=True)
                    row.understood = {**(row.understood or {}), "w": written[one] + 1}
                written[one] += 1

    async def read() -> None:
        while not is_over.is_set():
            async with database.unit_of_work() as uow:
                for understood in await uow.session.scalars(select(Case.understood).limit(100)):
                    assert understood is not None
                    assert "n" in understood

    load = [asyncio.create_task(write(made[part::4])) for part in range(4)] + [asyncio.create_task(read())]
    await asyncio.sleep(0.2)
    for _ in range(3):
        rotate(database.url)
        rotation, again = (Rotation(database, held, pause_seconds=0) for _ in range(2))
        for _ in range(50):
            await asyncio.gather(rotation.one_pass(), again.one_pass())
            if not await rotation.left():
                break
        assert await rotation.left() == {}
    is_over.set()
    await asyncio.gather(*load)
    async with database.unit_of_work() as uow:
        for row in await uow.session.scalars(select(Case)):
            assert row.understood is not None
            assert row.understood["w"] == written[row.id], "a write was lost"
    assert sum(written.values()) > 100


async def test_a_rotation_cut_off_in_the_middle_is_taken_up_where_it_was(database: Database, clock: FixedClock) -> None:
    open_keys(database.url, held)
    await cases(database, clock, 350)
    rotate(database.url)
    rotation = Rotation(database, held, pause_seconds=0.05)
    task = asyncio.create_task(rotation.one_pass())
    while (await rotation.left()).get("cases", 0) == 350:  # noqa: ASYNC110 - what it waits for is in the database
        await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    left = (await rotation.left()).get("cases", 0)
    assert 0 < left < 350
    assert await Rotation(database, held, pause_seconds=0).one_pass() == left


async def test_a_row_that_somebody_holds_is_left_for_the_next_pass(database: Database, clock: FixedClock) -> None:
    open_keys(database.url, held)
    first, *_ = await cases(database, clock, 3)
    rotate(database.url)
    rotation = Rotation(database, held, pause_seconds=0)
    async with database.unit_of_work() as uow:
        await uow.session.execute(update(Case).where(Case.id == first).values(agent_id=new_id()))
        assert await rotation.one_pass() == 2
    assert await rotation.one_pass() == 1 and await rotation.left() == {}


async def test_an_old_key_is_retired_only_when_no_row_names_it_and_all_have_heard(
    database: Database, clock: FixedClock
) -> None:
    open_keys(database.url, held)
    await cases(database, clock, 3)
    rotate(database.url)
    rotation = Rotation(database, held, pause_seconds=0)
    assert await rotation.retire() == [], "rows still name it"
    await rotation.one_pass()
    assert await rotation.retire() == [], "the new key is seconds old"
    with psycopg.connect(owner(database.url)) as connection:
        connection.execute("UPDATE data_keys SET created_at = created_at - interval '5 minutes'")
    assert await rotation.retire() == [1, 2]


async def test_the_trackers_events_are_sealed_anew_by_the_service(database: Database) -> None:
    open_keys(database.url, held)
    with connected(database.url) as connection:
        (row,) = [row for row in rows_of(connection) if row.purpose == "tracker"]
    from core.keys import unwrap

    cipher = AESGCM(unwrap(row, HELD))
    with psycopg.connect(owner(database.url)) as connection:
        for number in range(250):
            connection.execute(
                "INSERT INTO bot.events (sender_id, type_name, data) VALUES ('case', 'user', %s)",
                (seal_event(cipher, row.version, f'{{"text": "boli {number}"}}'.encode()),),
            )
    _, newest = rotate(database.url)
    rotation = Rotation(database, held, pause_seconds=0)
    assert await rotation.left() == {"bot.events": 250}
    await rotation.one_pass()
    assert await rotation.left() == {}
    with connected(database.url) as connection:
        (fresh,) = [row for row in rows_of(connection) if row.version == newest]
        stored = [one for (one,) in connection.execute("SELECT data FROM bot.events ORDER BY id")]
    opened = [open_event({newest: AESGCM(unwrap(fresh, HELD))}, one) for one in stored]
    assert opened == [f'{{"text": "boli {number}"}}'.encode() for number in range(250)]


@pytest.mark.parametrize(
    "statement",
    ["SELECT * FROM public.patients", "SELECT * FROM public.data_keys", "SELECT * FROM public.messages",
     "SELECT * FROM public.audit_events", "CREATE TABLE bot.mine (id int)", "TRUNCATE bot.events", "DROP TABLE bot.events",
     "SELECT public.seal_audit_batch(NULL, 1, NULL, NULL, NULL, NULL, NULL)"],
)  # fmt: skip
def test_the_bots_role_sees_its_own_schema_alone(database_url: str, statement: str) -> None:
    with (
        psycopg.connect(as_role(database_url, BOT).replace("+psycopg", "")) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)


STORE = """
import asyncio, os, sys
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from components.tracker_store import EncryptedTrackerStore

async def main():
    store = EncryptedTrackerStore(domain=Domain.empty(), host=os.environ["PORADNIA_TRACKER_URL"], key=os.environ["PORADNIA_TRACKER_KEY"])
    if sys.argv[1] == "write":
        tracker = DialogueStateTracker("case-1", [])
        tracker.update_with_events([ActionExecuted("action_listen"), UserUttered(sys.argv[2]), SlotSet("patient_name", sys.argv[2])],
                                   Domain.empty())
        await store.save(tracker)
    found = await store.retrieve_full_tracker("case-1")
    print([event.as_dict().get("text") for event in found.events if event.type_name == "user"])

asyncio.run(main())
"""


def run_store(database_url: str, *arguments: str, key: str = HELD["tracker"]) -> subprocess.CompletedProcess[str]:
    """The bot's own store, in the bot's own Python, as the bot's own role."""
    from core.settings import Settings
    from service.cli import bot_python
    from service.up import tracker_url

    python = bot_python()
    if python is None:
        pytest.skip("no Python of the bot: see ./poradnia doctor")
    environment = {
        "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT / "bot"), "PORADNIA_TRACKER_URL": tracker_url(Settings(), database_url),
        "PORADNIA_TRACKER_KEY": key, "SQLALCHEMY_SILENCE_UBER_WARNING": "1", "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore",
    }  # fmt: skip
    return subprocess.run(
        [str(python), "-c", STORE, *arguments], cwd=ROOT / "bot", env=environment, capture_output=True, text=True,
        check=False, timeout=120,
    )  # fmt: skip


async def test_rasas_store_and_the_service_read_each_others_events(database: Database) -> None:
    """One conversation: Rasa writes, the service seals it anew under a new key, Rasa reads it and goes on writing."""
    open_keys(database.url, held)
    planted = "boli mnie kolano od wtorku"
    wrote = await asyncio.to_thread(run_store, database.url, "write", planted)
    assert wrote.returncode == 0 and planted in wrote.stdout, wrote.stderr[-2000:]
    with psycopg.connect(owner(database.url)) as connection:
        rows = connection.execute("SELECT e::text, data, intent_name, action_name FROM bot.events e").fetchall()
        assert len(rows) == 3 and all(intent is None and action is None for _, _, intent, action in rows)
        assert not any("boli" in text or "patient_name" in text for text, *_ in rows)
    rotate(database.url)
    rotation = Rotation(database, held, pause_seconds=0)
    assert await rotation.left() == {"bot.events": 3} and await rotation.one_pass() == 3
    read = await asyncio.to_thread(run_store, database.url, "read")
    assert read.returncode == 0 and planted in read.stdout, read.stderr[-2000:]


async def test_rasas_store_refuses_to_start_with_a_wrong_key(database: Database) -> None:
    open_keys(database.url, held)
    wrong = await asyncio.to_thread(run_store, database.url, "write", "x", key="d4" * 32)
    assert wrong.returncode != 0 and "KeysMissing" in wrong.stderr
    with psycopg.connect(owner(database.url)) as connection:
        assert connection.execute("SELECT count(*) FROM bot.events").fetchone() == (0,)
