"""Offers, holds and visits on a real database."""

import asyncio
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from care.appointments import service
from care.appointments.models import Appointment, ClosedDay, ScheduleException
from care.appointments.offers import Offer
from care.patients.service import register
from care.seed import clinic_id
from core.access import Access, Role
from core.audit import AuditEvent
from core.clock import FixedClock
from core.db import Database, UnitOfWork
from core.errors import Forbidden, NotFound, Refused
from core.ids import new_id
from tests.conftest import WARSAW

BOT = Access.system("turn")
STAFF = Access.staff(uuid4(), frozenset({Role.agent}))
NOWAK = clinic_id("clinician", "nowak-katarzyna")


async def offers(uow: UnitOfWork, now: datetime, specialty: str = "cardiology", **wanted: Any) -> list[Offer]:
    return await service.search_offers(uow, BOT, specialty=specialty, now=now, **wanted)


async def person(uow: UnitOfWork, now: datetime, contact: UUID, name: str = "Alicja") -> UUID:
    return (await register(uow, BOT, name, "Testowa", date(1990, 5, 1), contact, "self", now)).id


async def booked(
    uow: UnitOfWork, offer: Offer, patient: UUID, contact: UUID | None, now: datetime, **changes: Any
) -> Appointment | Refused:
    terms: dict[str, Any] = {
        "patient_id": patient,
        "payer": "private",
        "visit_kind": "first",
        "referral_code": None,
        "case_id": None,
        "contact_point_id": contact,
        "channel": "sms",
        "idempotency_key": uuid4().hex,
        "offer_key": offer.key,
    }
    return await service.book(uow, BOT, now=now, **(terms | changes))


async def test_offers_are_soonest_first_with_names_payers_and_the_sites_price(
    clinic: Database, clock: FixedClock
) -> None:
    async with clinic.unit_of_work() as uow:
        first, *rest = await offers(uow, clock.now())
        assert first.start == datetime(2026, 11, 23, 10, 40, tzinfo=WARSAW)
        assert (first.clinician_name, first.site_code) == ("dr n. med. Katarzyna Nowak", "lipowa")
        assert first.payers == {"nfz", "private"}
        assert first.price_private is not None and first.price_private.text("pl") == "250 zł"
        assert len(rest) == 2 and not any(offer.outside_window for offer in rest)
        elsewhere = (await offers(uow, clock.now(), site="jeziorna"))[0]
        assert elsewhere.price_private is not None and elsewhere.price_private.text("en") == "PLN 270"
        assert await offers(uow, clock.now(), site="nowhere") == []
        assert await offers(uow, clock.now(), "astrology") == []


async def test_a_window_without_anything_free_gives_the_nearest_after_it_marked(
    clinic: Database, clock: FixedClock
) -> None:
    saturday = datetime(2026, 11, 28, tzinfo=WARSAW)
    window: dict[str, Any] = {"start": saturday, "end": saturday + timedelta(days=1)}
    async with clinic.unit_of_work() as uow:
        assert await offers(uow, clock.now(), **window) == []
        nearest = await service.nearest_offers(uow, BOT, specialty="cardiology", now=clock.now(), **window)
        assert nearest[0].start == datetime(2026, 11, 30, 8, 20, tzinfo=WARSAW) and nearest[0].outside_window
        far = saturday + timedelta(days=300)
        before = await service.nearest_offers(
            uow, BOT, specialty="cardiology", now=clock.now(), start=far, end=far + timedelta(days=1)
        )
        assert len(before) == 3 and all(offer.start < far and offer.outside_window for offer in before)


async def test_nothing_is_offered_on_public_holidays_or_days_off(clinic: Database, clock: FixedClock) -> None:
    async with clinic.unit_of_work() as uow:
        christmas = datetime(2026, 12, 25, tzinfo=WARSAW)
        window: dict[str, Any] = {"start": christmas, "end": christmas + timedelta(days=1), "limit": 50}
        for field in await service.specialties(uow):
            assert await offers(uow, clock.now(), field.code, **window) == []
        uow.session.add(
            ScheduleException(clinician_id=NOWAK, kind="off", first_day=date(2026, 11, 23), last_day=date(2026, 11, 29))
        )
        await uow.session.flush()
        free = await offers(uow, clock.now(), clinician_id=NOWAK)
        assert free[0].start.date() == date(2026, 11, 30)


async def test_fifty_people_want_one_slot_and_each_gets_a_visit_of_their_own(
    clinic: Database, clock: FixedClock
) -> None:
    """Invariant: whatever the race, no slot is booked twice and nobody is left without a visit."""
    now = clock.now()
    async with clinic.unit_of_work() as uow:
        wanted = (await offers(uow, now, clinician_id=NOWAK))[0]
    gate = asyncio.Barrier(50)
    crowd = Database(clinic.url, pool_size=50)

    async def attempt(number: int) -> tuple[bool, UUID]:
        contact, case, turn = new_id(), new_id(), 0
        async with crowd.unit_of_work() as uow:
            patient = await person(uow, now, contact, f"Osoba{number}")
        await gate.wait()
        key, was_first = wanted.key, True
        while True:
            async with crowd.unit_of_work() as uow:
                held = await service.hold(uow, BOT, key, case_id=case, idempotency_key=f"{case}:{turn}", now=now)
                if isinstance(held, Refused):
                    assert held.reason == "slot-taken"
                    was_first, turn = False, turn + 1
                    free = await offers(uow, now, clinician_id=NOWAK, limit=40)
                    key = free[number % len(free)].key
                    continue
            async with crowd.unit_of_work() as uow:
                visit = await service.book(
                    uow,
                    BOT,
                    appointment_id=held.id,
                    patient_id=patient,
                    payer="private",
                    visit_kind="first",
                    referral_code=None,
                    case_id=case,
                    contact_point_id=contact,
                    channel="sms",
                    idempotency_key=f"book:{case}",
                    now=now,
                )
                assert isinstance(visit, Appointment)
                return was_first, visit.id

    outcome = await asyncio.gather(*(attempt(number) for number in range(50)))
    await crowd.close()
    assert sum(was_first for was_first, _ in outcome) == 1
    assert len({visit for _, visit in outcome}) == 50
    async with clinic.unit_of_work() as uow:
        rows = list(
            await uow.session.scalars(
                select(Appointment)
                .where(Appointment.status == "booked", Appointment.clinician_id == NOWAK)
                .order_by(Appointment.start_at)
            )
        )
        assert len({row.patient_id for row in rows}) >= 50
        assert all(a.end_at <= b.start_at for a, b in pairwise(rows))
        assert await uow.session.scalar(select(func.count()).where(Appointment.status == "held")) == 0


async def test_a_lost_race_leaves_the_callers_transaction_whole(clinic: Database, clock: FixedClock) -> None:
    async with clinic.unit_of_work() as uow:
        wanted = (await offers(uow, clock.now()))[0]
        assert isinstance(
            await service.hold(uow, BOT, wanted.key, case_id=new_id(), idempotency_key="a", now=clock.now()),
            Appointment,
        )
    contact = new_id()
    async with clinic.unit_of_work() as uow:
        patient = await person(uow, clock.now(), contact)
        answer = await service.hold(uow, BOT, wanted.key, case_id=new_id(), idempotency_key="b", now=clock.now())
        assert answer == Refused("slot-taken")
        assert wanted.key not in {offer.key for offer in await offers(uow, clock.now(), limit=40)}
    async with clinic.unit_of_work() as uow:
        assert await person(uow, clock.now(), contact) == patient


async def test_a_hold_expires_and_can_then_be_taken_over(clinic: Database, clock: FixedClock) -> None:
    now, later = clock.now(), clock.now() + timedelta(minutes=11)
    ada, ben, contact = new_id(), new_id(), new_id()
    async with clinic.unit_of_work() as uow:
        wanted = (await offers(uow, now))[1]
        mine = await service.hold(uow, BOT, wanted.key, case_id=ada, idempotency_key="a", now=now)
        assert isinstance(mine, Appointment) and mine.held_until == now + timedelta(minutes=10)
    async with clinic.unit_of_work() as uow:
        assert wanted.key in {offer.key for offer in await offers(uow, later, limit=40)}
        theirs = await service.hold(uow, BOT, wanted.key, case_id=ben, idempotency_key="b", now=later)
        assert isinstance(theirs, Appointment) and theirs.id != mine.id
    async with clinic.unit_of_work() as uow:
        patient = await person(uow, later, contact)
        late = await booked(uow, wanted, patient, contact, later, offer_key=None, appointment_id=mine.id, case_id=ada)
        assert late == Refused("slot-taken")


async def test_an_expired_hold_nobody_took_can_still_be_booked(clinic: Database, clock: FixedClock) -> None:
    case, contact, later = new_id(), new_id(), clock.now() + timedelta(minutes=30)
    async with clinic.unit_of_work() as uow:
        wanted = (await offers(uow, clock.now()))[1]
        mine = await service.hold(uow, BOT, wanted.key, case_id=case, idempotency_key="a", now=clock.now())
        assert isinstance(mine, Appointment)
        patient = await person(uow, later, contact)
        visit = await booked(uow, wanted, patient, contact, later, offer_key=None, appointment_id=mine.id, case_id=case)
        assert isinstance(visit, Appointment) and visit.id == mine.id and visit.status == "booked"


async def test_a_case_holds_one_slot_at_a_time_and_the_same_key_holds_once(clinic: Database, clock: FixedClock) -> None:
    case, now = new_id(), clock.now()
    async with clinic.unit_of_work() as uow:
        first, second, _ = await offers(uow, now)
        one = await service.hold(uow, BOT, first.key, case_id=case, idempotency_key="1", now=now)
        again = await service.hold(uow, BOT, first.key, case_id=case, idempotency_key="1", now=now)
        assert isinstance(one, Appointment) and isinstance(again, Appointment) and one.id == again.id
        two = await service.hold(uow, BOT, second.key, case_id=case, idempotency_key="2", now=now)
        assert isinstance(two, Appointment) and two.status == "held"
        free = {offer.key for offer in await offers(uow, now, limit=60)}
        assert first.key in free and second.key not in free
        await service.release(uow, BOT, two.id, case_id=case, now=now)
        assert second.key in {offer.key for offer in await offers(uow, now, limit=60)}


async def test_the_same_key_books_once(clinic: Database, clock: FixedClock) -> None:
    now, contact = clock.now(), new_id()
    async with clinic.unit_of_work() as uow:
        wanted = (await offers(uow, now))[0]
        patient = await person(uow, now, contact)
        one = await booked(uow, wanted, patient, contact, now, idempotency_key="message:1")
    async with clinic.unit_of_work() as uow:
        two = await booked(uow, wanted, patient, contact, now, idempotency_key="message:1")
        assert isinstance(one, Appointment) and isinstance(two, Appointment) and one.id == two.id


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"payer": "nfz"}, "referral-needed"),
        ({"payer": "nfz", "referral_code": "12a4"}, "referral-malformed"),
        ({"offer_key": "nonsense"}, "slot-taken"),
    ],
)
async def test_terms_that_cannot_be_met_are_refused_and_leave_the_slot_free(
    clinic: Database, clock: FixedClock, changes: dict[str, Any], reason: str
) -> None:
    now, contact = clock.now(), new_id()
    async with clinic.unit_of_work() as uow:
        wanted = (await offers(uow, now))[0]
        patient = await person(uow, now, contact)
        refused = await booked(uow, wanted, patient, contact, now, **changes)
        assert isinstance(refused, Refused) and refused.reason == reason
        assert (await offers(uow, now))[0].key == wanted.key


async def test_a_referral_is_kept_as_not_verified(clinic: Database, clock: FixedClock) -> None:
    now, contact = clock.now(), new_id()
    async with clinic.unit_of_work() as uow:
        wanted = (await offers(uow, now))[0]
        patient = await person(uow, now, contact)
        visit = await booked(uow, wanted, patient, contact, now, payer="nfz", referral_code="0412")
        assert isinstance(visit, Appointment)
        assert (visit.referral_code, visit.referral_status) == ("0412", "not_verified")


async def test_private_only_hours_refuse_public_payment(clinic: Database, clock: FixedClock) -> None:
    now, contact = clock.now(), new_id()
    async with clinic.unit_of_work() as uow:
        wanted = (await offers(uow, now, site="jeziorna"))[0]
        assert not await offers(uow, now, site="jeziorna", payer="nfz")
        patient = await person(uow, now, contact)
        refused = await booked(uow, wanted, patient, contact, now, payer="nfz", referral_code="0412")
        assert refused == Refused("payer-not-accepted", {"payer": "nfz"})


async def test_a_slot_that_has_begun_or_a_day_closed_meanwhile_is_refused(clinic: Database, clock: FixedClock) -> None:
    now, contact = clock.now(), new_id()
    async with clinic.unit_of_work() as uow:
        wanted = (await offers(uow, now))[0]
        patient = await person(uow, now, contact)
        assert await booked(uow, wanted, patient, contact, wanted.start) == Refused("slot-past")
        uow.session.add(ClosedDay(site_id=wanted.site_id, day=wanted.start.date(), name_pl="Awaria", name_en="Failure"))
        await uow.session.flush()
        assert await booked(uow, wanted, patient, contact, now) == Refused("clinic-closed")


async def test_a_patient_cannot_be_in_two_rooms_at_once(clinic: Database, clock: FixedClock) -> None:
    now, contact = clock.now(), new_id()
    thursday = datetime(2026, 11, 26, 14, 0, tzinfo=WARSAW)
    window: dict[str, Any] = {"start": thursday, "end": thursday + timedelta(minutes=1)}
    async with clinic.unit_of_work() as uow:
        one = (await offers(uow, now, "neurology", start=thursday, end=thursday + timedelta(hours=1)))[0]
        two = (await offers(uow, now, "cardiology", **window))[0]
        patient = await person(uow, now, contact)
        assert isinstance(await booked(uow, one, patient, contact, now), Appointment)
        assert await booked(uow, two, patient, contact, now) == Refused("patient-has-visit-then")


async def test_visits_are_listed_and_cancelled_only_through_the_contact_point_they_were_booked_by(
    clinic: Database, clock: FixedClock
) -> None:
    now, own, other = clock.now(), new_id(), new_id()
    async with clinic.unit_of_work() as uow:
        wanted = (await offers(uow, now))[0]
        patient = await person(uow, now, own)
        visit = await booked(uow, wanted, patient, own, now)
        assert isinstance(visit, Appointment)
        (listed,) = await service.list_visits(uow, BOT, patient, own, now)
        assert (listed.start, listed.site_code, listed.specialty_name("pl")) == (wanted.start, "lipowa", "kardiologia")
        assert await service.list_visits(uow, BOT, patient, other, now) == []
        with pytest.raises(Forbidden):
            await service.list_visits(uow, BOT, patient, None, now)
        for stranger in (other, None):
            with pytest.raises(NotFound):
                await service.cancel(uow, BOT, visit.id, by="patient", now=now, contact_point_id=stranger)
            with pytest.raises(NotFound):
                await service.get(uow, BOT, visit.id, now, stranger)
        assert len(await service.list_visits(uow, STAFF, patient, None, now)) == 1
        gone = await service.cancel(uow, BOT, visit.id, by="patient", now=now, contact_point_id=own)
        again = await service.cancel(uow, BOT, visit.id, by="patient", now=now, contact_point_id=own)
        assert isinstance(gone, Appointment) and gone.status == "cancelled" and again is gone
        assert (await offers(uow, now))[0].key == wanted.key
        actions = set(await uow.session.scalars(select(AuditEvent.action)))
        assert {"appointment.booked", "appointment.cancelled", "appointments.read"} <= actions


async def test_a_visit_that_began_cannot_be_cancelled(clinic: Database, clock: FixedClock) -> None:
    now, own = clock.now(), new_id()
    async with clinic.unit_of_work() as uow:
        wanted = (await offers(uow, now))[0]
        visit = await booked(uow, wanted, await person(uow, now, own), own, now)
        assert isinstance(visit, Appointment)
        late = await service.cancel(uow, STAFF, visit.id, by="clinic", now=wanted.start)
        assert late == Refused("visit-past")


async def test_an_access_for_one_patient_books_for_no_other(clinic: Database, clock: FixedClock) -> None:
    now, own = clock.now(), new_id()
    async with clinic.unit_of_work() as uow:
        wanted = (await offers(uow, now))[0]
        patient = await person(uow, now, own)
        narrow = Access(frozenset({Role.patient}), "portal", "booking", patient_id=new_id())
        with pytest.raises(Forbidden):
            await service.book(
                uow,
                narrow,
                offer_key=wanted.key,
                patient_id=patient,
                payer="private",
                visit_kind="first",
                referral_code=None,
                case_id=None,
                contact_point_id=own,
                channel="web",
                idempotency_key="x",
                now=now,
            )
