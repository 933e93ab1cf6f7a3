"""What was asked about before a booking begins.

Invariant: it is taken over and said aloud, or asked; never taken over silently, nor from what is closed.
"""

from datetime import timedelta
from typing import Any

import pytest

from conversations.models import Case, CaseState
from tests.actions.bot import Bot
from tests.house import BARTEK

BEGIN: tuple[str, dict[str, Any]] = ("validate_booking_form", {})
NOTHING = ["answer-article"]
"""What the scripted core says where the action says nothing: the form asks its question."""


async def begun(bot: Bot, body: str = "to proszę mnie umówić na poniedziałek rano") -> list[str]:
    """What is said as a booking begins with these words."""
    bot.heard, bot.form = [("book", 0.9)], "booking_form"
    return await bot.says(body, BEGIN)


def slots(bot: Bot) -> dict[str, str]:
    """What the last step set."""
    return {one["name"]: one["value"] for one in bot.responses[-1].json()["events"] if one["event"] == "slot"}


async def asked(bot: Bot, body: str, action: str = "action_price") -> list[str]:
    """A question before any booking."""
    bot.heard, bot.form = [("price", 0.9)], None
    return await bot.says(body, (action, {}))


@pytest.mark.parametrize(
    ("question", "specialty"),
    [
        ("ile kosztuje wizyta u dermatologa", "dermatology"),
        ("ile kosztuje ekg", "cardiology"),
        ("how much is a dermatologist", "dermatology"),
    ],
)
async def test_who_asked_for_a_price_is_not_asked_which_doctor(bot: Bot, question: str, specialty: str) -> None:
    await asked(bot, question)
    assert await begun(bot) == ["booking-topic"]
    assert slots(bot)["specialty"] == specialty and slots(bot)["requested_slot"] == "offer"


async def test_what_was_picked_by_its_number_counts_as_named(bot: Bot) -> None:
    assert await asked(bot, "ile to kosztuje") == ["price-which"]
    await asked(bot, "3")
    assert await begun(bot) == ["booking-topic"]
    assert slots(bot)["specialty"] == "cardiology"


async def test_another_one_named_wins(bot: Bot) -> None:
    await asked(bot, "ile kosztuje wizyta u dermatologa")
    assert await begun(bot, "to proszę mnie umówić do kardiologa") == NOTHING
    assert slots(bot)["specialty"] == "cardiology"


@pytest.mark.parametrize(
    "question", ["ile kosztuje dermatolog i kardiolog", "nie do dermatologa", "ile kosztuje parking"]
)
async def test_several_or_a_rejected_one_or_none_leave_the_question(bot: Bot, question: str) -> None:
    await asked(bot, question)
    assert await begun(bot) == NOTHING
    assert slots(bot)["requested_slot"] == "specialty"


async def test_what_was_said_long_ago_or_before_an_end_is_asked_again(bot: Bot) -> None:
    await asked(bot, "ile kosztuje wizyta u dermatologa")
    bot.house.clock.instant += timedelta(minutes=16)
    assert await begun(bot) == NOTHING
    await asked(bot, "ile kosztuje wizyta u dermatologa")
    bot.heard, bot.form = [("stop_task", 0.9)], "booking_form"
    assert await bot.says("nieważne", ("action_stop_task", {})) == ["task-stopped"]
    assert await begun(bot) == NOTHING
    assert slots(bot)["requested_slot"] == "specialty"


async def test_a_time_given_before_the_doctor_is_acknowledged_before_the_same_question(bot: Bot) -> None:
    assert await begun(bot) == NOTHING
    kept = slots(bot)
    bot.heard = [("inform", 0.9)]
    assert await bot.says("nie, jednak wtorek", ("validate_booking_form", kept)) == ["booking-noted"]
    assert slots(bot)["requested_slot"] == "specialty" and slots(bot)["time_window"] != kept["time_window"]


@pytest.mark.parametrize("body", ["chcę się umówić na usg tarczycy", "can I book a thyroid ultrasound"])
async def test_an_examination_without_times_goes_to_people_by_its_name(bot: Bot, body: str) -> None:
    await begun(bot, body)
    assert slots(bot)["requested_slot"] is None
    assert await bot.says(body, ("action_book", {})) == ["examination-by-people", "handoff-queued"]
    (case,) = await bot.house.rows(Case)
    assert case.state is CaseState.waiting


@pytest.mark.parametrize(("about", "price"), [("czy robicie ekg", "EKG"), ("chcę do dermatologa", "Dermatologia")])
async def test_how_much_is_that_means_what_was_just_spoken_of(bot: Bot, about: str, price: str) -> None:
    bot.heard, bot.form = [("service_info", 0.9)], None
    await bot.says(about, ("action_clinic_info", {}))
    bot.steps = [("action_price", {})]
    bot.heard = [("price", 0.9)]
    (said,) = await bot.house.text("ile to będzie kosztować")
    assert said.startswith(price)
    assert await bot.says("a ile kosztuje parking?", ("action_price", {})) == ["price-which"]


async def test_who_says_they_are_late_is_passed_on_and_who_asks_is_answered(bot: Bot) -> None:
    bot.heard, bot.form = [("running_late", 0.9)], None
    assert "running-late-passed-on" not in await bot.says("co jeśli się spóźnię?", ("action_answer", {}))
    said = await bot.says("spóźnię się z 15 minut", ("action_staff_request", {}), number=BARTEK)
    assert said == ["running-late-passed-on", "handoff-queued"]


@pytest.mark.parametrize("why", ["bo boli mnie ząb", "because my tooth hurts"])
async def test_the_reason_for_a_visit_does_not_end_its_booking(bot: Bot, why: str) -> None:
    await begun(bot, "umów do dentysty")
    kept = slots(bot)
    bot.heard = [("symptoms", 0.95)]
    assert await bot.says(why, ("validate_booking_form", kept)) == ["booking-reason-noted"]
    assert slots(bot)["requested_slot"] == "time_window"


async def test_the_hours_of_a_day_are_those_of_that_day(bot: Bot) -> None:
    bot.heard, bot.form = [("clinic_info", 0.95)], None
    bot.steps = [("action_clinic_info", {})]
    said = " ".join(await bot.house.text("o której otwieracie w sobotę"))
    assert said.count("sob 28.11") == 2 and "nieczynne" in said, said


async def test_a_date_that_cannot_be_read_twice_counts_as_not_understood(bot: Bot) -> None:
    bot.heard, bot.form = [("inform", 0.9)], "visits_form"
    asked_for = {"requested_slot": "birth_date", "patient_name": "Jan Testowy"}
    assert await bot.says("jakoś wiosną", ("validate_visits_form", asked_for)) == ["birth-date-unreadable"]
    bot.before = [{"event": "user"}, {"event": "bot", "data": {"custom": {"key": "birth-date-unreadable"}}}]
    assert await bot.says("no wiosną", ("validate_visits_form", asked_for)) == NOTHING
    assert not slots(bot)
