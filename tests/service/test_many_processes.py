"""Two web and two worker processes at once give what one of each gives, on PostgreSQL's bus and on Redis.

Invariant: every thread reads the same, each message is answered once and in order, each answer leaves once.
"""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import UUID

import pytest

from conversations.delivery import Deliverer
from conversations.models import Thread, Turn, TurnState
from conversations.runner import ThreadRunner
from conversations.turns import Turns
from core.clock import FixedClock
from tests.conftest import emptied
from tests.conversations.test_delivery import FakeProvider
from tests.house import TestHouse, open_house
from tests.scripted import ScriptedDialogue

PHONES = [f"+4860010{n:04d}" for n in range(12)]
MESSAGES = 5


async def _texted(
    url: str, folder: Path, clock: FixedClock, redis_url: str, webs: int, workers: int
) -> dict[str, list[str]]:
    """What each phone was told, after all texted at once, spread over the web processes."""
    emptied(url)
    dialogue, provider = ScriptedDialogue(), FakeProvider()
    dialogue.delay = 0.01
    async with AsyncExitStack() as stack:
        houses: list[TestHouse] = []
        for _ in range(webs + workers):
            house = await stack.enter_async_context(open_house(url, folder, clock, redis_url=redis_url))
            await house.house.bus.start()
            stack.push_async_callback(house.house.bus.stop)
            houses.append(house)
        running = [
            asyncio.create_task(runner.run()) for one in houses[webs:] for runner in _runners(one, dialogue, provider)
        ]
        fronts = houses[:webs]

        async def patient(number: int, phone: str) -> UUID:
            for message in range(MESSAGES):
                front = fronts[(number + message) % webs]
                accepted = await front.sms(f"m{message}", phone, sid=f"SM{number}-{message}")
                # The provider was not sure and sends it again, to the other process.
                await fronts[(number + message + 1) % webs].sms(f"m{message}", phone, sid=f"SM{number}-{message}")
            return accepted.thread_id

        threads = await asyncio.gather(*(patient(number, phone) for number, phone in enumerate(PHONES)))
        await _until_quiet(houses[0], provider)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        assert dialogue.overlaps == 0, "one question of a thread at a time"
        assert len(await houses[0].rows(Thread)) == len(PHONES)
        told = {phone: await houses[0].said(thread) for phone, thread in zip(PHONES, threads, strict=True)}
        assert Counter(provider.taken) == Counter(body for bodies in told.values() for body in bodies)
        return told


def _runners(one: TestHouse, dialogue: ScriptedDialogue, provider: FakeProvider) -> list[ThreadRunner]:
    house = one.house
    turns = Turns(house.database, one.clock, dialogue, house.turns._acting, house.turns._attachments)
    deliverer = Deliverer(house.database, one.clock, {"sms": provider}, house.deliverer.guard)
    return [
        ThreadRunner(house.bus, "turn", turns.take, turns.overdue, at_once=8),
        ThreadRunner(house.bus, "delivery", deliverer.drain, deliverer.due, at_once=8),
    ]


async def _until_quiet(house: TestHouse, provider: FakeProvider) -> None:
    for _ in range(1200):
        is_waiting = await house.rows(Turn, Turn.state != TurnState.done) or await house.house.deliverer.due()
        if not is_waiting and len(provider.taken) >= len(PHONES) * (MESSAGES + 1):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("not answered within a minute")


@pytest.mark.parametrize("bus", ["postgres", "redis"])
async def test_two_of_each_say_what_one_of_each_says(
    request: pytest.FixtureRequest, house_url: str, tmp_path: Path, clock: FixedClock, bus: str
) -> None:
    redis_url = request.getfixturevalue("redis_url") if bus == "redis" else ""
    alone = await _texted(house_url, tmp_path, clock, redis_url, 1, 1)
    together = await _texted(house_url, tmp_path, clock, redis_url, 2, 2)
    assert together == alone
    assert all(said[-1] == f"echo m{MESSAGES - 1}" for said in alone.values())
