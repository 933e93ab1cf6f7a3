"""Names of goals and merging them. Invariant: nothing is lost, and the technical name stays.

What a merge takes, splitting gives back; nothing answers before it is published; an earlier version brings its own names and merges.
"""

import pytest

from actions.goal_choices import goal_choices
from core.access import Access, Role
from core.audit import AuditEvent
from core.errors import NotFound, Refused
from core.ids import new_id
from knowledge import signatures
from knowledge.gate import service as gate
from knowledge.gate.models import BotRun
from knowledge.gate.suite import shipped
from knowledge.intents import clinic_goals, editing, exchange, goals, versions
from knowledge.intents.models import BotVersion
from service.judging import against, judge
from tests.house import TestHouse

OLA = Access.staff(new_id(), frozenset({Role.admin}))
FEW = {
    ("pl", "results"): ["czy są wyniki", "gdzie wyniki krwi"], ("pl", "documents"): ["potrzebuję zaświadczenia"],
    ("en", "results"): ["are my results in"], ("en", "documents"): ["a copy of my records"], ("pl", "human"): ["człowiek"],
}  # fmt: skip
NAMES = {"pl": "Wyniki i opisy", "en": "Results and reports"}
NOTHING = {"pl": "", "en": ""}


@pytest.fixture
async def seeded(house: TestHouse) -> TestHouse:
    """A house whose bot learnt six phrases."""
    async with house.house.database.unit_of_work() as uow:
        await versions.seed(uow, FEW, "d1", house.clock.now())
    return house


async def test_a_merged_goal_gives_its_phrases_away_and_gets_them_back(seeded: TestHouse) -> None:
    now = seeded.clock.now()
    async with seeded.house.database.unit_of_work() as uow:
        await editing.add(uow, OLA, "pl", "results", "opis rezonansu już jest?", now, "Ola")
        held = await editing.phrases(uow)
        assert await goals.merge(uow, OLA, "results", "documents", now, "Ola") == 4
        assert {intent for _, intent in await editing.phrases(uow)} == {"documents", "human"}
        changed = await editing.changes(uow, OLA)
        assert changed[0] == editing.Change("", "", "results", "documents", "merge")
        assert {one.after for one in changed} == {"documents"}
        for refused in (
            await editing.add(uow, OLA, "pl", "results", "a wyniki?", now, "Ola"),
            await editing.move(uow, OLA, [one.id for one in await editing.examples(uow, OLA, "human")], "results", now, "Ola"),
        ):  # fmt: skip
            assert isinstance(refused, Refused) and refused.reason == "intent-merged"
        row = b"language,intent,text\npl,results,a wyniki?\n"
        wrong = await exchange.take_in(uow, OLA, row, "csv", "pl", now, "Ola")
        assert isinstance(wrong, list) and [one.reason.reason for one in wrong] == ["intent-merged"]
        assert await goals.split(uow, OLA, "results", now, "Ola") == 4
        back = await editing.phrases(uow)
        assert {place: sorted(texts) for place, texts in back.items()} == {
            place: sorted(texts) for place, texts in held.items()
        }
        assert [(one.text, one.before, one.after) for one in await editing.changes(uow, OLA)] == [
            ("opis rezonansu już jest?", None, "results")
        ]
    assert {"goal.merged", "goal.split"} <= {one.action for one in await seeded.rows(AuditEvent)}


async def test_a_published_merge_can_be_split_and_an_upgrade_keeps_to_it(seeded: TestHouse) -> None:
    now = seeded.clock.now()
    async with seeded.house.database.unit_of_work() as uow:
        await goals.merge(uow, OLA, "results", "documents", now, "Ola")
        await goals.rename(uow, OLA, "documents", {"pl": "Dokumenty", "en": "Papers"}, NOTHING, now, "Ola")
        assert clinic_goals.merged(await clinic_goals.published(uow)) == {}
        await versions.publish_draft(uow, "d2", "razem", "Ola", {}, now)
        assert clinic_goals.merged(await clinic_goals.published(uow)) == {"results": "documents"}
        assert await editing.changes(uow, OLA) == []
        newer = {**FEW, ("pl", "results"): [*FEW["pl", "results"], "czy już coś wiadomo z badań"]}
        assert await versions.adopt(uow, newer, now) == 1
        assert [(one.text, one.after) for one in await editing.changes(uow, OLA)] == [
            ("czy już coś wiadomo z badań", "documents")
        ]
        assert await goals.split(uow, OLA, "results", now, "Ola") == 4
        assert set((await editing.phrases(uow))["pl", "results"]) == set(newer["pl", "results"])
        await editing.discard(uow, OLA, now)
        assert clinic_goals.merged(await clinic_goals.drafted(uow)) == {"results": "documents"}


async def test_an_earlier_version_brings_its_own_names_and_merges(seeded: TestHouse) -> None:
    now = seeded.clock.now()
    async with seeded.house.database.unit_of_work() as uow:
        await goals.rename(uow, OLA, "documents", {"pl": "Dokumenty", "en": "Papers"}, NOTHING, now, "Ola")
        await versions.publish_draft(uow, "d2", "nazwa", "Ola", {}, now)
        await goals.merge(uow, OLA, "results", "documents", now, "Ola")
        await goals.rename(uow, OLA, "documents", {"pl": "Papiery", "en": "Paperwork"}, NOTHING, now, "Ola")
        await versions.publish_draft(uow, "d3", "razem", "Ola", {}, now)
        await goals.rename(uow, OLA, "documents", {"pl": "Coś innego", "en": "Something else"}, NOTHING, now, "Ola")
        second = await uow.session.get_one(BotVersion, 2)
        await versions.go_back(uow, second, "źle", "Ola", now)
        now_is = await clinic_goals.published(uow)
        assert clinic_goals.names(now_is, "pl") == {"documents": "Dokumenty"} and clinic_goals.merged(now_is) == {}
        assert clinic_goals.names(await clinic_goals.drafted(uow), "pl") == {"documents": "Dokumenty"}
        third = await uow.session.get_one(BotVersion, 3)
        await versions.go_back(uow, third, "jednak", "Ola", now)
        assert clinic_goals.merged(await clinic_goals.published(uow)) == {"results": "documents"}
        assert await goals.split(uow, OLA, "results", now, "Ola") == 3


@pytest.mark.parametrize(
    ("intent", "into", "reason"),
    [
        ("emergency", "documents", "merge-safety"), ("symptoms", "documents", "merge-safety"), ("human", "documents", "merge-safety"),
        ("complaint", "documents", "merge-law"), ("book", "next_slots", "merge-form"), ("cancel_visit", "documents", "merge-form"),
        ("price", "documents", "merge-platform"), ("affirm", "documents", "merge-manners"), ("inform", "documents", "merge-manners"),
        ("results", "emergency", "merge-into"), ("results", "results", "merge-into"), ("results", "affirm", "merge-into"),
        ("results", "nonsense", "merge-into"), ("results", "", "merge-into"),
    ],
)  # fmt: skip
async def test_what_safety_law_forms_and_the_product_need_is_not_merged(
    seeded: TestHouse, intent: str, into: str, reason: str
) -> None:
    async with seeded.house.database.unit_of_work() as uow:
        refused = await goals.merge(uow, OLA, intent, into, seeded.clock.now(), "Ola")
        assert isinstance(refused, Refused) and refused.reason == reason
        assert await editing.changes(uow, OLA) == []


async def test_merges_do_not_go_on_into_each_other(seeded: TestHouse) -> None:
    now = seeded.clock.now()
    async with seeded.house.database.unit_of_work() as uow:
        await goals.merge(uow, OLA, "results", "documents", now, "Ola")
        for intent, into in (("results", "payment"), ("documents", "payment"), ("payment", "results")):
            refused = await goals.merge(uow, OLA, intent, into, now, "Ola")
            assert isinstance(refused, Refused) and refused.reason == "merge-chain"
        with pytest.raises(NotFound):
            await goals.merge(uow, OLA, "nonsense", "results", now, "Ola")
        refused = await goals.split(uow, OLA, "documents", now, "Ola")
        assert isinstance(refused, Refused) and refused.reason == "merge-none"


@pytest.mark.parametrize(
    ("name", "about", "reason"),
    [
        ({"pl": "Wyniki", "en": ""}, NOTHING, "goal-name-missing"), ({"pl": "W" * 31, "en": "Results"}, NOTHING, "goal-name-long"),
        (NAMES, {"pl": "x" * 201, "en": ""}, "goal-about-long"), ({"pl": "Wyniki 😀", "en": "Results"}, NOTHING, "goal-name-characters"),
        ({"pl": "/restart", "en": "Results"}, NOTHING, "goal-name-characters"),
        ({"pl": "Wyniki {x}", "en": "Results"}, NOTHING, "goal-name-characters"),
        ({"pl": "Recepty na cukrzycę", "en": "Results"}, NOTHING, "goal-name-illness"),
        ({"pl": "Wyniki", "en": "Diabetes papers"}, NOTHING, "goal-name-illness"),
        (NAMES, {"pl": "Dzwoń: 605111222", "en": ""}, "goal-name-personal"),
        ({"pl": "Dokumenty", "en": "Results"}, NOTHING, "goal-name-taken"),
        ({"pl": "Wyniki", "en": "Payment and invoices"}, NOTHING, "goal-name-taken"),
        ({"pl": "Pytanie o cenę", "en": "Results"}, NOTHING, "goal-name-taken"),
    ],
)  # fmt: skip
async def test_a_name_that_would_not_do_is_refused(
    seeded: TestHouse, name: dict[str, str], about: dict[str, str], reason: str
) -> None:
    now = seeded.clock.now()
    async with seeded.house.database.unit_of_work() as uow:
        await goals.rename(uow, OLA, "documents", {"pl": "dokumenty", "en": "Papers"}, NOTHING, now, "Ola")
        refused = await goals.rename(uow, OLA, "results", name, about, now, "Ola")
        assert isinstance(refused, Refused) and refused.reason == reason
        assert "results" not in await clinic_goals.drafted(uow)


async def test_patients_are_offered_the_clinics_name_once_it_is_published(seeded: TestHouse) -> None:
    now = seeded.clock.now()

    async def offered() -> list[tuple[str, str, str]]:
        async with seeded.house.database.unit_of_work() as uow:
            found = await goal_choices(uow, "pl", ("results", "documents", "human"), {"about": "x"})
            return [(one.key, one.args.get("name", ""), one.payload) for one in found]

    product = [
        ("menu-results", "", '/results{"about": "x"}'), ("menu-documents", "", '/documents{"about": "x"}'), ("menu-human", "", "/human"),
    ]  # fmt: skip
    async with seeded.house.database.unit_of_work() as uow:
        assert await goals.rename(uow, OLA, "results", NAMES, {"pl": "Wyniki badań", "en": ""}, now, "Ola") is None
        told = await editing.changes(uow, OLA)
        assert [(one.language, one.text, one.after, one.kind) for one in told] == [
            ("en", "Results and reports", "results", "name"), ("pl", "Wyniki i opisy – Wyniki badań", "results", "name"),
        ]  # fmt: skip
    assert await offered() == product, "a draft reaches nobody"
    async with seeded.house.database.unit_of_work() as uow:
        await versions.publish_draft(uow, "d1", "nazwa", "Ola", {}, now)
    assert (await offered())[0] == ("choice-goal", "Wyniki i opisy", '/results{"about": "x"}')
    async with seeded.house.database.unit_of_work() as uow:
        assert await goals.rename(uow, OLA, "results", NOTHING, NOTHING, now, "Ola") is None
        await versions.publish_draft(uow, "d1", "bez nazwy", "Ola", {}, now)
    assert await offered() == product


async def test_the_name_of_a_safety_goal_needs_a_second_person_there_and_back(seeded: TestHouse) -> None:
    ola, jan, now = await seeded.staff("Ola", Role.admin), await seeded.staff("Jan", Role.admin), seeded.clock.now()
    async with seeded.house.database.unit_of_work() as uow:
        await goals.rename(uow, ola.access, "human", {"pl": "Rejestracja", "en": "Reception"}, NOTHING, now, "Ola")
        refused = await gate.ask_to_publish(uow, ola, "nowa nazwa", now)
        assert isinstance(refused, Refused) and refused.reason == "signature-missing"
        content = await signatures.content_of_draft(uow, await editing.changes(uow, ola.access))
        assert await signatures.sign_draft(uow, jan, content, now) is None
        run = await gate.ask_to_publish(uow, ola, "nowa nazwa", now)
        assert isinstance(run, BotRun)
        await versions.publish_draft(uow, "d1", "nowa nazwa", "Ola", {}, now)
        run.state, run.ended_at = "live", now
        (await uow.session.get_one(BotVersion, 1)).digest = "d0"
        await uow.session.flush()
        refused = await gate.ask_to_go_back(uow, ola, 1, "wracamy do starej", now)
        assert isinstance(refused, Refused) and refused.reason == "signature-missing"


def test_the_gate_judges_merged_goals_together() -> None:
    wanted = [("a", "results")] * 5 + [("b", "documents")] * 5 + [("c", "price")] * 90
    apart = judge(wanted, [intent for _, intent in wanted])
    got = ["documents"] * 10 + ["price"] * 90
    assert [key for key, _ in against(apart, judge(wanted, got))] == ["gate-judged-fell", "gate-intent-lost"]
    together = judge(wanted, got, {"results": "documents"})
    assert together["right"] == 100 and against(apart, together) == [] and against(together, apart) == []


def test_a_shipped_conversation_about_a_merged_goal_is_told_of_and_does_not_count() -> None:
    silent = {one.name for one in shipped(without=("results",)) if not one.counts}
    assert silent == {"wyniki", "results"} and all(one.counts for one in shipped())
