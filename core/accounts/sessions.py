"""Sessions of staff: opened in one browser, found again only from there, locked when idle, ended by what changes rights.

12 hours at most; locked after 15 idle minutes (the password opens it again), over after 60. Source: team proposal, unsigned.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import delete, select, update

from core.access import Access, Role, Scopes
from core.accounts.browser import Browser, digest
from core.accounts.models import Staff, StaffDevice, StaffSession
from core.audit import record
from core.db import UnitOfWork
from core.ids import StaffId, new_id

SESSION_LIFETIME = timedelta(hours=12)
SESSION_IDLE = timedelta(minutes=60)
SCREEN_LOCK = timedelta(minutes=15)
UNFINISHED_LIFETIME = timedelta(minutes=10)
"""How long a sign-in may wait for its second factor."""


_NO_SESSION = UUID(int=0)


class Stage(StrEnum):
    """How far a sign-in is."""

    code = "code"
    enrol = "enrol"
    whole = "whole"


@dataclass(frozen=True)
class SignedIn:
    """Who is at the keyboard."""

    staff_id: StaffId
    name: str
    email: str
    roles: frozenset[Role]
    language: str
    csrf_token: str
    scopes: Scopes = ()
    session_id: UUID = _NO_SESSION
    stage: Stage = Stage.whole
    is_locked: bool = False
    clinician_id: UUID | None = None

    @property
    def access(self) -> Access:
        """The rights of this person; none before the sign-in is whole, none while the screen is locked."""
        if self.stage is not Stage.whole or self.is_locked:
            return Access.staff(self.staff_id, frozenset(), "sign-in")
        return Access.staff(self.staff_id, self.roles, scopes=self.scopes, clinician_id=self.clinician_id)


async def open_session(uow: UnitOfWork, person: Staff, browser: Browser, stage: Stage, now: datetime) -> str:
    """A new session in that browser; gives its token, of which only a digest is kept."""
    token = secrets.token_urlsafe(32)
    uow.session.add(
        StaffSession(
            id=new_id(),
            token_hash=digest(token),
            staff_id=person.id,
            csrf_token=secrets.token_urlsafe(24),
            created_at=now,
            seen_at=now,
            stage=stage.value,
            device_hash=browser.device_hash,
            agent_hash=browser.agent_hash,
            browser_name=browser.name,
        )
    )
    await uow.session.flush()
    return token


async def find_session(
    uow: UnitOfWork, token: str, browser: Browser, now: datetime, *, is_automatic: bool = False
) -> SignedIn | None:
    """The person behind a token, at whatever stage and locked or not: the caller looks at both.

    None if the session is over. A token that comes from another browser was stolen: its session ends, which is audited
    and told to the owner at the next sign-in. What a page fetches by itself (`is_automatic`) does not prolong it.
    """
    row = (
        await uow.session.execute(
            select(StaffSession, Staff)
            .join(Staff)
            .where(StaffSession.token_hash == digest(token), Staff.is_active)
            .execution_options(populate_existing=True)
        )
    ).first()
    if row is None:
        return None
    session, person = row
    if is_over(session, now):
        return None
    if not _is_from(session, browser):
        await uow.session.delete(session)
        person.stolen_at = now
        record(uow, Access.system("sign-in"), "session.stolen", "staff", person.id, now)
        return None
    if session.locked_at is None and session.stage == Stage.whole and session.seen_at + SCREEN_LOCK < now:
        session.locked_at = now
    elif session.locked_at is None and not is_automatic and session.seen_at + timedelta(minutes=1) < now:
        await uow.session.execute(update(StaffSession).where(StaffSession.id == session.id).values(seen_at=now))
    return SignedIn(
        StaffId(person.id),
        person.name,
        person.email,
        person.held,
        person.language,
        session.csrf_token,
        person.scopes,
        session.id,
        Stage(session.stage),
        session.locked_at is not None,
        person.clinician_id,
    )


async def renew(
    uow: UnitOfWork, session_id: UUID, now: datetime, *, stage: Stage = Stage.whole, keep_age: bool = True
) -> str:
    """The same session under a new token and a new form token, unlocked: after everything that gives it more rights."""
    token = secrets.token_urlsafe(32)
    values = {
        "token_hash": digest(token),
        "csrf_token": secrets.token_urlsafe(24),
        "seen_at": now,
        "stage": stage.value,
        "locked_at": None,
        "failed_unlocks": 0,
    }
    if not keep_age:
        values["created_at"] = now
    await uow.session.execute(update(StaffSession).where(StaffSession.id == session_id).values(**values))
    return token


async def lock(uow: UnitOfWork, session_id: UUID, now: datetime) -> None:
    """Lock the screen at once."""
    await uow.session.execute(update(StaffSession).where(StaffSession.id == session_id).values(locked_at=now))


async def sign_out(uow: UnitOfWork, token: str) -> None:
    """End the session."""
    await uow.session.execute(delete(StaffSession).where(StaffSession.token_hash == digest(token)))


async def list_sessions(uow: UnitOfWork, staff_id: UUID, now: datetime) -> Sequence[StaffSession]:
    """A person's own open sessions, the latest first."""
    rows = await uow.session.scalars(
        select(StaffSession).where(StaffSession.staff_id == staff_id).order_by(StaffSession.seen_at.desc())
    )
    return [one for one in rows if not is_over(one, now)]


async def end_one(uow: UnitOfWork, staff_id: UUID, session_id: UUID) -> None:
    """End one of the person's own sessions; another's id does nothing."""
    await uow.session.execute(
        delete(StaffSession).where(StaffSession.staff_id == staff_id, StaffSession.id == session_id)
    )


async def end_sessions(uow: UnitOfWork, staff_id: UUID, except_id: UUID | None = None) -> None:
    """End all sessions of a person, or all but the one that asks."""
    which = delete(StaffSession).where(StaffSession.staff_id == staff_id)
    await uow.session.execute(which if except_id is None else which.where(StaffSession.id != except_id))


async def forget_devices(uow: UnitOfWork, staff_id: UUID) -> None:
    """No browser is known any more: a locked account stays locked everywhere."""
    await uow.session.execute(delete(StaffDevice).where(StaffDevice.staff_id == staff_id))


def is_over(session: StaffSession, now: datetime) -> bool:
    """True if the session has run out: too old, idle for too long, or never finished."""
    lifetime = SESSION_LIFETIME if session.stage == Stage.whole else UNFINISHED_LIFETIME
    return session.created_at + lifetime < now or session.seen_at + SESSION_IDLE < now


def _is_from(session: StaffSession, browser: Browser) -> bool:
    same_key = secrets.compare_digest(session.device_hash, browser.device_hash)
    return same_key and secrets.compare_digest(session.agent_hash, browser.agent_hash)
