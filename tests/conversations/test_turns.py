"""Each message is answered once, in order, by one writer; whatever dies or stays silent, the patient hears and nobody is lost."""

import asyncio
import random
from datetime import timedelta
from uuid import UUID

import pytest

from conversations.inbox import Accepted
from conversations.models import CaseState, Direction, Message, Turn, TurnState
from conversations.protocols import DialogueFailed, DialogueReply, DialogueTurn, Utterance
from conversations.turns import LEASE
from tests.conftest import until
from tests.house import TestHouse
from tests.scripted import ScriptedDialogue, words

LATER = LEASE + timedelta(seconds=1)


async def _asked(house: TestHouse, count: int = 1) -> None:
    """Wait until the dialogue core was asked that often."""
    for _ in range(400):
        if len(house.dialogue.asked) >= count:
            return
        await asyncio.sleep(0.005)
    raise AssertionError("the dialogue core was not asked")


async def _crash_while_asking(house: TestHouse, text: str = "umów mnie") -> Accepted:
    """A process dies after it recorded its attempt and asked."""
    accepted = await house.sms(text)
    house.dialogue.delay = 60
    doomed = asyncio.create_task(house.house.turns.take(accepted.thread_id))
    await _asked(house)
    doomed.cancel()
    await asyncio.gather(doomed, return_exceptions=True)
    house.dialogue.delay = 0
    assert (await house.turn(accepted.message_id)).state is TurnState.asking
    return accepted


async def test_eighty_messages_of_eight_people_over_three_runners_are_answered_once_and_in_order(
    house: TestHouse,
) -> None:
    house.dialogue.delay = 0.001
    runners = [house.another_runner() for _ in range(3)]
    dice = random.Random(7)

    async def writes(person: int) -> UUID:
        for number in range(10):
            accepted = await house.sms(f"p{person} m{number}", f"+4860010010{person}")
            await asyncio.gather(*(runner.take(accepted.thread_id) for runner in dice.sample(runners, 2)))
        return accepted.thread_id

    threads = await asyncio.gather(*(writes(person) for person in range(8)))
    for thread_id in threads:
        await runners[0].take(thread_id)
    assert house.dialogue.overlaps == 0
    assert len(house.dialogue.asked) == len({turn.message_id for turn in house.dialogue.asked}) == 80
    for person, thread_id in enumerate(threads):
        said = [body for body in await house.said(thread_id) if body.startswith("echo")]
        assert said == [f"echo p{person} m{number}" for number in range(10)]
        seqs = [m.seq for m in await house.messages(thread_id)]
        assert seqs == list(range(1, len(seqs) + 1))
    assert {turn.state for turn in await house.rows(Turn)} == {TurnState.done}


async def test_messages_that_come_while_the_bot_thinks_wait_their_turn(house: TestHouse) -> None:
    house.dialogue.delay = 0.05
    first = await house.sms("pierwsza")
    taking = asyncio.create_task(house.house.turns.take(first.thread_id))
    await _asked(house)
    await house.sms("druga")
    assert await house.another_runner().take(first.thread_id) == 0
    assert await taking == 2
    assert house.dialogue.texts == ["pierwsza", "druga"]


async def test_a_held_thread_is_left_alone_until_its_lease_runs_out(house: TestHouse) -> None:
    accepted = await _crash_while_asking(house)
    house.clock.instant += LEASE - timedelta(seconds=1)
    assert await house.another_runner().take(accepted.thread_id) == 0
    assert await house.house.turns.overdue() == []
    house.clock.instant += timedelta(seconds=2)
    assert await house.house.turns.overdue() == [accepted.thread_id]
    assert await house.another_runner().take(accepted.thread_id) == 1
    assert (await house.turn(accepted.message_id)).outcome == "answered"


async def test_after_a_crash_the_answer_is_taken_from_the_tracker_and_not_asked_for_again(house: TestHouse) -> None:
    accepted = await _crash_while_asking(house)
    house.dialogue.memory[accepted.message_id] = words("odpowiedź z trackera")
    house.clock.instant += LATER
    await house.another_runner().take(accepted.thread_id)
    assert (await house.said(accepted.thread_id))[-1] == "odpowiedź z trackera"
    assert len(house.dialogue.asked) == 1


async def test_after_a_crash_before_the_question_arrived_it_is_asked_again(house: TestHouse) -> None:
    accepted = await _crash_while_asking(house)
    house.clock.instant += LATER
    await house.another_runner().take(accepted.thread_id)
    assert len(house.dialogue.asked) == 2 and len(house.dialogue.recalled) == 1
    assert (await house.said(accepted.thread_id))[-1] == "echo umów mnie"
    first, second = house.dialogue.asked
    assert first.lease != second.lease and first.message_id == second.message_id


async def test_an_answer_left_incomplete_goes_to_a_person(house: TestHouse) -> None:
    accepted = await _crash_while_asking(house)
    house.dialogue.memory[accepted.message_id] = DialogueFailed("incomplete")
    house.clock.instant += LATER
    await house.another_runner().take(accepted.thread_id)
    assert await house.said_keys(accepted.thread_id) == ["bot-trouble", "handoff-queued"]
    assert (await house.open_case(accepted.thread_id)).state is CaseState.waiting


async def test_a_handoff_asked_for_within_a_crashed_turn_is_still_told(house: TestHouse) -> None:
    accepted = await _crash_while_asking(house, "to dla mnie za trudne")
    async with house.house.database.unit_of_work() as uow:
        from core.access import Access

        case = await house.open_case(accepted.thread_id)
        await house.house.cases.escalate(uow, Access.system("test"), case.id, "asked", house.clock.now())
    house.dialogue.memory[accepted.message_id] = words("łączymy z człowiekiem")
    house.clock.instant += LATER
    await house.another_runner().take(accepted.thread_id)
    assert (await house.said(accepted.thread_id))[-1] == "łączymy z człowiekiem"


async def test_a_turn_whose_action_opened_another_case_is_recalled_from_the_case_it_was_asked_in(
    house: TestHouse,
) -> None:
    accepted = await _crash_while_asking(house, "tak")
    old = await house.open_case(accepted.thread_id)
    async with house.house.database.unit_of_work() as uow:
        await house.house.cases.open_next(uow, old.id, UUID(int=1), {}, house.clock.now())
    house.dialogue.memory[accepted.message_id] = words("umówione")
    house.clock.instant += LATER
    await house.another_runner().take(accepted.thread_id)
    assert house.dialogue.recalled[0].case_id == old.id
    assert len(house.dialogue.asked) == 1
    last = (await house.messages(accepted.thread_id))[-1]
    assert last.body == "umówione" and last.case_id == (await house.open_case(accepted.thread_id)).id != old.id


async def test_three_attempts_and_then_a_person(house: TestHouse) -> None:
    accepted = await _crash_while_asking(house)
    for attempt in (2, 3):
        house.clock.instant += LATER
        house.dialogue.delay = 60
        doomed = asyncio.create_task(house.house.turns.take(accepted.thread_id))
        await _asked(house, attempt)
        doomed.cancel()
        await asyncio.gather(doomed, return_exceptions=True)
    house.clock.instant += LATER
    await house.house.turns.take(accepted.thread_id)
    assert len(house.dialogue.asked) == 3
    assert await house.said_keys(accepted.thread_id) == ["bot-trouble", "handoff-queued"]
    assert (await house.turn(accepted.message_id)).outcome == "gave-up"


async def test_the_late_answer_of_a_lost_lease_is_discarded(house: TestHouse) -> None:
    accepted = await house.sms("wolno")
    release = asyncio.Event()
    slow = ScriptedDialogue()

    async def waits(turn: DialogueTurn) -> DialogueReply:
        await release.wait()
        return words("spóźniona odpowiedź")

    slow.always = waits
    late = asyncio.create_task(house.another_runner(slow).take(accepted.thread_id))
    await until(lambda: bool(slow.asked))
    house.clock.instant += LATER
    assert await house.house.turns.take(accepted.thread_id) == 1
    release.set()
    await late
    said = await house.said(accepted.thread_id)
    assert "spóźniona odpowiedź" not in said and said[-1] == "echo wolno"
    assert (await house.thread(accepted.thread_id)).lease_owner is None


async def test_the_late_answer_of_the_bot_is_not_said_once_a_person_has_taken_over(house: TestHouse) -> None:
    accepted = await house.sms("kardiolog")
    release = asyncio.Event()

    async def waits(turn: DialogueTurn) -> DialogueReply:
        await release.wait()
        return words("oto terminy")

    house.dialogue.always = waits
    taking = asyncio.create_task(house.house.turns.take(accepted.thread_id))
    await _asked(house)
    case = await house.open_case(accepted.thread_id)
    async with house.house.database.unit_of_work() as uow:
        from core.access import Access

        await house.house.cases.escalate(uow, Access.system("test"), case.id, "asked", house.clock.now())
    assert await house.accept(await house.staff(), case.id) is None
    release.set()
    await taking
    assert "oto terminy" not in await house.said(accepted.thread_id)
    assert (await house.turn(accepted.message_id)).state is TurnState.done


@pytest.mark.parametrize("reason", ["slow", "down", "silent", "garbled", "refused"])
async def test_when_the_dialogue_core_fails_the_patient_hears_at_once_and_is_queued(
    house: TestHouse, reason: str
) -> None:
    house.dialogue.always = DialogueFailed(reason)
    accepted = await house.sms("umów mnie do kardiologa")
    await house.house.turns.take(accepted.thread_id)
    assert await house.said_keys(accepted.thread_id) == ["bot-trouble", "handoff-queued"]
    assert (await house.open_case(accepted.thread_id)).state is CaseState.waiting
    assert (await house.turn(accepted.message_id)).outcome == f"failed:{reason}"
    assert house.clock.now() == (await house.messages(accepted.thread_id))[-1].created_at


async def test_nothing_is_lost_when_the_process_dies_between_storing_and_waking(house: TestHouse) -> None:
    accepted = await house.sms("halo")
    assert await house.house.turns.overdue() == []
    house.clock.instant += timedelta(seconds=2)
    assert await house.another_runner().overdue() == [accepted.thread_id]
    await house.another_runner().take(accepted.thread_id)
    assert (await house.said(accepted.thread_id))[-1] == "echo halo"
    assert await house.house.turns.overdue() == []


async def test_a_message_for_a_case_that_closed_meanwhile_is_answered_in_the_open_one(house: TestHouse) -> None:
    thread_id, case_id = await house.human()
    agent = await house.staff()
    await house.accept(agent, case_id)
    async with house.house.database.unit_of_work() as uow:
        await house.house.desk.close(uow, agent, case_id, house.clock.now())
    accepted = await house.sms("jeszcze jedno")
    await house.house.turns.take(thread_id)
    case = await house.open_case(thread_id)
    assert case.id != case_id and (await house.turn(accepted.message_id)).case_id == case.id
    assert (await house.said(thread_id))[-1] == "echo jeszcze jedno"


async def test_each_thing_is_said_once_even_if_the_dialogue_core_goes_in_circles(house: TestHouse) -> None:
    house.dialogue.always = words(*["to samo"] * 10, "co innego")
    assert (await house.text("hej"))[1:] == ["to samo", "co innego"]


async def test_every_outgoing_message_says_where_it_comes_from(house: TestHouse) -> None:
    source = {"article": "a1", "version": 3, "source": "https://example.org"}
    house.dialogue.always = DialogueReply(
        (Utterance("answer-article", {"text": "x", "source": source}),), "price", 0.91, "model-1"
    )
    accepted = await house.sms("ile to kosztuje")
    await house.house.turns.take(accepted.thread_id)
    *_, answer = await house.messages(accepted.thread_id)
    assert answer.provenance == {
        "by": "bot", "key": "answer-article", "intent": "price", "confidence": 0.91, "model": "model-1", "article": source,
    }  # fmt: skip
    outgoing: list[Message] = await house.rows(Message, Message.direction == Direction.outbound)
    assert all((message.provenance or {}).get("by") for message in outgoing)


async def test_the_dialogue_core_sees_normalised_text_with_personal_numbers_masked(house: TestHouse) -> None:
    await house.text("/restart  \u202eMój PESEL 44051401458  to\u0000 TAAAAAK")
    assert house.dialogue.texts == ["restart mój pesel ••••••••••• to tak"]
