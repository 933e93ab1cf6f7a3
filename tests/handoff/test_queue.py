"""From the bot to a person and back: fair order, honest promises, one owner, silence while a person speaks."""

import asyncio
from datetime import datetime, timedelta

import pytest

from conversations.models import CaseState, Direction
from core.access import Access
from core.errors import Refused
from handoff.models import Handoff, HandoffState
from tests.conftest import WARSAW
from tests.house import TestHouse


async def _positions(house: TestHouse, *bodies: str) -> list[int]:
    positions = []
    for number, body in enumerate(bodies):
        accepted = await house.sms(body, f"+4860010020{number}")
        await house.house.turns.take(accepted.thread_id)
        case = await house.open_case(accepted.thread_id)
        async with house.house.database.unit_of_work() as uow:
            positions.append((await house.house.queue.promise(uow, case.id, house.clock.now())).position)
    return positions


async def test_positions_count_up_even_in_the_same_instant(house: TestHouse) -> None:
    assert await _positions(house, *["konsultant"] * 4) == [1, 2, 3, 4]


async def test_the_queue_is_urgent_first_and_then_by_waiting_time(house: TestHouse) -> None:
    for number, body in enumerate(["konsultant", "konsultant", "boli mnie w klatce", "konsultant"]):
        house.clock.instant += timedelta(seconds=1)
        await house.text(body, f"+4860010020{number}")
    marta = await house.staff()
    async with house.house.database.unit_of_work() as uow:
        queue = await house.house.desk.queue(uow, marta.access, house.clock.now())
    assert [item.address[-1] for item in queue] == ["2", "0", "1", "3"]


async def test_the_place_moves_up_when_someone_ahead_is_taken(house: TestHouse) -> None:
    _, first = await house.human(number="+48600100201")
    await house.human()
    assert "Miejsce w kolejce: 2" in (await house.text("konsultant"))[-1]
    await house.accept(await house.staff(), first)
    assert "nastepna w kolejce" in (await house.text("konsultant"))[-1]


async def test_out_of_hours_the_promise_names_the_next_opening(house: TestHouse) -> None:
    house.hours.open, house.hours.opens_at = False, datetime(2026, 11, 24, 7, 0, tzinfo=WARSAW)
    accepted = await house.sms("human please")
    await house.house.turns.take(accepted.thread_id)
    said = (await house.messages(accepted.thread_id))[-1].content
    assert said is not None and said["key"] == "handoff-queued-closed"
    assert "Tue 24 Nov 07:00" in said["text"] and "112" in said["text"]


async def test_out_of_hours_without_a_planned_opening_nothing_precise_is_promised(house: TestHouse) -> None:
    house.hours.open = False
    assert "najblizszym dniu roboczym" in (await house.text("konsultant"))[-1]


async def test_of_two_agents_who_accept_at_once_one_wins_and_the_other_learns_who(house: TestHouse) -> None:
    _, case_id = await house.human()
    agents = [await house.staff("Marta"), await house.staff("Paweł")]
    results = await asyncio.gather(*(house.accept(agent, case_id) for agent in agents))
    winner = results.index(None)
    assert results[1 - winner] == Refused("handoff-taken", {"name": agents[winner].name})
    case = await house.open_case(await house.only_thread())
    assert case.state is CaseState.human and case.agent_id == agents[winner].staff_id
    said = await house.said_keys(case.thread_id)
    assert said.count("human-joined") == 1


async def test_only_the_owner_replies_and_only_words(house: TestHouse) -> None:
    thread_id, case_id = await house.human()
    marta, pawel = await house.staff("Marta"), await house.staff("Paweł")
    desk, database, now = house.house.desk, house.house.database, house.clock.now()
    async with database.unit_of_work() as uow:
        assert await desk.reply(uow, marta, case_id, "Dzień dobry", now) == Refused("case-not-yours")
    await house.accept(marta, case_id)
    async with database.unit_of_work() as uow:
        assert await desk.reply(uow, pawel, case_id, "Dzień dobry", now) == Refused("case-not-yours")
        assert await desk.reply(uow, marta, case_id, "  \n", now) == Refused("reply-empty")
        assert await desk.hand_back(uow, pawel, case_id, now) == Refused("case-not-yours")
        assert await desk.close(uow, pawel, case_id, now) == Refused("case-not-yours")
        assert not isinstance(await desk.reply(uow, marta, case_id, " Dzień dobry ", now), Refused)
    last = (await house.messages(thread_id))[-1]
    assert last.content == {"text": "Dzień dobry", "name": "Marta"} and last.author == "agent"
    assert (last.provenance or {})["by"] == "human"


async def test_a_note_never_reaches_the_patient(house: TestHouse) -> None:
    thread_id, case_id = await house.human()
    marta = await house.staff()
    async with house.house.database.unit_of_work() as uow:
        await house.house.desk.note(uow, marta, case_id, "brzmi na zaniepokojoną", house.clock.now())
    (note,) = [m for m in await house.messages(thread_id) if m.direction is Direction.note]
    from conversations.models import Delivery
    from conversations.transcript import Transcripts

    assert await house.rows(Delivery, Delivery.message_id == note.id) == []
    point = await house.point()
    async with house.house.database.unit_of_work() as uow:
        seen = await Transcripts(uow, Access.system("test")).of_contact_point(point.id, house.clock.now())
        staff_sees = await Transcripts(uow, marta.access).of_thread(thread_id, house.clock.now())
    assert note.id not in {line.id for line in seen} and note.id in {line.id for line in staff_sees}


async def test_while_a_person_has_the_case_the_bot_is_silent_and_after_hand_back_it_answers_the_next_message(
    house: TestHouse,
) -> None:
    thread_id, case_id = await house.human()
    marta = await house.staff()
    await house.accept(marta, case_id)
    for body in ("a co z wizytą", "tak", "👍", "x" * 3000):
        assert await house.text(body) == []
    async with house.house.database.unit_of_work() as uow:
        assert await house.house.desk.hand_back(uow, marta, case_id, house.clock.now()) is None
    assert (await house.said_keys(thread_id))[-1] == "bot-again"
    assert house.dialogue.asked == []
    assert await house.text("ile kosztuje ekg") == ["echo ile kosztuje ekg"]
    assert (await house.open_case(thread_id)).id == case_id
    (handoff,) = await house.rows(Handoff)
    assert handoff.state is HandoffState.wrap_up and handoff.outcome == "handed-back"


async def test_after_closing_the_next_message_opens_a_new_case_with_the_bot(house: TestHouse) -> None:
    thread_id, case_id = await house.human()
    marta = await house.staff()
    await house.accept(marta, case_id)
    async with house.house.database.unit_of_work() as uow:
        assert await house.house.desk.close(uow, marta, case_id, house.clock.now()) is None
    assert await house.case(thread_id) is None
    assert await house.text("hej") == ["echo hej"]
    case = await house.open_case(thread_id)
    assert case.id != case_id and case.state is CaseState.bot
    async with house.house.database.unit_of_work() as uow:
        assert await house.house.desk.accept(uow, marta, case_id, house.clock.now()) == Refused("handoff-over")


async def test_a_case_can_be_handed_over_again_after_it_was_handed_back(house: TestHouse) -> None:
    _, case_id = await house.human()
    marta = await house.staff()
    for _ in range(2):
        assert await house.accept(marta, case_id) is None
        async with house.house.database.unit_of_work() as uow:
            await house.house.desk.hand_back(uow, marta, case_id, house.clock.now())
        assert await house.keys("konsultant") == ["handoff-queued"]


async def test_asking_for_a_person_in_a_case_that_has_ended_never_leaves_a_ghost_in_the_queue(house: TestHouse) -> None:
    accepted = await house.sms("tak")
    await house.house.turns.take(accepted.thread_id)
    old = await house.open_case(accepted.thread_id)
    async with house.house.database.unit_of_work() as uow:
        new = await house.house.cases.open_next(uow, old.id, old.id, {}, house.clock.now())
        await house.house.cases.escalate(uow, Access.system("test"), old.id, "asked", house.clock.now())
    assert (await house.open_case(accepted.thread_id)).state is CaseState.waiting
    assert await house.accept(await house.staff(), new.id) is None


@pytest.mark.parametrize("round_", range(2))
async def test_patients_who_write_while_agents_act_never_deadlock(house: TestHouse, round_: int) -> None:
    thread_id, case_id = await house.human()
    marta = await house.staff()
    house.clock.instant += timedelta(hours=1)
    desk, now = house.house.desk, house.clock.now()

    async def patient() -> None:
        for number in range(12):
            house.clock.instant += timedelta(minutes=6)
            await house.sms(f"halo {number}")
            await house.another_runner().take(thread_id)

    async def agent() -> None:
        for _ in range(6):
            await house.accept(marta, case_id)
            async with house.house.database.unit_of_work() as uow:
                await desk.reply(uow, marta, case_id, "słucham", now)
            async with house.house.database.unit_of_work() as uow:
                await desk.note(uow, marta, case_id, "notatka", now)
            async with house.house.database.unit_of_work() as uow:
                await desk.hand_back(uow, marta, case_id, now)
            async with house.house.database.unit_of_work() as uow:
                await house.house.cases.escalate(uow, marta.access, case_id, "asked", now)

    await asyncio.gather(patient(), agent(), patient())
    await house.house.turns.take(thread_id)
    seqs = [m.seq for m in await house.messages(thread_id)]
    assert seqs == list(range(1, len(seqs) + 1))
