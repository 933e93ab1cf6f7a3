"""Lock-outs after wrong codes, counted by keyed tokens of whatever a code was given back for: a contact point, a person, a link."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from conversations.identity.models import IdentityLock
from core.db import UnitOfWork

MAX_ATTEMPTS = 3


async def is_locked(uow: UnitOfWork, subjects: Collection[str], now: datetime) -> bool:
    """True while one of the subjects is locked out."""
    found = await uow.session.scalar(
        select(func.count())
        .select_from(IdentityLock)
        .where(IdentityLock.subject_token.in_(subjects), IdentityLock.locked_until > now)
    )
    return bool(found)


async def fail(uow: UnitOfWork, subject: str, lasts: timedelta, now: datetime) -> int:
    """One more wrong code; how many there are within the time a lock-out lasts. From the third on it is locked."""
    await uow.session.execute(
        insert(IdentityLock).values(subject_token=subject, failures=0, failed_at=now).on_conflict_do_nothing()
    )
    lock = await uow.session.get_one(IdentityLock, subject, with_for_update=True, populate_existing=True)
    is_old = lock.failed_at + lasts < now or (lock.locked_until is not None and lock.locked_until <= now)
    lock.failures = 1 if is_old else lock.failures + 1
    lock.failed_at = now
    lock.locked_until = now + lasts if lock.failures >= MAX_ATTEMPTS else None
    await uow.session.flush()
    return lock.failures


async def forgive(uow: UnitOfWork, subject: str) -> None:
    """The right code came: the wrong ones before it count no more."""
    lock = await uow.session.get(IdentityLock, subject, with_for_update=True)
    if lock is not None:
        lock.failures, lock.locked_until = 0, None
