"""The process is ended at every point of a message's way. Whatever the point, the next process ends it right.

Invariant: a visit is booked once, the patient hears so exactly once or waits for a person, and no message is lost.
"""

from collections import Counter
from collections.abc import Awaitable
from datetime import timedelta

import pytest

from care.appointments.models import Appointment
from care.patients.models import Patient
from conversations.delivery import Deliverer
from conversations.inbox import Accepted
from conversations.models import CaseState, Delivery, DeliveryState, Message
from core import faults
from handoff.models import Handoff
from tests.actions.bot import Bot, booking, free_offers
from tests.conversations.test_delivery import FakeProvider
from tests.house import TestHouse

SENT_TWICE = {"delivery.sent", "delivery.noted"}
"""Between the provider's taking a message and our noting it nobody can know: it is sent once more rather than not at all."""


async def _until_death(act: Awaitable[object]) -> None:
    """Run it; being killed on the way is what the test is about."""
    try:
        await act
    except faults.Killed:
        return


@pytest.mark.parametrize("point", faults.POINTS)
async def test_wherever_the_process_ends_the_next_one_finishes_once(house: TestHouse, bot: Bot, point: str) -> None:
    slots, provider = booking((await free_offers(house))[0], "Anna Nowak", "1980-05-04"), FakeProvider()
    bot.steps = [("action_book", slots)]
    deliverer = Deliverer(house.house.database, house.clock, {"sms": provider}, house.house.deliverer.guard)
    faults.arm(point)
    accepted = await _way(house, deliverer)
    assert not faults.is_armed(), f"{point} lies on the way of a message"
    accepted = accepted or await house.sms("tak", sid="SM1")  # an unacknowledged webhook is sent again
    house.clock.instant += timedelta(seconds=31)  # leases and claims of the dead run out
    for thread_id in await house.house.turns.overdue():
        await house.another_runner().take(thread_id)
    await deliverer.drain(accepted.thread_id)

    assert len(await house.rows(Message, Message.provider_id == "SM1")) == 1
    assert (await house.turn(accepted.message_id)).state.value == "done"
    said = Counter(await house.said_keys(accepted.thread_id))
    booked = await house.rows(Appointment, Appointment.status == "booked")
    is_with_people = bool(await house.rows(Handoff))
    assert said["booked"] == 1 or (is_with_people and said["bot-trouble"] == 1), said
    assert max(said.values()) == 1
    assert len(booked) == len(await house.rows(Patient)) <= 1
    assert (await house.open_case(accepted.thread_id)).state is (CaseState.waiting if is_with_people else CaseState.bot)
    assert not await house.rows(Delivery, Delivery.state == DeliveryState.queued)
    sent = Counter(provider.taken)
    assert len(sent) == len(await house.said(accepted.thread_id))
    assert sum(sent.values()) == len(sent) + (point in SENT_TWICE)


async def _way(house: TestHouse, deliverer: Deliverer) -> Accepted | None:
    """A message comes in, is answered and the answer sent, each by a process that may end on the way."""
    accepted: list[Accepted] = []

    async def comes_in() -> None:
        accepted.append(await house.sms("tak", sid="SM1"))

    await _until_death(comes_in())
    if accepted:
        await _until_death(house.house.turns.take(accepted[0].thread_id))
        await _until_death(deliverer.drain(accepted[0].thread_id))
    return accepted[0] if accepted else None
