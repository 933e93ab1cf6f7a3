"""Which conversations may be one person's. Invariant: nobody who acts for another is taken for them, and looks are answered for."""

from sqlalchemy import text, update

from care.patients.models import Patient, PatientContactPoint
from care.patients.repository import Patients
from conversations.models import Case, ContactPoint
from conversations.policy import who_viewed
from core.access import Access, Role
from core.audit import AuditEvent
from handoff.joins import Joins, in_force, threads_of
from tests.handoff.join_parts import done, two
from tests.house import ANNA, TestHouse
from tests.privacy.planting import BORN


async def test_conversations_of_one_patient_are_offered_and_found_and_opening_them_is_answered_for(
    house: TestHouse,
) -> None:
    one = await two(house)
    now, agent = house.clock.now(), one.agent
    points = await house.rows(ContactPoint)
    phone = next(one.id for one in points if one.kind == "phone")
    async with house.house.database.unit_of_work() as uow:
        anna = Patients(uow, Access.system("test")).add(
            Patient(given_name="Anna", family_name="Nowak", birth_date=BORN, phone=ANNA, created_at=now)
        )
        await uow.session.flush()
        uow.session.add(PatientContactPoint(patient_id=anna.id, contact_point_id=phone, role="self", created_at=now))
        await uow.session.execute(update(Case).where(Case.thread_id == one.web).values(patient_id=anna.id))
        patient_id = anna.id
    joins = Joins(house.house.cases)
    async with house.house.database.unit_of_work() as uow:
        assert set(await threads_of(uow, [patient_id])) == {one.sms, one.web}
        same = await joins.of_same_person(uow, agent.access, one.web, now)
        assert [side.thread_id for side in same] == [one.sms]
        for query in ("Nowak", ANNA, "600 100 200"):
            found = await joins.find(uow, agent.access, query, now)
            assert one.sms in [side.thread_id for side in found], query
        assert await joins.find(uow, agent.access, "+48600999999", now) == []
        await joins.compare(uow, agent.access, one.web, one.sms, now)
    made = await done(house, one)
    async with house.house.database.unit_of_work() as uow:
        assert [item.by for item in await in_force(uow, one.sms)] == [agent.name]
        assert await threads_of(uow, [patient_id]) == [one.sms]
        patient = Access(frozenset({Role.patient}), "p", "own", patient_id=patient_id)
        assert agent.name in {view.staff_name for view in await who_viewed(uow, patient, patient_id)}
        raw = str((await uow.session.execute(text("SELECT reason FROM thread_joins"))).all())
    assert "numer" not in raw
    for thread in (one.sms, one.web):
        acts = [row.action for row in await house.rows(AuditEvent, AuditEvent.subject_id == str(thread))]
        assert "thread.joined" in acts, made.id


async def test_a_parent_who_writes_for_a_child_is_not_offered_as_the_same_person(house: TestHouse) -> None:
    one = await two(house)
    now = house.clock.now()
    phone = next(one.id for one in await house.rows(ContactPoint) if one.kind == "phone")
    async with house.house.database.unit_of_work() as uow:
        child = Patients(uow, Access.system("test")).add(
            Patient(given_name="Ola", family_name="Nowak", birth_date=BORN, created_at=now)
        )
        await uow.session.flush()
        uow.session.add(PatientContactPoint(patient_id=child.id, contact_point_id=phone, role="parent", created_at=now))
        await uow.session.execute(update(Case).values(patient_id=child.id))
        assert await threads_of(uow, [child.id]) == [one.web]
