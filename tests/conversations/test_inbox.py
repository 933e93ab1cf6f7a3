"""Whatever a provider sends twice is stored once; whoever writes has one thread and at most one open case."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text, update

from conversations.models import Case, CaseState, ContactPoint, Correspondent, Message, Thread, Turn
from conversations.protocols import Utterance
from tests.house import ANNA, BARTEK, TestHouse


async def test_twenty_replays_at_once_store_one_message(house: TestHouse) -> None:
    accepted = await asyncio.gather(*(house.sms("dzień dobry", sid="SM1") for _ in range(20)))
    assert len(await house.rows(Message)) == len(await house.rows(Turn)) == 1
    assert {one.message_id for one in accepted} == {accepted[0].message_id}
    assert sum(one.is_new for one in accepted) == 1


async def test_replays_among_other_first_messages_of_the_number_are_stored_once_each(house: TestHouse) -> None:
    await asyncio.gather(*(house.sms("x", sid=f"SM{number % 5}") for number in range(20)))
    messages = await house.rows(Message)
    assert sorted(str(m.provider_id) for m in messages) == [f"SM{n}" for n in range(5)]
    assert sorted(m.seq for m in messages) == [1, 2, 3, 4, 5]
    assert len(await house.rows(Thread)) == len(await house.rows(Case)) == 1


async def test_a_replay_after_the_answer_changes_nothing(house: TestHouse) -> None:
    first = await house.sms("dzień dobry", sid="SM1")
    await house.house.turns.take(first.thread_id)
    before = len(await house.rows(Message))
    again = await house.sms("dzień dobry", sid="SM1")
    await house.house.turns.take(first.thread_id)
    assert not again.is_new and (again.message_id, again.seq) == (first.message_id, first.seq)
    assert len(await house.rows(Message)) == before and len(house.dialogue.asked) == 1


async def test_two_first_messages_at_the_same_instant_make_one_correspondent(house: TestHouse) -> None:
    await asyncio.gather(house.sms("jeden"), house.sms("dwa"))
    for model in (Correspondent, ContactPoint, Thread, Case):
        assert len(await house.rows(model)) == 1, model
    assert sorted(m.seq for m in await house.rows(Message)) == [1, 2]


async def test_first_words_to_whom_a_turn_is_just_answering_wait_for_it(house: TestHouse) -> None:
    thread = (await house.sms("dzień dobry")).thread_id
    deps = house.house
    async with asyncio.TaskGroup() as group, deps.database.unit_of_work() as turn:
        await turn.session.execute(update(Thread).where(Thread.id == thread).values(lease_owner="a turn"))
        ringing = group.create_task(
            deps.inbox.greet("phone", ANNA, "voice", "pl", deps.messages, Utterance("voice-welcome"), always=True)
        )
        while not await turn.session.scalar(text("select exists (select from pg_locks where not granted)")):
            assert not ringing.done()
            await asyncio.sleep(0.01)
        # Whoever rings holds nothing that the turn still wants.
        await turn.session.execute(update(Correspondent).values(language="pl"))
    spoken = [one for one in await house.rows(Message) if one.channel == "voice"]
    assert [one.seq for one in spoken] == [2]


@pytest.mark.parametrize("written", ["600100200", "600 100 200", "0048600100200", "48 600 100 200", "+48 600-100-200"])
async def test_a_number_without_country_code_is_a_polish_one(house: TestHouse, written: str) -> None:
    async with house.web() as client:
        response = await house.webhook(client, house.form(From=written, Body="hej"))
    assert response.status_code == 200
    assert (await house.rows(ContactPoint))[0].address == ANNA


async def test_two_numbers_never_share_a_thread(house: TestHouse) -> None:
    one, other = await house.sms("a", ANNA), await house.sms("b", BARTEK)
    assert one.thread_id != other.thread_id


async def test_an_idle_case_of_the_bot_closes_after_a_day_and_a_new_one_opens(house: TestHouse) -> None:
    first = await house.sms("dzień dobry")
    await house.house.turns.take(first.thread_id)
    old = await house.open_case(first.thread_id)
    house.clock.instant += timedelta(hours=24)
    await house.sms("jeszcze dziś")
    assert (await house.open_case(first.thread_id)).id == old.id
    house.clock.instant += timedelta(hours=24, seconds=1)
    await house.sms("jutro")
    new = await house.open_case(first.thread_id)
    assert new.id != old.id and new.state is CaseState.bot and new.carried is None and new.patient_id is None
    assert (await house.rows(Case, Case.id == old.id))[0].closed_at == house.clock.now()


@pytest.mark.parametrize("with_person", [False, True])
async def test_a_case_that_waits_or_is_with_a_person_never_closes_by_itself(
    house: TestHouse, with_person: bool
) -> None:
    thread_id, case_id = await house.human()
    if with_person:
        assert await house.accept(await house.staff(), case_id) is None
    house.clock.instant += timedelta(days=9)
    await house.sms("halo?")
    case = await house.open_case(thread_id)
    assert case.id == case_id and case.state is (CaseState.human if with_person else CaseState.waiting)


async def test_the_first_words_say_that_this_is_a_machine_whatever_the_first_message(house: TestHouse) -> None:
    for number, body in enumerate(["dzień dobry", "START", "boli mnie w klatce", "👍", "konsultant", "wypisz"]):
        said = await house.text(body, f"+4860010020{number}")
        assert "automat" in said[0], body
        assert not any(
            "automat" in text and "asystent" in text for text in await house.text("hej", f"+4860010020{number}")
        )
