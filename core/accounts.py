"""Staff accounts and their sessions: argon2id passwords, server-side sessions, a CSRF token per session."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import ARRAY, ForeignKey, String, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from core.access import Access, Role
from core.db import Base, UnitOfWork
from core.errors import Refused
from core.ids import StaffId, new_id

SESSION_LIFETIME = timedelta(hours=12)
SESSION_IDLE = timedelta(minutes=60)
LOCK_AFTER = 8
LOCK_FOR = timedelta(minutes=10)
_hasher = PasswordHasher()
_NOBODY = _hasher.hash(secrets.token_hex(16))


class Staff(Base):
    """A person who works at the clinic."""

    __tablename__ = "staff"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    roles: Mapped[list[str]] = mapped_column(ARRAY(String))
    language: Mapped[str] = mapped_column(default="pl")
    is_active: Mapped[bool] = mapped_column(default=True)
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]


class StaffSession(Base):
    """A sign-in. Only a digest of its token is stored."""

    __tablename__ = "staff_sessions"
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    csrf_token: Mapped[str]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]


@dataclass(frozen=True)
class SignedIn:
    """Who is at the keyboard."""

    staff_id: StaffId
    name: str
    email: str
    roles: frozenset[Role]
    language: str
    csrf_token: str

    @property
    def access(self) -> Access:
        """The rights of this person."""
        return Access.staff(self.staff_id, self.roles)


def hash_password(password: str) -> str:
    """argon2id with the library's current parameters."""
    return _hasher.hash(password)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def sign_in(uow: UnitOfWork, email: str, password: str, now: datetime) -> str | Refused:
    """A new session's token, or one and the same refusal whether the address, the password or the lock is at fault."""
    person = await uow.session.scalar(select(Staff).where(Staff.email == email.strip().lower()).with_for_update())
    try:
        _hasher.verify(person.password_hash if person else _NOBODY, password)
        matches = person is not None
    except (Argon2Error, InvalidHashError):
        matches = False
    if person is None or not person.is_active or (person.locked_until and person.locked_until > now):
        return Refused("login-refused")
    if not matches:
        person.failed_logins += 1
        if person.failed_logins >= LOCK_AFTER:
            person.failed_logins, person.locked_until = 0, now + LOCK_FOR
        return Refused("login-refused")
    person.failed_logins, person.locked_until = 0, None
    token = secrets.token_urlsafe(32)
    uow.session.add(
        StaffSession(
            token_hash=_digest(token),
            staff_id=person.id,
            csrf_token=secrets.token_urlsafe(24),
            created_at=now,
            seen_at=now,
        )
    )
    return token


async def find_session(uow: UnitOfWork, token: str, now: datetime) -> SignedIn | None:
    """The person behind a token, unless the session is over (12 hours, or 60 minutes idle)."""
    row = (
        await uow.session.execute(
            select(StaffSession, Staff).join(Staff).where(StaffSession.token_hash == _digest(token), Staff.is_active)
        )
    ).first()
    if row is None:
        return None
    session, person = row
    if session.created_at + SESSION_LIFETIME < now or session.seen_at + SESSION_IDLE < now:
        return None
    if session.seen_at + timedelta(minutes=1) < now:
        await uow.session.execute(
            update(StaffSession).where(StaffSession.token_hash == session.token_hash).values(seen_at=now)
        )
    return SignedIn(
        StaffId(person.id),
        person.name,
        person.email,
        frozenset(Role(r) for r in person.roles),
        person.language,
        session.csrf_token,
    )


async def sign_out(uow: UnitOfWork, token: str) -> None:
    """End the session."""
    await uow.session.execute(delete(StaffSession).where(StaffSession.token_hash == _digest(token)))
