"""Signing in: password, then the second factor; the same words and the same work whatever was wrong.

Too many failures lock the account for a while, doubled each time; a browser from which its owner has signed in before
counts for itself, so nobody can lock an owner out of their own desk.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from core.access import Access
from core.accounts.browser import Browser
from core.accounts.models import Staff, StaffDevice, StaffSession
from core.accounts.passwords import verify_password
from core.accounts.second_factor import accept_app_code, accept_code, idle_step
from core.accounts.sessions import Stage, end_one, open_session, renew
from core.audit import record
from core.crypto import keyring
from core.db import UnitOfWork
from core.errors import Refused

LOCK_AFTER = 8
"""Failures in a row after which there is a wait. Source: team proposal, unsigned."""
LOCK_FOR = timedelta(minutes=10)
LONGEST_LOCK = timedelta(hours=2)
CODES_PER_SIGN_IN = 5
"""Wrong codes or passwords after which a half-made or locked session ends."""
REFUSED = Refused("login-refused")


@dataclass(frozen=True)
class Opened:
    """A session was opened or renewed: its token, and how far the sign-in is."""

    token: str
    stage: Stage


async def sign_in(
    uow: UnitOfWork,
    email: str,
    password: str,
    browser: Browser,
    now: datetime,
    *,
    needs_second_factor: bool = False,
) -> Opened | Refused:
    """A session that waits for the second factor (or for it to be set up), or a whole one where none is wanted.

    One and the same refusal, after the same work, whether address, password, lock or a closed account is at fault.
    """
    address = email.strip().lower().replace("\x00", "")
    stored = await uow.session.scalar(select(Staff.password_hash).where(Staff.email == address))
    matches = await asyncio.to_thread(verify_password, stored, password)
    idle_step("000000", now)
    person = await uow.session.scalar(select(Staff).where(Staff.email == address).with_for_update())
    device = await _known_device(uow, person.id if person else UUID(int=0), browser)
    until = device.locked_until if device else person.locked_until if person else None
    is_locked = until is not None and until > now
    if person is None or not person.is_active or is_locked or not matches or person.password_hash != stored:
        if person is not None and person.is_active and not is_locked:
            _count_failure(person, device, now)
        # Written for nobody as well: a commit with a row to keep takes longer than one without.
        subject = person.id if person is not None else keyring.token(address)
        record(uow, Access.system("sign-in"), "sign-in.refused", "staff", subject, now)
        return REFUSED
    return await proceed(uow, person, browser, now, needs_second_factor=needs_second_factor)


async def proceed(
    uow: UnitOfWork,
    person: Staff,
    browser: Browser,
    now: datetime,
    *,
    needs_second_factor: bool,
    is_proven: bool = False,
) -> Opened:
    """The next stage for someone whose password was right, or whom the single sign-on vouched for.

    `is_proven` says that the single sign-on asked for a second factor itself.
    """
    if person.totp_secret is not None and not is_proven:
        return Opened(await open_session(uow, person, browser, Stage.code, now), Stage.code)
    if needs_second_factor and not is_proven:
        return Opened(await open_session(uow, person, browser, Stage.enrol, now), Stage.enrol)
    token = await open_session(uow, person, browser, Stage.whole, now)
    await finish(uow, person, browser, now)
    return Opened(token, Stage.whole)


async def answer_code(
    uow: UnitOfWork, session_id: UUID, typed: str, browser: Browser, now: datetime
) -> Opened | Refused:
    """The second factor of a half-made session. After five wrong ones it ends; each also counts against the account."""
    session, person = await _with_person(uow, session_id)
    device = await _known_device(uow, person.id, browser)
    until = device.locked_until if device else person.locked_until
    idle_step("000000", now)
    is_locked = until is not None and until > now
    if session.stage != Stage.code or is_locked or not await accept_code(uow, person, typed, now):
        if not is_locked:
            _count_failure(person, device, now)
        record(uow, Access.system("sign-in"), "sign-in.code-refused", "staff", person.id, now)
        return await _fail(uow, session, "code-wrong")
    token = await renew(uow, session_id, now, keep_age=False)
    await finish(uow, person, browser, now)
    return Opened(token, Stage.whole)


async def prove_again(uow: UnitOfWork, session_id: UUID, typed: str, browser: Browser, now: datetime) -> Refused | None:
    """The second factor once more, before a grave act: a code the app shows now, each code once.

    Wrong ones count as at the sign-in: after five the session ends, after eight the account (or this browser) waits.
    Refused: `factor-missing` (none is set up), `code-wrong`, `login-over`.
    """
    session, person = await _with_person(uow, session_id)
    if person.totp_secret is None:
        return Refused("factor-missing")
    device = await _known_device(uow, person.id, browser)
    until = device.locked_until if device else person.locked_until
    is_locked = until is not None and until > now
    is_whole = session.stage == Stage.whole and session.locked_at is None
    if is_whole and not is_locked and await accept_app_code(uow, person, typed, now):
        session.failed_unlocks = 0
        return None
    if not is_locked:
        _count_failure(person, device, now)
    record(uow, Access.staff(person.id, person.held, "sign-in"), "second-factor.refused", "staff", person.id, now)
    return await _fail(uow, session, "code-wrong")


async def unlock(uow: UnitOfWork, session_id: UUID, password: str, now: datetime) -> Opened | Refused:
    """Open a locked screen by the password; after five wrong ones the session ends."""
    session, person = await _with_person(uow, session_id)
    if session.stage != Stage.whole:
        return Refused("password-wrong")
    if not await asyncio.to_thread(verify_password, person.password_hash, password):
        record(uow, Access.system("sign-in"), "unlock.refused", "staff", person.id, now)
        return await _fail(uow, session, "password-wrong")
    return Opened(await renew(uow, session_id, now), Stage.whole)


async def finish(uow: UnitOfWork, person: Staff, browser: Browser, now: datetime) -> None:
    """What every whole sign-in does: forget failures, know the browser, note the time, write the audit."""
    person.failed_logins, person.locked_until, person.signed_in_at = 0, None, now
    record(uow, Access.staff(person.id, person.held, "sign-in"), "sign-in", "staff", person.id, now)
    await uow.session.flush()
    if not browser.key:
        return
    known = insert(StaffDevice).values(
        staff_id=person.id, device_hash=browser.device_hash, seen_at=now, failed_logins=0, locked_until=None
    )
    await uow.session.execute(
        known.on_conflict_do_update(
            index_elements=["staff_id", "device_hash"],
            set_={"seen_at": now, "failed_logins": 0, "locked_until": None},
        )
    )


async def _known_device(uow: UnitOfWork, staff_id: UUID, browser: Browser) -> StaffDevice | None:
    """The browser, if its owner has signed in from it. One without a key of its own is never known."""
    return await uow.session.scalar(
        select(StaffDevice)
        .where(
            StaffDevice.staff_id == staff_id, StaffDevice.device_hash == (browser.device_hash if browser.key else "")
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _count_failure(person: Staff, device: StaffDevice | None, now: datetime) -> None:
    counted = device or person
    counted.failed_logins += 1
    over = counted.failed_logins - LOCK_AFTER
    if over >= 0:
        counted.locked_until = now + min(LONGEST_LOCK, LOCK_FOR * 2 ** min(over, 8))


async def _with_person(uow: UnitOfWork, session_id: UUID) -> tuple[StaffSession, Staff]:
    row = (
        await uow.session.execute(
            select(StaffSession, Staff)
            .join(Staff)
            .where(StaffSession.id == session_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    ).one()
    return row[0], row[1]


async def _fail(uow: UnitOfWork, session: StaffSession, reason: str) -> Refused:
    failed = await uow.session.scalar(
        update(StaffSession)
        .where(StaffSession.id == session.id)
        .values(failed_unlocks=StaffSession.failed_unlocks + 1)
        .returning(StaffSession.failed_unlocks)
    )
    if (failed or 0) >= CODES_PER_SIGN_IN:
        await end_one(uow, session.staff_id, session.id)
        return Refused("login-over")
    return Refused(reason)
