"""Goals without a form: an answer that was approved, free times that are real, or a person who knows what it is about."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from actions.wishes import Wish
from conversations.models import Case, CaseState, Message
from handoff.complaints import Complaint
from knowledge.seed import seed as seed_knowledge
from tests.actions.bot import Bot, booking, free_offers
from tests.house import BARTEK


async def the_case(bot: Bot) -> Case:
    async with bot.house.house.database.unit_of_work() as uow:
        return (await uow.session.scalars(select(Case).order_by(Case.opened_at.desc()).limit(1))).one()


async def asked_next(bot: Bot, text: str) -> str | None:
    """The question that the booking form asks after its first message."""
    await bot.says(text, ("validate_booking_form", {}))
    events = bot.responses[-1].json()["events"]
    found: str | None = next(one["value"] for one in events if one["name"] == "requested_slot")
    return found


async def test_who_asks_what_is_free_gets_offers_and_is_not_asked_when(bot: Bot) -> None:
    bot.heard = [("next_slots", 0.9)]
    assert await asked_next(bot, "jakie są wolne terminy") == "specialty"
    assert await asked_next(bot, "co macie najwcześniej do kardiologa") == "offer"
    assert await asked_next(bot, "jakie są wolne terminy") == "offer", "the cardiologist was asked about just before"
    bot.heard = [("book", 0.9)]
    assert await asked_next(bot, "chcę do kardiologa") == "time_window"


def slots_of(bot: Bot) -> dict[str, Any]:
    """The slots that the last step set."""
    return {one["name"]: one["value"] for one in bot.responses[-1].json()["events"] if one["event"] == "slot"}


@pytest.mark.parametrize(
    "text",
    ["chcę do okulisty, pon mi nie pasuje", "nie mogę w poniedziałek, chcę do okulisty", "do okulisty, ale nie w pon"],
)
async def test_what_does_not_suit_is_heard_beside_what_is_wanted(bot: Bot, text: str) -> None:
    bot.heard = [("book", 0.9)]
    await bot.says(text, ("validate_booking_form", {}))
    found = slots_of(bot)
    assert found["specialty"] == "ophthalmology"
    assert Wish.from_json(found["time_window"]).not_on == {0}


async def test_a_booking_does_not_begin_with_what_a_form_about_a_visit_left(bot: Bot) -> None:
    bot.heard = [("book", 0.9)]
    left = {
        "visit": str(uuid4()),
        "visit_notice": str(uuid4()),
        "clinician": str(uuid4()),
        "time_window": Wish(said="x").to_json(),
    }
    await bot.says("chcę do kardiologa", ("validate_booking_form", left))
    found = slots_of(bot)
    assert found["requested_slot"] == "time_window"
    assert all(found[name] is None for name in left)


async def test_a_move_does_not_begin_with_a_half_made_booking(bot: Bot) -> None:
    bot.heard = [("reschedule", 0.9)]
    (offer, *_) = await free_offers(bot.house)
    await bot.says("przełóżcie wizytę", ("validate_reschedule_form", booking(offer, "Jan Nowak", "1980-01-02")))
    found = slots_of(bot)
    assert found["offer"] is None and found["booking_confirmed"] is None


@pytest.mark.parametrize("text", ["zapłacę później", "I'll confirm later", "potwierdzę później"])
async def test_what_is_done_later_is_no_later_visit(bot: Bot, text: str) -> None:
    bot.heard = [("inform", 0.9)]
    (offer, *_) = await free_offers(bot.house)
    slots = booking(offer, "Jan Nowak", "1980-01-02") | {
        "booking_confirmed": None,
        "requested_slot": "booking_confirmed",
    }
    await bot.says(text, ("validate_booking_form", slots))
    assert "offer" not in slots_of(bot)


async def test_later_at_the_read_back_offers_later_times(bot: Bot) -> None:
    bot.heard = [("reschedule", 0.9)]
    (offer, *_) = await free_offers(bot.house)
    slots = booking(offer, "Jan Nowak", "1980-01-02") | {
        "booking_confirmed": None,
        "requested_slot": "booking_confirmed",
    }
    await bot.says("tak ale czy może być później", ("validate_booking_form", slots))
    found = slots_of(bot)
    assert found["offer"] is None and found["requested_slot"] == "offer"
    assert Wish.from_json(found["time_window"]).start == offer.start + timedelta(minutes=1)


async def test_a_complaint_goes_to_a_person_who_sees_the_goal(bot: Bot) -> None:
    bot.heard = [("complaint", 0.9)]
    keys = await bot.says("chcę złożyć skargę na rejestrację", ("action_staff_request", {}))
    assert {"complaint-taken", "handoff-because-staff-request"} <= set(keys)
    (complaint,) = await bot.house.rows(Complaint)
    assert complaint.words == "chcę złożyć skargę na rejestrację"
    case = await the_case(bot)
    assert case.state is CaseState.waiting
    assert (case.understood or {})["goal"] == "complaint"


async def test_medical_advice_is_left_to_a_person(bot: Bot) -> None:
    bot.heard = [("medical_advice", 0.9)]
    keys = await bot.says("co dobrego na odporność jesienią", ("action_staff_request", {}))
    assert "handoff-because-clinician" in keys


async def test_words_of_an_emergency_the_screen_does_not_know_name_112_and_call_a_person(bot: Bot) -> None:
    bot.heard = [("emergency", 0.9)]
    keys = await bot.says("potrzebny ktoś natychmiast tutaj", ("action_staff_request", {}))
    assert "safety-emergency" in keys
    assert (await the_case(bot)).state is CaseState.waiting


async def test_two_close_goals_are_offered_with_a_person_beside_them(bot: Bot) -> None:
    bot.heard = [("nlu_fallback", 0.5), ("refill", 0.41), ("prescription_code", 0.38), ("affirm", 0.1)]
    assert (await bot.says("ta recepta co to jest", ("action_default_fallback", {})))[-1] == "which-did-you-mean"


async def test_a_no_to_what_was_offered_is_no_goodbye(bot: Bot) -> None:
    bot.heard = [("nlu_fallback", 0.5), ("refill", 0.41), ("prescription_code", 0.38)]
    await bot.says("ta recepta co to jest", ("action_default_fallback", {}))
    bot.heard = [("deny", 0.95)]
    assert (await bot.says("nie", ("action_no", {})))[-1] == "none-of-these"


async def test_a_no_to_nothing_offered_ends_kindly(bot: Bot) -> None:
    bot.heard = [("service_info", 0.9)]
    assert (await bot.says("robicie rezonans z kontrastem", ("action_clinic_info", {})))[-1] == "service-offered"
    bot.heard = [("deny", 0.95)]
    assert (await bot.says("nie, dziękuję", ("action_no", {})))[-1] == "utter-goodbye"


@pytest.mark.parametrize("text", ["robicie gastroskopię?", "robicie gastroskopie", "do you do gastroscopy?"])
async def test_who_asks_whether_it_is_done_here_is_told_so_and_not_how_to_prepare(bot: Bot, text: str) -> None:
    async with bot.house.house.database.unit_of_work() as uow:
        await seed_knowledge(uow, bot.house.clock.now())
    bot.heard = [("service_info", 0.9)]
    assert (await bot.says(text, ("action_clinic_info", {})))[-1] == "service-offered"
    bot.heard = [("prepare", 1.0)]
    assert (await bot.says("3", ("action_prepare", {})))[-1] == "answer-article"


async def test_of_two_things_that_are_done_here_only_the_last_has_choices(bot: Bot) -> None:
    bot.heard = [("service_info", 0.9)]
    text = "robicie EKG i echo serca"
    assert (await bot.says(text, ("action_clinic_info", {})))[-2:] == ["service-offered", "service-offered"]
    said = [one.content or {} for one in await bot.house.rows(Message, Message.direction == "outbound")]
    assert [len(one.get("choices", ())) for one in said if one.get("key") == "service-offered"] == [0, 1]


async def test_who_asks_how_it_is_done_is_told_by_the_article(bot: Bot) -> None:
    async with bot.house.house.database.unit_of_work() as uow:
        await seed_knowledge(uow, bot.house.clock.now())
    bot.heard = [("service_info", 0.9)]
    assert (await bot.says("czy przed gastroskopią można coś pić", ("action_clinic_info", {})))[-1] == "answer-article"


async def test_who_was_told_that_a_specialist_is_here_is_not_asked_again_for_which(bot: Bot) -> None:
    bot.heard = [("service_info", 0.9)]
    assert (await bot.says("czy jest u was kardiolog", ("action_clinic_info", {})))[-1] == "service-offered"
    bot.heard = [("book", 1.0)]
    assert await asked_next(bot, "1") == "time_window"
    assert slots_of(bot)["specialty"] == "cardiology"


async def test_a_goal_that_was_asked_for_keeps_the_words_it_was_asked_about(bot: Bot) -> None:
    bot.heard = [("nlu_fallback", 0.5), ("price", 0.41), ("prepare", 0.38)]
    assert (await bot.says("usg brzucha jak to jest", ("action_default_fallback", {})))[-1] == "which-did-you-mean"
    bot.heard = [("price", 1.0)]
    assert (await bot.says("1", ("action_price", {})))[-1] == "price-visit"


async def test_words_of_another_conversation_are_never_read_for_a_picked_goal(bot: Bot) -> None:
    other = await bot.house.sms("usg brzucha", BARTEK)
    bot.heard = [("nlu_fallback", 0.5), ("price", 0.41), ("prepare", 0.38)]
    await bot.says("ile to kosztuje czy jak", ("action_default_fallback", {}))
    (last, *_) = [one for one in reversed(await bot.house.rows(Message)) if (one.content or {}).get("choices")]
    async with bot.house.house.database.unit_of_work() as uow:
        stored = await uow.session.get_one(Message, last.id)
        told = json.loads(json.dumps(stored.content))
        for choice in told["choices"]:
            choice["payload"] = f'/price{{"about": "{other.message_id}"}}'
        stored.content = told
    bot.heard = [("price", 1.0)]
    assert (await bot.says("1", ("action_price", {})))[-1] == "price-which"


@pytest.mark.parametrize(
    ("day", "hour", "keys", "words"),
    [
        (0, 10, ["site-info", "site-info"], "Dzis: "),
        (0, 22, ["site-info-closed", "site-info-closed"], "otwarcie: wt 24.11"),
        (5, 10, ["site-info-closed", "site-info-closed"], "otwarcie: pon 30.11"),
    ],
)
async def test_where_and_until_when_tells_the_next_opening_once_the_day_is_over(
    bot: Bot, day: int, hour: int, keys: list[str], words: str
) -> None:
    bot.house.clock.instant = bot.house.clock.instant.replace(hour=hour) + timedelta(days=day)
    bot.heard = [("clinic_info", 0.9)]
    assert await bot.says("gdzie jesteście", ("action_clinic_info", {})) == keys
    said = await bot.house.rows(Message, Message.direction == "outbound")
    assert all(words in one.body for one in said if (one.content or {}).get("key") in keys), [one.body for one in said]
