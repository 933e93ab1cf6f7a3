"""Two conversations of one person, by SMS and in the browser, and the hands of who joins them."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from conversations.inbox import Accepted
from conversations.protocols import Choice, DialogueReply, InboundMessage, Utterance
from conversations.thread_joins import ThreadJoin
from core.accounts import SignedIn
from core.errors import Refused
from handoff.joins import Joins
from tests.house import ANNA, TestHouse

REASON = "numer podany w czacie i potwierdzony przez telefon"
ASKS = DialogueReply((Utterance("ask-specialty", {}, (Choice("a", "yes", "/affirm"),)),), intent="book_appointment")


@dataclass
class Two:
    """The SMS thread and the web chat of one person."""

    sms: UUID
    web: UUID
    agent: SignedIn


async def chat(house: TestHouse, words: str, browser: str = "b1") -> Accepted:
    """Somebody writes in the browser, and it is answered."""
    house.clock.instant += timedelta(seconds=30)
    said = InboundMessage("webchat", f"{browser}:{house.clock.instant.isoformat()}", "browser", browser, words)
    accepted = await house.house.inbox.accept(said)
    await house.house.turns.take(accepted.thread_id)
    return accepted


async def text_in(house: TestHouse, words: str, number: str = ANNA) -> Accepted:
    """An SMS, answered."""
    house.clock.instant += timedelta(seconds=30)
    accepted = await house.sms(words, number)
    await house.house.turns.take(accepted.thread_id)
    return accepted


async def two(house: TestHouse) -> Two:
    """By turns, so that only time can put them in order."""
    house.dialogue.always = ASKS
    first = await text_in(house, "dzień dobry, chcę wizytę")
    web = await chat(house, "dzień dobry, to znowu ja")
    await text_in(house, "do internisty")
    await chat(house, "albo do kardiologa")
    return Two(first.thread_id, web.thread_id, await house.staff())


async def joined(
    house: TestHouse, kept: UUID, other: UUID, who: SignedIn, reason: str = REASON
) -> ThreadJoin | Refused:
    """An agent makes them one."""
    async with house.house.database.unit_of_work() as uow:
        return await Joins(house.house.cases).join(uow, who, kept, other, reason, house.clock.now())


async def separated(house: TestHouse, join_id: UUID, who: SignedIn) -> ThreadJoin | Refused:
    """An agent takes them apart."""
    async with house.house.database.unit_of_work() as uow:
        return await Joins(house.house.cases).separate(uow, who, join_id, house.clock.now())


async def done(house: TestHouse, one: Two) -> ThreadJoin:
    """Joined, some minutes after the last word."""
    house.clock.instant += timedelta(minutes=30)
    made = await joined(house, one.sms, one.web, one.agent)
    assert isinstance(made, ThreadJoin), made
    return made
