"""Agents are told what does not work, while it lasts."""

from uuid import uuid4

from core.access import Role
from core.heartbeat import beat
from tests.house import TestHouse
from tests.service.doors import signed_in

BANNER = "/console/fragments/degraded"


async def test_agents_see_what_fails_and_no_more_once_it_works(house: TestHouse) -> None:
    await house.house.bus.start()
    try:
        async with house.web() as client:
            client.cookies.update(await signed_in(house, Role.agent))
            shown = (await client.get(BANNER)).text
            assert 'data-degraded="worker"' in shown and 'data-degraded="dialogue"' in shown
            assert 'data-degraded="provider"' not in shown and 'data-degraded="bus"' not in shown
        await beat(house.house.database, uuid4(), "worker")
        async with house.web() as client:
            client.cookies.update(await signed_in(house, Role.agent))
            assert 'data-degraded="worker"' not in (await client.get(BANNER)).text
    finally:
        await house.house.bus.stop()


async def test_strangers_learn_nothing_of_what_fails(house: TestHouse) -> None:
    async with house.web() as client:
        answer = await client.get(BANNER)
        assert answer.status_code in (303, 401) and "degraded" not in answer.text
