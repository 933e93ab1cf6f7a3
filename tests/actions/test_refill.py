"""A refill request in the conversation. Invariant: never without proof, never approved by itself, nothing sent twice or unseen."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from care.patients.models import Patient
from care.patients.tokens import give_tokens
from care.refills.models import Medication, RefillRequest, RefillState, Route
from care.refills.service import submit
from conversations.identity.levels import Level
from conversations.identity.models import IdentityProof
from conversations.models import Case, Message
from core.access import Access
from core.audit import AuditEvent
from core.errors import Refused
from core.ids import new_id
from knowledge.seed import seed as seed_knowledge
from tests.actions.bot import Bot
from tests.house import ANNA


@dataclass
class Talk:
    """A conversation within the form: slots are carried on as Rasa would."""

    bot: Bot
    slots: dict[str, Any] = field(default_factory=dict)

    async def asks(self, text: str) -> str | None:
        """The first message; the action that follows by itself."""
        self.bot.heard = [("refill", 0.9)]
        await self.bot.says(text, ("action_refill", self.slots))
        self._carry()
        events = self.bot.responses[-1].json()["events"]
        return next((one["name"] for one in events if one["event"] == "followup"), None)

    async def begins(self) -> str | None:
        """The form's first question."""
        return await self.says("dalej")

    async def says(self, text: str, intent: str = "inform", option: str | None = None) -> str | None:
        """The question asked next; None when nothing is left to ask."""
        self.bot.heard = [(intent, 0.9)]
        self.bot.form = "refill_form"
        await self.bot.says(text, ("validate_refill_form", self.slots))
        self._carry()
        asked: str | None = self.slots.get("requested_slot")
        return asked

    async def act(self, action: str) -> list[str]:
        """An action of its own; what it said."""
        keys = await self.bot.says("dalej", (action, self.slots))
        self._carry()
        return keys

    def _carry(self) -> None:
        events = self.bot.responses[-1].json()["events"]
        self.slots |= {one["name"]: one["value"] for one in events if one["event"] == "slot"}


POLPRIL = ("Polpril 5 mg", "ramipryl", "nadciśnienie")
TRAMAL = ("Tramal 50 mg", "tramadol", "ból kręgosłupa")
WARFIN = ("Warfin 5 mg", "warfaryna", None)


async def patient(bot: Bot, *medicines: tuple[str, str, str | None], is_proven: bool = True) -> UUID:
    """Anna, who takes these, proven to write from her number."""
    house, now = bot.house, bot.house.clock.now()
    await house.sms("dzień dobry")
    point = await house.point(ANNA)
    async with house.house.database.unit_of_work() as uow:
        anna = Patient(given_name="Anna", family_name="Nowak", birth_date=date(1960, 5, 1), phone=ANNA, created_at=now)
        give_tokens(anna)
        uow.session.add(anna)
        await uow.session.flush()
        for name, substance, reason in medicines:
            uow.session.add(
                Medication(
                    patient_id=anna.id, name=name, substance=substance, dose="1 rano", reason=reason, made_at=now
                )
            )
        if is_proven:
            proof = IdentityProof(
                contact_point_id=point.id, patient_id=anna.id, level=Level.code_and_birth_date, proven_at=now,
                expires_at=now + timedelta(hours=1),
            )  # fmt: skip
            uow.session.add(proof)
    return anna.id


async def test_without_proof_the_code_comes_first(bot: Bot) -> None:
    await patient(bot, POLPRIL, is_proven=False)
    talk = Talk(bot)
    assert await talk.asks("kończą mi się tabletki na ciśnienie") == "identity_form"
    assert talk.slots["identity_goal"] == "refill" and talk.slots["refill_said"]
    assert await talk.begins() is None, "nothing of the file is asked about"
    assert await talk.act("action_refill_submit") == ["identity-instead"]
    assert await bot.house.rows(RefillRequest) == []


async def test_what_was_said_first_is_not_asked_again_and_a_clinician_gets_it_all(bot: Bot) -> None:
    await patient(bot, POLPRIL, WARFIN)
    talk = Talk(bot)
    assert await talk.asks("kończą mi się tabletki na ciśnienie") == "refill_form"
    assert await talk.begins() == "refill_supply"
    assert await talk.says("jeszcze na 5 dni") == "refill_dose"
    assert await talk.says("tak, bez zmian", "affirm") == "refill_confirmed"
    assert await talk.act("action_ask_refill_form_refill_confirmed") == ["refill-confirm"]
    assert await talk.says("tak", "affirm") is None
    assert await talk.act("action_refill_submit") == ["refill-sent"]
    (request,) = await bot.house.rows(RefillRequest)
    assert (request.days_left, request.is_same_dose, request.route) == (5, True, Route.clinician)
    assert request.state is RefillState.open, "nothing approves it by itself"
    (kept,) = await bot.house.rows(Medication, Medication.id == request.medication_id)
    assert kept.name == "Polpril 5 mg"
    assert all(talk.slots[name] is None for name in talk.slots if name.startswith("refill"))


async def test_no_name_of_a_medicine_leaves_by_sms(bot: Bot) -> None:
    await patient(bot, POLPRIL, WARFIN)
    talk = Talk(bot)
    await talk.asks("chcę receptę")
    assert await talk.begins() == "refill_medicine"
    for action in ("refill_medicine", "refill_supply", "refill_dose", "refill_confirmed"):
        await talk.says("warfin") if action == "refill_supply" else None
        await talk.act(f"action_ask_refill_form_{action}")
    bodies = " ".join(one.body.lower() for one in await bot.house.rows(Message) if one.direction == "outbound")
    assert "ktory lek" in bodies and not any(word in bodies for word in ("polpril", "ramipryl", "warfin", "warfaryna"))


async def test_a_medicine_that_is_not_on_file_is_refused_and_leads_on(bot: Bot) -> None:
    await patient(bot, POLPRIL, WARFIN)
    talk = Talk(bot)
    await talk.asks("chcę receptę")
    await talk.begins()
    assert await talk.says("xanax") == "refill_medicine"
    assert await talk.act("action_ask_refill_form_refill_medicine") == ["refill-which-again"]
    assert await talk.says("no xanax") is None
    assert await talk.act("action_refill_submit") == ["refill-not-on-file"]
    assert await bot.house.rows(RefillRequest) == []


@pytest.mark.parametrize(
    ("hour", "expected"),
    [(10, ["refill-sent-today"]), (23, ["refill-sent-today-closed", "handoff-because-staff-request"])],
)
async def test_what_ends_today_is_for_today_and_out_of_hours_there_is_another_way(
    bot: Bot, hour: int, expected: list[str]
) -> None:
    bot.house.clock.instant = bot.house.clock.instant.replace(hour=hour)
    await patient(bot, POLPRIL)

    async def ask() -> list[str]:
        talk = Talk(bot)
        await talk.asks("chcę receptę")
        assert await talk.begins() == "refill_supply"
        await talk.says("kończy się dziś")
        await talk.says("nie wiem")
        await talk.says("tak", "affirm")
        return await talk.act("action_refill_submit")

    assert (await ask())[: len(expected)] == expected
    (request,) = await bot.house.rows(RefillRequest)
    assert (request.route, request.is_same_dose) == (Route.today, None)


async def test_the_same_request_twice_is_one_and_said_so(bot: Bot) -> None:
    anna = await patient(bot, POLPRIL)
    (kept,) = await bot.house.rows(Medication)
    (case,) = await bot.house.rows(Case)
    now = bot.house.clock.now()
    for expected in (None, Refused("refill-already-open")):
        async with bot.house.house.database.unit_of_work() as uow:
            done = await submit(uow, Access.system("test"), kept.id, anna, case.id, 5, True, now)
        assert (done if isinstance(done, Refused) else None) == expected
    assert len(await bot.house.rows(RefillRequest)) == 1


async def test_an_opioid_needs_an_examination_in_person(bot: Bot) -> None:
    await patient(bot, TRAMAL)
    talk = Talk(bot)
    await talk.asks("kończy mi się tramal")
    await talk.begins()
    await talk.says("na tydzień")
    await talk.says("bez zmian", "affirm")
    await talk.says("tak", "affirm")
    assert await talk.act("action_refill_submit") == ["refill-in-person"]
    (request,) = await bot.house.rows(RefillRequest)
    assert request.route is Route.in_person and request.state is RefillState.open


async def test_several_medicines_are_asked_for_at_once(bot: Bot) -> None:
    await patient(bot, POLPRIL, WARFIN)
    talk = Talk(bot)
    await talk.asks("chcę receptę")
    await talk.begins()
    assert await talk.says("wszystkie") == "refill_supply"
    await talk.says("10 dni")
    await talk.says("tak", "affirm")
    await talk.says("tak", "affirm")
    assert await talk.act("action_refill_submit") == ["refill-sent-today"]
    assert {one.route for one in await bot.house.rows(RefillRequest)} == {Route.clinician, Route.today}


async def test_a_no_sends_nothing_and_without_a_file_a_person_takes_over(bot: Bot) -> None:
    await patient(bot, POLPRIL)
    talk = Talk(bot)
    await talk.asks("chcę receptę")
    await talk.begins()
    await talk.says("10 dni")
    await talk.says("tak", "affirm")
    await talk.says("nie", "deny")
    assert await talk.act("action_refill_submit") == ["refill-not-sent"]
    assert await bot.house.rows(RefillRequest) == []
    async with bot.house.house.database.unit_of_work() as uow:
        for one in await uow.session.scalars(select(Medication)):
            one.ended_at = bot.house.clock.now()
    talk = Talk(bot)
    await talk.asks("chcę receptę")
    assert await talk.begins() is None
    assert (await talk.act("action_refill_submit"))[:2] == ["refill-none-on-file", "identity-proven"]


async def test_a_question_about_refills_is_answered_with_the_way_to_ask(bot: Bot) -> None:
    await patient(bot, POLPRIL)
    async with bot.house.house.database.unit_of_work() as uow:
        await seed_knowledge(uow, bot.house.clock.now())
    bot.heard = [("refill", 0.9)]
    keys = await bot.says("jak zamówić receptę na stałe leki?", ("action_refill", {}))
    assert keys[-2:] == ["answer-article", "refill-or"]


async def test_another_ones_medicine_is_refused_and_audited(bot: Bot) -> None:
    await patient(bot, POLPRIL)
    (kept,) = await bot.house.rows(Medication)
    (case,) = await bot.house.rows(Case)
    async with bot.house.house.database.unit_of_work() as uow:
        refused = await submit(uow, Access.system("test"), kept.id, new_id(), case.id, 5, True, bot.house.clock.now())
    assert refused == Refused("refill-not-on-file")
    assert [one.action for one in await bot.house.rows(AuditEvent, AuditEvent.action.like("refill.%"))] == [
        "refill.refused-not-on-file"
    ]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("jeszcze na 5 dni", 5),
        ("3", 3),
        ("dwa tygodnie", 14),
        ("już nie mam", 0),
        ("ostatnia tabletka", 0),
        ("zostały 2 tabletki", 2),
    ],
)
async def test_how_long_it_lasts_is_read(bot: Bot, text: str, days: int) -> None:
    await patient(bot, POLPRIL)
    talk = Talk(bot)
    await talk.asks("chcę receptę")
    await talk.begins()
    await talk.says(text)
    assert f'"days": {days}' in talk.slots["refill"]
