"""Offers, passing on, wrap-up. Invariant: a conversation is offered to one person at a time, and has one owner or waits."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import select

from conversations.models import CaseState
from core import faults
from core.access import Role
from core.accounts import SignedIn
from core.errors import NotFound, Refused
from handoff.explaining import explain
from handoff.mine import read_mine
from handoff.models import AgentMode, AgentState, HandoffEvent, HandoffState, Step
from handoff.routing.agents import set_mode
from tests.handoff.desk_parts import at_work, handoff_of, later
from tests.house import TestHouse


async def steps(house: TestHouse, case_id: UUID) -> list[tuple[str, UUID | None]]:
    """What happened to the newest handoff of a case, and whom it concerned."""
    handoff = await handoff_of(house, case_id)
    async with house.house.database.unit_of_work() as uow:
        rows = await uow.session.scalars(
            select(HandoffEvent).where(HandoffEvent.handoff_id == handoff.id).order_by(HandoffEvent.seq)
        )
        return [(one.step.value, one.staff_id) for one in rows]


async def state_of(house: TestHouse, person: SignedIn) -> AgentState:
    (row,) = await house.rows(AgentState, AgentState.staff_id == person.staff_id)
    assert isinstance(row, AgentState)
    return row


async def test_who_waits_is_offered_to_somebody_free_and_goes_on_when_they_do_not_answer(house: TestHouse) -> None:
    marta, pawel = await at_work(house, "Marta"), await at_work(house, "Paweł")
    _, case_id = await house.human()
    await house.house.router.look()
    first = (await handoff_of(house, case_id)).offered_to
    assert first in (marta.staff_id, pawel.staff_id)
    await later(house, 31, marta, pawel)
    await house.house.router.look()
    handoff = await handoff_of(house, case_id)
    assert handoff.state is HandoffState.offered and handoff.offered_to not in (None, first)
    assert [one for one, _ in await steps(house, case_id)] == ["requested", "offered", "expired", "offered"]


async def test_two_missed_in_a_row_make_somebody_away_and_taking_one_forgets_a_miss(house: TestHouse) -> None:
    marta = await at_work(house, "Marta")
    _, one = await house.human(number="+48600100201")
    await house.house.router.look()
    await later(house, 31, marta)
    await house.house.router.look()
    assert (await state_of(house, marta)).missed == 1
    _, two = await house.human(number="+48600100202")
    await house.house.router.look()
    assert await house.accept(marta, two) is None
    assert (await state_of(house, marta)).missed == 0
    for number in ("+48600100203", "+48600100204"):
        await house.human(number=number)
        await house.house.router.look()
        await later(house, 31, marta)
        await house.house.router.look()
    row = await state_of(house, marta)
    assert (row.mode, row.reason) == (AgentMode.away, "missed")
    assert (await handoff_of(house, one)).state is HandoffState.queued


async def test_nobody_is_offered_anything_without_a_heartbeat_or_while_away(house: TestHouse) -> None:
    marta, pawel = await at_work(house, "Marta"), await at_work(house, "Paweł")
    async with house.house.database.unit_of_work() as uow:
        assert await set_mode(uow, house.house.jobs, pawel, "away", "break", house.clock.now()) is None
    await later(house, 60, pawel)
    _, case_id = await house.human()
    await house.house.router.look()
    assert (await handoff_of(house, case_id)).state is HandoffState.queued
    await later(house, 1, marta)
    await house.house.router.look()
    assert (await handoff_of(house, case_id)).offered_to == marta.staff_id


async def test_an_offer_is_for_one_and_a_colleague_learns_whose_unless_it_is_urgent(house: TestHouse) -> None:
    marta = await at_work(house, "Marta")
    _, case_id = await house.human()
    await house.house.router.look()
    pawel = await house.staff("Paweł")
    refused = await house.accept(pawel, case_id)
    assert isinstance(refused, Refused) and refused.reason == "handoff-offered" and refused.args == {"name": "Marta"}
    assert await house.accept(marta, case_id) is None
    _, urgent = await house.human("boli mnie w klatce i nie mogę oddychać", "+48600100202")
    await house.house.router.look()
    assert (await handoff_of(house, urgent)).offered_to == marta.staff_id
    assert await house.accept(pawel, urgent) is None
    assert ("withdrawn", marta.staff_id) in await steps(house, urgent)


async def test_declining_asks_the_next_and_is_not_counted_as_missed(house: TestHouse) -> None:
    marta = await at_work(house, "Marta")
    _, case_id = await house.human()
    await house.house.router.look()
    async with house.house.database.unit_of_work() as uow:
        assert await house.house.passing.decline(uow, marta, case_id, house.clock.now()) is None
        again = await house.house.passing.decline(uow, marta, case_id, house.clock.now())
    assert isinstance(again, Refused) and again.reason == "offer-over"
    await house.house.router.look()
    assert (await handoff_of(house, case_id)).state is HandoffState.queued and (
        await state_of(house, marta)
    ).missed == 0


async def test_the_returning_patient_goes_to_whoever_knows_them(house: TestHouse) -> None:
    marta, pawel = await at_work(house, "Marta"), await at_work(house, "Paweł")
    _, case_id = await house.human()
    assert await house.accept(pawel, case_id) is None
    async with house.house.database.unit_of_work() as uow:
        assert await house.house.desk.close(uow, pawel, case_id, house.clock.now()) is None
        handoff = await handoff_of(house, case_id)
        assert await house.house.passing.wrap_up(uow, pawel, handoff.id, "visit", house.clock.now()) is None
    for _ in range(2):
        _, again = await house.human()
        await house.house.router.look()
        assert (await handoff_of(house, again)).offered_to == pawel.staff_id
        async with house.house.database.unit_of_work() as uow:
            mine = await read_mine(uow, pawel, house.clock.now())
        assert [one.is_known for one in mine.offers] == [True] and not (await _offers(house, marta))
        assert await house.accept(pawel, again) is None
        async with house.house.database.unit_of_work() as uow:
            await house.house.desk.close(uow, pawel, again, house.clock.now())
            await house.house.passing.wrap_up(
                uow, pawel, (await handoff_of(house, again)).id, "visit", house.clock.now()
            )


async def _offers(house: TestHouse, person: SignedIn) -> int:
    async with house.house.database.unit_of_work() as uow:
        return len((await read_mine(uow, person, house.clock.now())).offers)


async def test_a_conversation_passed_on_stays_with_its_agent_until_the_other_takes_it(house: TestHouse) -> None:
    marta, ewa = await at_work(house, "Marta"), await at_work(house, "Ewa")
    thread_id, case_id = await house.human()
    assert await house.accept(marta, case_id) is None
    now, passing = house.clock.now(), house.house.passing
    async with house.house.database.unit_of_work() as uow:
        for to, why, reason in ((str(ewa.staff_id), "x", "transfer-why"), (str(marta.staff_id), "sprawa recepty", "transfer-whom"),
                                ("nobody", "sprawa recepty", "transfer-whom")):  # fmt: skip
            refused = await passing.transfer(uow, marta, case_id, to, why, now)
            assert isinstance(refused, Refused) and refused.reason == reason
        assert await passing.transfer(uow, marta, case_id, str(ewa.staff_id), "sprawa recepty", now) is None
    assert (await house.open_case(thread_id)).agent_id == marta.staff_id and await _offers(house, ewa) == 1
    await later(house, 31, marta, ewa)
    await house.house.router.look()
    assert (await house.open_case(thread_id)).agent_id == marta.staff_id and await _offers(house, ewa) == 0
    assert (await steps(house, case_id))[-1] == ("returned", marta.staff_id)
    async with house.house.database.unit_of_work() as uow:
        assert await passing.transfer(uow, marta, case_id, str(ewa.staff_id), "jednak pilne", house.clock.now()) is None
    assert await house.accept(ewa, case_id) is None
    assert (await house.open_case(thread_id)).agent_id == ewa.staff_id
    notes = [one.body for one in await house.messages(thread_id) if one.direction.value == "note"]
    assert notes == ["sprawa recepty", "jednak pilne"]


async def test_back_to_the_queue_tells_the_patient_and_asks_others(house: TestHouse) -> None:
    marta, pawel = await at_work(house, "Marta"), await at_work(house, "Paweł")
    thread_id, case_id = await house.human()
    assert await house.accept(marta, case_id) is None
    async with house.house.database.unit_of_work() as uow:
        assert (
            await house.house.passing.transfer(uow, marta, case_id, "queue", "koniec zmiany", house.clock.now()) is None
        )
    case = await house.open_case(thread_id)
    assert case.state is CaseState.waiting and case.agent_id is None
    assert (await house.said_keys(thread_id))[-1] == "human-passes-on"
    await house.house.router.look()
    assert (await handoff_of(house, case_id)).offered_to == pawel.staff_id


async def test_only_a_supervisor_assigns_and_the_one_who_has_it_now_is_told(house: TestHouse) -> None:
    marta, sylwia = await at_work(house, "Marta"), await at_work(house, "Sylwia", Role.supervisor)
    pawel = await at_work(house, "Paweł")
    thread_id, case_id = await house.human()
    assert await house.accept(marta, case_id) is None
    now = house.clock.now()
    async with house.house.database.unit_of_work() as uow:
        with pytest.raises(Exception, match="manage_queue"):
            await house.house.passing.assign(uow, marta, case_id, str(pawel.staff_id), now)
    async with house.house.database.unit_of_work() as uow:
        assert await house.house.passing.assign(uow, sylwia, case_id, str(pawel.staff_id), now) is None
    assert (await house.open_case(thread_id)).agent_id == pawel.staff_id


async def test_what_is_over_is_written_up_once_in_time_or_by_the_clock(house: TestHouse) -> None:
    marta = await at_work(house, "Marta")
    _, case_id = await house.human()
    assert await house.accept(marta, case_id) is None
    async with house.house.database.unit_of_work() as uow:
        assert await house.house.desk.close(uow, marta, case_id, house.clock.now()) is None
    handoff = await handoff_of(house, case_id)
    async with house.house.database.unit_of_work() as uow:
        assert len((await read_mine(uow, marta, house.clock.now())).write_ups) == 1
        stranger = await house.staff("Paweł")
        with pytest.raises(NotFound):
            await house.house.passing.wrap_up(uow, stranger, handoff.id, "visit", house.clock.now())
    async with house.house.database.unit_of_work() as uow:
        refused = await house.house.passing.wrap_up(uow, marta, handoff.id, "party", house.clock.now())
        assert isinstance(refused, Refused) and refused.reason == "wrap-up-code"
        assert await house.house.passing.extend(uow, marta, handoff.id, house.clock.now()) is None
    await later(house, 119, marta)
    await house.house.router.look()
    assert (await handoff_of(house, case_id)).state is HandoffState.wrap_up
    await later(house, 2, marta)
    await house.house.router.look()
    handoff = await handoff_of(house, case_id)
    assert handoff.state is HandoffState.closed and handoff.code is None
    async with house.house.database.unit_of_work() as uow:
        assert await house.house.passing.wrap_up(uow, marta, handoff.id, "visit", house.clock.now()) is None
        again = await house.house.passing.wrap_up(uow, marta, handoff.id, "payment", house.clock.now())
    assert isinstance(again, Refused) and again.reason == "wrap-up-over"


async def test_each_decision_is_kept_with_everybody_who_was_skipped_and_gives_the_same_again(house: TestHouse) -> None:
    marta, pawel = await at_work(house, "Marta"), await at_work(house, "Paweł")
    async with house.house.database.unit_of_work() as uow:
        await set_mode(uow, house.house.jobs, pawel, "away", "meeting", house.clock.now())
    _, case_id = await house.human()
    await house.house.router.look()
    async with house.house.database.unit_of_work() as uow:
        told, names = await explain(uow, marta, case_id, house.clock.now())
    offered = next(one for one in told if one.step is Step.offered)
    assert offered.is_same is True and offered.data is not None
    decision = offered.data["decision"]
    assert decision["chosen"] == str(marta.staff_id) and decision["skipped"] == [[str(pawel.staff_id), "away"]]
    assert names[str(pawel.staff_id)] == "Paweł" and decision["rule"] == "everyone-else"


@pytest.mark.parametrize("point", faults.ROUTING_POINTS)
async def test_a_router_that_dies_leaves_nothing_half_done(house: TestHouse, point: str) -> None:
    marta = await at_work(house, "Marta")
    _, case_id = await house.human()
    faults.arm(point)
    with pytest.raises(faults.Killed):
        await house.house.router.look()
    handoff = await handoff_of(house, case_id)
    is_committed = point == "routing.committed"
    assert (handoff.state is HandoffState.offered) is is_committed
    await asyncio.gather(house.house.router.look(), house.house.router.look())
    assert [one for one, _ in await steps(house, case_id)] == ["requested", "offered"]
    assert (await handoff_of(house, case_id)).offered_to == marta.staff_id
