"""Vital signs: a rule that holds opens one task and tells the patient; everything else only keeps the value."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import update

from care.vitals.models import Measurement, VitalAlarm
from care.vitals.rules import FILE, Reading, default_watch, load
from conversations.models import ContactPoint, Message
from conversations.vitals import Recorded, Vitals
from core.access import Role
from core.errors import ConfigurationError, Refused
from core.segments import measure
from handoff.models import Handoff
from tests.house import TestHouse
from tests.outreach.conftest import Clinic
from tests.outreach.test_doses import planned
from tests.web.test_staff_pages import keyboard

AT = datetime.fromisoformat("2026-11-23T10:00:00+01:00")


class Ward:
    """A patient at whom a clinician measures."""

    def __init__(self, clinic: Clinic, patient_id: UUID) -> None:
        self.house: TestHouse = clinic.house
        self.patient_id = patient_id
        self.vitals = Vitals(clinic.house.house.messages, clinic.house.house.cases)

    async def measure(self, kind: str, value: str, after: int = 0, **more: datetime) -> Recorded | Refused:
        """So many minutes later."""
        self.house.clock.instant += timedelta(minutes=after)
        doctor = await self.house.staff("Ewa", Role.clinician)
        async with self.house.house.database.unit_of_work() as uow:
            return await self.vitals.record(
                uow, doctor.access, doctor.staff_id, self.patient_id, kind, value, "clinic", more.get("at"),
                self.house.clock.now(),
            )  # fmt: skip


@pytest.fixture
async def ward(clinic: Clinic) -> Ward:
    """Anna, who can be reached by SMS."""
    return Ward(clinic, await planned(clinic))


async def told(house: TestHouse) -> list[Message]:
    """What was said because of measurements."""
    return [one for one in await house.rows(Message) if str((one.content or {}).get("key")).startswith("vitals-")]


async def test_low_oxygen_twice_in_ten_minutes_opens_one_urgent_task_and_tells_the_patient(ward: Ward) -> None:
    first = await ward.measure("spo2", "88")
    assert isinstance(first, Recorded) and first.alarms == []
    second = await ward.measure("spo2", "89,0", after=9)
    assert isinstance(second, Recorded) and [one.rule for one in second.alarms] == ["spo2-low"]
    await ward.measure("spo2", "85", after=1)
    (alarm,) = await ward.house.rows(VitalAlarm)
    (handoff,) = await ward.house.rows(Handoff)
    assert alarm.is_told and handoff.reason == "vitals" and handoff.is_urgent and handoff.case_id == alarm.case_id
    (message,) = await told(ward.house)
    assert measure(message.body).count == 1 and "112" in message.body and "8" not in message.body
    assert len(await ward.house.rows(Measurement)) == 3


async def test_apart_in_time_or_normal_in_between_is_no_alarm(ward: Ward) -> None:
    await ward.measure("spo2", "88")
    await ward.measure("spo2", "89", after=11)
    await ward.measure("spo2", "97", after=5)
    assert await ward.house.rows(VitalAlarm) == [] and await told(ward.house) == []


async def test_the_same_day_rule_is_not_urgent(ward: Ward) -> None:
    await ward.measure("systolic", "190")
    await ward.measure("systolic", "185", after=30)
    (handoff,) = await ward.house.rows(Handoff)
    assert not handoff.is_urgent and "dzis" in (await told(ward.house))[0].body


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        ("spo2", "", "vitals-value"), ("spo2", "dobra", "vitals-value"), ("spo2", "980", "vitals-value"),
        ("spo2", "nan", "vitals-value"), ("spo2", "inf", "vitals-value"), ("pulse", "-60", "vitals-value"),
        ("weight", "60", "vitals-kind"),
    ],
)  # fmt: skip
async def test_what_cannot_be_measured_is_refused_and_not_kept(ward: Ward, kind: str, value: str, reason: str) -> None:
    done = await ward.measure(kind, value)
    assert isinstance(done, Refused) and done.reason == reason
    assert await ward.house.rows(Measurement) == []


async def test_a_time_of_the_future_or_long_ago_is_refused(ward: Ward) -> None:
    now = ward.house.clock.now()
    for at in (now + timedelta(hours=1), now - timedelta(days=8)):
        done = await ward.measure("pulse", "80", at=at)
        assert isinstance(done, Refused) and done.reason == "vitals-time"


async def test_a_double_click_is_one_measurement_and_no_alarm_of_two(ward: Ward) -> None:
    async with keyboard(ward.house, Role.clinician) as ewa:
        address = f"/measurements/{ward.patient_id}"
        done = await asyncio.gather(*(ewa.post(address, kind="spo2", value="88") for _ in range(4)))
        assert {one.status_code for one in done} == {303}
    assert len(await ward.house.rows(Measurement)) == 1 and await ward.house.rows(VitalAlarm) == []


async def test_who_stopped_us_at_the_carrier_is_not_noted_as_told(ward: Ward) -> None:
    async with ward.house.house.database.unit_of_work() as uow:
        await uow.session.execute(
            update(ContactPoint).values(opted_out_by="carrier", opted_out_at=ward.house.clock.now())
        )
    await ward.measure("spo2", "88")
    await ward.measure("spo2", "87", after=2)
    (alarm,) = await ward.house.rows(VitalAlarm)
    assert not alarm.is_told and alarm.case_id is not None and len(await ward.house.rows(Handoff)) == 1


async def test_the_page_keeps_a_value_and_shows_an_alarm(ward: Ward) -> None:
    async with keyboard(ward.house, Role.clinician) as ewa:
        address = f"/measurements/{ward.patient_id}"
        assert (await ewa.post(address, kind="glucose", value="100")).status_code == 303
        assert "100 mg/dl" in (await ewa.client.get(address)).text
        assert "liczba od 10 do 1000" in (await ewa.post(address, kind="glucose", value="5000")).text
        assert "glucose-low" in (await ewa.post(address, kind="glucose", value="45")).text


@pytest.mark.parametrize("rule", default_watch().rules, ids=lambda rule: rule.id)
def test_each_rule_holds_at_its_bound_and_not_before(rule: object) -> None:
    one = next(found for found in default_watch().rules if found is rule)
    beyond = one.below - 1 if one.below is not None else (one.above or 0) + 1
    bound = one.below if one.below is not None else one.above or 0
    enough = [Reading(beyond, AT + timedelta(seconds=number)) for number in range(one.times)]
    assert one.holds(enough)
    assert not one.holds([Reading(bound, AT + timedelta(seconds=number)) for number in range(one.times)])
    assert not one.holds([])
    late = [*enough[:-1], Reading(beyond, AT + one.within + timedelta(minutes=1))]
    assert one.holds(late) is (one.times == 1)


@pytest.mark.parametrize(
    ("old", "new"),
    [("kind: spo2, below", "kind: wind, below"), ("urgency: now", "urgency: later"), ("below: 90", "above: 9, below: 90"),
     ("times: 2", "times: 0"), ("rules:", "regeln:")],
)  # fmt: skip
def test_a_table_that_does_not_parse_is_refused(tmp_path: Path, old: str, new: str) -> None:
    file = tmp_path / FILE.name
    file.write_text(FILE.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(ConfigurationError, match=FILE.name):
        load(file)
