"""Contract of `Bus`: what a unit of work published arrives once it committed, and a lost connection is told."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest
from redis import Redis

from core.bus import Bus, PostgresBus, Subscription
from core.db import Database
from core.postgres import libpq_url
from core.redis import RedisBus
from tests.conftest import emptied, free_port


@pytest.fixture(params=["postgres", "redis"])
async def bus(request: pytest.FixtureRequest, house_url: str) -> AsyncIterator[Bus]:
    """Each implementation, listening."""
    emptied(house_url)
    on_redis = request.param == "redis"
    bus = RedisBus(request.getfixturevalue("redis_url")) if on_redis else PostgresBus(house_url)
    await bus.start()
    yield bus
    await bus.stop()
    if isinstance(bus, RedisBus):
        await bus.close()


@pytest.fixture
async def shared(house_url: str, bus: Bus) -> AsyncIterator[Database]:
    """The database whose units of work publish to that bus."""
    database = Database(house_url, publisher=bus if isinstance(bus, RedisBus) else None)
    yield database
    await database.close()


def cut(bus: Bus, house_url: str) -> None:
    """Break the connection that the bus listens on, from the server's side."""
    if isinstance(bus, RedisBus):
        with Redis.from_url(bus.url) as redis:
            redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        return
    with psycopg.connect(libpq_url(house_url), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"
        )


async def test_what_is_published_arrives_after_the_commit_and_only_for_its_topic(bus: Bus, shared: Database) -> None:
    with bus.subscribe("turn") as turns, bus.subscribe("thread", "case") as others:
        async with shared.unit_of_work() as uow:
            await uow.publish("turn", id="1")
            await uow.publish("case", id="2")
            assert await turns.get(0.1) is None
        assert await turns.get(2) == {"topic": "turn", "id": "1"}
        assert await others.get(2) == {"topic": "case", "id": "2"}
        assert await turns.get(0.05) is None


async def test_what_was_rolled_back_was_never_said(bus: Bus, shared: Database) -> None:
    with bus.subscribe("turn") as turns:
        with pytest.raises(RuntimeError):
            async with shared.unit_of_work() as uow:
                await uow.publish("turn", id="1")
                raise RuntimeError
        assert await turns.get(0.1) is None


async def test_every_subscriber_hears_in_order_and_none_after_leaving(bus: Bus, shared: Database) -> None:
    with bus.subscribe("turn") as one:
        with bus.subscribe("turn") as other:
            for number in range(20):
                async with shared.unit_of_work() as uow:
                    await uow.publish("turn", id=str(number))
            for mailbox in (one, other):
                assert [(await mailbox.get(2) or {})["id"] for _ in range(20)] == [str(n) for n in range(20)]
        async with shared.unit_of_work() as uow:
            await uow.publish("turn", id="x")
        assert await one.get(2) is not None and await other.get(0.05) is None


async def test_after_a_lost_connection_subscribers_are_told_to_read_again_and_hear_again(
    bus: Bus, shared: Database, house_url: str
) -> None:
    with bus.subscribe("turn") as turns:
        cut(bus, house_url)
        assert await turns.get(5) == {"topic": "reconnected"}
        async with shared.unit_of_work() as uow:
            await uow.publish("turn", id="1")
        assert await turns.get(2) == {"topic": "turn", "id": "1"}


@pytest.mark.parametrize("payload", ["not json", "7", "{}", '"x"'])
async def test_a_strange_notice_does_not_silence_the_bus(
    bus: Bus, shared: Database, house_url: str, payload: str
) -> None:
    with bus.subscribe("turn") as turns:
        if isinstance(bus, RedisBus):
            await bus.publish([payload])
        else:
            with psycopg.connect(libpq_url(house_url), autocommit=True) as connection:
                connection.execute("SELECT pg_notify('poradnia', %s)", (payload,))
        async with shared.unit_of_work() as uow:
            await uow.publish("turn", id="1")
        assert await turns.get(2) == {"topic": "turn", "id": "1"}


async def test_a_mailbox_that_overflows_loses_the_oldest() -> None:
    mailbox = Subscription(2)
    for number in range(4):
        mailbox.put({"topic": "turn", "id": number})
    assert [(await mailbox.get(0.1) or {})["id"] for _ in range(2)] == [2, 3]


async def test_the_bus_stops_at_once(house_url: str) -> None:
    bus = PostgresBus(house_url)
    await bus.start()
    async with asyncio.timeout(2):
        await bus.stop()


async def test_without_redis_a_unit_of_work_commits_all_the_same(house_url: str) -> None:
    emptied(house_url)
    bus = RedisBus(f"redis://127.0.0.1:{free_port()}")
    database = Database(house_url, publisher=bus)
    async with asyncio.timeout(6), database.unit_of_work() as uow:
        await uow.publish("turn", id="1")
    await database.close()
    await bus.close()
