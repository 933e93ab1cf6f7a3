"""A schedule moves in. Invariant: what the file says of a clinician holds whole, the rest stays, and no visit is lost."""

from datetime import date, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from care.appointments import service
from care.appointments.models import (
    Appointment,
    Clinician,
    ClosedDay,
    ScheduleException,
    Site,
    SiteHours,
    Specialty,
    WeeklySchedule,
)
from care.appointments.rules import Absence, Block, Slot, is_within
from care.moving.patients import Did
from care.moving.schedule import ScheduleMoved, move_schedule
from care.moving.schedule_rows import COLUMNS, REQUIRED, Kind
from care.moving.tables import Reason, Table, heading, read_table
from care.seed import clinic_id
from core.access import Access, Role
from core.audit import AuditEvent
from core.clock import FixedClock
from core.db import Database
from core.errors import Forbidden, Refused
from core.ids import new_id
from core.settings import ROOT
from tests.care.conftest import clinic
from tests.care.test_booking import booked, offers, person
from tests.conftest import WARSAW

__all__ = ["clinic"]

IMPORT = Access.system("import")
NAMES = ("rodzaj", "kod", "nazwa", "nazwisko", "specjalność", "lekarz", "placówka", "dzień", "od", "do", "minuty", "płatnik", "od dnia",
         "do dnia")  # fmt: skip
NOWAK = clinic_id("clinician", "nowak-katarzyna")
LIPOWA = clinic_id("site", "lipowa")


def row(**said: str) -> tuple[str, ...]:
    return tuple(said.get(name.replace(" ", "_"), "") for name in NAMES)


def hours(clinician: str = "nowak-katarzyna", **said: str) -> tuple[str, ...]:
    usual = {"placówka": "lipowa", "specjalność": "cardiology", "dzień": "pon", "od": "8:00", "do": "13:00", "minuty": "20",
             "płatnik": "nfz|prywatnie"}  # fmt: skip
    return row(rodzaj="godziny", lekarz=clinician, **usual | said)


def table(*rows: tuple[str, ...]) -> Table:
    found = read_table("\n".join(";".join(one) for one in (NAMES, *rows)).encode(), COLUMNS, REQUIRED)
    assert isinstance(found, Table)
    return found


async def move(database: Database, clock: FixedClock, *rows: tuple[str, ...], **how: Any) -> ScheduleMoved:
    return await move_schedule(
        database, IMPORT, table(*rows), now=clock.now(), **{"is_dry": False, "is_strict": False} | how
    )


def did(moved: ScheduleMoved) -> list[str]:
    return [one.did.value for one in moved.outcomes]


def reasons(moved: ScheduleMoved) -> list[tuple[int, Reason]]:
    return [(fault.row, fault.reason) for one in moved.outcomes for fault in one.faults]


async def rows_of(database: Database, model: type[Any], *conditions: Any) -> list[Any]:
    async with database.unit_of_work() as uow:
        return list(await uow.session.scalars(select(model).where(*conditions)))


WHOLE = (
    hours("wilk-ada", specjalność="sleep", placówka="nowa", dzień="wtorek"),
    row(rodzaj="lekarz", kod="wilk-ada", nazwisko="Wilk", specjalność="sleep"),
    row(rodzaj="specjalność", kod="sleep", nazwa="medycyna snu"),
    row(rodzaj="placówka", kod="nowa", nazwa="Poradnia Nowa"),
    row(rodzaj="otwarcie", placówka="nowa", dzień="wt", od="7:00", do="15.00"),
    row(rodzaj="nieobecność", lekarz="wilk-ada", od_dnia="2026-12-24", do_dnia="31.12.2026"),
    row(rodzaj="dodatkowo", lekarz="wilk-ada", placówka="nowa", specjalność="sleep", od="9:00", do="10:00", minuty="30", płatnik="private",
        od_dnia="2026-12-05"),
    row(rodzaj="zamknięte", nazwa="remont", placówka="nowa", od_dnia="2026-12-07", do_dnia="2026-12-09"),
)  # fmt: skip


async def test_a_whole_clinic_moves_in_whatever_the_order_of_rows_and_can_be_booked(
    database: Database, clock: FixedClock
) -> None:
    assert did(await move(database, clock, *WHOLE)) == ["new"] * 8
    async with database.unit_of_work() as uow:
        found = await service.search_offers(uow, IMPORT, specialty="sleep", site="nowa", now=clock.now(), limit=50)
        assert found and {one.start.astimezone(WARSAW).date() for one in found} >= {
            date(2026, 11, 24),
            date(2026, 12, 5),
        }
        assert isinstance(
            await booked(uow, found[0], await person(uow, clock.now(), uuid4()), uuid4(), clock.now()), Appointment
        )
    (made,) = await rows_of(database, Specialty)
    assert (made.synonyms_pl, made.name_en, made.needs_referral_nfz) == (["medycyna snu"], "medycyna snu", True)
    assert len(await rows_of(database, ClosedDay)) == 3
    assert did(await move(database, clock, *WHOLE)) == ["unchanged"] * 8
    clock.instant += timedelta(days=3)
    again = await move(database, clock, *WHOLE)
    assert did(again) == ["unchanged"] * 8 and again.removed == ()
    assert len(await rows_of(database, WeeklySchedule)) == len(await rows_of(database, SiteHours)) == 1


async def test_hours_in_the_file_replace_a_clinicians_own_and_nobody_elses(clinic: Database, clock: FixedClock) -> None:
    others = WeeklySchedule.clinician_id != NOWAK
    before = len(await rows_of(clinic, WeeklySchedule, others))
    sites, people = len(await rows_of(clinic, Site)), len(await rows_of(clinic, Clinician))
    moved = await move(
        clinic, clock, hours(), hours(dzień="4", od="9", do="12:00"), hours(dzień="czw", od="9:00", do="12:00")
    )
    assert reasons(moved) == [(2, Reason.held_back), (3, Reason.time), (4, Reason.held_back)]
    assert len(await rows_of(clinic, WeeklySchedule, ~others)) == 3, "one bad row, and the former hours stay whole"
    moved = await move(clinic, clock, hours(), hours(dzień="czw", od="9:00", do="12:00"))
    assert did(moved) == ["unchanged", "new"]
    assert [(one.kind, one.owner) for one in moved.removed] == [(Kind.hours, "nowak-katarzyna")] * 2
    own = await rows_of(clinic, WeeklySchedule, ~others)
    assert {(one.weekday, one.starts, tuple(sorted(one.payers))) for one in own} == {
        (0, time(8), ("nfz", "private")), (3, time(9), ("nfz", "private")),
    }  # fmt: skip
    assert len(await rows_of(clinic, WeeklySchedule, others)) == before
    assert (len(await rows_of(clinic, Site)), len(await rows_of(clinic, Clinician))) == (sites, people)


async def test_visits_outside_the_new_schedule_are_listed_and_stay_booked(clinic: Database, clock: FixedClock) -> None:
    async with clinic.unit_of_work() as uow:
        contact = uuid4()
        patient = await person(uow, clock.now(), contact)
        found = await offers(uow, clock.now(), clinician_id=NOWAK, site="lipowa", limit=50)
        monday = next(one for one in found if one.start.astimezone(WARSAW).weekday() == 0)
        visit = await booked(uow, monday, patient, contact, clock.now())
        assert isinstance(visit, Appointment)
    day = monday.start.astimezone(WARSAW).date().isoformat()
    dry = await move(clinic, clock, hours(dzień="czw"), is_dry=True)
    assert visit.id in [one.appointment_id for one in dry.outside]
    assert len(await rows_of(clinic, WeeklySchedule, WeeklySchedule.clinician_id == NOWAK)) == 3, (
        "a dry run takes all back"
    )
    for change, reason in (
        (row(rodzaj="zamknięte", nazwa="remont", od_dnia=day), "closed"),
        (row(rodzaj="nieobecność", lekarz="nowak-katarzyna", od_dnia=day), "hours"),
        (hours(dzień="czw"), "hours"),
    ):
        told = await move(clinic, clock, change, is_dry=True)
        assert [(one.clinician, one.site, one.reason) for one in told.outside if one.appointment_id == visit.id] == [
            ("nowak-katarzyna", "lipowa", reason)
        ]
    done = await move(clinic, clock, hours(dzień="czw"))
    assert visit.id in [one.appointment_id for one in done.outside]
    (kept,) = await rows_of(clinic, Appointment, Appointment.id == visit.id)
    assert kept.status == "booked" and kept.start_at == visit.start_at
    back = await move(clinic, clock, hours(minuty="30"))
    assert visit.id not in [one.appointment_id for one in back.outside], (
        "another length of visits is still within the hours"
    )


async def test_days_off_in_the_file_replace_those_to_come_and_leave_those_over(
    clinic: Database, clock: FixedClock
) -> None:
    person_id = clinic_id("clinician", "nowak-piotr")
    own = ScheduleException.clinician_id == person_id
    async with clinic.unit_of_work() as uow:
        uow.session.add(
            ScheduleException(clinician_id=person_id, kind="off", first_day=date(2026, 1, 2), last_day=date(2026, 1, 3))
        )
    moved = await move(
        clinic, clock, row(rodzaj="off", lekarz="nowak-piotr", od_dnia="2027-01-07", od="10:00", do="12:00")
    )
    assert did(moved) == ["new"] and len(moved.removed) == 1
    assert {(one.first_day, one.starts) for one in await rows_of(clinic, ScheduleException, own)} == {
        (date(2026, 1, 2), None), (date(2027, 1, 7), time(10)),
    }  # fmt: skip


async def test_an_empty_cell_leaves_a_site_as_it_is_and_a_filled_one_changes_it(
    clinic: Database, clock: FixedClock
) -> None:
    moved = await move(clinic, clock, row(rodzaj="site", kod="lipowa", nazwa="Lipowa nowa"))
    assert did(moved) == ["updated"] and moved.outcomes[0].changed == ("name",)
    (site,) = await rows_of(clinic, Site, Site.code == "lipowa")
    assert site.name == "Lipowa nowa" and site.address and site.phone
    events = await rows_of(clinic, AuditEvent, AuditEvent.action == "schedule.imported")
    assert [(one.subject_kind, one.subject_id) for one in events] == [("site", str(LIPOWA))]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (hours("nikt"), Reason.unknown_clinician), (hours(placówka="nigdzie"), Reason.unknown_site),
        (hours(specjalność="magia"), Reason.unknown_specialty), (hours(dzień="jutro"), Reason.weekday), (hours(od="25:00"), Reason.time),
        (hours(do="7:00"), Reason.order), (hours(minuty="3"), Reason.minutes), (hours(minuty="240", do="9:00"), Reason.minutes),
        (hours(płatnik="ktoś"), Reason.payer), (hours(płatnik=""), Reason.empty), (hours("Nowak K."), Reason.code),
        (row(rodzaj="coś"), Reason.kind), (row(rodzaj="", kod="x"), Reason.empty),
        (row(rodzaj="closed", nazwa="x", od_dnia="31.02.2027"), Reason.date),
        (row(rodzaj="closed", nazwa="x", od_dnia="2027-02-02", do_dnia="2027-02-01"), Reason.order),
        (row(rodzaj="closed", nazwa="x", od_dnia="2027-02-02", do_dnia="2099-02-01"), Reason.order),
        (row(rodzaj="off", lekarz="nowak-piotr", od_dnia="2027-02-02", od="8:00"), Reason.empty),
    ],
)  # fmt: skip
async def test_what_cannot_be_is_refused_with_its_reason(
    clinic: Database, clock: FixedClock, said: tuple[str, ...], reason: Reason
) -> None:
    blocks = func.count(WeeklySchedule.id)
    async with clinic.unit_of_work() as uow:
        before = await uow.session.scalar(select(blocks))
    good = row(rodzaj="site", kod="dalej", nazwa="Dalej")
    moved = await move(clinic, clock, said, good)
    assert reasons(moved) == [(2, reason)] and did(moved) == ["refused", "new"]
    strict = await move(clinic, clock, said, row(rodzaj="site", kod="jeszcze", nazwa="Jeszcze"), is_strict=True)
    assert not strict.is_written and await rows_of(clinic, Site, Site.code == "jeszcze") == []
    async with clinic.unit_of_work() as uow:
        assert await uow.session.scalar(select(blocks)) == before


async def test_hours_that_overlap_and_codes_that_stand_twice_are_refused(clinic: Database, clock: FixedClock) -> None:
    moved = await move(
        clinic, clock, hours(), hours(od="12:40", do="15:00"), hours(od="13:00", do="15:00", dzień="sobota"),
        row(rodzaj="site", kod="dwa", nazwa="a"), row(rodzaj="site", kod="dwa", nazwa="b"),
    )  # fmt: skip
    assert sorted(reasons(moved)) == [
        (2, Reason.held_back), (3, Reason.overlap), (4, Reason.held_back), (6, Reason.twice),
    ]  # fmt: skip
    seasons = (hours(do_dnia="2026-12-31"), hours(od="9:00", od_dnia="2027-01-01"))
    assert moved.counts[Did.new] == 1 and reasons(await move(clinic, clock, *seasons)) == []


async def test_a_clinician_who_left_keeps_visits_that_are_listed(clinic: Database, clock: FixedClock) -> None:
    names = "rodzaj;kod;nazwisko;specjalność;przyjmuje\nlekarz;nowak-katarzyna;Nowak;cardiology;nie"
    found = read_table(names.encode(), COLUMNS, REQUIRED)
    assert isinstance(found, Table)
    moved = await move_schedule(clinic, IMPORT, found, now=clock.now(), is_dry=False, is_strict=False)
    assert moved.counts == {Did.updated: 1}
    assert {one.reason for one in moved.outside if one.clinician == "nowak-katarzyna"} == {"left"}
    async with clinic.unit_of_work() as uow:
        assert (
            await service.search_offers(uow, IMPORT, specialty="cardiology", now=clock.now(), clinician_id=NOWAK) == []
        )


async def test_only_who_may_edit_schedules_everywhere_may_import(clinic: Database, clock: FixedClock) -> None:
    for role in (Role.agent, Role.supervisor, Role.clinician, Role.privacy_officer):
        with pytest.raises(Forbidden):
            await move_schedule(
                clinic,
                Access.staff(new_id(), frozenset({role})),
                table(hours()),
                now=clock.now(),
                is_dry=True,
                is_strict=False,
            )


def test_no_heading_of_a_schedule_stands_for_two_columns() -> None:
    names = [one for column, all_names in COLUMNS.items() for one in {heading(name) for name in (column, *all_names)}]
    assert len(names) == len(set(names))


def test_a_visit_is_within_hours_by_local_time_also_when_clocks_change() -> None:
    clinician, site = uuid4(), uuid4()
    block = Block(clinician, site, "x", 6, time(1), time(5), 20, frozenset({"nfz"}), date(2026, 1, 1), None)
    away = Absence(clinician, date(2026, 11, 1), date(2026, 11, 1), time(4), time(5))

    def within(day: int, month: int, start: int, end: int, *absences: Absence) -> bool:
        from datetime import datetime

        visit = Slot(
            clinician,
            site,
            "x",
            datetime(2026, month, day, start, tzinfo=WARSAW),
            datetime(2026, month, day, end, tzinfo=WARSAW),
            frozenset(),
        )
        return is_within(visit, [block], absences, set(), WARSAW)

    assert within(25, 10, 1, 5) and within(25, 10, 4, 5), "the night of four hours that are five"
    assert not within(25, 10, 0, 2) and not within(26, 10, 1, 2)
    assert within(1, 11, 3, 4, away) and not within(1, 11, 3, 5, away)


async def test_the_example_files_of_the_guide_move_in_without_a_fault(database: Database, clock: FixedClock) -> None:
    content = (ROOT / "docs/guides/import-schedule.csv").read_bytes()
    found = read_table(content, COLUMNS, REQUIRED)
    assert not isinstance(found, Refused) and found.ignored == ()
    moved = await move_schedule(database, IMPORT, found, now=clock.now(), is_dry=False, is_strict=True)
    assert moved.is_written and set(did(moved)) == {"new"}
    assert {one.kind for one in moved.removed} == set()
