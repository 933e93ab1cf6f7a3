"""The gate's decisions without a bot. Invariant: one run at a time, nothing unasked is published, a difference names its turn."""

from datetime import timedelta

import pytest

from core.access import Role
from core.audit import AuditEvent
from core.errors import NotFound, Refused
from knowledge.gate import service as gate
from knowledge.gate.from_case import keep, propose
from knowledge.gate.models import BotRun, ConversationTest
from knowledge.gate.suite import CHANNELS, shipped
from knowledge.intents import editing, versions
from service import bot_models
from service.gate_watch import SILENT, GateWatch
from service.judging import against, differences, judge
from tests.house import TestHouse
from tests.knowledge.test_intents import FEW


@pytest.fixture
async def seeded(house: TestHouse) -> TestHouse:
    """A house whose bot learnt four phrases, and an editor's draft of one more."""
    async with house.house.database.unit_of_work() as uow:
        await versions.seed(uow, FEW, "d1", house.clock.now())
    return house


async def test_a_run_is_asked_for_once_with_a_note_and_a_change(seeded: TestHouse) -> None:
    ola, now = await seeded.staff("Ola", Role.admin), seeded.clock.now()
    async with seeded.house.database.unit_of_work() as uow:
        empty = await gate.ask_to_publish(uow, ola, "nowe zdanie", now)
        await editing.add(uow, ola.access, "pl", "book", "zapisz mnie", now, "Ola")
        nameless = await gate.ask_to_publish(uow, ola, "  x ", now)
        first = await gate.ask_to_publish(uow, ola, "nowe zdanie", now)
        second = await gate.ask_to_publish(uow, ola, "nowe zdanie", now)
    assert [one.reason for one in (empty, nameless, second) if isinstance(one, Refused)] == [
        "draft-empty", "release-note", "draft-locked"
    ]  # fmt: skip
    assert isinstance(first, BotRun) and first.state == "waiting"
    assert {"bot.publish-asked", "example.added"} <= {one.action for one in await seeded.rows(AuditEvent)}


async def test_going_back_needs_another_version_than_the_one_that_answers(seeded: TestHouse) -> None:
    ola, now = await seeded.staff("Ola", Role.admin), seeded.clock.now()
    async with seeded.house.database.unit_of_work() as uow:
        live = await gate.ask_to_go_back(uow, ola, 1, "wracamy do tego", now)
        assert isinstance(live, Refused) and live.reason == "version-live"
        with pytest.raises(NotFound):
            await gate.ask_to_go_back(uow, ola, 9, "wracamy do tego", now)


async def test_a_run_whose_process_is_gone_is_over_and_the_draft_is_free_again(seeded: TestHouse) -> None:
    now, database = seeded.clock.now(), seeded.house.database
    async with database.unit_of_work() as uow:
        beat = now - SILENT - timedelta(seconds=1)
        uow.session.add(
            BotRun(
                kind="publish",
                state="running",
                author="Ola",
                note="x",
                asked_at=beat,
                beat_at=beat,
                steps=[],
                report={},
            )
        )
    await GateWatch(database, seeded.clock).look()
    (run,) = await seeded.rows(BotRun)
    assert (run.state, run.report["reason"]) == ("failed", "interrupted")
    async with database.unit_of_work() as uow:
        assert await editing.locked(uow) is None


def test_the_first_turn_that_differs_is_named() -> None:
    steps = [{"say": "a", "expect": ["x"]}, {"say": "b", "expect": ["y", "z"]}, {"say": "c", "expect": ["w"]}]
    assert gate.first_difference(steps, [["x"], ["y", "z"], ["w"]]) is None
    assert gate.first_difference(steps, [["x"], ["y"], ["v"]]) == (1, ["y", "z"], ["y"])
    assert gate.first_difference(steps, [["x"], ["y", "z"]]) == (2, ["w"], [])
    assert gate.first_difference([{"say": "a", "expect": ["handoff-queued"]}], [["handoff-queued-closed"]]) is None


def test_less_understood_in_all_or_of_one_intent_stands_against_publishing() -> None:
    wanted = [("a", "book")] * 6 + [("b", "price")] * 94
    good = judge(wanted, [intent for _, intent in wanted])
    assert good["right"] == 100 and against(good, good) == [] and against(None, good) == []
    lost = judge(wanted, ["price"] * 100)
    assert [key for key, _ in against(good, lost)] == ["gate-judged-fell", "gate-intent-lost"]
    assert differences(good, lost) == [{"intent": "book", "taken_for": "price", "before": 0, "after": 6}]
    little = judge(wanted, ["book"] * 6 + ["price"] * 93 + ["book"])
    assert against(good, little) == []


async def test_a_model_that_is_not_signed_by_us_is_not_given_out(seeded: TestHouse) -> None:
    from sqlalchemy import text

    secret, now = "ab" * 32, seeded.clock.now()
    async with seeded.house.database.unit_of_work() as uow:
        await bot_models.store(uow, secret, "m1", "code", b"a model", now)
        await bot_models.make_live(uow, "m1", now)
        assert await bot_models.content(uow, secret, "m1") == b"a model"
        assert await bot_models.content(uow, "cd" * 32, "m1") is None
        assert await bot_models.live(uow) == ("m1", "code")
    async with seeded.house.database.unit_of_work() as uow:
        await uow.session.execute(
            text(
                "INSERT INTO bot.models SELECT 'm2', code, content, signature, made_at FROM bot.models WHERE digest = 'm1'"
            )
        )
        assert await bot_models.content(uow, secret, "m2") is None, "a signature is for one name"


async def test_a_conversation_becomes_a_test_without_its_person(seeded: TestHouse) -> None:
    marta, ola, now = await seeded.staff(), await seeded.staff("Ola", Role.admin), seeded.clock.now()
    accepted = await seeded.sms("dzień dobry, nazywam się Jan Brzechwa, mój numer to 605111222")
    await seeded.house.turns.take(accepted.thread_id)
    case = await seeded.open_case(accepted.thread_id)
    async with seeded.house.database.unit_of_work() as uow:
        found = await propose(uow, marta, case.id, now)
        assert not isinstance(found, Refused)
        ((words, keys),) = found.steps
        assert "Brzechwa" not in words and "605111222" not in words and keys == ("answer-article",)
        for name, said, is_confirmed, reason in (
            ("x", [words], True, "test-name"), ("rozmowa", ["dzwońcie: 605111222"], True, "test-names"),
            ("rozmowa", [words], False, "test-names"), ("rozmowa", [""], True, "test-empty"),
            ("Jan 605111222", [words], True, "test-names"),
        ):  # fmt: skip
            refused = await keep(uow, marta, case.id, name, said, now, is_confirmed=is_confirmed)
            assert isinstance(refused, Refused) and refused.reason == reason
        assert isinstance(await keep(uow, marta, case.id, "rozmowa", [words], now, is_confirmed=True), ConversationTest)
    async with seeded.house.database.unit_of_work() as uow:
        (made,) = await gate.tests(uow, ola.access)
        assert made.steps == [{"say": words, "expect": ["answer-article"]}] and made.passed_in is None
        await gate.put_aside(uow, ola.access, made.id, now)
        assert made.retired_at == now
    assert {"test.proposed", "test.made", "test.retired"} <= {one.action for one in await seeded.rows(AuditEvent)}


def test_the_shipped_suite_covers_both_languages_and_channels_and_names_no_number() -> None:
    from conversations.pseudonyms import points_to_somebody

    scripts = shipped()
    assert {(one.language, one.channel) for one in scripts} == {
        (language, channel) for language in ("pl", "en") for channel in CHANNELS
    }
    assert len(scripts) >= 90
    said = [step["say"].replace("12.03.1980", "") for one in scripts for step in one.steps]
    assert not [words for words in said if points_to_somebody(words)]
    assert all(step["expect"] for one in scripts for step in one.steps)
