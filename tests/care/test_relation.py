"""Who may open which patient. Invariant: outside one's relation there is nothing to see, unless the glass was broken."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from care.appointments import service
from care.appointments.models import Appointment, Site
from care.patients import service as patients
from care.policy import OutsideRelation
from care.seed import clinic_id
from core.access import Access, Role
from core.accounts import Staff
from core.accounts.break_glass import break_glass
from core.clock import FixedClock
from core.db import Database, UnitOfWork
from core.errors import Forbidden, NotFound, Refused
from core.ids import new_id
from tests.care.test_booking import BOT, booked, offers, person

NOWAK = clinic_id("clinician", "nowak-katarzyna")
REASON = "unconscious in the waiting room"


async def visiting(uow: UnitOfWork, clock: FixedClock) -> tuple[UUID, Appointment]:
    """A patient with one visit, at Lipowa with doctor Nowak."""
    contact = uuid4()
    patient = await person(uow, clock.now(), contact)
    offer = (await offers(uow, clock.now(), site="lipowa", clinician_id=NOWAK))[0]
    visit = await booked(uow, offer, patient, contact, clock.now())
    assert isinstance(visit, Appointment)
    return patient, visit


async def places(uow: UnitOfWork) -> dict[str, UUID]:
    """The sites by code."""
    return {place.code: place.id for place in await uow.session.scalars(select(Site))}


async def staff(uow: UnitOfWork, role: Role, *sites: UUID, clinician_id: UUID | None = None) -> Access:
    """A member of staff with that role at these sites, or (without) at all."""
    made = Staff(id=new_id(), email=f"{uuid4().hex}@example.org", name="Ktoś", password_hash="", roles=[role.value])
    uow.session.add(made)
    await uow.session.flush()
    scopes = ((role, frozenset(sites)),) if sites else ()
    return Access.staff(made.id, frozenset({role}), scopes=scopes, clinician_id=clinician_id)


TABLE = [
    # role, at which site, as which clinician, patient has a visit at Lipowa with Nowak, may open
    (Role.agent, None, None, True, True),
    (Role.agent, None, None, False, True),
    (Role.agent, "lipowa", None, True, True),
    (Role.agent, "jeziorna", None, True, False),
    (Role.agent, "jeziorna", None, False, True),
    (Role.supervisor, "jeziorna", None, True, False),
    (Role.supervisor, "jeziorna", None, False, True),
    (Role.clinician, None, None, True, True),
    (Role.clinician, None, None, False, False),
    (Role.clinician, "lipowa", None, True, True),
    (Role.clinician, "jeziorna", None, True, False),
    (Role.clinician, "jeziorna", NOWAK, True, True),
    (Role.clinician, "jeziorna", NOWAK, False, False),
]


@pytest.mark.parametrize(("role", "site", "clinician_id", "has_visit", "may"), TABLE)
async def test_a_patient_is_opened_within_ones_relation_only(
    clinic: Database,
    clock: FixedClock,
    role: Role,
    site: str | None,
    clinician_id: UUID | None,
    has_visit: bool,
    may: bool,
) -> None:
    async with clinic.unit_of_work() as uow:
        known = await places(uow)
        patient = (await visiting(uow, clock))[0] if has_visit else await person(uow, clock.now(), uuid4())
        access = await staff(uow, role, *([known[site]] if site else []), clinician_id=clinician_id)
        for opening in (
            patients.get(uow, access, patient, clock.now()),
            service.list_visits(uow, access, patient, None, clock.now()),
        ):
            if may:
                await opening
            else:
                with pytest.raises(OutsideRelation):
                    await opening


async def test_a_broken_glass_opens_that_patient_for_that_person_for_an_hour(
    clinic: Database, clock: FixedClock
) -> None:
    async with clinic.unit_of_work() as uow:
        patient, visit = await visiting(uow, clock)
        other, _ = await visiting(uow, clock)
        away = (await places(uow))["jeziorna"]
        mine, colleague = await staff(uow, Role.clinician, away), await staff(uow, Role.clinician, away)
        granted = await break_glass(uow, mine, patient, "emergency", REASON, clock.now())
        assert not isinstance(granted, Refused)
        assert (await patients.get(uow, mine, patient, clock.now())).id == patient
        assert [one.id for one in await service.list_visits(uow, mine, patient, None, clock.now())] == [visit.id]
        for access, whom, later in (
            (mine, other, timedelta()),
            (colleague, patient, timedelta()),
            (mine, patient, timedelta(minutes=60)),
        ):
            with pytest.raises(OutsideRelation):
                await patients.get(uow, access, whom, clock.now() + later)


async def test_a_visit_is_touched_only_by_staff_of_its_site(clinic: Database, clock: FixedClock) -> None:
    async with clinic.unit_of_work() as uow:
        known = await places(uow)
        _, visit = await visiting(uow, clock)
        here, away = await staff(uow, Role.agent, known["lipowa"]), await staff(uow, Role.agent, known["jeziorna"])
        assert (await service.get(uow, here, visit.id, clock.now())).id == visit.id
        for doing in (
            service.get(uow, away, visit.id, clock.now()),
            service.cancel(uow, away, visit.id, by="clinic", now=clock.now()),
            service.get(uow, away, new_id(), clock.now()),
        ):
            with pytest.raises(NotFound, match="appointment"):
                await doing
        assert isinstance(await service.cancel(uow, here, visit.id, by="clinic", now=clock.now()), Appointment)


async def test_a_slot_of_another_site_is_neither_held_nor_booked(clinic: Database, clock: FixedClock) -> None:
    async with clinic.unit_of_work() as uow:
        known = await places(uow)
        away = await staff(uow, Role.agent, known["jeziorna"])
        offer = (await offers(uow, clock.now(), site="lipowa"))[0]
        with pytest.raises(Forbidden):
            await service.hold(uow, away, offer.key, case_id=None, idempotency_key=None, now=clock.now())
        near = (await offers(uow, clock.now(), site="jeziorna"))[0]
        held = await service.hold(uow, away, near.key, case_id=None, idempotency_key=None, now=clock.now())
        assert isinstance(held, Appointment)


async def test_a_list_of_visits_leaves_out_those_of_other_sites(clinic: Database, clock: FixedClock) -> None:
    async with clinic.unit_of_work() as uow:
        known = await places(uow)
        patient, here = await visiting(uow, clock)
        later = next(
            one for one in await offers(uow, clock.now(), site="jeziorna", limit=50) if one.start > here.end_at
        )
        there = await booked(uow, later, patient, uuid4(), clock.now())
        assert isinstance(there, Appointment)
        lipowa = await staff(uow, Role.agent, known["lipowa"])
        everywhere = await staff(uow, Role.agent)
        seen = [one.id for one in await service.list_visits(uow, lipowa, patient, None, clock.now())]
        assert seen == [here.id]
        seen = [one.id for one in await service.list_visits(uow, everywhere, patient, None, clock.now())]
        assert seen == [here.id, there.id]


async def test_the_bot_and_the_patient_need_no_relation(clinic: Database, clock: FixedClock) -> None:
    async with clinic.unit_of_work() as uow:
        patient, _ = await visiting(uow, clock)
        own = Access(frozenset({Role.patient}), "portal", "own record", patient_id=patient)
        assert (await patients.get(uow, BOT, patient, clock.now())).id == patient
        assert (await patients.get(uow, own, patient, clock.now())).id == patient
