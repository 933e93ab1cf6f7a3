"""Breaking the glass: one patient, one person, one hour, one reason; somebody else looks at it afterwards."""

from datetime import timedelta

import pytest

from core.access import Access, Role
from core.accounts.break_glass import GRANTED_FOR, break_glass, has_glass, review, to_review
from core.clock import FixedClock
from core.db import Database
from core.errors import Forbidden, NotFound, Refused
from core.ids import new_id
from tests.core.test_people import someone

REASON = "unconscious in the waiting room"


async def test_a_grant_is_for_one_person_one_patient_and_sixty_minutes(database: Database, clock: FixedClock) -> None:
    one, two = await someone(database, "ewa", Role.clinician), await someone(database, "jan", Role.clinician)
    first, second = (Access.staff(who, frozenset({Role.clinician})) for who in (one, two))
    patient, other = new_id(), new_id()
    async with database.unit_of_work() as uow:
        assert not await has_glass(uow, first, patient, clock.now())
        assert not isinstance(await break_glass(uow, first, patient, "emergency", REASON, clock.now()), Refused)
        assert await has_glass(uow, first, patient, clock.now() + GRANTED_FOR - timedelta(seconds=1))
        assert not await has_glass(uow, first, patient, clock.now() + GRANTED_FOR)
        assert not await has_glass(uow, first, other, clock.now())
        assert not await has_glass(uow, second, patient, clock.now())


@pytest.mark.parametrize(
    ("category", "reason", "refusal"),
    [
        ("curiosity", REASON, "glass-category"),
        ("", REASON, "glass-category"),
        ("emergency", "too short", "glass-reason"),
        ("emergency", "   a    b   ", "glass-reason"),
        ("emergency", "x" * 501, "glass-reason"),
    ],
)
async def test_without_a_category_and_a_reason_the_glass_stays_whole(
    database: Database, clock: FixedClock, category: str, reason: str, refusal: str
) -> None:
    access = Access.staff(await someone(database, "ewa", Role.clinician), frozenset({Role.clinician}))
    patient = new_id()
    async with database.unit_of_work() as uow:
        refused = await break_glass(uow, access, patient, category, reason, clock.now())
        assert isinstance(refused, Refused) and refused.reason == refusal
        assert not await has_glass(uow, access, patient, clock.now())


async def test_supervisors_and_the_privacy_officer_review_it_but_nobody_their_own(
    database: Database, clock: FixedClock
) -> None:
    sylwia = Access.staff(await someone(database, "sylwia", Role.supervisor), frozenset({Role.supervisor}))
    igor = Access.staff(await someone(database, "igor", Role.privacy_officer), frozenset({Role.privacy_officer}))
    async with database.unit_of_work() as uow:
        granted = await break_glass(uow, sylwia, new_id(), "other", REASON, clock.now())
        assert not isinstance(granted, Refused)
        assert await review(uow, sylwia, granted.id, clock.now()) == Refused("glass-own")
        assert await review(uow, igor, granted.id, clock.now()) is None
    async with database.unit_of_work() as uow:
        (seen,) = await to_review(uow, igor)
        assert (seen.staff_name, seen.reason, seen.reviewer_name) == ("sylwia", REASON, "igor")
        with pytest.raises(NotFound):
            await review(uow, igor, new_id(), clock.now())


@pytest.mark.parametrize("role", [Role.agent, Role.clinician, Role.admin, Role.patient])
async def test_others_do_not_see_the_list(database: Database, role: Role) -> None:
    async with database.unit_of_work() as uow:
        with pytest.raises(Forbidden):
            await to_review(uow, Access.staff(new_id(), frozenset({role})))


@pytest.mark.parametrize("role", [Role.admin, Role.privacy_officer, Role.patient])
async def test_those_who_may_not_read_patients_cannot_break_it(
    database: Database, clock: FixedClock, role: Role
) -> None:
    access = Access.staff(new_id(), frozenset({role}))
    async with database.unit_of_work() as uow:
        with pytest.raises(Forbidden):
            await break_glass(uow, access, new_id(), "emergency", REASON, clock.now())
