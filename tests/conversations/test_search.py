"""Searching sealed messages. Invariant: found by words however they are typed, only by who may read them, and nothing is left behind."""

from datetime import date, timedelta
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import delete, select

from bench.unguarded import load_plain_keys
from care.patients import service as patients
from care.patients.models import Patient
from care.patients.repository import Patients
from conversations.models import Message, Turn
from conversations.search import MessageSearch, tokens_of, words_of
from core.access import Access, Role
from core.audit import AuditEvent
from core.clock import FixedClock
from core.crypto import keyring
from core.db import Database
from core.errors import Forbidden
from core.ids import new_id
from tests.conftest import owner
from tests.house import BARTEK, TestHouse

STAFF = Access.staff(new_id(), frozenset({Role.agent}))


async def search(house: TestHouse, text: str, access: Access = STAFF) -> list[str]:
    async with house.house.database.unit_of_work() as uow:
        return [hit.text for hit in await MessageSearch(uow, access).find(text, house.clock.now())]


async def test_messages_are_found_by_beginnings_of_words_without_diacritics(house: TestHouse) -> None:
    await house.sms("Boli mnie żołądek po obiedzie")
    await house.sms("Proszę o skierowanie na gastroskopię", BARTEK)
    assert await search(house, "zolad") == ["Boli mnie żołądek po obiedzie"]
    assert await search(house, "ŻOŁĄDEK boli") == ["Boli mnie żołądek po obiedzie"]
    assert await search(house, "gastroskopie") == ["Proszę o skierowanie na gastroskopię"]
    assert await search(house, "gastroskopii") == [], "more than six letters are compared after all"
    assert await search(house, "zoladek gastroskopia") == []
    assert await search(house, "%") == await search(house, "") == []


async def test_whole_words_come_before_beginnings_and_newer_before_older(house: TestHouse) -> None:
    for word in ("kot", "kotlet", "kotek"):
        await house.sms(word)
        house.clock.instant += timedelta(minutes=1)
    assert await search(house, "kot") == ["kot", "kotek", "kotlet"]


async def test_the_bots_own_texts_are_not_in_the_index_but_staffs_are(house: TestHouse) -> None:
    _, case_id = await house.human()
    agent = await house.staff()
    await house.accept(agent, case_id)
    async with house.house.database.unit_of_work() as uow:
        await house.house.desk.reply(uow, agent, case_id, "Proszę przyjść na czczo", house.clock.now())
        await house.house.desk.note(uow, agent, case_id, "pacjent ma cukrzycę", house.clock.now())
    assert await search(house, "czczo") == ["Proszę przyjść na czczo"]
    assert await search(house, "cukrzyce") == ["pacjent ma cukrzycę"]
    bot = await house.rows(Message, Message.author == "bot")
    assert bot and all(one.tokens is None for one in await _with_tokens(house, "bot"))


async def _with_tokens(house: TestHouse, author: str) -> list[Message]:
    from sqlalchemy.orm import undefer

    async with house.house.database.unit_of_work() as uow:
        return list(
            await uow.session.scalars(select(Message).where(Message.author == author).options(undefer(Message.tokens)))
        )


async def test_a_search_is_narrowed_like_its_access_and_refused_without_the_right(house: TestHouse) -> None:
    await house.sms("kolano")
    await house.sms("kolano też", BARTEK)
    case: UUID = (await house.rows(Message))[0].case_id
    assert len(await search(house, "kolano")) == 2
    narrowed = Access(STAFF.roles, STAFF.actor, "care", case_id=case)
    assert await search(house, "kolano", narrowed) == ["kolano"]
    assert await search(house, "kolano", Access(STAFF.roles, STAFF.actor, "care", patient_id=new_id())) == []
    with pytest.raises(Forbidden):
        await search(house, "kolano", Access(frozenset({Role.patient}), "portal", "own"))


async def test_a_search_is_audited_without_its_words_and_shows_no_personal_number(house: TestHouse) -> None:
    await house.sms("mój pesel 44051401458 kolano")
    assert "44051401458" not in (await search(house, "kolano"))[0]
    (event,) = [one for one in await house.rows(AuditEvent) if one.action == "search"]
    assert event.subject_id == "1 rows" and "kolano" not in str(vars(event))


async def test_tokens_go_with_their_message(house: TestHouse) -> None:
    await house.sms("kolano")
    async with house.house.database.unit_of_work() as uow:
        await uow.session.execute(delete(Turn))
        await uow.session.execute(delete(Message))
    assert await search(house, "kolano") == []


def test_a_long_paste_does_not_fill_the_index() -> None:
    assert len(words_of(" ".join(f"slowo{n}" for n in range(5000)))) == 200
    assert tokens_of("") == tokens_of("?! 🙂") == []


def test_tokens_differ_by_key_and_by_kind() -> None:
    kept = vars(keyring).copy()
    mine = tokens_of("kolano")
    keyring.load("11" * 32, "33" * 32)
    assert not set(mine) & set(tokens_of("kolano"))
    vars(keyring).update(kept)
    assert tokens_of("kolano") == mine


async def test_patients_are_found_by_pesel_mail_number_and_name_with_exact_names_first(
    database: Database, clock: FixedClock
) -> None:
    access = Access.system("test")
    async with database.unit_of_work() as uow:
        repository = Patients(uow, access)
        for given, family, pesel, mail in (
            ("Jan", "Kowal", "44051401458", "Jan.Kowal@Example.org"),
            ("Anna", "Kowalska", None, None),
            ("Piotr", "Kowalczyk", None, "p@example.org"),
        ):
            repository.add(
                Patient(given_name=given, family_name=family, birth_date=date(1944, 5, 14), pesel=pesel, mail=mail,
                        phone="+48600100200", created_at=clock.now())
            )  # fmt: skip
            await uow.session.flush()

        async def names(text: str) -> list[str]:
            return [one.family_name for one in await patients.search(uow, STAFF, text, clock.now())]

        assert (await names("kowal"))[0] == "Kowal" and len(await names("kowal")) == 3
        assert await names("44051401458") == ["Kowal"]
        assert await names("jan.kowal@EXAMPLE.org ") == ["Kowal"]
        assert await names("nobody@example.org") == []
        assert len(await names("600 100 200")) == 3
        assert len(await names("14.05.1944")) == 3


async def test_no_search_reads_every_row(database: Database) -> None:
    """Each way of searching has an index the database can use."""
    with psycopg.connect(owner(database.url)) as connection:
        connection.execute("SET enable_seqscan = off")
        for condition in ("name_tokens @> ARRAY['x']::varchar[]", "pesel_token = 'x'", "mail_token = 'x'", "phone_token = 'x'",
                          "birth_token = 'x'"):  # fmt: skip
            plan = str(connection.execute(f"EXPLAIN SELECT * FROM patients WHERE {condition}").fetchall())
            assert "ix_patients_" in plan, condition
        plan = str(connection.execute("EXPLAIN SELECT * FROM messages WHERE tokens @> ARRAY[1]::bigint[]").fetchall())
        assert "ix_messages_tokens" in plan


async def test_a_benchmark_can_do_without_encryption(database: Database, clock: FixedClock) -> None:
    kept = vars(keyring).copy()
    load_plain_keys(database.url, lambda: {"lookup": "22" * 32})  # type: ignore[arg-type,return-value]  # a mapping is enough here
    try:
        assert keyring.seal(b"plain", "x")[-5:] == b"plain" and keyring.open(keyring.seal(b"p", "x"), "x") == b"p"
    finally:
        vars(keyring).update(kept)
