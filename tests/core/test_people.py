"""Who works here. Invariants: nobody changes their own rights, the last admin stays, a one-time link works once."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from core.access import Access, Role
from core.accounts import Browser, Staff, StaffSession, hash_password
from core.accounts.models import StaffRole
from core.accounts.people import (
    LINK_LIFETIME,
    deactivate,
    find_link,
    get_person,
    make_link,
    reset_second_factor,
    set_posts,
    take_on,
    use_link,
)
from core.accounts.sessions import Stage, open_session
from core.audit import AuditEvent
from core.clock import FixedClock
from core.db import Database
from core.errors import Forbidden, Refused
from core.ids import new_id

SETUP = Access.system("setup")
PASSWORD = "a long enough sentence"


async def someone(database: Database, name: str, *roles: Role) -> UUID:
    """A person with roles at all sites."""
    person = Staff(
        id=new_id(),
        email=f"{name}@example.org",
        name=name,
        password_hash=hash_password(PASSWORD),
        roles=[role.value for role in roles],
    )
    async with database.unit_of_work() as uow:
        uow.session.add(person)
    return person.id


def admin(staff_id: UUID) -> Access:
    """The rights of an admin at all sites."""
    return Access.staff(staff_id, frozenset({Role.admin}))


async def test_a_link_sets_the_password_once_and_looking_at_it_does_not_use_it(
    database: Database, clock: FixedClock
) -> None:
    async with database.unit_of_work() as uow:
        made = await take_on(uow, SETUP, " Nowa@Example.org ", "Nowa Osoba", [(Role.agent, None)], clock.now())
    assert not isinstance(made, Refused)
    person, token = made
    assert person.email == "nowa@example.org" and person.password_hash == ""
    for _ in range(3):
        async with database.unit_of_work() as uow:
            assert await find_link(uow, token, clock.now()) is not None
    outcomes = []
    for _ in range(2):
        async with database.unit_of_work() as uow:
            outcomes.append(await use_link(uow, token, PASSWORD, PASSWORD, clock.now()))
    assert isinstance(outcomes[0], Staff) and outcomes[1] == Refused("link-over")


async def test_of_two_who_use_a_link_at_once_one_sets_the_password(database: Database, clock: FixedClock) -> None:
    async with database.unit_of_work() as uow:
        made = await take_on(uow, SETUP, "nowa@example.org", "Nowa", [(Role.agent, None)], clock.now())
    assert not isinstance(made, Refused)

    async def use(password: str) -> Staff | Refused:
        async with database.unit_of_work() as uow:
            return await use_link(uow, made[1], password, password, clock.now())

    outcomes = await asyncio.gather(use(PASSWORD), use("another long sentence"))
    assert sorted(isinstance(one, Refused) for one in outcomes) == [False, True]


async def test_a_link_ends_with_its_time_with_a_newer_one_and_with_the_account(
    database: Database, clock: FixedClock
) -> None:
    boss = await someone(database, "ola", Role.admin)
    async with database.unit_of_work() as uow:
        made = await take_on(uow, admin(boss), "nowa@example.org", "Nowa", [(Role.agent, None)], clock.now())
        assert not isinstance(made, Refused)
        person, first = made
        assert await find_link(uow, first, clock.now() + LINK_LIFETIME + timedelta(seconds=1)) is None
        second = await make_link(uow, admin(boss), person, clock.now())
        assert await find_link(uow, first, clock.now()) is None
        assert await find_link(uow, second, clock.now()) is not None
        assert await deactivate(uow, admin(boss), person, clock.now()) is None
        assert await find_link(uow, second, clock.now()) is None


@pytest.mark.parametrize(
    ("password", "again", "reason"),
    [
        (PASSWORD, "something else here", "password-differs"),
        ("short", "short", "password-short"),
        ("x" * 501, "x" * 501, "password-short"),
        ("aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa", "password-easy"),
        ("zielinska123", "zielinska123", "password-easy"),
    ],
)
async def test_a_poor_password_is_refused_with_its_reason_and_the_link_stays(
    database: Database, clock: FixedClock, password: str, again: str, reason: str
) -> None:
    async with database.unit_of_work() as uow:
        made = await take_on(uow, SETUP, "m@example.org", "Marta Zielinska", [(Role.agent, None)], clock.now())
        assert not isinstance(made, Refused)
        refused = await use_link(uow, made[1], password, again, clock.now())
        assert isinstance(refused, Refused) and refused.reason == reason
        assert await find_link(uow, made[1], clock.now()) is not None


@pytest.mark.parametrize(
    ("email", "name", "roles", "reason"),
    [
        ("no-at-sign", "A", [Role.agent], "staff-email"),
        ("a b@example.org", "A", [Role.agent], "staff-email"),
        ("a\x00@example.org", "A", [Role.agent], "staff-email"),
        ("a@example.org", "  ", [Role.agent], "staff-name"),
        ("a@example.org", "x" * 101, [Role.agent], "staff-name"),
        ("a@example.org", "A", [], "staff-role"),
        ("a@example.org", "A", [Role.system], "staff-role"),
        ("a@example.org", "A", [Role.patient], "staff-role"),
        ("OLA@example.org", "A", [Role.agent], "staff-exists"),
    ],
)
async def test_nobody_is_taken_on_with_nonsense(
    database: Database, clock: FixedClock, email: str, name: str, roles: list[Role], reason: str
) -> None:
    boss = await someone(database, "ola", Role.admin)
    async with database.unit_of_work() as uow:
        refused = await take_on(uow, admin(boss), email, name, [(role, None) for role in roles], clock.now())
    assert isinstance(refused, Refused) and refused.reason == reason


async def test_an_admin_changes_others_but_never_their_own_rights(database: Database, clock: FixedClock) -> None:
    boss, other = await someone(database, "ola", Role.admin), await someone(database, "jan", Role.admin)
    async with database.unit_of_work() as uow:
        own = await get_person(uow, admin(boss), boss)
        for refused in (
            await set_posts(uow, admin(boss), own, [(Role.admin, None), (Role.supervisor, None)], clock.now()),
            await deactivate(uow, admin(boss), own, clock.now()),
            await reset_second_factor(uow, admin(boss), own, clock.now()),
        ):
            assert refused == Refused("staff-own")
        person = await get_person(uow, admin(boss), other)
        assert await set_posts(uow, admin(boss), person, [(Role.agent, None)], clock.now()) is None
    async with database.unit_of_work() as uow:
        held = await uow.session.scalars(select(StaffRole.role).where(StaffRole.staff_id == other))
        assert list(held) == ["agent"]
        actions = set(await uow.session.scalars(select(AuditEvent.action).where(AuditEvent.actor == str(boss))))
    assert actions == {"staff.role-taken.admin", "staff.role-given.agent"}


async def test_the_last_admin_stays_even_when_two_lower_each_other_at_once(
    database: Database, clock: FixedClock
) -> None:
    first, second = await someone(database, "ola", Role.admin), await someone(database, "jan", Role.admin)

    async def lower(by: UUID, whom: UUID) -> Refused | None:
        async with database.unit_of_work() as uow:
            person = await get_person(uow, admin(by), whom)
            return await set_posts(uow, admin(by), person, [(Role.agent, None)], clock.now())

    outcomes = await asyncio.gather(lower(first, second), lower(second, first))
    assert sorted(map(repr, outcomes)) == sorted(map(repr, (None, Refused("staff-last-admin"))))


async def test_an_admin_at_one_site_does_not_count_as_the_last_one(database: Database, clock: FixedClock) -> None:
    boss, site = await someone(database, "ola", Role.admin), new_id()
    helper = await someone(database, "jan", Role.agent)
    async with database.unit_of_work() as uow:
        person = await get_person(uow, SETUP, helper)
        assert await set_posts(uow, SETUP, person, [(Role.admin, site)], clock.now()) is None
        assert await deactivate(uow, SETUP, await get_person(uow, SETUP, boss), clock.now()) == Refused(
            "staff-last-admin"
        )


@pytest.mark.parametrize("change", ["roles", "second factor", "deactivated", "password"])
async def test_sessions_end_when_what_they_rest_on_changes(database: Database, clock: FixedClock, change: str) -> None:
    boss, other = await someone(database, "ola", Role.admin), await someone(database, "jan", Role.agent)
    async with database.unit_of_work() as uow:
        person = await get_person(uow, admin(boss), other)
        await open_session(uow, person, Browser("key", "Firefox"), Stage.whole, clock.now())
        token = await make_link(uow, admin(boss), person, clock.now())
    async with database.unit_of_work() as uow:
        person = await get_person(uow, admin(boss), other)
        if change == "roles":
            await set_posts(uow, admin(boss), person, [(Role.supervisor, None)], clock.now())
        elif change == "second factor":
            await reset_second_factor(uow, admin(boss), person, clock.now())
        elif change == "deactivated":
            await deactivate(uow, admin(boss), person, clock.now())
        else:
            await use_link(uow, token, PASSWORD, PASSWORD, clock.now())
    async with database.unit_of_work() as uow:
        assert (await uow.session.scalars(select(StaffSession))).all() == []


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.admin, Role.system)])
async def test_only_those_who_manage_staff_may(database: Database, clock: FixedClock, role: Role) -> None:
    other = await someone(database, "jan", Role.agent)
    access = Access.staff(new_id(), frozenset({role}))
    async with database.unit_of_work() as uow:
        with pytest.raises(Forbidden):
            await get_person(uow, access, other)
        with pytest.raises(Forbidden):
            await take_on(uow, access, "x@example.org", "X", [(Role.agent, None)], clock.now())
