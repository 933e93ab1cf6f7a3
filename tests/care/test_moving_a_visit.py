"""A visit gets another slot. Invariant: the old hour is free and the new one taken, or nothing has changed."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from care.appointments import service
from care.appointments.models import Appointment
from care.patients.marks import MarkKind, PrivacyMark
from core.access import Access
from core.audit import AuditEvent
from core.clock import FixedClock
from core.db import Database
from core.errors import NotFound, Refused
from core.ids import new_id
from tests.care.test_booking import BOT, booked, offers, person


async def test_a_moved_visit_keeps_its_terms_frees_its_hour_and_is_confirmed_anew(
    clinic: Database, clock: FixedClock
) -> None:
    contact = new_id()
    async with clinic.unit_of_work() as uow:
        first, second, *_ = await offers(uow, clock.now())
        patient = await person(uow, clock.now(), contact)
        visit = await booked(uow, first, patient, contact, clock.now(), payer="nfz", referral_code="1234")
        assert isinstance(visit, Appointment)
        visit.confirmed_at, visit.confirmed_start_at = clock.now(), visit.start_at
    move: dict[str, Any] = {"case_id": None, "contact_point_id": contact, "now": clock.now()}
    for _ in range(2):  # Twice is once.
        async with clinic.unit_of_work() as uow:
            moved = await service.move(uow, BOT, visit.id, offer_key=second.key, **move)
            assert isinstance(moved, Appointment) and moved.id == visit.id
            assert (moved.start_at, moved.payer, moved.referral_code) == (second.start, "nfz", "1234")
            assert not moved.is_confirmed
    async with clinic.unit_of_work() as uow:
        audited = await uow.session.scalar(
            select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "appointment.moved")
        )
        assert audited == 1
        assert first.key in [offer.key for offer in await offers(uow, clock.now(), limit=50)]


async def test_a_move_is_refused_without_a_change(clinic: Database, clock: FixedClock) -> None:
    contact, other = new_id(), new_id()
    async with clinic.unit_of_work() as uow:
        first, second, third, *_ = await offers(uow, clock.now(), limit=3)
        mine = await booked(uow, first, await person(uow, clock.now(), contact), contact, clock.now())
        await booked(uow, second, await person(uow, clock.now(), other, "Berta"), other, clock.now())
        assert isinstance(mine, Appointment)
    move: dict[str, Any] = {"case_id": None, "now": clock.now()}
    async with clinic.unit_of_work() as uow:
        elsewhere = (await offers(uow, clock.now(), "dermatology"))[0]
        for key in (second.key, elsewhere.key, "nonsense"):
            refused = await service.move(uow, BOT, mine.id, offer_key=key, contact_point_id=contact, **move)
            assert refused == Refused("slot-taken"), key
        with pytest.raises(NotFound):
            await service.move(uow, BOT, mine.id, offer_key=third.key, contact_point_id=other, **move)
        kept = await uow.session.get_one(Appointment, mine.id)
        assert kept.start_at == first.start
    async with clinic.unit_of_work() as uow:
        await service.cancel(uow, BOT, mine.id, by="patient", now=clock.now(), contact_point_id=contact)
        late = await service.move(uow, BOT, mine.id, offer_key=third.key, contact_point_id=contact, **move)
        assert late == Refused("visit-cancelled")


async def test_a_dozen_moves_to_one_slot_one_wins_and_the_others_keep_their_hour(
    clinic: Database, clock: FixedClock
) -> None:
    visits: list[tuple[UUID, UUID]] = []
    async with clinic.unit_of_work() as uow:
        free = await offers(uow, clock.now(), "dermatology", limit=30)
        wanted, own = free[0], free[1:13]
        for number, offer in enumerate(own):
            contact = new_id()
            made = await booked(
                uow, offer, await person(uow, clock.now(), contact, f"Osoba{number}"), contact, clock.now()
            )
            assert isinstance(made, Appointment), made
            visits.append((made.id, contact))

    async def try_one(visit: UUID, contact: UUID) -> Appointment | Refused:
        async with clinic.unit_of_work() as uow:
            return await service.move(
                uow, BOT, visit, offer_key=wanted.key, case_id=None, contact_point_id=contact, now=clock.now()
            )

    done = await asyncio.gather(*(try_one(*visit) for visit in visits))
    assert sum(isinstance(one, Appointment) for one in done) == 1
    assert {one.reason for one in done if isinstance(one, Refused)} == {"slot-taken"}


async def test_a_restricted_patients_visit_and_a_mere_hold_are_not_moved(clinic: Database, clock: FixedClock) -> None:
    contact, case = new_id(), new_id()
    async with clinic.unit_of_work() as uow:
        first, second, third, *_ = await offers(uow, clock.now(), limit=3)
        patient = await person(uow, clock.now(), contact)
        visit = await booked(uow, first, patient, contact, clock.now())
        held = await service.hold(uow, BOT, second.key, case_id=case, idempotency_key=None, now=clock.now())
        assert isinstance(visit, Appointment) and isinstance(held, Appointment)
        uow.session.add(
            PrivacyMark(
                patient_id=patient, kind=MarkKind.restriction, reason="request", made_by="test", made_at=clock.now()
            )
        )
    async with clinic.unit_of_work() as uow:
        move: dict[str, Any] = {"offer_key": third.key, "now": clock.now()}
        refused = await service.move(uow, BOT, visit.id, case_id=None, contact_point_id=contact, **move)
        assert refused == Refused("patient-restricted")
        own = Access.system("turn", case)
        assert await service.move(uow, own, held.id, case_id=case, **move) == Refused("visit-past")
        assert (await uow.session.get_one(Appointment, visit.id)).start_at == first.start
