"""The interview about symptoms: free words fill what they can, gravest signs first, only soon enough slots are offered."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from actions.offers import inform
from actions.triage import NONE, UNSURE, Interview
from actions.triage_reading import findings_in, hours_lasting, months_of_age, numbers_in, says_none
from care.appointments.offers import parse_offer_key
from care.triage.engine import UNAVAILABLE, FhirEngine
from care.triage.models import Urgency
from care.triage.tables import default_tables
from conversations.alerts import AlertWatch
from conversations.models import SafetyAlert
from core.clock import SystemClock
from core.i18n import Language
from core.settings import Settings
from tests.actions.bot import Bot, action_client, make
from tests.contracts.engine import EngineSimulator
from tests.house import TestHouse

NOW = SystemClock(Settings().zone).now()


@dataclass
class Talk:
    """A conversation within the form: slots are carried on as Rasa would."""

    bot: Bot
    slots: dict[str, Any] = field(default_factory=dict)

    async def says(self, text: str, intent: str = "inform") -> str | None:
        """The question asked next; None when nothing is left to ask."""
        self.bot.heard = [(intent, 0.9)]
        self.bot.form = "triage_form"
        await self.bot.says(text, ("validate_triage_form", self.slots))
        self._carry()
        asked: str | None = self.slots.get("requested_slot")
        return asked

    async def act(self, action: str, text: str = "dalej") -> list[str]:
        """An action of its own; what it said."""
        keys = await self.bot.says(text, (action, self.slots))
        self._carry()
        return keys

    def _carry(self) -> None:
        events = self.bot.responses[-1].json()["events"]
        self.slots |= {one["name"]: one["value"] for one in events if one["event"] == "slot"}

    @property
    def kept(self) -> Interview:
        return Interview(**json.loads(self.slots["triage"]))


async def test_free_words_fill_what_they_can_and_the_gravest_signs_are_asked_first(bot: Bot) -> None:
    talk = Talk(bot)
    assert await talk.says("od trzech dni boli mnie gardło i mam katar, bez kaszlu", "symptoms") == "triage_age"
    assert talk.kept.complaint == "sore_throat" and talk.kept.hours == pytest.approx(72)
    assert "runny_nose" in talk.kept.present and "cough" in talk.kept.absent
    assert await talk.says("34") == "triage_signs"
    assert talk.kept.age_months == 34 * 12
    assert talk.kept.group == ["breathless", "drooling", "stridor", "jaw_stiff"]


async def test_the_interview_ends_with_urgency_service_and_safety_net_and_books_only_soon_enough(bot: Bot) -> None:
    talk = Talk(bot)
    await talk.says("boli mnie brzuch i piecze przy sikaniu od wczoraj", "symptoms")
    question = await talk.says("mam 28 lat")
    while question == "triage_signs":
        question = await talk.says("żadne z tych", "deny")
    assert question is None
    keys = await talk.act("action_triage_result")
    assert keys == ["triage-demonstration", "triage-watch-for", "triage-result-days3"]
    assert talk.slots["specialty"] == "family_medicine" and talk.kept.urgency == "days3" and talk.kept.rules
    talk.bot.form = "booking_form"
    await talk.act("action_ask_booking_form_offer", "pokaż")
    offered = bot.responses[-1].json()["responses"][0]["custom"]
    starts = [key.start for one in offered["choices"] if (key := parse_offer_key(one["id"]))]
    assert starts and all(start <= bot.house.clock.now() + timedelta(days=3) for start in starts)


async def test_without_a_slot_soon_enough_there_is_a_person(bot: Bot) -> None:
    soon = bot.house.clock.now() - timedelta(minutes=1)
    slots = {"specialty": "family_medicine", "visit_by": soon.isoformat(), "time_window": '{"said": ""}'}
    keys = await bot.says("pokaż", ("action_ask_booking_form_offer", slots))
    assert keys == ["triage-no-slot"]
    assert [one["id"] for one in bot.responses[-1].json()["responses"][0]["custom"]["choices"]] == ["human"]


async def test_not_knowing_counts_as_the_unsafe_side(bot: Bot) -> None:
    talk = Talk(bot)
    await talk.says("boli mnie głowa od wczoraj", "symptoms")
    assert await talk.says("40 lat") == "triage_signs"
    assert await talk.says("nie wiem") is None
    assert await talk.act("action_triage_result") == ["triage-demonstration", "safety-emergency", "handoff-queued"]
    assert talk.kept.urgency == "now"


async def test_answers_that_together_are_an_emergency_raise_one_alert_as_a_red_flag_does(bot: Bot) -> None:
    talk = Talk(bot)
    await talk.says("boli mnie głowa od wczoraj", "symptoms")
    await talk.says("40 lat")
    await talk.says("nie wiem")
    for _ in range(2):
        await talk.act("action_triage_result")
    (alert,) = await bot.house.rows(SafetyAlert)
    assert alert.level == "emergency" and alert.rules_version == default_tables().version
    assert [one["rule"] for one in alert.rules] == talk.kept.rules
    (watch,) = await bot.house.rows(AlertWatch)
    assert watch.alert_id == alert.id


async def test_yes_to_several_signs_is_asked_again_and_then_counts_as_all_of_them(bot: Bot) -> None:
    talk = Talk(bot)
    await talk.says("boli mnie głowa od wczoraj", "symptoms")
    await talk.says("40 lat")
    assert await talk.says("tak", "affirm") == "triage_signs" and talk.kept.heard == 1
    assert await talk.act("action_ask_triage_form_triage_signs") == ["triage-which-sign"]
    assert await talk.says("no tak", "affirm") is None
    assert set(talk.kept.unsure) >= {"thunderclap", "stiff_neck"}


async def test_signs_are_answered_by_numbers_and_the_rest_of_the_list_is_not_so(bot: Bot) -> None:
    talk = Talk(bot)
    await talk.says("mam kaszel od 2 dni", "symptoms")
    await talk.says("50")
    group = list(talk.kept.group)
    await talk.says("2, 3")
    assert set(group[1:3]) <= set(talk.kept.present) and group[0] in talk.kept.absent


async def test_a_message_that_answers_nothing_is_left_to_other_rules(bot: Bot) -> None:
    talk = Talk(bot)
    await talk.says("mam kaszel od 2 dni", "symptoms")
    before = dict(talk.slots)
    await talk.says("a ile kosztuje wizyta", "price")
    assert talk.slots == before


async def test_unknown_words_open_the_general_questions(bot: Bot) -> None:
    talk = Talk(bot)
    assert await talk.says("coś ze mną nie tak", "symptoms") == "triage_complaint"
    assert await talk.act("action_ask_triage_form_triage_complaint") == ["triage-ask-complaint"]
    assert await talk.says("jakoś mi dziwnie w środku", "symptoms") == "triage_age"
    assert talk.kept.complaint == "unwell"


async def test_without_signed_tables_a_complaint_is_offered_a_visit_or_a_person(bot: Bot) -> None:
    talk = Talk(bot, {"triage": None})
    assert await talk.act("action_triage_result") == ["symptoms-next"]


@pytest.mark.parametrize(
    ("text", "present", "absent"),
    [
        ("syn ma goraczke i wysypke", {"fever", "rash"}, set()),
        ("nie mam gorączki, tylko kaszel", {"cough"}, {"fever"}),
        ("my throat hurts and no fever", {"sore_throat"}, {"fever"}),
        ("I have diarrhoea and I'm throwing up", {"diarrhoea", "vomiting"}, set()),
        ("od wczoraj piecze mnie przy sikaniu", {"painful_urination"}, set()),
        ("no mam gorączkę", {"fever"}, set()),
        ("dzień dobry", set(), set()),
    ],
)
def test_findings_are_read_by_their_words(text: str, present: set[str], absent: set[str]) -> None:
    said = findings_in(text)
    assert (set(said.present), set(said.absent)) == (present, absent)


@pytest.mark.parametrize(
    ("text", "asked", "months"),
    [
        ("34", True, 408), ("5 lat", True, 60), ("3 miesiące", True, 3), ("syn ma 4 lata", False, 48), ("two years old", True, 24),
        ("od 3 dni", False, None), ("od trzech dni", True, None), ("400", True, None), ("nie wiem", True, None),
        ("czterdzieści lat", True, 480), ("trzydzieści cztery", True, 408), ("mam trzydzieści cztery lata", False, 408),
        ("5 i pół roku", True, 66), ("8 m-cy", True, 8), ("syn ma 5 i pół roku", False, 66), ("roczek", True, 12), ("3 latka", True, 36),
        ("syn ma 4 lata i gorączkę od roku", False, 48), ("boli od 3 lat", False, None), ("od 2 dni", True, None),
        ("od tygodnia", True, None), ("for my son, he is 5 years old", True, 60), ("since two years, 40", True, 480),
        ("mam 34 lata, a boli od 2 dni", True, 408),
        (f"{NOW.day:02}.{NOW.month:02}.{NOW.year - 7}", True, 84),
    ],
)  # fmt: skip
def test_ages_are_read(text: str, asked: bool, months: float | None) -> None:
    language: Language = "en" if "years" in text else "pl"
    found = months_of_age(text, NOW, language, is_asked=asked)
    assert found == (pytest.approx(months, rel=0.02) if months is not None else None)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("od trzech dni", 72),
        ("od wczoraj", 24),
        ("od tygodnia", 168),
        ("for two weeks", 336),
        ("od rana", 6),
        ("od lat", 2160),
        ("boli w nocy od miesiąca", 730.5),
        ("syn ma 4 lata, gorączka od wczoraj", 24),
        ("boli", None),
    ],
)
def test_how_long_it_lasts_is_read(text: str, hours: float | None) -> None:
    language: Language = "en" if {"for", "since"} & set(text.split()) else "pl"
    assert hours_lasting(text, NOW, language, is_asked=False) == hours


def test_since_a_weekday_is_read_as_the_last_such_day() -> None:
    tuesday = NOW.replace(year=2026, month=11, day=24, hour=10, minute=0, second=0, microsecond=0)
    assert hours_lasting("od poniedziałku", tuesday, "pl", is_asked=True) == 34
    assert hours_lasting("since Thursday", tuesday, "en", is_asked=True) == 4 * 24 + 34


@pytest.mark.parametrize(
    ("text", "language", "is_none"),
    [
        ("żadne z tych", "pl", True), ("nic takiego nie ma", "pl", True), ("nie", "pl", True), ("nie, na szczęście nie", "pl", True),
        ("no", "en", True), ("no, nothing like that", "en", True), ("I don't have any of those", "en", True),
        ("no", "pl", False), ("no tak", "pl", False), ("nie mogę przełknąć śliny", "pl", False), ("nie wiem", "pl", False),
        ("no, he can't swallow", "en", False), ("not that I know", "en", False),
    ],
)  # fmt: skip
def test_none_of_these_is_said_by_nothing_else(text: str, language: Language, is_none: bool) -> None:
    assert says_none(text, language) is is_none


async def test_a_denial_that_says_something_leaves_the_signs_open(bot: Bot) -> None:
    talk = Talk(bot)
    await talk.says("boli mnie gardło od wczoraj", "symptoms")
    assert await talk.says("34") == "triage_signs"
    absent = list(talk.kept.absent)
    await talk.says("nie potrafię tego opisać", "deny")
    assert talk.kept.absent == absent


async def test_a_visit_left_over_from_another_form_does_not_undo_the_deadline(bot: Bot) -> None:
    talk = Talk(bot, {"visit": "left-over"})
    await talk.says("boli mnie brzuch i piecze przy sikaniu od wczoraj", "symptoms")
    question = await talk.says("mam 28 lat")
    while question == "triage_signs":
        question = await talk.says("żadne z tych", "deny")
    await talk.act("action_triage_result")
    assert talk.slots["visit"] is None and talk.slots["visit_by"]


async def test_a_deadline_overrides_the_wish_for_one_clinician(bot: Bot) -> None:
    by = bot.house.clock.now() + timedelta(days=3)
    slots = {
        "specialty": "family_medicine", "visit_by": by.isoformat(), "time_window": '{"said": ""}',
        "clinician": "00000000-0000-0000-0000-000000000000",
    }  # fmt: skip
    assert await bot.says("pokaż", ("action_ask_booking_form_offer", slots)) == ["triage-only-soon"]


def test_numbers_count_only_alone() -> None:
    assert numbers_in("1 i 3") == [1, 3] and numbers_in("2") == [2] and numbers_in("od 2 dni") == []
    assert inform(NONE) != inform(UNSURE)


@pytest.mark.parametrize(
    ("manner", "urgency", "said", "rule"),
    [
        ("well", Urgency.now, "safety-emergency", "engine.simulator-1.0#abc-1"),
        ("well", Urgency.self, "triage-result-self", None),
        ("down", None, "triage-result-self", UNAVAILABLE),
        ("{}", None, "triage-result-self", UNAVAILABLE),
    ],
)
async def test_a_certified_engine_beside_the_tables_makes_it_graver_at_most(
    house: TestHouse, manner: str, urgency: Urgency | None, said: str, rule: str | None
) -> None:
    simulator = EngineSimulator(manner, urgency)
    async with action_client(
        house, FhirEngine("https://engine.example/fhir/$triage", client=simulator.client)
    ) as client:
        talk = Talk(await make(house, client))
        await talk.says("od trzech dni boli mnie gardło i mam katar, bez kaszlu", "symptoms")
        question = await talk.says("34")
        while question == "triage_signs":
            question = await talk.says("nie", "deny")
        keys = await talk.act("action_triage_result")
    assert said in keys and len(simulator.asked) == 1
    assert (rule in talk.kept.rules) if rule else not any(one.startswith("engine") for one in talk.kept.rules)
