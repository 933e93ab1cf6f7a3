"""A reply can be taken back. Invariant: what was taken back unseen is never seen, and what was taken back answers nobody."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from conversations.models import CaseState, DeliveryState, Message
from conversations.protocols import NotSent, Outgoing, Sent
from conversations.taking_back import WayBack, way_back
from conversations.transcript import Transcripts
from core.access import Role
from core.accounts import SignedIn
from core.audit import AuditEvent
from core.clock import FixedClock
from core.errors import Forbidden, NotFound, Refused
from tests.channels.test_webchat_api import Browser
from tests.handoff.desk_parts import at_work, handoff_of, later
from tests.house import ANNA, TestHouse, open_house

WINDOW, WITHIN = 10, 15


class Provider:
    """An SMS provider that takes everything."""

    name = "sms"

    def compose(self, text: str, labels: Sequence[str]) -> str:
        """The text as it is."""
        return text

    async def send(self, message: Outgoing) -> Sent | NotSent:
        """Taken."""
        return Sent(f"SM{message.message_id.hex}")

    async def fetch(self, url: str, limit: int) -> bytes | None:
        """No files."""
        return None


@pytest.fixture
async def desk(database_url: str, tmp_path: Path, clock: FixedClock) -> AsyncIterator[TestHouse]:
    """A house where a reply waits ten seconds."""
    async with open_house(database_url, tmp_path, clock, undo_seconds=WINDOW, retract_minutes=WITHIN) as house:
        assert isinstance(house.house.channels, dict)
        house.house.channels["sms"] = Provider()
        yield house


async def write(house: TestHouse, person: SignedIn, case_id: UUID, body: str) -> Message:
    """An agent's reply, in the queue."""
    async with house.house.database.unit_of_work() as uow:
        sent = await house.house.desk.reply(uow, person, case_id, body, house.clock.now())
    assert isinstance(sent, Message)
    return sent


async def back(house: TestHouse, person: SignedIn, message: Message) -> Refused | None:
    """Take it back."""
    async with house.house.database.unit_of_work() as uow:
        return await house.house.desk.take_back(uow, person, message.id, house.clock.now())


async def drain(house: TestHouse, thread_id: UUID) -> int:
    """What may leave leaves; the number of messages that did."""
    return await house.house.deliverer.drain(thread_id)


async def by_sms(house: TestHouse) -> tuple[SignedIn, UUID, UUID]:
    """Marta has an SMS conversation; everything said so far has left."""
    thread_id, case_id = await house.human()
    marta = await at_work(house, "Marta")
    assert await house.accept(marta, case_id) is None
    await drain(house, thread_id)
    return marta, thread_id, case_id


async def state(house: TestHouse, message: Message) -> DeliveryState:
    """How far it is."""
    return (await house.delivery(message.id)).state


async def test_replies_wait_and_leave_in_their_order(desk: TestHouse) -> None:
    marta, thread_id, case_id = await by_sms(desk)
    first = await write(desk, marta, case_id, "Dzień dobry.")
    await later(desk, 6, marta)
    second = await write(desk, marta, case_id, "Już sprawdzam.")
    assert await drain(desk, thread_id) == 0 and await desk.house.deliverer.due() == []
    await later(desk, 5, marta)
    assert await desk.house.deliverer.due() == [thread_id] and await drain(desk, thread_id) == 1
    assert await state(desk, first) is DeliveryState.sent and await state(desk, second) is DeliveryState.queued
    await later(desk, 6, marta)
    assert await drain(desk, thread_id) == 1 and await state(desk, second) is DeliveryState.sent


async def test_an_sms_is_undone_before_it_leaves_and_not_after(desk: TestHouse) -> None:
    marta, thread_id, case_id = await by_sms(desk)
    wrong, right = [await write(desk, marta, case_id, body) for body in ("Jutro o 8.", "Jutro o 9.")]
    assert await back(desk, marta, wrong) is None
    assert await back(desk, marta, wrong) == Refused("take-back-done")
    await later(desk, WINDOW, marta)
    assert await drain(desk, thread_id) == 1
    assert await state(desk, wrong) is DeliveryState.undone and await state(desk, right) is DeliveryState.sent
    assert await back(desk, marta, right) == Refused("take-back-left")
    assert await state(desk, right) is DeliveryState.sent
    (event,) = await desk.rows(AuditEvent, AuditEvent.action == "undo")
    assert event.actor == str(marta.staff_id)


async def test_what_was_taken_back_is_no_first_answer(desk: TestHouse) -> None:
    marta, _, case_id = await by_sms(desk)
    sent = await write(desk, marta, case_id, "Już.")
    await desk.house.keeping.look()
    assert (await handoff_of(desk, case_id)).due_kind == "resolve"
    assert await back(desk, marta, sent) is None
    await desk.house.keeping.look()
    assert (await handoff_of(desk, case_id)).due_kind == "first"
    await later(desk, 60 * 11, marta)
    await desk.house.keeping.look()
    assert (await handoff_of(desk, case_id)).broken == ["first"]


async def test_nor_is_it_a_next_answer(desk: TestHouse) -> None:
    marta, _, case_id = await by_sms(desk)
    await write(desk, marta, case_id, "Proszę chwilę poczekać.")
    await later(desk, 60, marta)
    await desk.sms("i co?")
    asked = desk.clock.now()
    sent = await write(desk, marta, case_id, "Nie ten pacjent")
    assert await back(desk, marta, sent) is None
    await desk.house.keeping.look()
    handoff = await handoff_of(desk, case_id)
    assert handoff.due_kind == "next" and handoff.due_at is not None and handoff.due_at > asked


async def test_in_an_urgent_conversation_nothing_waits(desk: TestHouse) -> None:
    accepted = await desk.sms("boli mnie w klatce i nie mogę oddychać", ANNA)
    await desk.house.turns.take(accepted.thread_id)
    case = await desk.open_case(accepted.thread_id)
    marta = await at_work(desk, "Marta")
    assert case.state is CaseState.waiting and await desk.accept(marta, case.id) is None
    await drain(desk, accepted.thread_id)
    sent = await write(desk, marta, case.id, "Proszę dzwonić na 112.")
    assert await drain(desk, accepted.thread_id) == 1 and await state(desk, sent) is DeliveryState.sent


async def test_a_red_flags_words_do_not_wait_behind_a_reply(desk: TestHouse) -> None:
    marta, thread_id, case_id = await by_sms(desk)
    held = await write(desk, marta, case_id, "Zaraz odpiszę.")
    await desk.sms("boli mnie w klatce i nie mogę oddychać")
    await desk.house.turns.take(thread_id)
    assert await drain(desk, thread_id) >= 1 and await state(desk, held) is DeliveryState.queued
    said = [one for one in await desk.messages(thread_id, held.seq) if one.goes_first]
    assert said and all([await state(desk, one) is DeliveryState.sent for one in said])


async def test_only_its_author_or_a_supervisor_takes_it_back(desk: TestHouse) -> None:
    marta, thread_id, case_id = await by_sms(desk)
    sent = await write(desk, marta, case_id, "Jutro o 8.")
    pawel, ewa = await desk.staff("Paweł"), await desk.staff("Ewa", Role.clinician)
    lead = await desk.staff("Lidia", Role.supervisor)
    assert await back(desk, pawel, sent) == Refused("take-back-not-yours")
    with pytest.raises(Forbidden):
        await back(desk, ewa, sent)
    assert await back(desk, lead, sent) is None
    (asked, *_) = await desk.messages(thread_id)
    with pytest.raises(NotFound):
        await back(desk, lead, asked)
    texts = {}
    for one in (marta, pawel, ewa, lead):
        async with desk.house.database.unit_of_work() as uow:
            lines = await Transcripts(uow, one.access).of_thread(thread_id, desk.clock.now())
        (texts[one.name],) = [line.text for line in lines if line.id == sent.id]
    assert texts == {"Marta": "Jutro o 8.", "Lidia": "Jutro o 8.", "Paweł": "", "Ewa": ""}
    (kept,) = await desk.rows(Message, Message.id == sent.id)
    assert kept.body == "Jutro o 8."
    async with desk.house.database.unit_of_work() as uow:
        await uow.session.refresh(kept := await uow.session.get_one(Message, sent.id), ["tokens"])
        assert kept.tokens is None


async def browsing(house: TestHouse, client: httpx.AsyncClient) -> tuple[Browser, SignedIn, UUID, UUID]:
    """Marta talks with somebody in the web chat."""
    hello = (await client.post("/chat/session", json={"language": "pl"})).json()
    browser = Browser(house, client, hello)
    await browser.say("konsultant")
    thread_id = await browser.thread_id()
    case = await house.open_case(thread_id)
    marta = await at_work(house, "Marta")
    assert await house.accept(marta, case.id) is None
    await drain(house, thread_id)
    return browser, marta, thread_id, case.id


async def test_the_web_chat_shows_a_reply_once_it_has_left_and_loses_none(desk: TestHouse) -> None:
    async with desk.web() as client:
        browser, marta, thread_id, case_id = await browsing(desk, client)
        at = (await browser.read())["after"]
        held = await write(desk, marta, case_id, "Jutro o 8.")
        await browser.post("halo?")
        shown = await browser.read(at)
        assert [one["text"] for one in shown["messages"]] == ["halo?"] and shown["after"] == held.seq - 1
        seen = await client.post("/chat/seen", json={"seq": held.seq + 1}, headers=browser.headers)
        assert seen.status_code == 204 and await state(desk, held) is DeliveryState.queued
        await later(desk, WINDOW, marta)
        await drain(desk, thread_id)
        shown = await browser.read(shown["after"])
        assert "Jutro o 8." in [one["text"] for one in shown["messages"]] and shown["after"] > held.seq


async def test_what_is_said_after_a_waiting_reply_waits_too(desk: TestHouse) -> None:
    async with desk.web() as client:
        browser, marta, _, case_id = await browsing(desk, client)
        at = (await browser.read())["after"]
        held = await write(desk, marta, case_id, "Wszystko załatwione.")
        async with desk.house.database.unit_of_work() as uow:
            assert await desk.house.desk.close(uow, marta, case_id, desk.clock.now()) is None
        assert (await browser.read(at))["messages"] == []
        assert await back(desk, marta, held) is None
        texts = [one["text"] for one in (await browser.read(at))["messages"]]
        assert texts and "Wszystko załatwione." not in texts


async def test_the_web_chat_retracts_for_a_while(desk: TestHouse) -> None:
    async with desk.web() as client:
        browser, marta, thread_id, case_id = await browsing(desk, client)
        sent, old = [await write(desk, marta, case_id, body) for body in ("Wynik pani Ewy", "Dziękuję.")]
        await later(desk, WINDOW, marta)
        await drain(desk, thread_id)
        await client.post("/chat/seen", json={"seq": old.seq}, headers=browser.headers)
        assert await state(desk, sent) is DeliveryState.read
        assert await back(desk, marta, sent) is None
        shown = await browser.read()
        assert shown["retracted"] == [sent.seq]
        (line,) = [one for one in shown["messages"] if one["seq"] == sent.seq]
        assert line["text"] == "" and line["delivery"] == "retracted"
        await client.post("/chat/seen", json={"seq": old.seq}, headers=browser.headers)
        assert await state(desk, sent) is DeliveryState.retracted
        await later(desk, 60 * WITHIN, marta)
        assert await back(desk, marta, old) == Refused("take-back-late")


async def test_an_unknown_reply_is_not_found(desk: TestHouse) -> None:
    marta, _, _ = await by_sms(desk)
    with pytest.raises(NotFound):
        async with desk.house.database.unit_of_work() as uow:
            await desk.house.desk.take_back(uow, marta, uuid4(), desk.clock.now())


@pytest.mark.parametrize(
    ("channel", "how_far", "attempts", "age", "way"),
    [
        ("sms", "queued", 0, 3, "undo"), ("sms", "queued", 0, 60, "undo"), ("sms", "queued", 1, 3, None),
        ("sms", "sent", 1, 12, None), ("sms", "dead", 6, 12, None), ("webchat", "queued", 0, 3, "undo"),
        ("webchat", "queued", 0, 10, "retract"), ("webchat", "read", 1, 899, "retract"), ("webchat", "read", 1, 900, None),
        ("webchat", "undone", 0, 3, None), ("webchat", "retracted", 1, 12, None), ("webchat", "withheld", 0, 12, None),
    ],
)  # fmt: skip
def test_the_way_back(clock: FixedClock, channel: str, how_far: str, attempts: int, age: int, way: str | None) -> None:
    said = clock.now()
    found = way_back(
        channel, DeliveryState(how_far), attempts, said + timedelta(seconds=WINDOW), said, timedelta(minutes=WITHIN),
        said + timedelta(seconds=age),
    )  # fmt: skip
    assert found == (WayBack(way) if way else None)
