"""The access review: every role is seen, confirmed or taken away by somebody else, and leaves as harmless CSV."""

import csv
import io

import pytest
from sqlalchemy import select

from core.access import Role
from core.accounts.models import AccessDecision, StaffRole
from core.accounts.review import as_csv, decide, list_held
from core.clock import FixedClock
from core.db import Database
from core.errors import NotFound, Refused
from core.ids import new_id
from tests.core.test_people import admin, someone


async def test_a_confirmed_role_carries_its_reviewer_and_time_and_a_removed_one_is_gone(
    database: Database, clock: FixedClock
) -> None:
    boss = await someone(database, "ola", Role.admin)
    other = await someone(database, "jan", Role.agent, Role.supervisor)
    async with database.unit_of_work() as uow:
        rows = {one.role: one for one in await list_held(uow, admin(boss)) if one.staff_id == other}
        assert rows["agent"].reviewed_at is None
        assert await decide(uow, admin(boss), rows["agent"].id, is_confirmed=True, now=clock.now()) is None
        assert await decide(uow, admin(boss), rows["supervisor"].id, is_confirmed=False, now=clock.now()) is None
    async with database.unit_of_work() as uow:
        (left,) = [one for one in await list_held(uow, admin(boss)) if one.staff_id == other]
        assert (left.role, left.reviewer_name, left.reviewed_at) == ("agent", "ola", clock.now())
        kept = await uow.session.scalars(select(AccessDecision).order_by(AccessDecision.id))
        assert [(one.role, one.decision, one.reviewer_id) for one in kept] == [
            ("agent", "confirmed", boss),
            ("supervisor", "removed", boss),
        ]


async def test_nobody_reviews_their_own_role_and_an_unknown_one_is_not_found(
    database: Database, clock: FixedClock
) -> None:
    boss = await someone(database, "ola", Role.admin)
    async with database.unit_of_work() as uow:
        own = (await uow.session.scalars(select(StaffRole.id).where(StaffRole.staff_id == boss))).one()
        for is_confirmed in (True, False):
            refused = await decide(uow, admin(boss), own, is_confirmed=is_confirmed, now=clock.now())
            assert refused == Refused("staff-own")
        with pytest.raises(NotFound):
            await decide(uow, admin(boss), new_id(), is_confirmed=True, now=clock.now())


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\n=1", "|calc", "%0A=1"])
async def test_a_name_that_is_a_formula_leaves_as_text(database: Database, clock: FixedClock, name: str) -> None:
    boss = await someone(database, "ola", Role.admin)
    await someone(database, name, Role.agent)
    async with database.unit_of_work() as uow:
        held = await list_held(uow, admin(boss))
    text = as_csv(held, ["Name", "Mail", "Role", "Site", "In", "2FA", "By", "On"], {"agent": "agent"}, {}, "all")
    rows = list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))
    assert all(not cell.lstrip().startswith(("=", "+", "-", "@", "|", "%")) for row in rows for cell in row)
    assert f"'{name}" in {row[0] for row in rows}
