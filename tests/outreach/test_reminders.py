"""One reminder for each visit, at a permitted hour, whatever is killed and however many workers look; none for what is not true."""

import asyncio
from datetime import datetime, time, timedelta

import pytest

from conversations.models import ContactPoint, DeliveryState
from conversations.outreach.models import NoticeState, VisitNotice
from conversations.outreach.rules import QuietHours, ReminderTimes
from core.segments import measure
from tests.conftest import WARSAW
from tests.house import ANNA
from tests.outreach.conftest import Clinic


async def test_a_visit_has_one_reminder_in_one_segment_that_tells_no_field_of_medicine(clinic: Clinic) -> None:
    visit = await clinic.visit()
    notice = await clinic.reminded(visit)
    for _ in range(3):
        await clinic.house.house.reminders.look()
    (message,) = await clinic.reminders()
    assert notice.state is NoticeState.sent and notice.message_id == message.id
    assert measure(message.body).count == 1
    assert "kardio" not in message.body.lower() and "Anna" not in message.body
    assert "Starych Lip 12" in message.body or "Jeziora 4" in message.body


async def test_many_workers_at_once_send_one(clinic: Clinic) -> None:
    visit = await clinic.visit()
    clinic.house.clock.instant = visit.start_at - timedelta(hours=23)
    await asyncio.gather(*(clinic.house.house.reminders.look() for _ in range(6)))
    assert len(await clinic.reminders()) == 1


async def test_a_visit_that_was_called_off_has_none_and_one_that_moved_has_the_right_one(clinic: Clinic) -> None:
    off, moved = await clinic.visit(), await clinic.visit(skip=1)
    await clinic.at(off.start_at - timedelta(hours=30))
    assert {one.state for one in await clinic.house.rows(VisitNotice)} == {NoticeState.planned}
    await clinic.cancel(off)
    await clinic.move(moved, timedelta(days=7))
    await clinic.at(off.start_at - timedelta(hours=20))
    assert await clinic.reminders() == []
    notices = await clinic.house.rows(VisitNotice)
    assert {one.reason for one in notices} == {"visit-cancelled", "visit-moved"}
    await clinic.reminded(await clinic.now(moved))
    (message,) = await clinic.reminders()
    assert message.content is not None
    told = datetime.fromisoformat(message.content["args"]["at"]["when"])
    assert told == (await clinic.now(moved)).start_at


async def test_a_visit_that_changes_before_the_sms_leaves_stops_it_there(clinic: Clinic) -> None:
    visit = await clinic.visit()
    await clinic.reminded(visit)
    (message,) = await clinic.reminders()
    await clinic.cancel(visit)
    await clinic.deliverer.drain(message.thread_id)
    delivery = await clinic.house.delivery(message.id)
    assert delivery.state is DeliveryState.withheld and delivery.error_code == "visit-changed"


async def test_a_visit_booked_inside_the_time_is_not_reminded_of(clinic: Clinic) -> None:
    visit = await clinic.visit(days=0)
    await clinic.at(visit.start_at - timedelta(minutes=1))
    assert await clinic.reminders() == []
    (notice,) = await clinic.house.rows(VisitNotice)
    assert notice.reason == "booked-lately"


async def test_at_night_it_waits_for_the_first_permitted_minute(clinic: Clinic) -> None:
    visit = await clinic.visit()
    night = (visit.start_at - timedelta(days=1)).astimezone(WARSAW).replace(hour=3, minute=0)
    await clinic.house.house.reminders.look()
    async with clinic.house.house.database.unit_of_work() as uow:
        for one in await clinic.house.rows(VisitNotice):
            (await uow.session.get_one(VisitNotice, one.id)).due_at = night
    await clinic.at(night)
    (notice,) = await clinic.house.rows(VisitNotice)
    assert notice.state is NoticeState.planned and notice.reason == "quiet-hours"
    assert notice.due_at == night.replace(hour=8)
    await clinic.at(night.replace(hour=8))
    assert len(await clinic.reminders()) == 1


async def test_an_sms_that_was_queued_before_the_night_is_held_and_does_not_hold_up_answers(clinic: Clinic) -> None:
    visit = await clinic.visit()
    await clinic.reminded(visit)
    (message,) = await clinic.reminders()
    night = clinic.house.clock.now().astimezone(WARSAW).replace(hour=23, minute=0)
    clinic.house.clock.instant = night
    assert await clinic.house.text("ile kosztuje wizyta") != []
    await clinic.deliverer.drain(message.thread_id)
    delivery = await clinic.house.delivery(message.id)
    assert delivery.state is DeliveryState.queued and delivery.error_code == "quiet-hours"
    assert delivery.held_until == night.replace(hour=8) + timedelta(days=1)
    assert "echo ile kosztuje wizyta" in clinic.provider.taken and message.body not in clinic.provider.taken
    clinic.house.clock.instant = night.replace(hour=8) + timedelta(days=1)
    assert message.thread_id in await clinic.house.house.deliverer.due()


async def test_it_does_not_break_into_a_conversation(clinic: Clinic) -> None:
    visit = await clinic.visit()
    clinic.house.clock.instant = visit.start_at - timedelta(hours=23, minutes=55)
    await clinic.house.text("chcę umówić jeszcze dziecko")
    await clinic.house.house.reminders.look()
    (notice,) = await clinic.house.rows(VisitNotice)
    assert notice.reason == "conversation-going-on" and await clinic.reminders() == []
    await clinic.at(clinic.house.clock.now() + timedelta(minutes=16))
    assert len(await clinic.reminders()) == 1


async def test_after_a_long_standstill_it_says_that_it_was_too_late(clinic: Clinic) -> None:
    visit = await clinic.visit()
    await clinic.at(visit.start_at - timedelta(hours=30))
    await clinic.at(visit.start_at - timedelta(hours=1))
    (notice,) = await clinic.house.rows(VisitNotice)
    assert notice.state is NoticeState.withheld and notice.reason == "too-late"


async def test_without_consent_or_after_a_carriers_stop_it_is_withheld_and_says_why(clinic: Clinic) -> None:
    visit = await clinic.visit()
    await clinic.house.text("nie wysyłajcie przypomnień")
    notice = await clinic.reminded(visit)
    assert (notice.state, notice.reason) == (NoticeState.withheld, "consent-withdrawn")
    await clinic.house.text("STOP")
    await clinic.house.text("START")
    clinic.house.clock.instant += timedelta(minutes=16)
    await clinic.house.house.reminders.look()
    assert len(await clinic.reminders()) == 1, "START brings back what was not too late"


async def test_the_preferred_channel_is_used(clinic: Clinic) -> None:
    async with clinic.house.web() as client:
        token = (await client.post("/chat/session", json={})).json()["token"]
    assert token
    visit = await clinic.visit()
    browser = next(one for one in await clinic.house.rows(ContactPoint) if one.kind == "browser")
    phone = await clinic.house.point(ANNA)
    async with clinic.house.house.database.unit_of_work() as uow:
        from care.patients.models import PatientContactPoint
        from conversations.models import Correspondent

        uow.session.add(
            PatientContactPoint(
                patient_id=visit.patient_id, contact_point_id=browser.id, role="self",
                created_at=clinic.house.clock.now(),
            )
        )  # fmt: skip
        (await uow.session.get_one(Correspondent, phone.correspondent_id)).preferred_channel = "webchat"
    await clinic.reminded(visit)
    (message,) = await clinic.reminders()
    assert message.channel == "webchat" and message.contact_point_id == browser.id
    assert [one["id"] for one in (message.content or {})["choices"]] == ["confirm", "decline", "move"]


QUIET = QuietHours(time(20), time(8), WARSAW)
TIMES = ReminderTimes(timedelta(hours=3), timedelta(hours=2))


@pytest.mark.parametrize(
    ("start", "due"),
    [("2026-11-24 15:00", "2026-11-24 12:00"), ("2026-11-24 10:30", "2026-11-24 08:00"),
     ("2026-11-24 09:30", "2026-11-23 19:59"), ("2026-11-24 08:00", "2026-11-23 19:59")],
)  # fmt: skip
def test_quiet_hours_put_a_reminder_off_or_forward_but_never_past_its_deadline(start: str, due: str) -> None:
    visit = datetime.fromisoformat(start).replace(tzinfo=WARSAW)
    assert TIMES.due(visit, QUIET) == datetime.fromisoformat(due).replace(tzinfo=WARSAW)


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_quiet_hours_end_at_eight_by_the_clock_when_the_clock_changes(day: str) -> None:
    night = datetime.fromisoformat(f"{day} 01:30").replace(tzinfo=WARSAW)
    assert QUIET.next_permitted(night) == datetime.fromisoformat(f"{day} 08:00").replace(tzinfo=WARSAW)
