"""Who is who."""

from datetime import date
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import func, select

from care.folding import fold
from care.patients import rules, service
from care.patients.models import Patient
from core.access import Access, Role
from core.audit import AuditEvent
from core.clock import FixedClock
from core.db import Database
from core.errors import Forbidden, NotFound
from core.ids import new_id
from core.postgres import libpq_url

BOT = Access.system("turn")
STAFF = Access.staff(uuid4(), frozenset({Role.agent}))
BORN = date(1987, 3, 14)


async def test_the_same_person_on_the_same_contact_point_is_recognised_however_the_name_is_typed(
    database: Database, clock: FixedClock
) -> None:
    phone = new_id()
    async with database.unit_of_work() as uow:
        one = await service.register(uow, BOT, "Łucja", "Żak-Wąs", BORN, phone, "self", clock.now())
        two = await service.register(uow, BOT, " lucja ", "zak was", BORN, phone, "self", clock.now())
        assert one.id == two.id
        assert (await service.find_linked(uow, BOT, phone, "LUCJA", "ŻAK WĄS", BORN)) is one
        assert await service.find_linked(uow, BOT, phone, "Łucja", "Żak-Wąs", date(1987, 3, 15)) is None
        assert await service.count_linked(uow, BOT, phone) == 1


async def test_two_strangers_with_equal_names_stay_two_records(database: Database, clock: FixedClock) -> None:
    ours, theirs = new_id(), new_id()
    async with database.unit_of_work() as uow:
        one = await service.register(uow, BOT, "Jan", "Nowak", BORN, ours, "self", clock.now())
        assert await service.find_linked(uow, BOT, theirs, "Jan", "Nowak", BORN) is None
        two = await service.register(uow, BOT, "Jan", "Nowak", BORN, theirs, "self", clock.now())
        assert one.id != two.id


async def test_a_family_shares_a_contact_point_without_mixing(database: Database, clock: FixedClock) -> None:
    phone = new_id()
    async with database.unit_of_work() as uow:
        mother = await service.register(uow, BOT, "Ewa", "Próbna", BORN, phone, "self", clock.now())
        child = await service.register(uow, BOT, "Eryk", "Próbny", date(2019, 5, 9), phone, "child", clock.now())
        assert mother.id != child.id and await service.count_linked(uow, BOT, phone) == 2


async def test_an_ended_link_is_no_longer_recognised(database: Database, clock: FixedClock) -> None:
    phone = new_id()
    async with database.unit_of_work() as uow:
        one = await service.register(uow, BOT, "Jan", "Nowak", BORN, phone, "self", clock.now())
        await service.end_link(uow, STAFF, one.id, phone, clock.now())
        assert await service.find_linked(uow, BOT, phone, "Jan", "Nowak", BORN) is None
        await service.link(uow, STAFF, one.id, phone, "self", clock.now())
        await service.link(uow, STAFF, one.id, phone, "self", clock.now())
        assert await service.count_linked(uow, BOT, phone) == 1


async def test_opening_a_record_is_audited_and_needs_the_right(database: Database, clock: FixedClock) -> None:
    async with database.unit_of_work() as uow:
        one = await service.register(uow, BOT, "Jan", "Nowak", BORN, new_id(), "self", clock.now())
        self_access = Access(frozenset({Role.patient}), "portal", "own record", patient_id=one.id)
        stranger = Access(frozenset({Role.patient}), "portal", "own record", patient_id=new_id())
        for access in (STAFF, self_access):
            assert (await service.get(uow, access, one.id, clock.now())).name == "Jan Nowak"
        with pytest.raises(Forbidden):
            await service.get(uow, stranger, one.id, clock.now())
        with pytest.raises(NotFound):
            await service.get(uow, STAFF, new_id(), clock.now())
        reads = await uow.session.scalar(select(func.count()).where(AuditEvent.action == "patient.read"))
        assert reads == 2


async def test_staff_find_people_by_beginnings_of_names_by_number_and_by_birth_date(
    clinic: Database, clock: FixedClock
) -> None:
    async with clinic.unit_of_work() as uow:

        async def names(text: str) -> set[str]:
            return {patient.name for patient in await service.search(uow, STAFF, text, clock.now())}

        assert await names("przyk") == {"Bogdan Przykładowy"}
        assert await names("bogdan przykladowy") == {"Bogdan Przykładowy"}
        assert await names("Przykładowych") == set()
        assert await names("pró") == {"Alicja Próbna", "Eryk Próbny"}
        assert await names("89 000 20 01") == {"Alicja Próbna", "Eryk Próbny"}
        assert await names("1995-07-30") == await names("30.07.1995") == {"Celina Testowa"}
        assert await names("%") == set()
        with pytest.raises(Forbidden):
            await service.search(uow, Access(frozenset({Role.patient}), "portal", "x"), "pró", clock.now())
        assert await uow.session.scalar(select(func.count()).where(Patient.is_synthetic)) == 5


async def test_names_and_numbers_rest_encrypted(clinic: Database) -> None:
    with psycopg.connect(libpq_url(clinic.url)) as connection:
        rows = connection.execute("SELECT p::text FROM patients p").fetchall()
    assert rows and not any("Pr" in row[0] or "890002001" in row[0] for row in rows)


def test_folding_keeps_the_length_of_a_text() -> None:
    for text in ("Żółć", "straße", "İstanbul", "😀ﬁ", "Éà"):
        assert len(fold(text)) == len(text)
    assert fold("ŁÓDŹ") == "lodz"


def test_a_birth_date_lies_in_the_past_and_within_a_lifetime() -> None:
    today = date(2026, 11, 23)
    assert rules.is_plausible_birth_date(today, today)
    assert not rules.is_plausible_birth_date(date(2026, 11, 24), today)
    assert not rules.is_plausible_birth_date(date(1899, 1, 1), today)
