"""Signing in."""

from datetime import timedelta

from core.access import Role
from core.accounts import LOCK_AFTER, Staff, find_session, hash_password, sign_in, sign_out
from core.clock import FixedClock
from core.db import Database
from core.errors import Refused


async def _marta(database: Database) -> None:
    async with database.unit_of_work() as uow:
        uow.session.add(
            Staff(email="marta@example.org", name="Marta", password_hash=hash_password("right"), roles=["agent"])
        )


async def test_a_right_password_opens_a_session_with_the_persons_roles(database: Database, clock: FixedClock) -> None:
    await _marta(database)
    async with database.unit_of_work() as uow:
        token = await sign_in(uow, " Marta@Example.org ", "right", clock.now())
        assert isinstance(token, str)
    async with database.unit_of_work() as uow:
        person = await find_session(uow, token, clock.now())
        assert person is not None and person.roles == {Role.agent}
        await sign_out(uow, token)
    async with database.unit_of_work() as uow:
        assert await find_session(uow, token, clock.now()) is None


async def test_an_idle_session_ends(database: Database, clock: FixedClock) -> None:
    await _marta(database)
    async with database.unit_of_work() as uow:
        token = await sign_in(uow, "marta@example.org", "right", clock.now())
        assert isinstance(token, str)
    async with database.unit_of_work() as uow:
        assert await find_session(uow, token, clock.now() + timedelta(hours=2)) is None


async def test_unknown_person_wrong_password_and_lock_answer_the_same(database: Database, clock: FixedClock) -> None:
    await _marta(database)
    answers = []
    for email, password in [
        ("nobody@example.org", "x"),
        *[("marta@example.org", "wrong")] * LOCK_AFTER,
        ("marta@example.org", "right"),
    ]:
        async with database.unit_of_work() as uow:
            answers.append(await sign_in(uow, email, password, clock.now()))
    assert set(map(repr, answers)) == {repr(Refused("login-refused"))}
    async with database.unit_of_work() as uow:
        assert isinstance(await sign_in(uow, "marta@example.org", "right", clock.now() + timedelta(minutes=11)), str)
