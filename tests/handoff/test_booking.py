"""Booking beside the conversation. Invariant: one slot is one patient's, booked by who has the conversation, and told once."""

import asyncio
from datetime import date
from uuid import UUID

import pytest

from care.appointments.models import Appointment
from care.appointments.offers import Offer, Visit
from care.appointments.service import search_offers
from care.patients.models import Patient, PatientContactPoint
from care.patients.service import register
from care.seed import seed
from conversations.models import Case
from core.access import Access, Role
from core.accounts import SignedIn
from core.audit import AuditEvent
from core.errors import Forbidden, NotFound, Refused
from handoff.booking import DeskBooking, Named
from tests.house import BARTEK, TestHouse

BOT = Access.system("test")


async def conversation(
    house: TestHouse, agent: SignedIn, name: str, body: str, number: str, *, is_known: bool = True
) -> tuple[UUID, UUID]:
    """A conversation that the agent has; its patient is on file unless said otherwise."""
    thread, case = await house.human(body, number)
    if is_known:
        point = await house.point(number)
        async with house.house.database.unit_of_work() as uow:
            who = await register(uow, BOT, name, "Testowa", date(1990, 5, 1), point.id, "self", house.clock.now())
            (await uow.session.get_one(Case, case)).patient_id = who.id
    assert await house.accept(agent, case) is None
    return thread, case


async def free(house: TestHouse) -> list[Offer]:
    """Private hours of cardiologists."""
    async with house.house.database.unit_of_work() as uow:
        return await search_offers(uow, BOT, specialty="cardiology", payer="private", limit=3, now=house.clock.now())


async def booked(
    house: TestHouse, who: SignedIn, case: UUID, offer: Offer, key: str = "1", whom: Named | None = None
) -> Visit | Refused:
    """Somebody books that hour in that conversation."""
    async with house.house.database.unit_of_work() as uow:
        return await DeskBooking(house.house.messages).book(
            uow, who, case, offer_key=offer.key, payer="private", visit_kind="first", referral_code=None, key=key,
            now=house.clock.now(), whom=whom,
        )  # fmt: skip


@pytest.fixture
async def clinic(house: TestHouse) -> TestHouse:
    """A house with the seeded clinic."""
    async with house.house.database.unit_of_work() as uow:
        await seed(uow, house.clock.now())
    return house


async def test_a_visit_is_booked_moved_and_called_off_each_told_once_in_the_patients_language(
    clinic: TestHouse,
) -> None:
    marta = await clinic.staff()
    thread, case = await conversation(clinic, marta, "Anna", "can I talk to a human please", "+48600100202")
    first, second, *_ = await free(clinic)
    made = await booked(clinic, marta, case, first)
    assert isinstance(made, Visit) and await booked(clinic, marta, case, first) == made
    desk = DeskBooking(clinic.house.messages)
    async with clinic.house.database.unit_of_work() as uow:
        moved = await desk.move(uow, marta, case, made.id, offer_key=second.key, now=clinic.clock.now())
        assert isinstance(moved, Visit) and moved.start == second.start
    for _ in range(2):
        async with clinic.house.database.unit_of_work() as uow:
            assert isinstance(await desk.cancel(uow, marta, case, made.id, clinic.clock.now()), Visit)
    said = [str((one.content or {}).get("text")) for one in await clinic.messages(thread)]
    assert sum(one.startswith("Visit booked: ") for one in said) == 1
    assert sum(one.startswith("The visit was cancelled: ") for one in said) == 1
    acts = [one.action for one in await clinic.rows(AuditEvent, AuditEvent.subject_id == str(made.id))]
    assert [acts.count(f"appointment.{act}") for act in ("booked", "moved", "cancelled")] == [1, 1, 1]


async def test_of_two_agents_at_once_one_has_the_hour(clinic: TestHouse) -> None:
    marta, beata = await clinic.staff(), await clinic.staff("Beata")
    _, one = await conversation(clinic, marta, "Anna", "konsultant", "+48600100201")
    _, other = await conversation(clinic, beata, "Bartek", "konsultant", BARTEK)
    offer = (await free(clinic))[0]
    done = await asyncio.gather(booked(clinic, marta, one, offer), booked(clinic, beata, other, offer))
    assert [one for one in done if isinstance(one, Refused)] == [Refused("slot-taken")]
    assert (
        len(await clinic.rows(Appointment, Appointment.status == "booked", Appointment.booked_by_case_id.is_not(None)))
        == 1
    )


async def test_who_has_not_the_conversation_or_the_right_or_no_patient_books_nothing(clinic: TestHouse) -> None:
    marta, beata = await clinic.staff(), await clinic.staff("Beata")
    doctor = await clinic.staff("Ewa", Role.clinician)
    _, case = await conversation(clinic, marta, "Anna", "konsultant", "+48600100201")
    _, nobody = await conversation(clinic, beata, "Bartek", "konsultant", BARTEK, is_known=False)
    offer = (await free(clinic))[0]
    assert await booked(clinic, beata, case, offer) == Refused("case-not-yours")
    assert await booked(clinic, beata, nobody, offer) == Refused("booking-no-patient")
    with pytest.raises(Forbidden):
        await booked(clinic, doctor, case, offer)
    assert not await clinic.rows(
        Appointment, Appointment.status == "booked", Appointment.booked_by_case_id.is_not(None)
    )


async def test_a_visit_of_another_patient_is_as_one_that_does_not_exist(clinic: TestHouse) -> None:
    marta = await clinic.staff()
    _, one = await conversation(clinic, marta, "Anna", "konsultant", "+48600100201")
    _, other = await conversation(clinic, marta, "Bartek", "konsultant", BARTEK)
    made = await booked(clinic, marta, one, (await free(clinic))[0])
    assert isinstance(made, Visit)
    desk = DeskBooking(clinic.house.messages)
    with pytest.raises(NotFound):
        async with clinic.house.database.unit_of_work() as uow:
            await desk.cancel(uow, marta, other, made.id, clinic.clock.now())


async def test_a_visit_for_a_child_is_theirs_and_told_to_who_writes(clinic: TestHouse) -> None:
    marta = await clinic.staff()
    thread, case = await conversation(clinic, marta, "Anna", "konsultant", "+48600100201")
    zosia = Named("Zosia Anna Testowa", "2020-03-12", "child")
    first, second, *_ = await free(clinic)
    made = await booked(clinic, marta, case, first, whom=zosia)
    assert isinstance(made, Visit) and await booked(clinic, marta, case, first, whom=zosia) == made
    again = await booked(clinic, marta, case, second, "2", zosia)
    assert isinstance(again, Visit)
    (child,) = [one for one in await clinic.rows(Patient) if one.given_name == "Zosia Anna"]
    assert child.birth_date == date(2020, 3, 12)
    (link,) = await clinic.rows(PatientContactPoint, PatientContactPoint.patient_id == child.id)
    assert link.role == "child"
    visits = {one.id: one.patient_id for one in await clinic.rows(Appointment, Appointment.booked_by_case_id == case)}
    assert visits == {made.id: child.id, again.id: child.id}
    assert (await clinic.said_keys(thread)).count("booked") == 2
    (kept,) = await clinic.rows(Case, Case.id == case)
    assert kept.patient_id is not None and kept.patient_id != child.id, "the conversation stays its writer's"
    desk = DeskBooking(clinic.house.messages)
    with pytest.raises(NotFound):
        async with clinic.house.database.unit_of_work() as uow:
            await desk.cancel(uow, marta, case, made.id, clinic.clock.now())


async def test_who_writes_for_the_first_time_becomes_the_conversations_patient(clinic: TestHouse) -> None:
    marta = await clinic.staff()
    _, case = await conversation(clinic, marta, "", "konsultant", "+48600100201", is_known=False)
    made = await booked(clinic, marta, case, (await free(clinic))[0], whom=Named("Jan Nowy", "1957-03-12", "self"))
    assert isinstance(made, Visit)
    (kept,) = await clinic.rows(Case, Case.id == case)
    (visit,) = await clinic.rows(Appointment, Appointment.id == made.id)
    assert kept.patient_id == visit.patient_id


@pytest.mark.parametrize(
    ("whom", "reason"),
    [
        (Named("Zosia", "2020-03-12", "child"), "booking-name"),
        (Named(" ", "2020-03-12", "child"), "booking-name"),
        (Named("Zosia Testowa", "12.03.2020", "child"), "booking-born"),
        (Named("Zosia Testowa", "2027-03-12", "child"), "booking-born"),
        (Named("Zosia Testowa", "1820-03-12", "child"), "booking-born"),
    ],
)
async def test_who_is_named_by_halves_is_asked_for_again_and_nothing_is_booked(
    clinic: TestHouse, whom: Named, reason: str
) -> None:
    marta = await clinic.staff()
    _, case = await conversation(clinic, marta, "Anna", "konsultant", "+48600100201")
    before = len(await clinic.rows(Patient))
    assert await booked(clinic, marta, case, (await free(clinic))[0], whom=whom) == Refused(reason)
    assert len(await clinic.rows(Patient)) == before
