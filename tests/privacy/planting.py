"""A person with something unique in every place that keeps anything."""

import asyncio
import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import select, update

from care.appointments.models import Appointment, Clinician, Site, Specialty
from care.patients.models import Patient, PatientContactPoint
from care.patients.repository import Patients
from care.refills.models import Medication, RefillRequest
from care.refills.models import Route as RefillRoute
from care.vitals.models import Measurement, Origin, VitalAlarm
from channels.sms.simulator.models import SimulatedMedia, SimulatedSms
from conversations.adherence.models import DoseAnswer, DosePlan, DoseReminder
from conversations.models import ActionResult, Case, CaseState, Delivery, Direction, Message, Turn, TurnState
from conversations.outreach.models import ConsentSource, NoticeState
from conversations.protocols import Media
from core.access import Access
from core.db import Base
from core.ids import new_id
from core.keys import rows_of, tracker_keys
from core.rotation import open_event, seal_event, sealed_tables
from tests.channels.test_sms_webhook import PNG
from tests.conftest import owner
from tests.house import ANNA, TestHouse

WORDS = {
    "message": "zasadzone zdanie o jabłkach", "second": "zasadzone zdanie o gruszkach", "note": "zasadzona notatka", "reply":
    "zasadzona odpowiedź", "file": "PLIKZASADZONY-0123", "result": "zasadzony wynik", "fact": "zasadzony fakt",
    "carried": "zasadzone przeniesienie", "tracker": "zasadzone zdarzenie", "given": "Gryzelda", "family": "Zasadzkowska",
    "mail": "gryzelda@zasadzone.example", "pesel": "44051401458", "referral": "ZASADZONE-44", "phone": "600711001",
}  # fmt: skip
NUMBER = "+48600711001"
BORN = date(1931, 7, 19)


@dataclass(frozen=True)
class Planted:
    """The person and their case."""

    patient_id: UUID
    thread_id: UUID
    case_id: UUID


async def plant(house: TestHouse, number: str = NUMBER) -> Planted:
    """Anna's neighbour writes, sends a file, is helped by an agent, books and cancels; the matter is closed."""
    assert number != ANNA
    now, words = house.clock.now(), WORDS
    await house.text(words["message"], number)
    sent = await house.sms(words["second"], number, media=(Media("image/png", None, PNG + words["file"].encode()),))
    await house.house.turns.take(sent.thread_id)
    case = await house.open_case(sent.thread_id)
    agent = await house.staff()
    await house.accept(agent, case.id)
    point = await house.point(number)
    async with house.house.database.unit_of_work() as uow:
        await house.house.desk.note(uow, agent, case.id, words["note"], now)
        await house.house.desk.reply(uow, agent, case.id, words["reply"], now)
        patient = Patients(uow, Access.system("test")).add(
            Patient(
                given_name=words["given"], family_name=words["family"], birth_date=BORN, phone=number, pesel=words["pesel"],
                mail=words["mail"], created_at=now,
            )
        )  # fmt: skip
        await uow.session.flush()
        uow.session.add(
            PatientContactPoint(patient_id=patient.id, contact_point_id=point.id, role="self", created_at=now)
        )
        uow.session.add(ActionResult(message_id=sent.message_id, action="a", step=1, result={"said": words["result"]}))
        for one in await uow.session.scalars(
            select(Message).where(Message.case_id == case.id, Message.direction != Direction.note)
        ):
            sid = one.provider_id or f"SM{one.id.hex}"
            await uow.session.execute(update(Delivery).where(Delivery.message_id == one.id).values(provider_id=sid))
            uow.session.add(
                SimulatedSms(
                    sid=sid, phone=number, phone_token="t", is_from_phone=True, body=one.body, status="received", segments=1,
                    created_at=now,
                )
            )  # fmt: skip
        await uow.session.flush()
        uow.session.add(SimulatedMedia(sid=sid, media_type="image/png", content=words["file"].encode()))
    await visit(house, patient.id, "cancelled", referral=words["referral"], case_id=case.id)
    await write_tracker(house, case.id, words["tracker"])
    async with house.house.database.unit_of_work() as uow:
        await uow.session.execute(
            update(Case)
            .where(Case.id == case.id)
            .values(
                patient_id=patient.id, state=CaseState.closed, closed_at=now, understood={"fact": words["fact"]},
                carried={"fact": words["carried"]},
            )
        )  # fmt: skip
        await uow.session.execute(update(Turn).values(state=TurnState.done, done_at=now))
    return Planted(patient.id, sent.thread_id, case.id)


async def visit(
    house: TestHouse, patient_id: UUID, status: str, *, days: int = -1, referral: str | None = None, case_id: UUID | None = None,
    site_id: UUID | None = None,
) -> UUID:  # fmt: skip
    """A visit so many days from now."""
    start = house.clock.now() + timedelta(days=days)
    async with house.house.database.unit_of_work() as uow:
        if await uow.session.get(Specialty, "gp") is None:
            uow.session.add(
                Specialty(code="gp", name_pl="x", name_en="x", synonyms_pl=[], synonyms_en=[], needs_referral_nfz=False)
            )
        clinician = Clinician(
            code=new_id().hex,
            title="dr",
            given_name="A",
            family_name="B",
            forms_pl=[],
            specialties=["gp"],
            languages=["pl"],
        )
        site = Site(
            code=new_id().hex,
            name="S",
            address="A",
            phone="1",
            parking_pl="",
            parking_en="",
            directions_pl="",
            directions_en="",
        )
        uow.session.add_all([clinician, site])
        await uow.session.flush()
        made = Appointment(
            clinician_id=clinician.id, site_id=site_id or site.id, specialty="gp", start_at=start, end_at=start + timedelta(minutes=20),
            status=status, patient_id=patient_id, referral_code=referral, booked_by_case_id=case_id, created_at=start,
        )  # fmt: skip
        uow.session.add(made)
        await uow.session.flush()
        return made.id


def _tracker_keys(house: TestHouse) -> tuple[Any, int]:
    with psycopg.connect(owner(house.house.database.url)) as connection:
        return tracker_keys(rows_of(connection), house.house.settings.secrets)


async def write_tracker(house: TestHouse, case_id: UUID, words: str) -> None:
    """An event of the case, as Rasa's store keeps it: its columns, its sealed form."""

    def write() -> None:
        ciphers, newest = _tracker_keys(house)
        event = json.dumps({"event": "user", "text": words}).encode()
        with psycopg.connect(owner(house.house.database.url)) as connection:
            connection.execute(
                "INSERT INTO bot.events (sender_id, type_name, timestamp, data) VALUES (%s, 'user', 1.0, %s)",
                (str(case_id), seal_event(ciphers[newest], newest, event)),
            )

    await asyncio.to_thread(write)


async def everything_readable(house: TestHouse) -> str:
    """Every sealed value of the whole database, opened: what nobody without the keys could search."""
    found: list[str] = []
    async with house.house.database.unit_of_work() as uow:
        for one in sealed_tables():
            table = Base.metadata.tables[one.name]
            rows = await uow.session.execute(select(*(table.c[name] for name in one.contexts)))
            for row in rows:
                found += [
                    value.decode("utf-8", "replace") if isinstance(value, bytes) else json.dumps(value, default=str, ensure_ascii=False)
                    for value in row if value is not None
                ]  # fmt: skip
    ciphers, _ = _tracker_keys(house)
    with psycopg.connect(owner(house.house.database.url)) as connection:
        for (data,) in connection.execute("SELECT data FROM bot.events").fetchall():
            found.append(open_event(ciphers, data).decode().encode().decode("unicode_escape"))
    return "\n".join(found)


async def medical_entries(house: TestHouse, patient_id: UUID) -> None:
    """A medicine, a request for it, a measurement with its alarm, and a reminder, each with a word of its own."""
    now = house.clock.now()
    async with house.house.database.unit_of_work() as uow:
        doctor = await house.staff("Ewa")
        medicine = Medication(
            patient_id=patient_id, name="Zasadzol", substance="zasadzolum", dose="1-0-1", reason=None, last_issued_on=now.date(),
            days_issued=30, made_by=None, made_at=now, ended_by=None, ended_at=None,
        )  # fmt: skip
        measured = Measurement(
            patient_id=patient_id, kind="pulse", value={"value": 171.5}, taken_at=now, origin=Origin.clinic, made_by=None, made_at=now
        )  # fmt: skip
        plan = DosePlan(
            patient_id=patient_id, times=["06:07"], until=None, source=ConsentSource.paper, made_by=doctor.staff_id, made_at=now,
        )  # fmt: skip
        uow.session.add_all([medicine, measured, plan])
        await uow.session.flush()
        uow.session.add_all(
            [
                RefillRequest(
                    patient_id=patient_id, medication_id=medicine.id, case_id=new_id(), days_left=3, is_same_dose=True,
                    route=RefillRoute.clinician, findings=[{"rule": "zasadzona-regula", "outcome": "pass"}], rules_version="1",
                    asked_at=now, decided_at=None, decided_by=None, reason=None,
                ),
                VitalAlarm(
                    patient_id=patient_id, measurement_id=measured.id, rule="zasadzony-alarm", rules_version="1", urgency="now",
                    case_id=None, is_told=False, raised_at=now,
                ),
                DoseReminder(
                    plan_id=plan.id, due_at=now, state=NoticeState.sent, reason=None, contact_point_id=None, message_id=None,
                    times_said=1, again_at=None, answer=DoseAnswer.not_yet, answered_at=now,
                ),
            ]
        )  # fmt: skip
