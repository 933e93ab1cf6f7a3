"""Messages leave in the order of their thread, are tried again with back-off, and end where someone sees them."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from conversations.delivery import BACK_OFF, CLAIM, Deliverer, receipt
from conversations.models import Delivery, DeliveryState, Direction, Message
from conversations.protocols import NotSent, Outgoing, Sent
from tests.house import TestHouse


class FakeProvider:
    """A channel at the seam whose provider does as told."""

    name = "sms"

    def __init__(self) -> None:
        self.results: list[Sent | NotSent | Exception] = []
        self.taken: list[str] = []
        self.gate: asyncio.Event | None = None

    def compose(self, text: str, labels: Sequence[str]) -> str:
        """As it is."""
        return text

    async def send(self, message: Outgoing) -> Sent | NotSent:
        """The next scripted result, else taken."""
        if self.gate is not None:
            await self.gate.wait()
        result = self.results.pop(0) if self.results else Sent(f"SM{uuid4().hex}")
        if isinstance(result, Exception):
            raise result
        if isinstance(result, Sent):
            self.taken.append(message.body)
        return result

    async def fetch(self, url: str, limit: int) -> bytes | None:
        """Nothing."""
        return None


@pytest.fixture
def provider() -> FakeProvider:
    """A provider that takes everything."""
    return FakeProvider()


async def _queued(house: TestHouse, provider: FakeProvider, *bodies: str) -> tuple[Deliverer, UUID, list[UUID]]:
    """Bodies wait to be sent: who sends, the thread, and the messages."""
    accepted = await house.sms("hej")
    await house.house.turns.take(accepted.thread_id)
    deliverer = Deliverer(house.house.database, house.clock, {"sms": provider}, house.house.deliverer.guard)
    await deliverer.drain(accepted.thread_id)
    provider.taken.clear()
    for body in bodies:
        await house.text(body)
    waiting = [d.message_id for d in await house.rows(Delivery, Delivery.state == DeliveryState.queued)]
    return deliverer, accepted.thread_id, [m.id for m in await house.messages(accepted.thread_id) if m.id in waiting]


async def _note(
    house: TestHouse, message_id: UUID, sid: str | None, state: DeliveryState, code: str | None = None
) -> None:
    async with house.house.database.unit_of_work() as uow:
        await receipt(uow, message_id, "sms", sid, state, code, house.clock.now())


async def test_a_thread_leaves_in_order_under_many_drains(house: TestHouse, provider: FakeProvider) -> None:
    deliverer, thread_id, _ = await _queued(house, provider, *(f"m{n}" for n in range(8)))
    counts = await asyncio.gather(*(deliverer.drain(thread_id) for _ in range(4)))
    assert provider.taken == [f"echo m{n}" for n in range(8)] and sum(counts) == 8


async def test_a_later_message_waits_for_one_that_is_tried_again(house: TestHouse, provider: FakeProvider) -> None:
    deliverer, thread_id, _ = await _queued(house, provider, "a", "b")
    provider.results = [NotSent("20503", may_retry=True)]
    assert await deliverer.drain(thread_id) == 0
    assert await deliverer.due() == []
    house.clock.instant += BACK_OFF[0]
    assert await deliverer.due() == [thread_id]
    assert await deliverer.drain(thread_id) == 2
    assert provider.taken == ["echo a", "echo b"]


async def test_a_provider_that_stays_down_is_tried_with_growing_pauses_and_then_the_message_is_dead(
    house: TestHouse, provider: FakeProvider
) -> None:
    deliverer, thread_id, (message_id,) = await _queued(house, provider, "a")
    provider.results = [ConnectionError() if n % 2 else NotSent("20503", may_retry=True) for n in range(20)]
    for attempt, pause in enumerate(BACK_OFF, start=1):
        await deliverer.drain(thread_id)
        row = await house.delivery(message_id)
        assert (row.state, row.attempts, row.next_attempt_at) == (
            DeliveryState.queued,
            attempt,
            house.clock.now() + pause,
        )
        house.clock.instant += pause - timedelta(seconds=1)
        assert await deliverer.drain(thread_id) == 0 and (await house.delivery(message_id)).attempts == attempt
        house.clock.instant += timedelta(seconds=1)
    await deliverer.drain(thread_id)
    row = await house.delivery(message_id)
    assert row.state is DeliveryState.dead and row.attempts == len(BACK_OFF) + 1 and row.error_code == "ConnectionError"
    house.clock.instant += timedelta(days=1)
    assert await deliverer.due() == []


async def test_a_refusal_is_dead_at_once_with_its_code_and_the_next_message_leaves(
    house: TestHouse, provider: FakeProvider
) -> None:
    deliverer, thread_id, (first, _) = await _queued(house, provider, "a", "b")
    provider.results = [NotSent("21610", may_retry=False)]
    assert await deliverer.drain(thread_id) == 1
    row = await house.delivery(first)
    assert row.state is DeliveryState.dead and row.error_code == "21610" and row.attempts == 1
    assert provider.taken == ["echo b"]


async def test_a_dead_message_can_be_sent_again_and_its_new_receipts_count(
    house: TestHouse, provider: FakeProvider
) -> None:
    deliverer, thread_id, (message_id,) = await _queued(house, provider, "a")
    provider.results = [Sent("SM-old")]
    await deliverer.drain(thread_id)
    await _note(house, message_id, "SM-old", DeliveryState.dead, "30003")
    async with house.house.database.unit_of_work() as uow:
        await deliverer.replay(uow, message_id)
    assert (await house.delivery(message_id)).state is DeliveryState.queued
    provider.gate, provider.results = asyncio.Event(), [Sent("SM-new")]
    draining = asyncio.create_task(deliverer.drain(thread_id))
    await asyncio.sleep(0.05)
    await _note(house, message_id, "SM-new", DeliveryState.delivered)
    provider.gate.set()
    await draining
    row = await house.delivery(message_id)
    assert (row.state, row.provider_id, row.error_code) == (DeliveryState.delivered, "SM-new", None)


async def test_a_living_message_is_not_sent_again(house: TestHouse, provider: FakeProvider) -> None:
    deliverer, thread_id, (message_id,) = await _queued(house, provider, "a")
    await deliverer.drain(thread_id)
    async with house.house.database.unit_of_work() as uow:
        await deliverer.replay(uow, message_id)
    assert (await house.delivery(message_id)).state is DeliveryState.sent and await deliverer.drain(thread_id) == 0


async def test_a_sender_that_dies_is_followed_by_another_when_its_claim_runs_out(
    house: TestHouse, provider: FakeProvider
) -> None:
    deliverer, thread_id, (message_id,) = await _queued(house, provider, "a")
    provider.gate = asyncio.Event()
    doomed = asyncio.create_task(deliverer.drain(thread_id))
    await asyncio.sleep(0.1)
    doomed.cancel()
    await asyncio.gather(doomed, return_exceptions=True)
    provider.gate.set()
    assert await deliverer.drain(thread_id) == 0
    house.clock.instant += CLAIM + timedelta(seconds=1)
    assert await deliverer.due() == [thread_id]
    assert await deliverer.drain(thread_id) == 1
    assert (await house.delivery(message_id)).attempts == 2


async def test_receipts_may_come_late_repeated_and_in_any_order(house: TestHouse, provider: FakeProvider) -> None:
    deliverer, thread_id, (message_id,) = await _queued(house, provider, "a")
    provider.results = [Sent("SM1")]
    await deliverer.drain(thread_id)
    for state, then in [
        (DeliveryState.delivered, "delivered"), (DeliveryState.sent, "delivered"), (DeliveryState.delivered, "delivered"),
        (DeliveryState.read, "read"), (DeliveryState.delivered, "read"),
    ]:  # fmt: skip
        await _note(house, message_id, "SM1", state)
        assert (await house.delivery(message_id)).state == then


async def test_a_foreign_receipt_changes_nothing(house: TestHouse, provider: FakeProvider) -> None:
    deliverer, thread_id, (message_id,) = await _queued(house, provider, "a")
    provider.results = [Sent("SM1")]
    await deliverer.drain(thread_id)
    await _note(house, message_id, "SM2", DeliveryState.dead, "30003")
    await _note(house, uuid4(), "SM1", DeliveryState.read)
    async with house.house.database.unit_of_work() as uow:
        await receipt(uow, message_id, "webchat", "SM1", DeliveryState.read, None, house.clock.now())
    row = await house.delivery(message_id)
    assert row.state is DeliveryState.sent and row.error_code is None


@pytest.mark.parametrize("early", [DeliveryState.delivered, DeliveryState.dead])
@pytest.mark.parametrize(
    "outcome",
    [Sent("SM1"), NotSent("timeout", may_retry=True), NotSent("21211", may_retry=False)],
    ids=lambda o: type(o).__name__,
)
async def test_a_receipt_that_overtakes_the_providers_answer_stands(
    house: TestHouse, provider: FakeProvider, early: DeliveryState, outcome: Sent | NotSent
) -> None:
    deliverer, thread_id, (message_id,) = await _queued(house, provider, "a")
    provider.gate, provider.results = asyncio.Event(), [outcome]
    draining = asyncio.create_task(deliverer.drain(thread_id))
    await asyncio.sleep(0.05)
    code = "30003" if early is DeliveryState.dead else None
    await _note(house, message_id, "SM1", early, code)
    provider.gate.set()
    await draining
    row = await house.delivery(message_id)
    assert (row.state, row.provider_id, row.error_code) == (early, "SM1", code)
    house.clock.instant += timedelta(hours=1)
    assert await deliverer.due() == []


async def test_the_failure_of_a_message_is_seen_in_the_transcript(house: TestHouse, provider: FakeProvider) -> None:
    from conversations.transcript import Transcripts

    deliverer, thread_id, (message_id,) = await _queued(house, provider, "a")
    provider.results = [NotSent("30006", may_retry=False)]
    await deliverer.drain(thread_id)
    marta = await house.staff()
    async with house.house.database.unit_of_work() as uow:
        lines = await Transcripts(uow, marta.access).of_thread(thread_id, house.clock.now())
    line = next(line for line in lines if line.id == message_id)
    assert line.delivery == "dead" and line.error_code == "30006"


async def test_every_outgoing_message_has_a_delivery_and_inbound_ones_none(house: TestHouse) -> None:
    await house.text("hej")
    outgoing = {m.id for m in await house.rows(Message, Message.direction == Direction.outbound)}
    assert {d.message_id for d in await house.rows(Delivery)} == outgoing


async def test_a_red_flags_words_do_not_wait_behind_a_message_in_back_off(
    house: TestHouse, provider: FakeProvider
) -> None:
    deliverer, thread_id, _ = await _queued(house, provider, "pierwsza")
    provider.results = [NotSent("503", may_retry=True)]
    await deliverer.drain(thread_id)
    assert provider.taken == []
    await house.text("boli mnie w klatce")
    assert await deliverer.due() == [thread_id]
    await deliverer.drain(thread_id)
    assert len(provider.taken) == 1 and "112" in provider.taken[0]
