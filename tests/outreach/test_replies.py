"""An answer to a reminder concerns the visit that reminder named, or nothing until the patient has chosen."""

from datetime import timedelta

import pytest

from care.appointments.models import Appointment
from conversations.models import CaseState, DeliveryState
from conversations.outreach.models import Answer, Consent, Purpose, VisitNotice
from conversations.protocols import NotSent
from tests.house import BARTEK
from tests.outreach.conftest import Clinic


async def test_yes_confirms_the_visit_that_was_named_and_no_other(clinic: Clinic) -> None:
    visit, other = await clinic.visit(), await clinic.visit(days=9)
    await clinic.reminded(visit)
    assert await clinic.house.keys("TAK, będę") == ["reminder-confirmed"]
    assert (await clinic.now(visit)).is_confirmed and not (await clinic.now(other)).is_confirmed
    assert clinic.house.dialogue.texts == ["dzień dobry"], "the dialogue core was not asked"


async def test_a_day_later_the_answer_still_finds_its_visit(clinic: Clinic) -> None:
    visit = await clinic.visit()
    await clinic.at(visit.start_at - timedelta(hours=24) + timedelta(minutes=1))
    clinic.house.clock.instant = visit.start_at - timedelta(minutes=30)
    assert await clinic.house.keys("ok") == ["reminder-confirmed"]


async def test_no_is_read_back_and_only_then_is_the_visit_called_off(clinic: Clinic) -> None:
    visit = await clinic.visit()
    await clinic.reminded(visit)
    assert await clinic.house.keys("nie dam rady") == ["reminder-decline"]
    assert (await clinic.now(visit)).status == "booked"
    assert await clinic.house.keys("tak") == ["cancelled"]
    assert (await clinic.now(visit)).status == "cancelled"


@pytest.mark.parametrize("answer", ["nie", "3"])
async def test_the_read_back_can_be_declined(clinic: Clinic, answer: str) -> None:
    visit = await clinic.visit()
    await clinic.reminded(visit)
    await clinic.house.keys("NIE")
    assert await clinic.house.keys(answer) == ["cancel-kept"]
    assert (await clinic.now(visit)).status == "booked"


@pytest.mark.parametrize("words", ["przełóżcie", "nie mogę, inny termin proszę", "RESCHEDULE"])
async def test_another_time_goes_to_the_dialogue_as_a_wish_to_reschedule(clinic: Clinic, words: str) -> None:
    visit = await clinic.visit()
    notice = await clinic.reminded(visit)
    await clinic.house.text(words)
    assert clinic.house.dialogue.asked[-1].payload == f'/reschedule{{"option": "notice:{notice.id}"}}'
    assert (await clinic.now(visit)).status == "booked"


@pytest.mark.parametrize("word", ["odwołaj", "CANCEL", "koniec", "rezygnuję"])
async def test_a_word_for_an_end_after_a_reminder_is_asked_about(clinic: Clinic, word: str) -> None:
    visit = await clinic.visit()
    await clinic.reminded(visit)
    assert await clinic.house.keys(word) == ["reminder-decline"]
    assert (await clinic.now(visit)).status == "booked" and await clinic.house.rows(Consent) == []
    assert await clinic.house.keys("4") == ["sms-stopped-reminder"]
    assert (await clinic.now(visit)).status == "booked"
    assert {one.purpose for one in await clinic.house.rows(Consent)} == {Purpose.reminder}


async def test_a_visit_that_moved_meanwhile_changes_only_after_a_choice(clinic: Clinic) -> None:
    visit = await clinic.visit()
    await clinic.reminded(visit)
    await clinic.move(visit, timedelta(days=3))
    assert await clinic.house.keys("potwierdzam") == ["reminder-moved"]
    assert not (await clinic.now(visit)).is_confirmed
    assert await clinic.house.keys("tak") == ["reminder-confirmed"]
    assert (await clinic.now(visit)).is_confirmed


async def test_a_confirmed_visit_that_moves_is_not_confirmed_any_more(clinic: Clinic) -> None:
    visit = await clinic.visit()
    await clinic.reminded(visit)
    await clinic.house.text("tak")
    await clinic.move(visit, timedelta(days=1))
    assert not (await clinic.now(visit)).is_confirmed


async def test_a_visit_that_moves_between_the_question_and_the_yes_is_not_called_off(clinic: Clinic) -> None:
    visit = await clinic.visit()
    await clinic.reminded(visit)
    await clinic.house.text("nie")
    await clinic.move(visit, timedelta(hours=2))
    assert await clinic.house.keys("tak") == ["reminder-moved"]
    assert (await clinic.now(visit)).status == "booked"


async def test_a_visit_that_is_over_stays_as_it_is(clinic: Clinic) -> None:
    visit = await clinic.visit()
    await clinic.reminded(visit)
    clinic.house.clock.instant = visit.start_at + timedelta(minutes=5)
    assert await clinic.house.keys("nie") == ["reminder-past"]
    assert (await clinic.now(visit)).status == "booked"


async def test_a_visit_that_was_called_off_is_not_brought_back_by_a_yes(clinic: Clinic) -> None:
    visit = await clinic.visit()
    await clinic.reminded(visit)
    await clinic.cancel(visit)
    assert await clinic.house.keys("tak") == ["reminder-gone"]
    assert (await clinic.now(visit)).status == "cancelled"


async def test_of_two_reminders_an_answer_means_none_until_one_is_chosen(clinic: Clinic) -> None:
    """A parent has two children on the same day, and one telephone."""
    first, second = await clinic.visit(name="Ola"), await clinic.visit(name="Jan", skip=1)
    await clinic.reminded(min(first, second, key=lambda one: one.start_at))
    await clinic.at(max(first.start_at, second.start_at) - timedelta(hours=20))
    assert len(await clinic.reminders()) == 2
    assert await clinic.house.keys("tak") == ["reminder-which"]
    assert not [one for one in await clinic.house.rows(Appointment) if one.is_confirmed]
    assert await clinic.house.keys("2") == ["reminder-confirmed"]
    (confirmed,) = [one for one in await clinic.house.rows(Appointment) if one.is_confirmed]
    assert confirmed.start_at == max(first.start_at, second.start_at)
    assert await clinic.house.keys("tak") != ["reminder-confirmed"], "the last thing said was no question"


async def test_another_number_cannot_answer_for_it(clinic: Clinic) -> None:
    visit = await clinic.visit()
    await clinic.reminded(visit)
    await clinic.house.text("tak", BARTEK)
    assert not (await clinic.now(visit)).is_confirmed


async def test_a_yes_to_something_the_bot_asked_since_is_the_bots(clinic: Clinic) -> None:
    visit = await clinic.visit()
    await clinic.reminded(visit)
    await clinic.house.text("ile kosztuje wizyta")
    await clinic.house.text("tak")
    assert clinic.house.dialogue.texts[-1] == "tak" and not (await clinic.now(visit)).is_confirmed


async def test_a_red_flag_in_an_answer_comes_first(clinic: Clinic) -> None:
    visit = await clinic.visit()
    await clinic.reminded(visit)
    keys = await clinic.house.keys("nie przyjdę, mocno boli mnie w klatce piersiowej i duszno mi")
    assert keys[0] == "safety-emergency"
    assert (await clinic.now(visit)).status == "booked"


async def test_an_answer_while_waiting_for_a_person_confirms_too_and_the_person_sees_it(clinic: Clinic) -> None:
    visit = await clinic.visit()
    thread_id, _ = await clinic.house.human()
    await clinic.reminded(visit)
    assert await clinic.house.keys("tak") == ["reminder-confirmed"]
    assert (await clinic.house.open_case(thread_id)).state is CaseState.waiting


async def test_a_no_that_cannot_be_read_back_goes_to_a_person_once(clinic: Clinic) -> None:
    """The carrier takes CANCEL for a STOP of its own: our question does not arrive."""
    visit = await clinic.visit()
    await clinic.reminded(visit)
    thread_id = await clinic.house.only_thread()
    await clinic.deliverer.drain(thread_id)
    assert await clinic.house.keys("CANCEL") == ["reminder-decline"]
    clinic.provider.results = [NotSent("21610", may_retry=False, is_stopped=True)]
    await clinic.deliverer.drain(thread_id)
    assert (await clinic.house.point()).opted_out_by == "carrier"
    await clinic.house.house.reminders.look()
    assert (await clinic.house.open_case(thread_id)).state is CaseState.waiting
    assert (await clinic.house.house.reminders.look())["told"] == 0
    assert (await clinic.now(visit)).status == "booked"


async def test_an_answer_taken_twice_changes_nothing_the_second_time(clinic: Clinic) -> None:
    visit = await clinic.visit()
    await clinic.reminded(visit)
    accepted = await clinic.house.sms("tak")
    for _ in range(2):
        await clinic.house.house.turns.take(accepted.thread_id)
    (notice,) = await clinic.house.rows(VisitNotice)
    assert notice.answer is Answer.confirmed
    assert await clinic.house.said_keys(accepted.thread_id, accepted.seq) == ["reminder-confirmed"]


async def test_what_was_stopped_is_not_sent_even_if_it_waited_already(clinic: Clinic) -> None:
    visit = await clinic.visit()
    await clinic.reminded(visit)
    (message,) = await clinic.reminders()
    assert await clinic.house.keys("nie wysyłajcie mi SMS-ów") == ["sms-stopped-reminder"]
    await clinic.deliverer.drain(message.thread_id)
    delivery = await clinic.house.delivery(message.id)
    assert delivery.state is DeliveryState.withheld and message.body not in clinic.provider.taken
    assert any("START" in body for body in clinic.provider.taken), "the answer itself does leave"
