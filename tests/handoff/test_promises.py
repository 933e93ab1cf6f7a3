"""Promises to those who wait. Invariant: each is broken once, and something happens then."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.patients.models import Patient
from care.patients.repository import Patients
from care.refills.models import Medication, RefillRequest, RefillState, Route
from care.vitals.models import Measurement, Origin
from conversations.models import Case, CaseState
from core.access import Access, Role
from core.accounts import SignedIn
from core.db import UnitOfWork
from core.errors import Refused
from core.ids import new_id
from handoff.models import HandoffEvent, HandoffState, Step
from handoff.promises import Kind, Waiting, after_open_time, dues, merged
from handoff.routing.tables import read_table, shipped_text
from tests.conftest import WARSAW
from tests.handoff.desk_parts import at_work, handoff_of, later
from tests.house import ANNA, TestHouse

MONDAY = datetime(2026, 11, 23, tzinfo=WARSAW)
DAYS = [
    (MONDAY + timedelta(days=day, hours=opens), MONDAY + timedelta(days=day, hours=closes))
    for day in range(5) for opens, closes in ((8, 12), (13, 18))
]  # fmt: skip
RECEPTION = read_table(shipped_text()).queues["reception"]


def test_only_opening_hours_count_with_a_break_at_noon_and_over_night() -> None:
    for start, minutes, due in (
        ((0, 9, 0), 10, (0, 9, 10)), ((0, 11, 55), 10, (0, 13, 5)), ((0, 17, 55), 10, (1, 8, 5)), ((0, 3, 0), 10, (0, 8, 10)),
        ((0, 12, 30), 300, (0, 18, 0)), ((4, 17, 50), 5, (4, 17, 55)),
    ):  # fmt: skip
        at, wanted = (MONDAY + timedelta(days=d, hours=h, minutes=m) for d, h, m in (start, due))
        assert after_open_time(DAYS, at, timedelta(minutes=minutes)) == wanted
    assert after_open_time(DAYS, MONDAY + timedelta(days=4, hours=17, minutes=50), timedelta(minutes=11)) is None


@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(1, 60)), max_size=8), st.integers(0, 400), st.integers(1, 200)
)
def test_minute_by_minute_the_same(spans: list[tuple[int, int]], start: int, length: int) -> None:
    blocks = merged((MONDAY + timedelta(minutes=at), MONDAY + timedelta(minutes=at + long)) for at, long in spans)
    open_minutes = sorted({minute for at, long in spans for minute in range(at, at + long) if minute >= start})
    expected = MONDAY + timedelta(minutes=open_minutes[length - 1] + 1) if len(open_minutes) >= length else None
    assert after_open_time(blocks, MONDAY + timedelta(minutes=start), timedelta(minutes=length)) == expected


def test_the_first_answer_is_promised_then_the_next_and_always_an_end() -> None:
    asked, wrote = MONDAY + timedelta(hours=9), MONDAY + timedelta(hours=10)
    kinds = [one.kind for one in dues(RECEPTION, Waiting(asked, False, None), DAYS)]
    assert kinds == [Kind.first, Kind.resolve]
    assert [one.kind for one in dues(RECEPTION, Waiting(asked, True, None), DAYS)] == [Kind.resolve]
    assert [one.kind for one in dues(RECEPTION, Waiting(asked, True, wrote), DAYS)] == [Kind.next, Kind.resolve]


async def test_a_first_answer_that_is_late_goes_forward_once(house: TestHouse) -> None:
    _, late = await house.human(number="+48600100201")
    await later(house, 60 * 11)
    _, fresh = await house.human(number="+48600100202")
    assert await house.house.keeping.look() == 1
    assert await house.house.keeping.look() == 0
    handoff, other = await handoff_of(house, late), await handoff_of(house, fresh)
    assert handoff.broken == ["first"] and handoff.priority == 1 and other.broken == []
    assert other.due_kind == "first" and other.due_at is not None
    assert len(await house.rows(HandoffEvent, HandoffEvent.step == Step.breached)) == 1


@pytest.mark.parametrize("is_there", [True, False])
async def test_an_unanswered_patient_leaves_an_agent_who_has_gone_and_not_one_who_is_there(
    house: TestHouse, is_there: bool
) -> None:
    marta = await at_work(house, "Marta")
    thread_id, case_id = await house.human()
    assert await house.accept(marta, case_id) is None
    async with house.house.database.unit_of_work() as uow:
        assert not isinstance(
            await house.house.desk.reply(uow, marta, case_id, "Dzień dobry", house.clock.now()), Refused
        )
    await later(house, 5, marta)
    await house.text("i co dalej?")
    await later(house, 60 * 11, *([marta] if is_there else []))
    assert await house.house.keeping.look() == 1
    handoff, case = await handoff_of(house, case_id), await house.open_case(thread_id)
    if is_there:
        assert handoff.state is HandoffState.active and handoff.broken == ["next"] and case.agent_id == marta.staff_id
        async with house.house.database.unit_of_work() as uow:
            await house.house.desk.reply(uow, marta, case_id, "Już odpisuję", house.clock.now())
        await house.house.keeping.look()
        assert (await handoff_of(house, case_id)).broken == []
    else:
        assert handoff.state is HandoffState.queued and case.state is CaseState.waiting
        assert (await house.said_keys(thread_id))[-1] == "human-passes-on"


async def test_what_is_set_aside_comes_back_at_its_time_or_with_a_message(house: TestHouse) -> None:
    marta = await at_work(house, "Marta")
    _, case_id = await house.human()
    assert await house.accept(marta, case_id) is None
    passing = house.house.passing

    async def aside(minutes: float) -> Refused | None:
        now = house.clock.now()
        async with house.house.database.unit_of_work() as uow:
            return await passing.snooze(uow, marta, case_id, now + timedelta(minutes=minutes), now)

    for minutes in (-1, 0, 60 * 24 * 31):
        refused = await aside(minutes)
        assert isinstance(refused, Refused) and refused.reason == "snooze-when"
    async with house.house.database.unit_of_work() as uow:
        await house.house.desk.reply(uow, marta, case_id, "Oddzwonimy", house.clock.now())
    assert await aside(30) is None
    await later(house, 60 * 31, marta)
    await house.house.keeping.look()
    assert (await handoff_of(house, case_id)).snoozed_until is None
    assert await aside(30) is None
    await later(house, 5, marta)
    await house.text("mam jeszcze pytanie")
    await house.house.keeping.look()
    assert (await handoff_of(house, case_id)).snoozed_until is None


@pytest.mark.parametrize("what", ["refill", "measurement"])
async def test_what_is_set_aside_comes_back_with_a_result_of_the_patient_alone(house: TestHouse, what: str) -> None:
    marta, admin = await at_work(house, "Marta"), await house.staff("Ola", Role.admin)
    _, case_id = await house.human()
    assert await house.accept(marta, case_id) is None
    async with house.house.database.unit_of_work() as uow:
        patients = Patients(uow, Access.system("test"))
        facts: dict[str, Any] = {"birth_date": date(1960, 5, 1), "phone": ANNA, "created_at": house.clock.now()}
        both = [patients.add(Patient(given_name=name, family_name="Nowak", **facts)) for name in ("Anna", "Barbara")]
        await uow.session.flush()
        patient_id, other_id = (one.id for one in both)
        (await uow.session.get_one(Case, case_id)).patient_id = patient_id
        # What was there before does not count.
        await _result(uow, what, patient_id, admin, house.clock.now())
        await house.house.desk.reply(uow, marta, case_id, "Damy znać", house.clock.now())
    await later(house, 5, marta)
    async with house.house.database.unit_of_work() as uow:
        now = house.clock.now()
        assert await house.house.passing.snooze(uow, marta, case_id, now + timedelta(days=2), now) is None
    await later(house, 5, marta)
    async with house.house.database.unit_of_work() as uow:
        await _result(uow, what, other_id, admin, house.clock.now())
    await house.house.keeping.look()
    assert (await handoff_of(house, case_id)).snoozed_until is not None
    async with house.house.database.unit_of_work() as uow:
        await _result(uow, what, patient_id, admin, house.clock.now())
    await house.house.keeping.look()
    assert (await handoff_of(house, case_id)).snoozed_until is None
    assert [one.reason for one in await house.rows(HandoffEvent, HandoffEvent.step == Step.woken)] == ["result"]


async def _result(uow: UnitOfWork, what: str, patient_id: UUID, by: SignedIn, now: datetime) -> None:
    if what == "measurement":
        uow.session.add(
            Measurement(
                patient_id=patient_id, kind="pulse", value={"value": 71}, taken_at=now, origin=Origin.clinic, made_by=by.staff_id,
                made_at=now,
            )
        )  # fmt: skip
        return
    medicine = Medication(
        patient_id=patient_id, name="Bisocard", substance="bisoprolol", dose="5 mg", reason=None, last_issued_on=None,
        days_issued=30, made_by=by.staff_id, made_at=now,
    )  # fmt: skip
    uow.session.add(medicine)
    await uow.session.flush()
    uow.session.add(
        RefillRequest(
            patient_id=patient_id, medication_id=medicine.id, case_id=new_id(), days_left=3, is_same_dose=True,
            route=Route.clinician, findings=[], rules_version="1", asked_at=now, decided_at=now, decided_by=by.staff_id,
            reason=None, state=RefillState.approved,
        )
    )  # fmt: skip
