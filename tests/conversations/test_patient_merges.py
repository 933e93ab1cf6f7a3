"""Two records of one person. Invariant: every row moves once and is noted, and undoing it restores exactly what was."""

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text, update

from care.appointments.models import Appointment
from care.authorisations.models import Authorisation, Basis, Evidence, PatientIs
from care.patients import service as patients
from care.patients.marks import MarkKind, PrivacyMark, make_mark
from care.patients.models import Patient, PatientContactPoint
from care.patients.repository import Patients
from care.patients.tokens import phone_token
from care.refills.models import Medication, RefillRequest
from care.triage.repeats import Person, SymptomContact, note
from care.vitals.models import Measurement, Origin, VitalAlarm
from conversations import patient_merges as merges
from conversations.adherence.models import DosePlan
from conversations.identity.challenges import proofs_of
from conversations.identity.claims import Claim, find_target
from conversations.identity.models import IdentityProof
from conversations.models import Case, CaseState
from conversations.outreach.models import ConsentSource
from conversations.patient_merges import PatientMerge
from conversations.policy import who_viewed
from conversations.privacy.erasure import confirmation_of
from conversations.privacy.holding import held_of
from core.access import Access, Role
from core.accounts import SignedIn
from core.audit import AuditEvent
from core.errors import Forbidden, NotFound, Refused
from tests.house import ANNA, BARTEK, TestHouse
from tests.privacy.planting import BORN, visit
from tests.service.things import a_refill

REASON = "ta sama data urodzenia i adres, potwierdzone dowodem w rejestracji"
PESEL, OTHER_PESEL = "44051401458", "02070803628"
PLACES = (Case, Appointment, Medication, RefillRequest, Measurement, VitalAlarm, DosePlan, Authorisation, PatientContactPoint)  # fmt: skip


@dataclass
class Two:
    """Two records with a conversation, a visit, a medicine, a request, a value and an alarm each."""

    stays: UUID
    goes: UUID
    case: UUID
    lead: SignedIn


async def a_person(house: TestHouse, number: str, agent: SignedIn, **fields: Any) -> tuple[UUID, UUID]:
    """A record with one of everything; its case is with a person."""
    _, case = await house.human(number=number)
    assert await house.accept(agent, case) is None
    point, now = await house.point(number), house.clock.now()
    said = {"given_name": "Anna", "family_name": "Nowak", "birth_date": BORN, "phone": number, **fields}
    async with house.house.database.unit_of_work() as uow:
        one = Patients(uow, Access.system("test")).add(Patient(**said, created_at=now))
        await uow.session.flush()
        value = Measurement(
            patient_id=one.id, kind="spo2", value={"value": 91}, taken_at=now, origin=Origin.patient, made_at=now
        )
        uow.session.add_all(
            (PatientContactPoint(patient_id=one.id, contact_point_id=point.id, role="self", created_at=now), value)
        )
        await uow.session.flush()
        uow.session.add_all((
            VitalAlarm(
                patient_id=one.id, measurement_id=value.id, rule="spo2", rules_version="1", urgency="urgent", case_id=case,
                is_told=True, raised_at=now,
            ),
            Authorisation(
                patient_id=one.id, name="Jan Nowak", birth_date=BORN, phone=number, phone_token=phone_token(number),
                patient_is=PatientIs.child, basis=Basis.authorisation, scopes=["visits"], evidence=Evidence.signed_form,
                valid_from=now.date(), made_by=agent.staff_id, made_at=now,
            ),
        ))  # fmt: skip
        (await uow.session.get_one(Case, case)).patient_id = one.id
        await note(uow, Person(one.id, point.id), "headache", None, now)
    await visit(house, one.id, "booked", days=3)
    await a_refill(house, one.id, case)
    return one.id, case


async def two(house: TestHouse, **of_other: Any) -> Two:
    """Anna twice; the second record alone knows her PESEL."""
    agent = await house.staff()
    stays, _ = await a_person(house, ANNA, agent)
    goes, case = await a_person(house, BARTEK, agent, **{"family_name": "Nowak-Lis", "pesel": PESEL, **of_other})
    return Two(stays, goes, case, await house.staff("Sylwia", Role.supervisor))


async def merged(
    house: TestHouse, one: Two, reason: str = REASON, lead: SignedIn | None = None
) -> PatientMerge | Refused:
    """A supervisor puts them together."""
    async with house.house.database.unit_of_work() as uow:
        return await merges.merge(uow, (lead or one.lead).access, one.stays, one.goes, reason, house.clock.now())


async def undone(house: TestHouse, one: Two, merge_id: UUID) -> Refused | None:
    """A supervisor takes them apart."""
    async with house.house.database.unit_of_work() as uow:
        return await merges.undo(uow, one.lead.access, merge_id, house.clock.now())


async def done(house: TestHouse, one: Two) -> PatientMerge:
    """Put together, as it must be."""
    made = await merged(house, one)
    assert isinstance(made, PatientMerge), made
    return made


async def everything(house: TestHouse) -> dict[str, list[Any]]:
    """Every row that has a patient, with whose it is; and the two records whole, opened."""
    found: dict[str, list[Any]] = {}
    async with house.house.database.unit_of_work() as uow:
        for model in PLACES:
            rows = await uow.session.execute(select(model.id, model.patient_id).order_by(model.id))
            found[model.__name__] = [tuple(row) for row in rows]
        symptoms = await uow.session.execute(
            select(SymptomContact.id, SymptomContact.patient_token).order_by(SymptomContact.id)
        )
        found["symptoms"] = [tuple(row) for row in symptoms]
        links = await uow.session.execute(
            select(PatientContactPoint.id, PatientContactPoint.ended_at).order_by(PatientContactPoint.id)
        )
        found["links"] = [tuple(row) for row in links]
        for one in await uow.session.scalars(select(Patient).order_by(Patient.id)):
            found[f"patient {one.id}"] = [getattr(one, column.key) for column in Patient.__table__.columns]
    return found


async def test_everything_moves_to_the_survivor_and_undoing_it_restores_exactly_what_was(house: TestHouse) -> None:
    one = await two(house)
    before = await everything(house)
    made = await done(house, one)
    now = await everything(house)
    for model in PLACES:
        assert len(now[model.__name__]) == len(before[model.__name__])
        assert {owner for _, owner in now[model.__name__]} <= {one.stays, None}, model.__name__
    (survivor,) = await house.rows(Patient, Patient.id == one.stays)
    assert (survivor.pesel, survivor.family_name) == (PESEL, "Nowak"), (
        "filled where it was empty, its own where they differ"
    )
    for patient_id in (one.stays, one.goes):
        assert "patient.merged" in [
            row.action for row in await house.rows(AuditEvent, AuditEvent.subject_id == str(patient_id))
        ]
    async with house.house.database.unit_of_work() as uow:
        raw = str((await uow.session.execute(text("SELECT reason FROM patient_merges"))).all())
    assert "dowodem" not in raw
    assert await undone(house, one, made.id) is None
    assert await everything(house) == before
    for patient_id in (one.stays, one.goes):
        acts = [row.action for row in await house.rows(AuditEvent, AuditEvent.subject_id == str(patient_id))]
        assert "patient.merge-undone" in acts
    again = await undone(house, one, made.id)
    assert again == Refused("merge-undone")


async def test_a_replaced_record_is_found_by_nothing_and_its_name_leads_no_code_anywhere(house: TestHouse) -> None:
    one = await two(house)
    await done(house, one)
    async with house.house.database.unit_of_work() as uow:
        for query in ("Nowak-Lis", BARTEK, PESEL, BORN.isoformat()):
            found = await patients.search(uow, one.lead.access, query, house.clock.now())
            assert one.goes not in [row.id for row in found], query
        assert await find_target(uow, Claim("Anna Nowak-Lis", BORN), "refill", house.clock.now().date()) is None
        target = await find_target(uow, Claim("Anna Nowak", BORN), "refill", house.clock.now().date())
        assert target is not None and (target.patient.id, target.phone) == (one.stays, ANNA)
        with pytest.raises(NotFound):
            await patients.get(uow, one.lead.access, one.goes, house.clock.now())
    async with house.house.database.unit_of_work() as uow:
        seen = await who_viewed(uow, Access(frozenset({Role.patient}), "p", "own", patient_id=one.stays), one.stays)
    assert seen, "looks at either are answered for"


async def test_a_third_contact_with_symptoms_and_open_requests_still_count_after_it(house: TestHouse) -> None:
    one = await two(house)
    async with house.house.database.unit_of_work() as uow:
        first = (await uow.session.scalars(select(SymptomContact).order_by(SymptomContact.id))).first()
        assert first is not None
        first.at = house.clock.now() - timedelta(hours=5)
    await done(house, one)
    async with house.house.database.unit_of_work() as uow:
        point = await house.point()
        house.clock.instant += timedelta(minutes=30)
        counts = await note(uow, Person(one.stays, point.id), "headache", None, house.clock.now())
        assert counts.needs_person and counts.symptoms == 3
        held = await held_of(uow, one.stays, house.clock.now())
        assert len(held.cases) == 2 and len(held.visits) == 2, "an erasure or a copy takes what both had"
    assert len(await house.rows(RefillRequest, RefillRequest.patient_id == one.stays)) == 2


async def test_what_came_after_it_stays_with_the_survivor(house: TestHouse) -> None:
    one = await two(house)
    made = await done(house, one)
    later = await visit(house, one.stays, "booked", days=5)
    moved_case = (await house.rows(Case, Case.id == one.case))[0]
    async with house.house.database.unit_of_work() as uow:
        (await uow.session.get_one(Patient, one.stays)).pesel = OTHER_PESEL
    assert await undone(house, one, made.id) is None
    assert (await house.rows(Appointment, Appointment.id == later))[0].patient_id == one.stays
    assert (
        moved_case.patient_id == one.stays and (await house.rows(Case, Case.id == one.case))[0].patient_id == one.goes
    )
    assert (await house.rows(Patient, Patient.id == one.stays))[0].pesel == OTHER_PESEL, (
        "what was corrected since stays"
    )


async def test_what_is_written_for_the_replaced_record_meanwhile_or_later_is_the_survivors(house: TestHouse) -> None:
    one = await two(house)
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    async with house.house.database.unit_of_work() as uow:
        assert isinstance(
            await merges.merge(uow, one.lead.access, one.stays, one.goes, REASON, house.clock.now()), PatientMerge
        )
        meanwhile = asyncio.create_task(visit(house, one.goes, "booked", days=6))
        while not meanwhile.done():
            async with house.house.database.unit_of_work() as look:
                if await look.session.scalar(waiting):
                    break
            await asyncio.sleep(0.01)
        assert not meanwhile.done(), "it waits for the merge"
    later = await visit(house, one.goes, "booked", days=7)
    for visit_id in (await meanwhile, later):
        assert (await house.rows(Appointment, Appointment.id == visit_id))[0].patient_id == one.stays


async def test_proofs_and_codes_of_both_end(house: TestHouse) -> None:
    one = await two(house)
    points = [await house.point(), await house.point(BARTEK)]
    now = house.clock.now()
    async with house.house.database.unit_of_work() as uow:
        for point, patient in zip(points, (one.stays, one.goes), strict=True):
            uow.session.add(
                IdentityProof(
                    contact_point_id=point.id, patient_id=patient, level=3, proven_at=now, expires_at=now + timedelta(hours=1)
                )
            )  # fmt: skip
    await done(house, one)
    async with house.house.database.unit_of_work() as uow:
        assert [await proofs_of(uow, point.id, now) for point in points] == [[], []]


async def test_one_link_to_a_number_both_speak_from_stays_and_comes_back(house: TestHouse) -> None:
    one = await two(house)
    point, now = await house.point(), house.clock.now()
    async with house.house.database.unit_of_work() as uow:
        uow.session.add(
            PatientContactPoint(patient_id=one.goes, contact_point_id=point.id, role="parent", created_at=now)
        )
    before = await everything(house)
    made = await done(house, one)
    async with house.house.database.unit_of_work() as uow:
        assert await patients.count_linked(uow, one.lead.access, point.id) == 1
    assert await undone(house, one, made.id) is None
    assert await everything(house) == before


@pytest.mark.parametrize(
    "why", ["merge-pesel", "merge-marked", "merge-forms", "merge-doses", "merge-reason", "merge-same"]
)
async def test_what_stands_in_the_way_is_said_and_nothing_changes(house: TestHouse, why: str) -> None:
    one = await two(house)
    now = house.clock.now()
    async with house.house.database.unit_of_work() as uow:
        if why == "merge-pesel":
            (await uow.session.get_one(Patient, one.stays)).pesel = OTHER_PESEL
        elif why == "merge-marked":
            uow.session.add(
                PrivacyMark(patient_id=one.goes, kind=MarkKind.restriction, reason="wniosek", made_by="x", made_at=now)
            )
        elif why == "merge-forms":
            await uow.session.execute(update(Case).values(state=CaseState.bot))
        elif why == "merge-doses":
            uow.session.add_all(
                DosePlan(
                    patient_id=patient, times=["08:00"], until=date(2027, 1, 1), source=ConsentSource.phone,
                    made_by=one.lead.staff_id, made_at=now,
                )
                for patient in (one.stays, one.goes)
            )  # fmt: skip
    if why == "merge-same":
        one.goes = one.stays
    before = await everything(house)
    refused = await merged(house, one, "krótko" if why == "merge-reason" else REASON)
    assert isinstance(refused, Refused) and refused.reason == why
    assert await everything(house) == before and await house.rows(PatientMerge) == []


async def test_of_two_supervisors_at_once_one_wins_and_the_other_learns_it(house: TestHouse) -> None:
    one = await two(house)
    other = await house.staff("Olga", Role.supervisor)
    turned = Two(one.goes, one.stays, one.case, other)
    answers = await asyncio.gather(merged(house, one), merged(house, turned))
    assert sorted(type(answer).__name__ for answer in answers) == ["PatientMerge", "Refused"]
    assert Refused("merge-replaced") in answers
    (made,) = await house.rows(PatientMerge)
    both = await asyncio.gather(undone(house, one, made.id), undone(house, turned, made.id))
    assert sorted(both, key=str) == sorted([None, Refused("merge-undone")], key=str)


async def test_merges_are_undone_from_the_last_one_on(house: TestHouse) -> None:
    one = await two(house)
    first = await done(house, one)
    agent = await house.staff("Ewa")
    third, _ = await a_person(house, "+48600100400", agent)
    house.clock.instant += timedelta(minutes=1)
    chained = Two(third, one.stays, one.case, one.lead)
    second = await done(house, chained)
    assert await undone(house, one, first.id) == Refused("merge-later")
    async with house.house.database.unit_of_work() as uow:
        assert await merges.survivor_of(uow, one.goes) == third
    resources = [row async for row in house.house.privacy.exports.resources(third)]
    people = [row for row in resources if row["resourceType"] == "Patient"]
    assert [row["id"] for row in people] == [str(third), str(one.stays), str(one.goes)]
    assert people[0]["link"] == [{"other": str(one.stays), "type": "replaces"}]
    assert people[2]["link"] == [{"other": str(one.stays), "type": "replaced-by"}]
    assert await undone(house, chained, second.id) is None
    assert await undone(house, one, first.id) is None


async def test_only_the_survivor_is_marked_or_erased_and_both_records_go_with_it(house: TestHouse) -> None:
    one = await two(house)
    made = await done(house, one)
    officer = await house.staff("Iga", Role.privacy_officer)
    now, erasures = house.clock.now(), house.house.privacy.erasures
    async with house.house.database.unit_of_work() as uow:
        refused = await make_mark(uow, officer.access, one.goes, MarkKind.restriction, "na wniosek", now)
        assert refused == Refused("privacy-replaced")
        refused_too = await erasures.confirm(uow, officer.access, one.goes, confirmation_of(one.goes), [], now)
        assert refused_too == Refused("privacy-replaced")
        assert not isinstance(
            await erasures.confirm(uow, officer.access, one.stays, confirmation_of(one.stays), [], now), Refused
        )
    assert await undone(house, one, made.id) == Refused("merge-marked")
    async with house.house.database.unit_of_work() as uow:
        await uow.session.execute(text("DELETE FROM erasures"))
        await uow.session.execute(text("DELETE FROM appointments"))
        await uow.session.execute(text("DELETE FROM patients WHERE id = :one"), {"one": one.stays})
    assert await house.rows(Patient) == [] and await house.rows(PatientMerge) == []


async def test_who_has_no_such_right_puts_nothing_together(house: TestHouse) -> None:
    one = await two(house)
    for role in (Role.agent, Role.clinician, Role.admin, Role.privacy_officer):
        with pytest.raises(Forbidden):
            await merged(house, one, lead=await house.staff("Ola", role))
    made = await done(house, one)
    agent = await house.staff("Ola")
    async with house.house.database.unit_of_work() as uow:
        with pytest.raises(Forbidden):
            await merges.undo(uow, agent.access, made.id, house.clock.now())
        with pytest.raises(NotFound):
            await merges.undo(uow, one.lead.access, uuid4(), house.clock.now())
