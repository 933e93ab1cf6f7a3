"""Contract of `Escalation`: the queue of people."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from conversations.protocols import Escalation
from core.access import Access
from core.ids import new_id
from handoff.queue import Queue
from tests.house import TestHouse

SYSTEM = Access.system("contract")


@pytest.fixture(params=["queue"])
async def escalation(request: pytest.FixtureRequest, house: TestHouse) -> AsyncIterator[Escalation]:
    """Each implementation."""
    yield Queue(house.hours, house.house.jobs)


async def _request(house: TestHouse, escalation: Escalation, number: str, urgent: bool = False) -> tuple[object, int]:
    accepted = await house.sms("x", number)
    case = await house.open_case(accepted.thread_id)
    house.clock.instant += timedelta(seconds=1)
    async with house.house.database.unit_of_work() as uow:
        promise = await escalation.request(
            uow,
            SYSTEM,
            case_id=case.id,
            thread_id=case.thread_id,
            reason="asked",
            is_urgent=urgent,
            now=house.clock.now(),
        )
    return case.id, promise.position


async def test_a_request_is_counted_from_one_and_repeating_it_changes_nothing(
    house: TestHouse, escalation: Escalation
) -> None:
    first = await _request(house, escalation, "+48600100201")
    assert (await _request(house, escalation, "+48600100202"))[1] == 2
    assert await _request(house, escalation, "+48600100201") == first == (first[0], 1)


async def test_an_urgent_request_goes_before_and_makes_a_waiting_one_urgent(
    house: TestHouse, escalation: Escalation
) -> None:
    await _request(house, escalation, "+48600100201")
    await _request(house, escalation, "+48600100202")
    assert (await _request(house, escalation, "+48600100203", urgent=True))[1] == 1
    assert (await _request(house, escalation, "+48600100202", urgent=True))[1] == 1, "it has waited longer"
    assert (await _request(house, escalation, "+48600100202", urgent=False))[1] == 1


async def test_a_request_that_is_rolled_back_never_was(house: TestHouse, escalation: Escalation) -> None:
    accepted = await house.sms("x")
    case = await house.open_case(accepted.thread_id)
    with pytest.raises(RuntimeError):
        async with house.house.database.unit_of_work() as uow:
            await escalation.request(
                uow,
                SYSTEM,
                case_id=case.id,
                thread_id=case.thread_id,
                reason="x",
                is_urgent=False,
                now=house.clock.now(),
            )
            raise RuntimeError
    assert (await _request(house, escalation, "+48600100209"))[1] == 1


async def test_a_closed_request_lets_the_others_move_up(house: TestHouse, escalation: Escalation) -> None:
    first, _ = await _request(house, escalation, "+48600100201")
    second, _ = await _request(house, escalation, "+48600100202")
    async with house.house.database.unit_of_work() as uow:
        await escalation.close(uow, SYSTEM, first, house.clock.now(), "closed")  # type: ignore[arg-type]
        await escalation.close(uow, SYSTEM, new_id(), house.clock.now(), "closed")
        assert (await escalation.promise(uow, second, house.clock.now())).position == 1  # type: ignore[arg-type]


async def test_the_promise_tells_the_hours(house: TestHouse, escalation: Escalation) -> None:
    case_id, _ = await _request(house, escalation, "+48600100201")
    house.hours.open, house.hours.opens_at = False, house.clock.now() + timedelta(hours=9)
    async with house.house.database.unit_of_work() as uow:
        promise = await escalation.promise(uow, case_id, house.clock.now())  # type: ignore[arg-type]
    assert (promise.is_open, promise.opens_at) == (False, house.hours.opens_at)
