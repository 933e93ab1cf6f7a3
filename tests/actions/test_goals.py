"""Goals without a form: an answer that was approved, free times that are real, or a person who knows what it is about."""

import json

from sqlalchemy import select

from conversations.models import Case, CaseState, Message
from tests.actions.bot import Bot
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
    assert await asked_next(bot, "co macie najwcześniej do kardiologa") == "offer"
    assert await asked_next(bot, "jakie są wolne terminy") == "specialty"
    bot.heard = [("book", 0.9)]
    assert await asked_next(bot, "chcę do kardiologa") == "time_window"


async def test_a_complaint_goes_to_a_person_who_sees_the_goal(bot: Bot) -> None:
    bot.heard = [("complaint", 0.9)]
    keys = await bot.says("chcę złożyć skargę na rejestrację", ("action_staff_request", {}))
    assert "handoff-because-staff-request" in keys
    case = await the_case(bot)
    assert case.state is CaseState.waiting
    assert (case.understood or {})["goal"] == "complaint"


async def test_symptoms_are_not_judged_but_a_visit_and_a_person_are_offered(bot: Bot) -> None:
    bot.heard = [("symptoms", 0.9)]
    assert (await bot.says("od tygodnia boli mnie kolano", ("action_staff_request", {})))[-1] == "symptoms-next"
    assert (await the_case(bot)).state is CaseState.bot


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
