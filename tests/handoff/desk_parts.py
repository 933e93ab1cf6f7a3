"""Agents at their consoles, for the tests of routing."""

from datetime import timedelta
from uuid import UUID

from core.access import Role
from core.accounts import SignedIn
from handoff.models import Handoff
from handoff.routing.agents import beat, set_mode
from tests.house import TestHouse


async def at_work(house: TestHouse, name: str, *roles: Role) -> SignedIn:
    """Somebody of the staff, available."""
    person = await house.staff(name, *roles)
    async with house.house.database.unit_of_work() as uow:
        assert await set_mode(uow, house.house.jobs, person, "available", None, house.clock.now()) is None
    return person


async def later(house: TestHouse, seconds: float, *there: SignedIn) -> None:
    """Time passes; the consoles of these people are open all the while."""
    house.clock.instant += timedelta(seconds=seconds)
    async with house.house.database.unit_of_work() as uow:
        for person in there:
            await beat(uow, person.staff_id, house.clock.now())


async def handoff_of(house: TestHouse, case_id: UUID) -> Handoff:
    """The newest handoff of a case."""
    found = await house.rows(Handoff, Handoff.case_id == case_id)
    return max(found, key=lambda one: one.requested_at)
