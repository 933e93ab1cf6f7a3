"""Contract of `Presence`: who is in a thread, for as long as they go on saying so; the same for every process."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from core.db import Database
from core.presence import Doing, PostgresPresence, Presence, Present
from core.redis import RedisPresence, connect
from tests.conftest import emptied

LASTS = timedelta(seconds=0.6)
THREAD, MARTA, PAWEL = uuid4(), uuid4(), uuid4()
Processes = Callable[[], Presence]


@pytest.fixture(params=["postgres", "redis"])
async def processes(request: pytest.FixtureRequest, house_url: str) -> AsyncIterator[Processes]:
    """Each call makes the presence of another process."""
    if request.param == "postgres":
        database = Database(emptied(house_url))
        yield lambda: PostgresPresence(database, LASTS)
        await database.close()
        return
    redis = connect(request.getfixturevalue("redis_url"))
    await redis.flushall()
    yield lambda: RedisPresence(redis, LASTS)
    await redis.aclose()


async def test_who_is_noted_in_one_process_is_seen_in_another(processes: Processes) -> None:
    await processes().note(THREAD, MARTA, Doing.viewing)
    await processes().note(THREAD, PAWEL, Doing.writing)
    await processes().note(uuid4(), MARTA, Doing.writing)
    assert set(await processes().who(THREAD)) == {Present(MARTA, Doing.viewing), Present(PAWEL, Doing.writing)}


async def test_the_last_note_counts_and_who_leaves_is_gone(processes: Processes) -> None:
    here = processes()
    for doing in (Doing.viewing, Doing.writing, Doing.viewing, Doing.writing):
        await here.note(THREAD, MARTA, doing)
    assert await here.who(THREAD) == [Present(MARTA, Doing.writing)]
    await here.leave(THREAD, MARTA)
    await here.leave(THREAD, PAWEL)
    assert await here.who(THREAD) == []


async def test_who_falls_silent_is_gone_after_a_while(processes: Processes) -> None:
    here = processes()
    await here.note(THREAD, MARTA, Doing.viewing)
    await asyncio.sleep(0.4)
    await here.note(THREAD, PAWEL, Doing.viewing)
    assert len(await here.who(THREAD)) == 2
    await asyncio.sleep(0.35)
    assert await here.who(THREAD) == [Present(PAWEL, Doing.viewing)]
