"""The draft of what the bot learns from. Invariant: nothing reaches a version but what the draft held, and a file is taken whole or not."""

from datetime import datetime

import pytest

from core.access import Access, Role
from core.db import UnitOfWork
from core.errors import NotFound, Refused
from core.ids import new_id
from knowledge.gate.models import BotRun
from knowledge.intents import editing, exchange, versions
from knowledge.intents.models import BotVersion, IntentExample
from knowledge.intents.uses import intents, uses
from service.training import file_phrases, fingerprint
from tests.house import TestHouse

OLA = Access.staff(new_id(), frozenset({Role.admin}))
FEW = {
    ("pl", "book"): ["chcę się umówić", "umów mnie do kardiologa"], ("pl", "price"): ["ile kosztuje wizyta"],
    ("en", "book"): ["book a visit"],
}  # fmt: skip


@pytest.fixture
async def seeded(house: TestHouse) -> TestHouse:
    """A house whose bot learnt four phrases."""
    async with house.house.database.unit_of_work() as uow:
        assert await versions.seed(uow, FEW, "d1", house.clock.now())
        assert not await versions.seed(uow, FEW, "d1", house.clock.now())
    return house


async def added(uow: UnitOfWork, text: str, now: datetime, intent: str = "book", language: str = "pl") -> IntentExample:
    """An example that must be taken."""
    made = await editing.add(uow, OLA, language, intent, text, now, "Ola")
    assert isinstance(made, IntentExample)
    return made


async def test_an_example_is_added_moved_and_dropped_in_the_draft_alone(seeded: TestHouse) -> None:
    now = seeded.clock.now()
    async with seeded.house.database.unit_of_work() as uow:
        await added(uow, "zapisz mnie", now)
        standing = {one.text: one.id for one in await editing.examples(uow, OLA, "book")}
        assert await editing.move(uow, OLA, [standing["umów mnie do kardiologa"]], "next_slots", now, "Ola") == 1
        assert await editing.drop(uow, OLA, [standing["book a visit"]], now) == 1
        assert await editing.phrases(uow, 1) == FEW
        assert await editing.phrases(uow) == {
            ("pl", "book"): ["chcę się umówić", "zapisz mnie"], ("pl", "price"): ["ile kosztuje wizyta"],
            ("pl", "next_slots"): ["umów mnie do kardiologa"],
        }  # fmt: skip
        changed = {(one.text, one.before, one.after) for one in await editing.changes(uow, OLA)}
        assert changed == {
            ("zapisz mnie", None, "book"), ("umów mnie do kardiologa", "book", "next_slots"), ("book a visit", "book", None)
        }  # fmt: skip
        assert await editing.discard(uow, OLA, now) is None
        assert await editing.phrases(uow) == FEW and await editing.changes(uow, OLA) == []


async def test_what_is_moved_there_and_back_is_no_change(seeded: TestHouse) -> None:
    now = seeded.clock.now()
    async with seeded.house.database.unit_of_work() as uow:
        (one, *_) = await editing.examples(uow, OLA, "price")
        await editing.move(uow, OLA, [one.id], "payment", now, "Ola")
        moved = next(row for row in await editing.examples(uow, OLA, "payment") if not row.is_dropped)
        await editing.move(uow, OLA, [moved.id], "price", now, "Ola")
        assert await editing.changes(uow, OLA) == []


async def test_a_phrase_stands_once_and_without_numbers_of_anybody(seeded: TestHouse) -> None:
    now = seeded.clock.now()
    for text, reason in (
        ("Ile kosztuje  wizyta", "example-known"), ("   ", "example-empty"), ("a" + " b" * 200, "example-long"),
        ("mój numer to 600 100 200", "example-personal"), ("piszcie na anna@example.com", "example-personal"),
        ("mam PESEL 44051401359", "example-personal"),
    ):  # fmt: skip
        async with seeded.house.database.unit_of_work() as uow:
            refused = await editing.add(uow, OLA, "pl", "book", text, now, "Ola")
        assert isinstance(refused, Refused) and refused.reason == reason, text
    async with seeded.house.database.unit_of_work() as uow:
        with pytest.raises(NotFound):
            await editing.add(uow, OLA, "pl", "no_such_intent", "dzień dobry", now, "Ola")


async def test_while_the_gate_checks_the_draft_may_not_change(seeded: TestHouse) -> None:
    now = seeded.clock.now()
    async with seeded.house.database.unit_of_work() as uow:
        (one, *_) = await editing.examples(uow, OLA, "price")
        uow.session.add(
            BotRun(kind="publish", state="running", author="Ola", note="x", asked_at=now, steps=[], report={})
        )
        await uow.session.flush()
        tried = [
            await editing.add(uow, OLA, "pl", "book", "zapisz mnie", now, "Ola"), await editing.drop(uow, OLA, [one.id], now),
            await editing.move(uow, OLA, [one.id], "book", now, "Ola"), await editing.discard(uow, OLA, now),
        ]  # fmt: skip
        assert [one.reason for one in tried if isinstance(one, Refused)] == ["draft-locked"] * 4
        wrong = await exchange.take_in(uow, OLA, b"language,intent,text\npl,book,zapisz\n", "csv", "pl", now, "Ola")
        assert isinstance(wrong, list) and wrong[0].reason.reason == "draft-locked"


async def test_a_version_holds_what_the_draft_held_and_an_earlier_one_comes_back(seeded: TestHouse) -> None:
    now, database = seeded.clock.now(), seeded.house.database
    async with database.unit_of_work() as uow:
        await added(uow, "zapisz mnie", now)
        (price, *_) = await editing.examples(uow, OLA, "price")
        await editing.move(uow, OLA, [price.id], "payment", now, "Ola")
        second = await editing.phrases(uow)
        assert (await versions.publish_draft(uow, "d2", "więcej", "Ola", {}, now)).number == 2
        assert await editing.changes(uow, OLA) == []
    async with database.unit_of_work() as uow:
        await added(uow, "proszę o wizytę", now)
        back = await uow.session.get_one(BotVersion, 1)
        made = await versions.go_back(uow, back, "źle", "Ola", now)
        assert (made.number, made.digest) == (3, "d1")
        held = await editing.phrases(uow, 3)
        assert {place: set(texts) for place, texts in held.items()} == {
            place: set(texts) for place, texts in FEW.items()
        }
        assert await editing.phrases(uow, 2) == second and await editing.phrases(uow, 1) == FEW
        assert [(one.text, one.after) for one in await editing.changes(uow, OLA)] == [("proszę o wizytę", "book")]


async def test_an_upgrade_brings_drafts_but_not_what_the_clinic_took_away(seeded: TestHouse) -> None:
    now = seeded.clock.now()
    async with seeded.house.database.unit_of_work() as uow:
        (price, *_) = await editing.examples(uow, OLA, "price")
        await editing.drop(uow, OLA, [price.id], now)
        await versions.publish_draft(uow, "d2", "bez ceny", "Ola", {}, now)
        newer = {**FEW, ("pl", "book"): [*FEW["pl", "book"], "rezerwacja"], ("pl", "gone_intent"): ["nic"]}
        assert await versions.adopt(uow, newer, now) == 1
        assert [(one.text, one.before, one.after) for one in await editing.changes(uow, OLA)] == [
            ("rezerwacja", None, "book")
        ]
        assert await versions.adopt(uow, newer, now) == 0


@pytest.mark.parametrize("kind", ["csv", "yaml"])
async def test_what_goes_out_as_a_file_comes_in_again(seeded: TestHouse, kind: str) -> None:
    now = seeded.clock.now()
    async with seeded.house.database.unit_of_work() as uow:
        await added(uow, "=chcę: termin, szybko", now)
        held = await editing.phrases(uow)
        text = exchange.as_csv(held) if kind == "csv" else exchange.as_yaml(held, "pl")
        known = sum(len(texts) for (language, _), texts in held.items() if kind == "csv" or language == "pl")
        assert await exchange.take_in(uow, OLA, text.encode(), kind, "pl", now, "Ola") == exchange.Taken(0, known)
        await editing.discard(uow, OLA, now)
        assert await exchange.take_in(uow, OLA, text.encode(), kind, "pl", now, "Ola") == exchange.Taken(1, known - 1)
        assert await editing.phrases(uow) == held


@pytest.mark.parametrize(
    ("kind", "content", "expected"),
    [
        ("csv", "language,intent,text\npl,book,zapisz mnie\npl,buk,nic\nde,book,Termin\npl,price,chcę się umówić\n",
         [(3, "example-intent"), (4, "example-language"), (5, "example-known")]),
        ("csv", "jezyk,intencja\npl,book\n", [(1, "file-columns")]),
        ("csv", "language,intent,text\npl,book\n", [(2, "file-columns")]),
        ("csv", 'language,intent,text\npl,book,"otwarty\n', [(2, "file-columns")]),
        ("csv", "", [(0, "file-empty")]),
        ("csv", "language,intent,text\n", [(0, "file-empty")]),
        ("csv", "language,intent,text\npl,book,mój numer 600100200\n", [(2, "example-personal")]),
        ("csv", "language,intent,text\npl,book,zapisz\npl,price,zapisz\n", [(3, "example-known")]),
        ("yaml", "nlu:\n- intent: book\n  examples: |\n    - zapisz mnie\n    bez myślnika\n", [(5, "file-yaml")]),
        ("yaml", "nlu:\n- intent: buk\n  examples: |\n    - raz\n    - dwa\n", [(4, "example-intent"), (5, "example-intent")]),
        ("yaml", "nlu: [", [(1, "file-yaml")]),
        ("yaml", "- a\n- b\n", [(1, "file-yaml")]),
        ("yaml", "nlu:\n- rule: x\n", [(2, "file-yaml")]),
        ("yaml", "!!python/object:os.system {}", [(1, "file-yaml")]),
    ],
)  # fmt: skip
async def test_a_file_with_an_error_changes_nothing_and_names_the_row(
    seeded: TestHouse, kind: str, content: str, expected: list[tuple[int, str]]
) -> None:
    async with seeded.house.database.unit_of_work() as uow:
        wrong = await exchange.take_in(uow, OLA, content.encode(), kind, "pl", seeded.clock.now(), "Ola")
        assert isinstance(wrong, list)
        assert [(one.line, one.reason.reason) for one in wrong] == expected
        assert await editing.changes(uow, OLA) == []


@pytest.mark.parametrize("content", [b"\xff\xfe\x00x", b"language,intent,text\npl,book,a\x00b\n", b"x" * 2_000_001])
async def test_what_is_no_text_or_too_much_is_refused(seeded: TestHouse, content: bytes) -> None:
    async with seeded.house.database.unit_of_work() as uow:
        wrong = await exchange.take_in(uow, OLA, content, "csv", "pl", seeded.clock.now(), "Ola")
        assert isinstance(wrong, list) and wrong[0].reason.reason in ("file-encoding", "file-large")


async def test_an_example_made_of_a_message_goes_with_it(seeded: TestHouse) -> None:
    from sqlalchemy import delete

    from conversations.models import Message

    now = seeded.clock.now()
    accepted = await seeded.sms("potrzebny mi termin")
    async with seeded.house.database.unit_of_work() as uow:
        made = await editing.add(uow, OLA, "pl", "book", "potrzebny mi termin", now, "Ola", accepted.message_id)
        assert isinstance(made, IntentExample)
        await versions.publish_draft(uow, "d2", "z rozmowy", "Ola", {}, now)
    async with seeded.house.database.unit_of_work() as uow:
        from conversations.models import Turn

        await uow.session.execute(delete(Turn).where(Turn.message_id == accepted.message_id))
        await uow.session.execute(delete(Message).where(Message.id == accepted.message_id))
    async with seeded.house.database.unit_of_work() as uow:
        assert await editing.phrases(uow, 2) == FEW


async def test_usage_tells_how_often_and_when_an_intent_was_last_understood(seeded: TestHouse) -> None:
    await seeded.text("ile kosztuje wizyta")
    await seeded.text("a ile kosztuje usg")
    async with seeded.house.database.unit_of_work() as uow:
        rows = {row.intent: row for row in await editing.overview(uow, OLA, seeded.clock.now().date())}
    assert rows["inform"].seen["pl"] == 2 and rows["inform"].last_seen == seeded.clock.now().date()
    assert rows["book"].last_seen is None and rows["book"].counts == {"pl": 2, "en": 1}


async def test_the_files_of_the_product_are_a_first_version_whole(house: TestHouse) -> None:
    found = file_phrases()
    async with house.house.database.unit_of_work() as uow:
        await versions.seed(uow, found, None, house.clock.now())
        assert fingerprint(await editing.phrases(uow, 1)) == fingerprint(found) == fingerprint()
        assert set(intents()) == {intent for _, intent in found}


def test_no_intent_of_the_domain_is_without_a_rule() -> None:
    assert set(uses()) == set(intents()) and all(one.names for one in uses().values())
