"""When the database is full, restarting or away, and when the clock jumps: what the provider, the patient and the agent get."""

import asyncio
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import psycopg
import pytest
from sqlalchemy import text

from conversations.models import Message, Turn, TurnState
from core.clock import FixedClock
from core.migrations import upgrade
from core.settings import ROOT
from service.app import create_app
from service.health import Readiness
from tests.conftest import owner
from tests.house import PUBLIC, TestHouse, open_house

FULL = """
CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'could not extend file "base/1/2": No space left on device' USING ERRCODE = '53100';
END $$;
CREATE TRIGGER no_space BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION no_space();
"""


@contextmanager
def disk_full(url: str, table: str) -> Iterator[None]:
    """The server answers an insert as it does when its disk is full: SQLSTATE 53100."""
    with psycopg.connect(owner(url), autocommit=True) as connection:
        connection.execute(FULL.format(table=table).encode())
        try:
            yield
        finally:
            connection.execute(f"DROP TRIGGER no_space ON {table}".encode())
            connection.execute("DROP FUNCTION no_space")


@pytest.mark.parametrize("table", ["messages", "turns", "contact_points"])
async def test_on_a_full_disk_the_provider_is_asked_to_come_again_and_nothing_is_half_written(
    house: TestHouse, house_url: str, table: str
) -> None:
    form = house.form(Body="dzień dobry")
    async with house.web() as client:
        with disk_full(house_url, table):
            answer = await house.webhook(client, form)
            assert answer.status_code == 503 and int(answer.headers["retry-after"]) > 0
            assert "space" not in answer.text and "base/1" not in answer.text
        assert await house.rows(Message) == [] and await house.rows(Turn) == []
        assert (await house.webhook(client, form)).status_code == 200
        assert (await house.webhook(client, form)).status_code == 200
    assert len(await house.rows(Message)) == 1


async def test_on_a_full_disk_pages_and_the_chat_say_come_again(house: TestHouse, house_url: str) -> None:
    async with house.web() as client:
        with disk_full(house_url, "correspondents"):
            answer = await client.post("/chat/session", json={"language": "pl"})
        assert answer.status_code == 503 and "retry-after" in answer.headers


async def test_a_disk_that_fills_up_while_answering_loses_no_answer(house: TestHouse, house_url: str) -> None:
    accepted = await house.sms("ile kosztuje wizyta")
    with disk_full(house_url, "deliveries"), pytest.raises(Exception, match="No space left"):
        await house.house.turns.take(accepted.thread_id)
    assert await house.said(accepted.thread_id) == []
    house.clock.instant += timedelta(minutes=2)
    assert accepted.thread_id in await house.house.turns.overdue()
    await house.house.turns.take(accepted.thread_id)
    assert (await house.said(accepted.thread_id)).count("echo ile kosztuje wizyta") == 1


async def test_a_wrong_statement_is_no_reason_to_come_again(house: TestHouse) -> None:
    app = create_app(house.house)

    @app.get("/broken")
    async def broken() -> None:
        async with house.house.database.unit_of_work() as uow:
            await uow.session.execute(text("SELECT no_such_column"))

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as client:
        assert (await client.get("/broken")).status_code == 500


class OwnServer:
    """A server of this test's own. Each act is another process's, as in life: a process that saw it stop does not start it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def act(self, what: str) -> str:
        """Start it and do something; what that printed."""
        code = f"import sys; from pathlib import Path; from core.postgres import EmbeddedPostgres; s = EmbeddedPostgres(Path(sys.argv[1])); print(s.start()); {what}"  # noqa: E501 - one line of another program
        command = [sys.executable, "-W", "ignore", "-c", code, str(self.folder)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def own_postgres() -> Iterator[OwnServer]:
    """It, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="poradnia-restart-"))
    server = OwnServer(folder / "pg")
    yield server
    server.act("s.stop()")
    shutil.rmtree(folder, ignore_errors=True)


async def test_a_restarting_database_costs_a_retry_and_no_message(
    own_postgres: OwnServer, tmp_path: Path, clock: FixedClock
) -> None:
    url = own_postgres.act("")
    upgrade(url)
    async with open_house(url, tmp_path, clock) as house, house.web() as client:
        await house.house.bus.start()
        form = house.form(Body="przed")
        assert (await house.webhook(client, form)).status_code == 200
        with house.house.bus.subscribe("thread") as events:
            await asyncio.to_thread(own_postgres.act, "s.stop()")
            late = house.form(Body="w trakcie")
            answer = await house.webhook(client, late)
            assert answer.status_code == 503 and "retry-after" in answer.headers
            assert not (await Readiness(house.house).examine()).is_ready
            await asyncio.to_thread(own_postgres.act, "")
            statuses = []
            for _ in range(40):
                statuses.append((await house.webhook(client, late)).status_code)
                if statuses[-1] == 200:
                    break
                await asyncio.sleep(0.25)
            assert statuses[-1] == 200 and set(statuses) <= {200, 503}
            assert (await house.webhook(client, late)).status_code == 200
            heard = []
            while (event := await events.get(10)) is not None:
                heard.append(event["topic"])
                if event["topic"] == "reconnected":
                    break
            assert heard[-1] == "reconnected", "open pages are told to read again"
        thread = await house.only_thread()
        await house.house.turns.take(thread)
        assert [one.body for one in await house.messages(thread) if one.direction == "inbound"] == [
            "przed",
            "w trakcie",
        ]
        assert {"echo przed", "echo w trakcie"} <= set(await house.said(thread))
        await house.house.bus.stop()


async def test_a_clock_set_back_frees_threads_whose_owner_died(house: TestHouse) -> None:
    accepted = await house.sms("dzień dobry")
    async with house.house.database.unit_of_work() as uow:
        assert await house.house.turns._claim(uow, accepted.thread_id, "died")
    house.clock.instant -= timedelta(hours=1)
    assert accepted.thread_id in await house.house.turns.overdue()
    await house.house.turns.take(accepted.thread_id)
    assert "echo dzień dobry" in await house.said(accepted.thread_id)


async def test_a_clock_set_back_by_little_steals_no_lease(house: TestHouse) -> None:
    accepted = await house.sms("dzień dobry")
    async with house.house.database.unit_of_work() as uow:
        assert await house.house.turns._claim(uow, accepted.thread_id, "alive")
    house.clock.instant -= timedelta(seconds=20)
    assert await house.house.turns.take(accepted.thread_id) == 0
    assert await house.said(accepted.thread_id) == []


async def test_a_clock_that_jumps_ahead_while_the_bot_thinks_answers_once(house: TestHouse) -> None:
    house.dialogue.delay = 0.3
    accepted = await house.sms("dzień dobry")
    first = asyncio.create_task(house.house.turns.take(accepted.thread_id))
    await asyncio.sleep(0.1)
    house.clock.instant += timedelta(hours=2)
    await asyncio.gather(first, house.another_runner().take(accepted.thread_id))
    assert (await house.said(accepted.thread_id)).count("echo dzień dobry") == 1
    assert await house.rows(Turn, Turn.state != TurnState.done) == []


async def test_a_clock_set_back_does_not_hold_up_what_waits_to_be_sent(served: TestHouse) -> None:
    thread = (await served.sms("dzień dobry")).thread_id
    await served.house.turns.take(thread)
    served.clock.instant -= timedelta(hours=3)
    assert thread in await served.house.deliverer.due()
    assert await served.house.deliverer.drain(thread) >= 1
