"""Signing in: passwords, second factors, sessions bound to a browser, back-off. The answers tell nobody what was wrong."""

import statistics
import time
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pyotp
import pytest
from sqlalchemy import func, select

from core.access import Role
from core.accounts import (
    LOCK_AFTER,
    Browser,
    Opened,
    SignedIn,
    Staff,
    StaffSession,
    Stage,
    answer_code,
    find_session,
    hash_password,
    sign_in,
    sign_out,
)
from core.accounts.models import RecoveryCode
from core.accounts.people import set_password
from core.accounts.second_factor import confirm, offer
from core.accounts.sessions import end_sessions, lock, renew
from core.accounts.signing_in import CODES_PER_SIGN_IN, LONGEST_LOCK, unlock
from core.audit import AuditEvent
from core.clock import FixedClock
from core.db import Database
from core.errors import Refused

DESK = Browser("key-of-the-desk", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
ELSEWHERE = Browser("key-of-a-thief", "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36")
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
REFUSED = Refused("login-refused")


async def _marta(database: Database, **more: object) -> UUID:
    async with database.unit_of_work() as uow:
        person = Staff(
            email="marta@example.org", name="Marta", password_hash=hash_password("right"), roles=["agent"], **more
        )
        uow.session.add(person)
        await uow.session.flush()
        return person.id


async def _enter(
    database: Database,
    clock: FixedClock,
    typed: str = "right",
    browser: Browser = DESK,
    email: str = "marta@example.org",
) -> Opened | Refused:
    async with database.unit_of_work() as uow:
        return await sign_in(uow, email, typed, browser, clock.now())


async def _in(database: Database, clock: FixedClock, browser: Browser = DESK) -> str:
    opened = await _enter(database, clock, browser=browser)
    assert isinstance(opened, Opened)
    return opened.token


async def _who(database: Database, clock: FixedClock, token: str, browser: Browser = DESK) -> SignedIn | None:
    async with database.unit_of_work() as uow:
        return await find_session(uow, token, browser, clock.now())


async def _code(database: Database, clock: FixedClock, token: str, typed: str) -> Opened | Refused:
    person = await _who(database, clock, token)
    assert person is not None
    async with database.unit_of_work() as uow:
        return await answer_code(uow, person.session_id, typed, DESK, clock.now())


async def _audited(database: Database, action: str) -> int:
    async with database.unit_of_work() as uow:
        return await uow.session.scalar(select(func.count()).where(AuditEvent.action == action)) or 0


async def test_a_right_password_opens_a_session_with_the_persons_roles(database: Database, clock: FixedClock) -> None:
    await _marta(database)
    opened = await _enter(database, clock, email=" Marta@Example.org ")
    assert isinstance(opened, Opened) and opened.stage is Stage.whole
    person = await _who(database, clock, opened.token)
    assert person is not None and person.roles == {Role.agent} and person.access.roles == {Role.agent}
    async with database.unit_of_work() as uow:
        await sign_out(uow, opened.token)
    assert await _who(database, clock, opened.token) is None


async def test_an_idle_session_locks_then_ends_and_what_pages_do_alone_does_not_prolong_it(
    database: Database, clock: FixedClock
) -> None:
    await _marta(database)
    token = await _in(database, clock)
    for _ in range(3):
        clock.instant += timedelta(minutes=14)
        person = await _who(database, clock, token)
        assert person is not None and not person.is_locked
    for _ in range(2):
        clock.instant += timedelta(minutes=8)
        async with database.unit_of_work() as uow:
            person = await find_session(uow, token, DESK, clock.now(), is_automatic=True)
    assert person is not None and person.is_locked and person.access.roles == frozenset()
    clock.instant += timedelta(minutes=46)
    assert await _who(database, clock, token) is None


async def test_a_session_ends_after_twelve_hours_however_busy(database: Database, clock: FixedClock) -> None:
    await _marta(database)
    token = await _in(database, clock)
    for _ in range(12 * 6):
        clock.instant += timedelta(minutes=10)
        assert await _who(database, clock, token) is not None
    clock.instant += timedelta(minutes=1)
    assert await _who(database, clock, token) is None


async def test_a_locked_screen_opens_by_the_password_under_a_new_token_and_ends_after_five_wrong_ones(
    database: Database, clock: FixedClock
) -> None:
    await _marta(database)
    token = await _in(database, clock)
    person = await _who(database, clock, token)
    assert person is not None
    async with database.unit_of_work() as uow:
        await lock(uow, person.session_id, clock.now())
    async with database.unit_of_work() as uow:
        assert await unlock(uow, person.session_id, "wrong", clock.now()) == Refused("password-wrong")
    async with database.unit_of_work() as uow:
        opened = await unlock(uow, person.session_id, "right", clock.now())
    assert isinstance(opened, Opened) and opened.token != token
    assert await _who(database, clock, token) is None
    again = await _who(database, clock, opened.token)
    assert again is not None and not again.is_locked and again.csrf_token != person.csrf_token
    for _ in range(CODES_PER_SIGN_IN):
        async with database.unit_of_work() as uow:
            await unlock(uow, person.session_id, "wrong", clock.now())
    assert await _who(database, clock, opened.token) is None


async def test_unknown_person_wrong_password_lock_and_closed_account_answer_the_same(
    database: Database, clock: FixedClock
) -> None:
    marta = await _marta(database)
    answers = [await _enter(database, clock, "x", ELSEWHERE, "nobody@example.org")]
    answers += [await _enter(database, clock, "wrong", ELSEWHERE) for _ in range(LOCK_AFTER)]
    answers.append(await _enter(database, clock, "right", ELSEWHERE))
    assert set(map(repr, answers)) == {repr(REFUSED)}
    clock.instant += timedelta(minutes=11)
    assert isinstance(await _enter(database, clock, "right", ELSEWHERE), Opened)
    async with database.unit_of_work() as uow:
        (await uow.session.get_one(Staff, marta)).is_active = False
    assert await _enter(database, clock) == REFUSED


async def test_the_wait_doubles_but_has_an_end(database: Database, clock: FixedClock) -> None:
    await _marta(database)
    for _ in range(LOCK_AFTER):
        await _enter(database, clock, "wrong")
    clock.instant += timedelta(minutes=10, seconds=1)
    await _enter(database, clock, "wrong")
    clock.instant += timedelta(minutes=11)
    assert await _enter(database, clock) == REFUSED
    for _ in range(8):
        clock.instant += LONGEST_LOCK + timedelta(seconds=1)
        await _enter(database, clock, "wrong")
    clock.instant += LONGEST_LOCK + timedelta(seconds=1)
    assert isinstance(await _enter(database, clock), Opened)


async def test_an_attacker_who_locks_an_account_does_not_lock_its_owner_out_of_a_known_browser(
    database: Database, clock: FixedClock
) -> None:
    await _marta(database)
    await _in(database, clock)
    for _ in range(LOCK_AFTER):
        await _enter(database, clock, "wrong", ELSEWHERE)
    assert await _enter(database, clock, "right", ELSEWHERE) == REFUSED
    assert isinstance(await _enter(database, clock), Opened)
    for _ in range(LOCK_AFTER):
        await _enter(database, clock, "wrong")
    assert await _enter(database, clock) == REFUSED, "a known browser has a count of its own, and it counts"


async def test_a_browser_without_a_key_is_never_a_known_one(database: Database, clock: FixedClock) -> None:
    await _marta(database)
    keyless = replace(DESK, key="")
    await _in(database, clock, keyless)
    for _ in range(LOCK_AFTER):
        await _enter(database, clock, "wrong", ELSEWHERE)
    assert await _enter(database, clock, "right", keyless) == REFUSED


async def test_how_long_a_refusal_takes_does_not_tell_who_works_here(database: Database, clock: FixedClock) -> None:
    await _marta(database)
    took: dict[str, list[float]] = {"marta@example.org": [], "nobody@example.org": []}
    for email in [*took, *[email for _ in range(11) for email in took]]:
        began = time.perf_counter()
        await _enter(database, clock, "wrong", ELSEWHERE, email)
        took[email].append(time.perf_counter() - began)
        async with database.unit_of_work() as uow:
            for person in await uow.session.scalars(select(Staff)):
                person.failed_logins, person.locked_until = 0, None
    known, unknown = (statistics.median(times[1:]) for times in took.values())
    assert abs(known - unknown) < max(0.5 * max(known, unknown), 0.02), (known, unknown)


@pytest.mark.parametrize("thief", [ELSEWHERE, replace(DESK, key="other"), replace(DESK, agent=ELSEWHERE.agent)])
async def test_a_cookie_used_from_another_browser_ends_the_session_and_tells_the_owner(
    database: Database, clock: FixedClock, thief: Browser
) -> None:
    marta = await _marta(database)
    token = await _in(database, clock)
    assert await _who(database, clock, token, thief) is None
    assert await _who(database, clock, token) is None, "the stolen token is worth nothing to anybody"
    assert await _audited(database, "session.stolen") == 1
    async with database.unit_of_work() as uow:
        assert (await uow.session.get_one(Staff, marta)).stolen_at == clock.now()


async def test_an_update_of_the_browser_in_the_middle_of_a_shift_is_no_theft(
    database: Database, clock: FixedClock
) -> None:
    await _marta(database)
    token = await _in(database, clock)
    assert await _who(database, clock, token, replace(DESK, agent=DESK.agent.replace("140.0", "141.0"))) is not None


async def test_a_code_of_the_app_finishes_the_sign_in_once_and_a_replay_is_refused(
    database: Database, clock: FixedClock
) -> None:
    await _marta(database, totp_secret=SECRET)
    code = pyotp.TOTP(SECRET).at(clock.now())
    first = await _in(database, clock)
    half = await _who(database, clock, first)
    assert half is not None and half.stage is Stage.code and half.access.roles == frozenset()
    opened = await _code(database, clock, first, f"{code[:3]} {code[3:]}")
    assert isinstance(opened, Opened) and opened.stage is Stage.whole and opened.token != first
    assert await _who(database, clock, first) is None
    second = await _in(database, clock)
    assert await _code(database, clock, second, code) == Refused("code-wrong")
    clock.instant += timedelta(seconds=30)
    assert isinstance(await _code(database, clock, second, pyotp.TOTP(SECRET).at(clock.now())), Opened)


async def test_five_wrong_codes_end_the_sign_in_and_count_against_the_account(
    database: Database, clock: FixedClock
) -> None:
    await _marta(database, totp_secret=SECRET)
    for _ in range(2):
        opened = await _enter(database, clock)
        if isinstance(opened, Refused):
            break
        for number in range(CODES_PER_SIGN_IN):
            if await _who(database, clock, opened.token) is not None:
                answer = await _code(database, clock, opened.token, f"00000{number}")
        assert answer == Refused("login-over")
        assert await _who(database, clock, opened.token) is None
    assert await _enter(database, clock) == REFUSED, "a right password does not wipe out wrong codes"


async def test_a_recovery_code_works_once_and_is_kept_as_a_digest_only(database: Database, clock: FixedClock) -> None:
    marta = await _marta(database)
    async with database.unit_of_work() as uow:
        person = await uow.session.get_one(Staff, marta)
        secret, picture = offer(person, "Poradnia")
        assert offer(person, "Poradnia")[0] == secret and "<svg" in picture and "style" not in picture
        assert await confirm(uow, person, "000000", clock.now()) == Refused("code-wrong")
        codes = await confirm(uow, person, pyotp.TOTP(secret).at(clock.now()), clock.now())
    assert not isinstance(codes, Refused) and len(set(codes)) == 10
    async with database.unit_of_work() as uow:
        kept = set(await uow.session.scalars(select(RecoveryCode.code_hash)))
        assert len(kept) == 10 and not kept & set(codes)
    token = await _in(database, clock)
    assert isinstance(await _code(database, clock, token, codes[3].upper()), Opened)
    token = await _in(database, clock)
    assert await _code(database, clock, token, codes[3]) == Refused("code-wrong")
    assert await _audited(database, "second-factor.recovery-code") == 1


async def test_where_a_second_factor_is_demanded_a_sign_in_without_one_waits_for_its_set_up(
    database: Database, clock: FixedClock
) -> None:
    await _marta(database)
    async with database.unit_of_work() as uow:
        opened = await sign_in(uow, "marta@example.org", "right", DESK, clock.now(), needs_second_factor=True)
    assert isinstance(opened, Opened) and opened.stage is Stage.enrol
    person = await _who(database, clock, opened.token)
    assert person is not None and person.access.roles == frozenset()
    clock.instant += timedelta(minutes=11)
    assert await _who(database, clock, opened.token) is None


async def test_a_new_password_ends_every_other_session(database: Database, clock: FixedClock) -> None:
    marta = await _marta(database)
    mine, other = await _in(database, clock), await _in(database, clock)
    person = await _who(database, clock, mine)
    assert person is not None
    async with database.unit_of_work() as uow:
        staff = await uow.session.get_one(Staff, marta)
        await set_password(uow, staff, "another password", clock.now(), person.session_id)
        fresh = await renew(uow, person.session_id, clock.now())
    assert await _who(database, clock, other) is None and await _who(database, clock, mine) is None
    assert await _who(database, clock, fresh) is not None
    async with database.unit_of_work() as uow:
        await end_sessions(uow, marta)
    assert await _who(database, clock, fresh) is None


async def test_the_database_holds_no_token_no_secret_and_no_code_as_they_are(
    database: Database, clock: FixedClock
) -> None:
    await _marta(database, totp_secret=SECRET)
    token = await _in(database, clock)
    async with database.unit_of_work() as uow:
        connection = await uow.connection()
        raw = (await connection.exec_driver_sql("SELECT totp_secret FROM staff")).scalar_one()
        rows = list(await uow.session.scalars(select(StaffSession.token_hash)))
    assert SECRET.encode() not in bytes(raw) and token not in rows
