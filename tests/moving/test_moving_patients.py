"""Patients move in. Invariant: whole batches or nothing, nobody merged, nothing overwritten by silence, and again is the same."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from bench.people import people
from bench.people import pesel as made_pesel
from care.moving import patients as moving
from care.moving.duplicates import Alike, Duplicate
from care.moving.patient_rows import COLUMNS, REQUIRED
from care.moving.patients import Did, PatientsMoved, move_patients
from care.moving.tables import Reason, Table, read_table
from care.patients import service
from care.patients.marks import MarkKind, make_mark
from care.patients.models import Patient
from core.access import Access, Role
from core.audit import AuditEvent
from core.clock import FixedClock
from core.db import Database
from core.errors import Forbidden
from core.ids import new_id
from core.spreadsheet import csv_bytes

IMPORT = Access.system("import")
STAFF = Access.staff(new_id(), frozenset({Role.agent}))
NAMES = ("id", "imię", "nazwisko", "data urodzenia", "PESEL", "telefon", "e-mail", "język")
JAN = ("1", "Jan", "Kowalski", "1944-05-14", "44051401458", "600100200", "jan@example.org", "pl")
ANNA = ("2", "Anna", "Łoś", "2.02.1990", "", "", "", "en")


def table(*rows: tuple[str, ...]) -> Table:
    text = "\n".join(";".join(row) for row in (NAMES, *rows))
    found = read_table(text.encode(), COLUMNS, REQUIRED)
    assert isinstance(found, Table)
    return found


async def move(database: Database, clock: FixedClock, *rows: tuple[str, ...], **how: Any) -> PatientsMoved:
    settings = {"is_dry": False, "is_strict": False} | how
    return await move_patients(database, IMPORT, table(*rows), now=clock.now(), region="PL", **settings)


def did(moved: PatientsMoved) -> list[str]:
    return [one.did.value for one in moved.outcomes]


async def held(database: Database) -> dict[str, Patient]:
    async with database.unit_of_work() as uow:
        return {str(one.external_id): one for one in await uow.session.scalars(select(Patient))}


async def actions(database: Database) -> list[str]:
    async with database.unit_of_work() as uow:
        return list(await uow.session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


async def test_patients_move_in_sealed_searchable_and_audited(database: Database, clock: FixedClock) -> None:
    assert did(await move(database, clock, JAN, ANNA)) == ["new", "new"]
    found = await held(database)
    assert (found["1"].pesel, found["1"].phone, found["1"].mail) == ("44051401458", "+48600100200", "jan@example.org")
    assert (found["2"].name, found["2"].birth_date, found["2"].language) == ("Anna Łoś", date(1990, 2, 2), "en")
    assert not found["1"].is_synthetic
    async with database.unit_of_work() as uow:
        for text in ("kowal", "44051401458", "600 100 200", "JAN@example.org", "14.05.1944"):
            (one,) = await service.search(uow, STAFF, text, clock.now())
            assert one.external_id == "1", text
        assert [one.external_id for one in await service.search(uow, STAFF, "los anna", clock.now())] == ["2"]
    assert await actions(database) == ["patient.imported"] * 2 + ["search"] * 6


async def test_a_second_run_changes_nothing_and_a_changed_row_updates(database: Database, clock: FixedClock) -> None:
    await move(database, clock, JAN, ANNA)
    before = {name: (one.id, one.created_at) for name, one in (await held(database)).items()}
    assert did(await move(database, clock, JAN, ANNA)) == ["unchanged", "unchanged"]
    moved = await move(database, clock, JAN, ("2", "Anna", "Nowak", "1990-02-02", "", "+48 600 100 300", "", ""))
    assert did(moved) == ["unchanged", "updated"] and moved.outcomes[1].changed == ("nazwisko", "telefon")
    found = await held(database)
    assert {name: (one.id, one.created_at) for name, one in found.items()} == before
    assert (found["2"].family_name, found["2"].language) == ("Nowak", "en")
    async with database.unit_of_work() as uow:
        assert [one.external_id for one in await service.search(uow, STAFF, "nowak", clock.now())] == ["2"]
        assert await service.search(uow, STAFF, "łoś", clock.now()) == []
    assert (await actions(database)).count("patient.updated") == 1


async def test_a_dry_run_writes_nothing_and_says_what_the_real_one_then_does(
    database: Database, clock: FixedClock
) -> None:
    await move(database, clock, JAN)
    rows = (
        ("1", "Jan", "Kowalski", "1944-05-14", "", "600100999", "", ""),
        ANNA,
        ("3", "", "x", "1.1.1990", "", "", "", ""),
    )
    told = await move(database, clock, *rows, is_dry=True)
    assert len(await held(database)) == 1 and not told.is_written
    assert await actions(database) == ["patient.imported"]
    done = await move(database, clock, *rows)
    assert told.outcomes == done.outcomes and told.duplicates == done.duplicates
    assert did(done) == ["updated", "new", "refused"]


async def test_a_bad_row_keeps_out_itself_alone_unless_strict(database: Database, clock: FixedClock) -> None:
    bad = ("3", "Ewa", "Zła", "31.02.1990", "44051401459", "x", "", "")
    strict = await move(database, clock, JAN, bad, ANNA, is_strict=True)
    assert not strict.is_written and await held(database) == {}
    assert did(strict) == ["new", "refused", "new"], "and says what would be"
    loose = await move(database, clock, JAN, bad, ANNA)
    assert sorted(await held(database)) == ["1", "2"]
    faults = loose.outcomes[1].faults
    assert [(one.row, one.column, one.reason) for one in faults] == [
        (3, "PESEL", Reason.pesel_check), (3, "data urodzenia", Reason.date), (3, "telefon", Reason.phone),
    ]  # fmt: skip
    assert "44051401459" not in repr(loose)


async def test_strict_also_stops_at_what_only_the_database_knows(database: Database, clock: FixedClock) -> None:
    await move(database, clock, JAN)
    other = ("1", "Ewa", "Nowak", "1990-01-01", "", "", "", "")
    moved = await move(database, clock, ANNA, other, is_strict=True)
    assert not moved.is_written and did(moved) == ["new", "refused"]
    assert moved.outcomes[1].faults[0].reason is Reason.another_person
    found = await held(database)
    assert list(found) == ["1"] and found["1"].name == "Jan Kowalski"


async def test_an_identifier_twice_in_a_file_counts_once(database: Database, clock: FixedClock) -> None:
    moved = await move(database, clock, JAN, ("1", "Ewa", "Nowak", "1990-01-01", "", "", "", ""))
    assert did(moved) == ["new", "refused"] and moved.outcomes[1].faults[0].reason is Reason.twice


async def test_possible_duplicates_are_reported_and_never_merged(database: Database, clock: FixedClock) -> None:
    async with database.unit_of_work() as uow:
        here = await service.register(uow, IMPORT, "Anna", "Łoś", date(1990, 2, 2), new_id(), "self", clock.now())
    child = ("3", "Zosia", "Kowalska", "2015-01-01", "", "600 100 200", "", "")
    twin = ("4", "Kowalski", "JAN", "1944-05-14", "44051401458", "", "", "")
    rows = (JAN, ANNA, child, twin)
    expected = {
        Duplicate(Alike.pesel, (2, 5), ()), Duplicate(Alike.person, (2, 5), ()), Duplicate(Alike.phone, (2, 4), ()),
        Duplicate(Alike.person, (3,), (here.id,)),
    }  # fmt: skip
    moved = await move(database, clock, *rows)
    assert set(moved.duplicates) == expected
    again = await move(database, clock, *rows)
    assert set(again.duplicates) == expected, "rows are not duplicates of themselves"
    assert len(await held(database)) == 5


async def test_a_telephone_that_one_person_has_in_two_records_is_no_shared_telephone(
    database: Database, clock: FixedClock
) -> None:
    twice = ("7", "jan", "KOWALSKI", "1944-05-15", "", "600100200", "", "")
    assert (await move(database, clock, JAN, twice)).duplicates == ()


async def test_what_a_restricted_persons_row_says_is_not_written(database: Database, clock: FixedClock) -> None:
    await move(database, clock, JAN, ANNA)
    officer = Access.staff(new_id(), frozenset({Role.privacy_officer}))
    async with database.unit_of_work() as uow:
        jan = (await held(database))["1"].id
        assert await make_mark(uow, officer, jan, MarkKind.restriction, "asked by letter", clock.now()) is None
    changed = ("1", "Jan", "Kowalski", "1944-05-14", "", "600100999", "", "")
    moved = await move(database, clock, changed, ANNA)
    assert did(moved) == ["refused", "unchanged"] and moved.outcomes[0].faults[0].reason is Reason.restricted
    assert (await held(database))["1"].phone == "+48600100200"


async def test_formulas_stay_text_and_leave_harmless(database: Database, clock: FixedClock) -> None:
    for number, text in enumerate(("=cmd|' /C calc'!A0", "+HYPERLINK(1)", "@SUM(A1)", "-2+3 a")):
        await move(database, clock, (f"={number}", text, "Nowak", "1990-01-01", "", "", "", ""))
        assert (await held(database))[f"={number}"].given_name == text
        assert csv_bytes(["name"], [[text]]).decode("utf-8-sig").splitlines()[1].startswith("\"'")


async def test_a_run_that_breaks_leaves_whole_batches_and_the_next_one_completes(
    database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "BATCH", 10)
    names = list(next(people(1)))
    rows = [tuple(one.values()) for one in people(45)]
    found = read_table("\n".join(";".join(row) for row in (tuple(names), *rows)).encode(), COLUMNS, REQUIRED)
    assert isinstance(found, Table)

    def stop(done: int, of: int, is_written: bool) -> None:
        if done == 20:
            raise KeyboardInterrupt

    async def run(**more: Any) -> PatientsMoved:
        return await move_patients(
            database, IMPORT, found, now=clock.now(), region="PL", is_dry=False, is_strict=False, **more
        )

    with pytest.raises(KeyboardInterrupt):
        await run(progress=stop)
    assert len(await held(database)) == 20
    moved = await run()
    assert moved.counts == {Did.unchanged: 20, Did.new: 25}
    assert len(await held(database)) == 45


async def test_two_imports_at_once_bring_everybody_in_once(
    database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    import asyncio

    monkeypatch.setattr(moving, "BATCH", 5)
    rows = [
        (str(number), "Jan", "Nowak", "1990-01-01", made_pesel(date(1990, 1, 1), number), "", "", "")
        for number in range(40)
    ]
    first, second = await asyncio.gather(move(database, clock, *rows), move(database, clock, *rows[::-1]))
    assert first.counts[Did.new] + second.counts[Did.new] == 40
    async with database.unit_of_work() as uow:
        assert await uow.session.scalar(select(func.count(Patient.id))) == 40


async def test_only_who_may_edit_patients_everywhere_may_import(database: Database, clock: FixedClock) -> None:
    scoped = Access.staff(new_id(), frozenset({Role.agent}), scopes=((Role.agent, frozenset({UUID(int=1)})),))
    for access in (scoped, Access.staff(new_id(), frozenset({Role.clinician}))):
        with pytest.raises(Forbidden):
            await move_patients(
                database, access, table(JAN), now=clock.now(), region="PL", is_dry=True, is_strict=False
            )
