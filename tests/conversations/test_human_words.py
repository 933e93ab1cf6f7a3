"""The word for a human works in both languages, in every state, with the bot down too; STOP and START mean messages, not visits."""

import pytest

from conversations.models import CaseState
from conversations.protocols import DialogueFailed
from tests.house import ANNA, TestHouse


@pytest.mark.parametrize(
    "word", ["konsultant", "jednak chce pogadac z czlowiekiem", "human", "I want to talk to a person"]
)
@pytest.mark.parametrize("is_bot_down", [False, True])
async def test_a_word_for_a_person_queues_in_one_turn_without_the_bot(
    house: TestHouse, word: str, is_bot_down: bool
) -> None:
    house.dialogue.always = DialogueFailed("down") if is_bot_down else None
    assert await house.keys(word) == ["handoff-queued"]
    assert house.dialogue.asked == []
    assert (await house.open_case(await house.only_thread())).state is CaseState.waiting


@pytest.mark.parametrize(("word", "answer"), [("konsultant", "Łączymy"), ("human please", "We are connecting")])
async def test_the_answer_is_in_the_language_of_the_word(house: TestHouse, word: str, answer: str) -> None:
    accepted = await house.sms(word)
    await house.house.turns.take(accepted.thread_id)
    last = (await house.messages(accepted.thread_id))[-1]
    assert last.content is not None and str(last.content["text"]).startswith(answer)


async def test_asked_again_while_waiting_the_place_is_told_and_nothing_is_argued(house: TestHouse) -> None:
    await house.human()
    assert await house.keys("konsultant!!") == ["handoff-queued"]
    assert await house.keys("halo, jest tam kto") == []
    assert house.dialogue.asked == []


async def test_with_a_person_the_word_changes_nothing(house: TestHouse) -> None:
    _, case_id = await house.human()
    await house.accept(await house.staff(), case_id)
    assert await house.keys("konsultant") == []
    assert (await house.open_case(await house.only_thread())).id == case_id


async def test_in_the_middle_of_choices_the_word_is_heard(house: TestHouse) -> None:
    await house.text("umów mnie")
    assert await house.keys("konsultant") == ["handoff-queued"]


async def test_a_carriers_stop_is_noted_and_not_answered(house: TestHouse) -> None:
    assert await house.text("STOP") == []
    point = await house.point()
    assert point.opted_out_at == house.clock.now() and point.opted_out_by == "carrier"


async def test_our_own_stop_word_is_confirmed_and_start_takes_it_back(house: TestHouse) -> None:
    assert await house.keys("Wypisz") == ["sms-stopped"]
    assert (await house.point()).opted_out_by == "words"
    assert await house.keys("START") == ["sms-started"]
    point = await house.point()
    assert point.opted_out_at is None and point.opted_out_by is None


@pytest.mark.parametrize("word", ["odwołaj", "cancel", "koniec"])
async def test_words_about_a_visit_reach_the_bot(house: TestHouse, word: str) -> None:
    await house.text(word)
    assert house.dialogue.texts == [word]
    assert (await house.point(ANNA)).opted_out_at is None


async def test_stop_in_the_web_chat_is_an_ordinary_word(house: TestHouse) -> None:
    async with house.web() as client:
        token = (await client.post("/chat/session", json={})).json()["token"]
        headers = {"Authorization": f"Bearer {token}"}
        await client.post("/chat/messages", json={"id": "12345678", "text": "stop"}, headers=headers)
    await house.house.turns.take(await house.only_thread())
    assert house.dialogue.texts == ["stop"]
