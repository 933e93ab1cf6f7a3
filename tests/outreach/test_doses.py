"""Reminders of medicines. Invariant: one for each hour, then or not at all; answers are noted, a problem reaches a person."""

import asyncio
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from care.patients.models import Patient
from care.patients.service import register
from conversations.adherence import plans
from conversations.adherence.answers import KEY, read_answer
from conversations.adherence.models import DoseAnswer, DosePlan, DoseReminder
from conversations.models import Case, CaseState, Message
from conversations.outreach.models import NoticeState
from core.access import Role
from core.audit import AuditEvent
from core.errors import Refused
from core.segments import measure
from handoff.models import Handoff
from tests.house import ANNA
from tests.outreach.conftest import BOT, Clinic

EIGHT = timedelta(hours=22)
"""From the house's Monday at ten to Tuesday at eight."""


async def planned(clinic: Clinic, hours: str = "8", until: str = "") -> UUID:
    """Anna wrote once, and a clinician set her reminders; her id."""
    house = clinic.house
    await house.text("dzień dobry")
    point = await house.point(ANNA)
    doctor = await house.staff("Ewa", Role.clinician)
    async with house.house.database.unit_of_work() as uow:
        now = house.clock.now()
        patient = await register(uow, BOT, "Anna", "Testowa", date(1990, 5, 1), point.id, "self", now)
        await uow.session.flush()
        patient_id = patient.id
    await clinic.visit()  # A relation: without one a clinician may not open her record.
    async with house.house.database.unit_of_work() as uow:
        person = doctor.access
        made = await plans.start(uow, person, doctor.staff_id, patient_id, hours, until, "phone", house.clock.now())
        assert isinstance(made, DosePlan), made
    return patient_id


async def at(clinic: Clinic, moment: datetime) -> None:
    """The clock stands there, and the worker looks."""
    clinic.house.clock.instant = moment
    await clinic.house.house.doses.look()


async def said(clinic: Clinic) -> list[Message]:
    """All reminders of medicines that were said."""
    return [one for one in await clinic.house.rows(Message) if (one.content or {}).get("key") == KEY]


async def test_a_reminder_is_said_once_at_its_hour_in_one_segment_and_names_no_medicine(clinic: Clinic) -> None:
    await planned(clinic)
    due = clinic.house.clock.now() + EIGHT
    await at(clinic, due - timedelta(minutes=1))
    assert await said(clinic) == []
    clinic.house.clock.instant = due
    await asyncio.gather(*(clinic.house.house.doses.look() for _ in range(5)))
    (message,) = await said(clinic)
    assert measure(message.body).count == 1 and "1) tak" in message.body
    (kept,) = await clinic.house.rows(DoseReminder)
    assert kept.state is NoticeState.sent and kept.message_id == message.id and kept.due_at == due
    await clinic.deliverer.drain(message.thread_id)
    assert (await clinic.house.delivery(message.id)).state.value == "sent"


async def test_it_does_not_break_into_a_conversation_and_is_said_within_the_hour(clinic: Clinic) -> None:
    await planned(clinic)
    due = clinic.house.clock.now() + EIGHT
    for minutes in (-1, 14, 29, 44, 57):
        clinic.house.clock.instant = due + timedelta(minutes=minutes)
        await clinic.house.text("jeszcze jedno pytanie")
        await clinic.house.house.doses.look()
    assert await said(clinic) == []
    (waiting,) = await clinic.house.rows(DoseReminder)
    assert waiting.state is NoticeState.planned and waiting.reason == "conversation-going-on"
    await at(clinic, due + timedelta(minutes=58))
    (kept,) = await clinic.house.rows(DoseReminder)
    assert len(await said(clinic)) == 1 and kept.state is NoticeState.sent and kept.again_at is None


async def test_one_that_waited_too_long_is_noted_as_withheld(clinic: Clinic) -> None:
    await planned(clinic)
    due = clinic.house.clock.now() + EIGHT
    clinic.house.clock.instant = due - timedelta(minutes=1)
    await clinic.house.text("jeszcze jedno pytanie")
    await at(clinic, due)
    await at(clinic, due + timedelta(hours=2))
    (kept,) = await clinic.house.rows(DoseReminder)
    assert await said(clinic) == [] and kept.state is NoticeState.withheld and kept.reason == "too-late"


async def test_the_hour_is_the_patients_own_so_quiet_hours_do_not_hold_it_back(clinic: Clinic) -> None:
    await planned(clinic, "6:30")
    await at(clinic, clinic.house.clock.now() + EIGHT - timedelta(hours=1, minutes=30))
    (message,) = await said(clinic)
    await clinic.deliverer.drain(message.thread_id)
    assert (await clinic.house.delivery(message.id)).state.value == "sent"


@pytest.mark.parametrize(
    ("words", "answer", "key"),
    [
        ("1", DoseAnswer.taken, "dose-taken"),
        ("tak, wzielam", DoseAnswer.taken, "dose-taken"),
        ("juz wziete", DoseAnswer.taken, "dose-taken"),
        ("taken, thanks", DoseAnswer.taken, "dose-taken"),
        ("2", DoseAnswer.not_yet, "dose-later"),
        ("jeszcze nie", DoseAnswer.not_yet, "dose-later"),
        ("not yet", DoseAnswer.not_yet, "dose-later"),
        ("3", DoseAnswer.problem, "dose-problem"),
        ("problem", DoseAnswer.problem, "dose-problem"),
    ],
)
async def test_an_answer_by_number_or_in_words_is_noted(
    clinic: Clinic, words: str, answer: DoseAnswer, key: str
) -> None:
    await planned(clinic)
    await at(clinic, clinic.house.clock.now() + EIGHT)
    assert key in await clinic.house.keys(words)
    (kept,) = await clinic.house.rows(DoseReminder)
    assert kept.answer is answer and kept.answered_at == clinic.house.clock.now()


async def test_a_problem_goes_to_a_person_with_its_reason(clinic: Clinic) -> None:
    await planned(clinic)
    await at(clinic, clinic.house.clock.now() + EIGHT)
    await clinic.house.keys("jest problem")
    (handoff,) = await clinic.house.rows(Handoff)
    assert handoff.reason == "dose-problem"
    assert CaseState.waiting in {one.state for one in await clinic.house.rows(Case)}


async def test_not_yet_is_asked_once_more_after_half_an_hour_and_no_third_time(clinic: Clinic) -> None:
    await planned(clinic)
    due = clinic.house.clock.now() + EIGHT
    await at(clinic, due)
    await clinic.house.keys("jeszcze nie")
    await at(clinic, due + timedelta(minutes=29))
    assert len(await said(clinic)) == 1
    await at(clinic, due + timedelta(minutes=30))
    assert len(await said(clinic)) == 2
    assert "dose-not-yet" in await clinic.house.keys("nie, pozniej")
    await at(clinic, due + timedelta(minutes=90))
    assert len(await said(clinic)) == 2


async def test_what_a_red_flag_says_comes_before_any_answer(clinic: Clinic) -> None:
    await planned(clinic)
    await at(clinic, clinic.house.clock.now() + EIGHT)
    keys = await clinic.house.keys("wzięłam wszystkie tabletki na raz, chcę umrzeć")
    assert any(key.startswith("safety-") for key in keys) and "dose-taken" not in keys
    (kept,) = await clinic.house.rows(DoseReminder)
    assert kept.answer is None


async def test_an_answer_to_something_else_is_no_answer(clinic: Clinic) -> None:
    await planned(clinic)
    await at(clinic, clinic.house.clock.now() + EIGHT)
    await clinic.house.keys("czy mogę wziąć dwie?")
    (kept,) = await clinic.house.rows(DoseReminder)
    assert kept.answer is None


async def test_an_hour_too_late_nothing_is_said_and_staff_see_it(clinic: Clinic) -> None:
    patient_id = await planned(clinic)
    await at(clinic, clinic.house.clock.now() + EIGHT + timedelta(minutes=61))
    assert await said(clinic) == []
    (kept,) = await clinic.house.rows(DoseReminder)
    assert (kept.state, kept.reason) == (NoticeState.withheld, "too-late")
    async with clinic.house.house.database.unit_of_work() as uow:
        figures = await plans.kept(uow, patient_id, clinic.house.clock.now())
    assert figures.asked == 0 and figures.percent is None and len(figures.newest) == 1


async def test_stopped_reminders_stop_these_too(clinic: Clinic) -> None:
    await planned(clinic)
    await clinic.house.keys("nie przypominajcie mi")
    await at(clinic, clinic.house.clock.now() + EIGHT)
    assert await said(clinic) == []
    (kept,) = await clinic.house.rows(DoseReminder)
    assert kept.reason == "consent-withdrawn"


async def test_the_figure_counts_what_could_be_answered(clinic: Clinic) -> None:
    patient_id = await planned(clinic, "8, 20:30")
    first = clinic.house.clock.now() + EIGHT - timedelta(hours=11, minutes=30)
    for number, words in enumerate(("tak", "tak", None, "problem")):
        await at(clinic, first + timedelta(hours=12 * number) - timedelta(minutes=30) * (number % 2))
        if words:
            await clinic.house.keys(words)
    async with clinic.house.house.database.unit_of_work() as uow:
        soon = await plans.kept(uow, patient_id, clinic.house.clock.now())
    assert (soon.taken, soon.asked, soon.problems, soon.percent) == (2, 4, 1, 50)


async def test_a_plan_is_ended_by_another_and_by_its_last_day(clinic: Clinic) -> None:
    house = clinic.house
    today = house.clock.now().date()
    patient_id = await planned(clinic, "8", until=today.isoformat())
    await at(clinic, house.clock.now() + EIGHT)
    assert await said(clinic) == []
    doctor = await house.staff("Iza", Role.clinician)
    async with house.house.database.unit_of_work() as uow:
        patient = await uow.session.get_one(Patient, patient_id)
        access = BOT.__class__.staff(doctor.staff_id, frozenset({Role.clinician}))
        assert patient is not None
        for hours, until, source, reason in (
            ("", "", "phone", "dose-times"),
            ("25", "", "phone", "dose-times"),
            ("1 2 3 4 5 6 7", "", "phone", "dose-times"),
            ("8:00", "2020-01-01", "phone", "dose-until"),
            ("8:00", "kiedyś", "phone", "dose-until"),
            ("8:00", "", "carrier", "dose-source"),
            ("8:00", "", "", "dose-source"),
        ):
            done = await plans.start(uow, access, doctor.staff_id, patient_id, hours, until, source, house.clock.now())
            assert isinstance(done, Refused) and done.reason == reason
        made = await plans.start(uow, access, doctor.staff_id, patient_id, "9", "", "paper", house.clock.now())
        assert isinstance(made, DosePlan)
    old, new = sorted(await house.rows(DosePlan), key=lambda one: one.made_at)
    assert old.ended_by == doctor.staff_id and new.ended_at is None and new.times == ["09:00"]
    assert "dose-plan.started" in [one.action for one in await house.rows(AuditEvent)]


@pytest.mark.parametrize(
    "text",
    ["", "czy już mogę?", "nie wiem co to za lek i po co mam go brać", "boli mnie głowa", "anuluj wizytę", "lek"],
)
def test_what_is_no_plain_answer_goes_the_way_of_every_message(text: str) -> None:
    assert read_answer(text) is None
