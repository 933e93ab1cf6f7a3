"""Coming back with symptoms: the same complaint again is more urgent, the third contact goes to a nurse or doctor."""

import json
from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from actions.triage import Interview
from care.triage.repeats import SAME_PROTOCOL, SYMPTOMS
from conversations.models import Case, CaseState
from conversations.protocols import InboundMessage
from core.i18n import LANGUAGES, Language, catalogue
from handoff.models import Handoff
from tests.actions.bot import Bot
from tests.house import ANNA, BARTEK

RESULT = "action_triage_result"
COLD = ("runny_nose", "sore_throat", "rash")
LEVELS = ("self", "routine", "days3", "today", "now")


def answered(complaint: str) -> dict[str, Any]:
    """The slots at the end of an interview in which nothing grave was said."""
    from care.triage.tables import default_tables

    tables = default_tables()
    asked = [one for protocol in tables.opened(complaint) for group in protocol.ask for one in group]
    absent = [one for one in asked if one != complaint]
    return {"triage": json.dumps(asdict(Interview(complaint, [], absent, age_months=34 * 12, hours=30)))}


def kept(bot: Bot) -> Interview:
    """The interview as the last call left it."""
    events = bot.responses[-1].json()["events"]
    return Interview(**json.loads([one["value"] for one in events if one["name"] == "triage"][-1]))


async def contact(bot: Bot, complaint: str = "sore_throat", text: str = "dalej", number: str = ANNA) -> list[str]:
    """One interview that comes to its end, by SMS."""
    return await bot.says(text, (RESULT, answered(complaint)), number=number)


async def on_the_web(bot: Bot, browser: str, complaint: str, patient_id: UUID) -> list[str]:
    """The same in a browser whose case is about a known patient."""
    bot.steps = [(RESULT, answered(complaint))]
    accepted = await bot.house.house.inbox.accept(
        InboundMessage("webchat", uuid4().hex, "browser", browser, "dalej", language_hint="pl")
    )
    await concerns(bot, accepted.thread_id, patient_id)
    await bot.house.house.turns.take(accepted.thread_id)
    return await bot.house.said_keys(accepted.thread_id, accepted.seq)


async def concerns(bot: Bot, thread_id: UUID, patient_id: UUID) -> None:
    """The thread's case is about that patient."""
    async with bot.house.house.database.unit_of_work() as uow:
        await uow.session.execute(update(Case).where(Case.thread_id == thread_id).values(patient_id=patient_id))


async def test_the_same_complaint_again_is_one_level_more_urgent_and_says_why(bot: Bot) -> None:
    first_said = await contact(bot)
    first = kept(bot)
    assert SAME_PROTOCOL not in first.rules and "triage-repeat-sooner" not in first_said
    bot.house.clock.instant += timedelta(hours=20)
    said = await contact(bot)
    second = kept(bot)
    assert second.urgency == LEVELS[LEVELS.index(str(first.urgency)) + 1]
    assert second.rules == [SAME_PROTOCOL, *first.rules]
    assert "triage-repeat-sooner" in said and f"triage-result-{second.urgency}" in said


async def test_another_complaint_or_another_person_changes_nothing(bot: Bot) -> None:
    await contact(bot)
    first = kept(bot)
    bot.house.clock.instant += timedelta(hours=20)
    await contact(bot, number=BARTEK)
    assert (kept(bot).urgency, kept(bot).rules) == (first.urgency, first.rules)
    await contact(bot, "rash")
    assert SAME_PROTOCOL not in kept(bot).rules


async def test_a_resend_within_ten_minutes_changes_nothing(bot: Bot) -> None:
    await contact(bot)
    first = kept(bot)
    for _ in range(3):
        bot.house.clock.instant += timedelta(minutes=3)
        await contact(bot)
        assert (kept(bot).urgency, kept(bot).rules) == (first.urgency, first.rules)


async def test_after_three_days_it_is_a_first_contact_again(bot: Bot) -> None:
    await contact(bot)
    first = kept(bot)
    bot.house.clock.instant += timedelta(hours=72)
    await contact(bot)
    assert (kept(bot).urgency, kept(bot).rules) == (first.urgency, first.rules)


async def test_the_third_contact_with_any_symptoms_goes_to_a_nurse_or_doctor(bot: Bot) -> None:
    for complaint in COLD:
        bot.house.clock.instant += timedelta(hours=20)
        said = await contact(bot, complaint)
    assert said[-2:] == ["triage-repeat-person", "handoff-queued"]
    assert not [key for key in said if key.startswith("triage-result")]
    assert SYMPTOMS in kept(bot).rules and SAME_PROTOCOL not in kept(bot).rules
    (handoff,) = await bot.house.rows(Handoff)
    assert (handoff.reason, handoff.is_urgent) == ("repeat-contact", True)
    assert (await bot.house.open_case(await bot.house.only_thread())).state is CaseState.waiting


async def test_the_third_contact_counts_over_two_channels_of_one_patient(bot: Bot) -> None:
    patient, browser = uuid4(), "b" * 32
    first = await bot.house.sms("dzień dobry")
    await concerns(bot, first.thread_id, patient)
    await contact(bot, COLD[0])
    bot.house.clock.instant += timedelta(hours=2)
    await on_the_web(bot, browser, COLD[1], patient)
    assert SYMPTOMS not in kept(bot).rules
    bot.house.clock.instant += timedelta(hours=2)
    said = await on_the_web(bot, browser, COLD[2], patient)
    assert said[-2:] == ["triage-repeat-person", "handoff-queued"] and SYMPTOMS in kept(bot).rules


async def test_where_triage_is_off_the_third_contact_goes_to_a_person_too(bot: Bot) -> None:
    for hours in (0, 5, 5):
        bot.house.clock.instant += timedelta(hours=hours)
        said = await bot.says("źle się czuję", (RESULT, {"triage": None}))
    assert said == ["triage-repeat-person", "handoff-queued"]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_patient_hears_it_in_their_language(bot: Bot, language: Language) -> None:
    text = "dalej proszę" if language == "pl" else "go on please, thank you very much"
    for complaint in COLD:
        bot.house.clock.instant += timedelta(hours=20)
        await contact(bot, complaint, text)
    said = [one.content or {} for one in await bot.house.messages(await bot.house.only_thread())]
    (told,) = [one["text"] for one in said if one.get("key") == "triage-repeat-person"]
    assert told == catalogue(language).text("triage-repeat-person")
