"""What is too much for the bot is a person's at once, outside of questions that the bot itself asked."""

from conversations.protocols import DialogueReply, Utterance
from handoff.models import Handoff
from tests.house import TestHouse

MATTER = "Dostałam cudze wyniki, a moje poszły do obcej osoby, żądam wyjaśnień od kierownika"


async def test_a_complex_matter_is_queued_with_its_reason_and_the_bot_is_not_asked(house: TestHouse) -> None:
    keys = await house.keys(MATTER)
    (handoff,) = await house.rows(Handoff)
    assert handoff.reason == "complex" and "handoff-queued" in keys
    assert house.dialogue.asked == []


async def test_an_everyday_request_goes_to_the_bot_however_long(house: TestHouse) -> None:
    await house.keys("dzień dobry, chciałabym przełożyć wizytę z czwartku na piątek, najlepiej po piętnastej")
    assert len(house.dialogue.asked) == 1 and await house.rows(Handoff) == []


async def test_an_answer_to_a_question_of_the_bots_is_the_bots(house: TestHouse) -> None:
    house.dialogue.answers["umów mnie"] = DialogueReply((Utterance("ask-time-window"),), "book", 0.9, "scripted")
    await house.keys("umów mnie")
    await house.keys(MATTER)
    assert len(house.dialogue.asked) == 2 and await house.rows(Handoff) == []
