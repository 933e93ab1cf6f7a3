"""Proving who speaks. Invariant: nothing that is said, and no count, tells whether a patient exists."""

import asyncio
import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
import yaml
from sqlalchemy import select

from care.patients.models import Patient
from care.patients.tokens import give_tokens
from conversations.identity.challenges import Identity, Proven
from conversations.identity.claims import Claim
from conversations.identity.levels import NEEDED, Level, needs_code
from conversations.identity.locks import MAX_ATTEMPTS
from conversations.identity.models import IdentityChallenge, IdentityProof
from conversations.identity.reading import asks_for_web, read_code, read_role
from conversations.inbox import contact_of
from conversations.messages import CODE_KEY
from conversations.models import ContactPoint, Delivery, Message
from conversations.transcript import Transcripts
from core.access import Access
from core.errors import Refused
from core.settings import ROOT
from tests.actions.bot import Bot
from tests.house import ANNA, BARTEK, TestHouse

SYSTEM = Access.system("test")
JAN = Claim("Jan Kowalski", date(1957, 3, 12))
NOBODY = Claim("Karol Nikt", date(1960, 1, 1))


async def jan(house: TestHouse, phone: str | None = ANNA, name: str = "Jan") -> UUID:
    """A patient whose number staff have recorded."""
    async with house.house.database.unit_of_work() as uow:
        born = date(1957, 3, 12) if name == "Jan" else date(2012, 5, 5)
        patient = Patient(
            given_name=name, family_name="Kowalski", birth_date=born, phone=phone, created_at=house.clock.now()
        )
        give_tokens(patient)
        uow.session.add(patient)
        await uow.session.flush()
        return patient.id


async def browser(house: TestHouse, address: str = "tab") -> UUID:
    """A web visitor's contact point."""
    async with house.house.database.unit_of_work() as uow:
        return await contact_of(uow, "browser", address, house.clock.now())


async def asked(house: TestHouse, point: UUID, claim: Claim = JAN, goal: str = "results") -> Refused | None:
    """A code is asked for and sent."""
    async with house.house.database.unit_of_work() as uow:
        refused = await house.house.identity.begin(uow, SYSTEM, point, claim, goal, "pl", house.clock.now())
    for one in await house.rows(IdentityChallenge):
        await house.house.identity.send(one.id)
    return refused


async def given(house: TestHouse, point: UUID, code: str, identity: Identity | None = None) -> Proven | Refused:
    """A code is given back."""
    async with house.house.database.unit_of_work() as uow:
        return await (identity or house.house.identity).answer(uow, SYSTEM, point, code, house.clock.now())


async def codes(house: TestHouse) -> list[str]:
    """The codes that went out, oldest first."""
    found = [one for one in await house.rows(Message) if (one.content or {}).get("key") == CODE_KEY]
    return [re.findall(r"\d{6}", one.body)[0] for one in sorted(found, key=lambda one: one.seq)]


def wrong(code: str) -> str:
    """Another code."""
    return f"{(int(code) + 1) % 10**6:06d}"


def test_every_intent_and_action_says_which_level_it_needs() -> None:
    domain = yaml.safe_load((ROOT / "bot/domain.yml").read_text("utf-8"))
    intents = {next(iter(one)) if isinstance(one, dict) else one for one in domain["intents"]}
    assert set(NEEDED) == intents | set(domain["actions"])
    assert (
        not needs_code("book") and not needs_code("list_visits") and needs_code("results") and needs_code("data_rights")
    )


async def test_a_code_goes_to_the_number_on_record_and_proves_identity_in_the_browser_that_asked(
    house: TestHouse,
) -> None:
    patient_id, point = await jan(house), await browser(house)
    assert await asked(house, point) is None
    (code,) = await codes(house)
    (sent,) = [one for one in await house.rows(Message) if (one.content or {}).get("key") == CODE_KEY]
    assert sent.channel == "sms" and sent.contact_point_id == (await house.point(ANNA)).id
    proven = await given(house, point, code)
    assert isinstance(proven, Proven) and (proven.patient_id, proven.level) == (patient_id, Level.code_and_birth_date)
    assert await given(house, point, code) == Refused("identity-nothing-open"), "a code works once"


async def test_the_sms_with_a_code_is_one_segment_and_passes_the_linter(house: TestHouse) -> None:
    from core.segments import measure

    await jan(house)
    await asked(house, await browser(house))
    (sent,) = [one for one in await house.rows(Message) if (one.content or {}).get("key") == CODE_KEY]
    await house.house.deliverer.drain(sent.thread_id)
    (row,) = await house.rows(Delivery, Delivery.message_id == sent.id)
    assert row.findings is None and measure(sent.body).count == 1


async def test_staff_do_not_see_the_code(house: TestHouse) -> None:
    await jan(house)
    await asked(house, await browser(house))
    (code,) = await codes(house)
    point = await house.point(ANNA)
    async with house.house.database.unit_of_work() as uow:
        lines = await Transcripts(uow, SYSTEM).of_contact_point(point.id, house.clock.now())
    assert all(code not in line.text + line.sent_body for line in lines) and any("•••" in line.text for line in lines)


async def test_the_code_is_kept_as_a_digest_alone(house: TestHouse) -> None:
    await jan(house)
    await asked(house, await browser(house))
    (row,), (code,) = await house.rows(IdentityChallenge), await codes(house)
    assert row.code_token and code not in row.code_token and len(row.code_token) == 32


@pytest.mark.parametrize("claim", [JAN, NOBODY], ids=["known", "unknown"])
async def test_three_wrong_codes_lock_with_the_same_answers_whether_the_patient_exists(
    house: TestHouse, claim: Claim
) -> None:
    await jan(house)
    point = await browser(house)
    assert await asked(house, point, claim) is None
    code = wrong((await codes(house) or ["000000"])[0])
    answers = [await given(house, point, code) for _ in range(MAX_ATTEMPTS)]
    assert answers == [
        Refused("identity-code-wrong", {"left": 2}), Refused("identity-code-wrong", {"left": 1}), Refused("identity-locked"),
    ]  # fmt: skip
    assert await asked(house, point, claim) == Refused("identity-locked")
    assert await asked(house, await browser(house, "another"), claim) == Refused("identity-locked"), (
        "the person is locked too"
    )
    house.clock.instant += timedelta(minutes=31)
    assert await asked(house, point, claim) is None


async def test_a_new_code_does_not_give_new_tries(house: TestHouse) -> None:
    await jan(house)
    point = await browser(house)
    for _ in range(2):
        await asked(house, point)
        await given(house, point, wrong((await codes(house))[-1]))
    await asked(house, point)
    assert await given(house, point, wrong((await codes(house))[-1])) == Refused("identity-locked")


async def test_a_code_is_void_after_its_time_and_after_a_new_one(house: TestHouse) -> None:
    await jan(house)
    point = await browser(house)
    await asked(house, point)
    house.clock.instant += timedelta(minutes=11)
    assert await given(house, point, (await codes(house))[0]) == Refused("identity-code-expired")
    async with house.house.database.unit_of_work() as uow:
        assert await house.house.identity.resend(uow, SYSTEM, point, house.clock.now()) is None
    (challenge,) = await house.rows(IdentityChallenge)
    await house.house.identity.send(challenge.id)
    first, second = await codes(house)
    assert first == second or await given(house, point, first) == Refused("identity-code-wrong", {"left": 2})
    assert isinstance(await given(house, point, second), Proven)


async def test_codes_are_sent_again_only_after_a_minute_and_not_without_end(house: TestHouse) -> None:
    point, identity = await browser(house), house.house.identity
    await asked(house, point, NOBODY)
    answers = []
    for minutes in (0, 2, 2, 2):
        house.clock.instant += timedelta(minutes=minutes)
        async with house.house.database.unit_of_work() as uow:
            answers.append(await identity.resend(uow, SYSTEM, point, house.clock.now()))
    assert answers == [Refused("identity-resend-soon"), None, None, Refused("identity-too-often")]


async def test_a_code_of_another_conversation_proves_nothing(house: TestHouse) -> None:
    await jan(house)
    here, there = await browser(house), await browser(house, "there")
    await asked(house, here)
    (code,) = await codes(house)
    assert await given(house, there, code) == Refused("identity-nothing-open")
    phone = await house.point(ANNA)
    assert await given(house, phone.id, code) == Refused("identity-nothing-open"), "nor does texting it back"


async def test_a_challenge_survives_a_restart(house: TestHouse) -> None:
    await jan(house)
    point = await browser(house)
    await asked(house, point)
    old = house.house.identity
    again = Identity(house.house.database, house.clock, house.house.messages, old.times)
    assert isinstance(await given(house, point, (await codes(house))[0], again), Proven)


async def test_a_code_sent_to_a_shared_number_is_not_enough(house: TestHouse) -> None:
    await jan(house)
    await jan(house, name="Ola")
    point = await browser(house)
    await asked(house, point)
    proven = await given(house, point, (await codes(house))[0])
    assert isinstance(proven, Proven) and proven.level is Level.number_matched


async def test_guessing_at_once_gives_no_more_tries(house: TestHouse) -> None:
    await jan(house)
    point = await browser(house)
    await asked(house, point)
    (code,) = await codes(house)
    answers = await asyncio.gather(*(given(house, point, wrong(code)) for _ in range(8)))
    assert sum(one == Refused("identity-code-wrong", {"left": 1}) for one in answers) == 1
    assert await given(house, point, code) in (Refused("identity-locked"), Refused("identity-nothing-open"))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("482913", "482913"), ("482 913", "482913"), ("kod to 48-29-13", "482913"),
        ("cztery dwa osiem dziewięć jeden trzy", "428913"), ("four eight two nine one three", "482913"),
        ("czterdzieści osiem dwadzieścia dziewięć trzynaście", "482913"), ("48291", None), ("1" * 20, None), ("", None),
        ("١٢٣٤٥٦", None), ("nie mam", None),
    ],
)  # fmt: skip
def test_a_code_is_read_in_digits_and_in_words(text: str, code: str | None) -> None:
    assert read_code(text) == code


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("czy są moje wyniki", "self"), ("wyniki córki", "child"), ("recepta dla mamy", "parent"), ("kiedy mąż ma wizytę", "partner"),
        ("my son's results", "child"), ("czy są już wyniki krwi", None), ("mamy jakieś wolne terminy?", None),
    ],
)  # fmt: skip
def test_for_whom_is_read_from_the_words(text: str, role: str | None) -> None:
    assert read_role(text) == role


def test_a_wish_for_the_page_is_told_from_other_wishes() -> None:
    wishes = (
        "wolę na stronie",
        "możemy przejść na czat?",
        "STRONA",
        "can we continue on the website",
        "I'd prefer the web chat",
    )
    others = ("jaki jest adres waszej strony", "umów mnie przez stronę", "ile kosztuje wizyta", "tak", "chat")
    assert [one for one in wishes if not asks_for_web(one)] == [] and [one for one in others if asks_for_web(one)] == []


async def web_says(bot: Bot, text: str, *steps: tuple[str, dict[str, Any]]) -> list[str]:
    """An SMS from a number that is on nobody's record."""
    return await bot.says(text, *steps, number=BARTEK)


FORM = "validate_identity_form"
ASK_CODE = "action_ask_identity_form_identity_code"


async def test_results_ask_for_whom_then_go_on_by_themselves_to_a_person_who_sees_the_proof(bot: Bot) -> None:
    house = bot.house
    patient_id = await jan(house)
    bot.heard = [("results", 0.9)]
    begun = {"identity_goal": "results", "requested_slot": None}
    await web_says(bot, "wyniki", (FORM, begun), ("action_ask_identity_form_identity_role", {}))
    bot.heard = [("inform", 0.9)]
    known = {**begun, "identity_role": "self", "requested_slot": "patient_name"}
    known |= {"patient_name": None}
    said = await bot_in_form(bot, "Jan Kowalski 12.03.1957", known)
    assert said == ["identity-code-sent"]
    (challenge,) = await house.rows(IdentityChallenge)
    await house.house.identity.send(challenge.id)
    point = await house.point(BARTEK)
    bot.heard = [("otp_code", 0.9)]
    said = await web_says(bot, (await codes(house))[0], ("action_identity_code", {}))
    assert "identity-proven" in said and "handoff-because-staff-request" in said
    case = await house.open_case((await house.rows(Message, Message.contact_point_id == point.id))[0].thread_id)
    assert case.patient_id == patient_id and (case.understood or {})["identity"].startswith("code_and_birth_date")
    async with house.house.database.unit_of_work() as uow:
        assert (await uow.session.scalars(select(IdentityProof.contact_point_id))).all() == [point.id]
        assert (await uow.session.get_one(ContactPoint, point.id)).address == BARTEK


async def bot_in_form(bot: Bot, text: str, slots: dict[str, Any]) -> list[str]:
    """A message inside the identity form."""
    bot.form = "identity_form"
    try:
        return await web_says(bot, text, (FORM, slots), (ASK_CODE, {}))
    finally:
        bot.form = None


async def test_the_words_are_the_same_for_nobody(bot: Bot) -> None:
    await jan(bot.house)
    known = {"identity_goal": "results", "identity_role": "self", "requested_slot": "patient_name"}
    assert await bot_in_form(bot, "Karol Nikt 01.01.1960", known) == ["identity-code-sent"]
    (challenge,) = await bot.house.rows(IdentityChallenge)
    await bot.house.house.identity.send(challenge.id)
    assert await codes(bot.house) == []


async def test_visits_of_another_number_are_told_once_the_code_is_given(bot: Bot) -> None:
    await jan(bot.house)
    slots = {"patient_name": "Jan Kowalski", "birth_date": "1957-03-12"}
    assert await web_says(bot, "Jan Kowalski 12.03.1957", ("action_list_visits", slots)) == ["visits-none"]
    for word in ("kiedy ma wizytę mąż",):
        said = await web_says(bot, word, ("action_list_visits", {**slots, "person_role": "partner"}))
        assert said == ["authorisation-needed"]
