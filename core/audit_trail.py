"""Reading the audit: for whoever may, filtered, newest first, page by page. Reading it is itself an act that is audited."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select, tuple_

from core.access import Access, Permission
from core.audit import AuditEvent, record
from core.db import UnitOfWork


@dataclass(frozen=True)
class AuditFilter:
    """What is asked for; None means all. `subjects` are ids as text, `action` a beginning, `until` is exclusive."""

    actor: str | None = None
    subjects: Collection[str] | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class AuditTrail:
    """The events an access may read: all, with the right `read_audit`."""

    def __init__(self, uow: UnitOfWork, access: Access) -> None:
        access.require(Permission.read_audit)
        self._uow = uow
        self._access = access

    async def page(
        self, wanted: AuditFilter, now: datetime, limit: int, before: tuple[datetime, UUID] | None = None
    ) -> Sequence[AuditEvent]:
        """At most `limit` events older than `before`, newest first."""
        record(self._uow, self._access, "audit.read", "audit", _about(wanted), now)
        found = await self._uow.session.scalars(_query(wanted, before).limit(limit))
        return found.all()

    async def export(self, wanted: AuditFilter, now: datetime, limit: int) -> Sequence[AuditEvent]:
        """At most `limit` events, newest first, to be taken away."""
        record(self._uow, self._access, "audit.exported", "audit", _about(wanted), now)
        found = await self._uow.session.scalars(_query(wanted, None).limit(limit))
        return found.all()


def _query(wanted: AuditFilter, before: tuple[datetime, UUID] | None) -> Select[AuditEvent]:
    query = select(AuditEvent).order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
    if wanted.actor:
        query = query.where(AuditEvent.actor == wanted.actor)
    if wanted.subjects is not None:
        query = query.where(AuditEvent.subject_id.in_(wanted.subjects))
    if wanted.action:
        query = query.where(AuditEvent.action.startswith(wanted.action, autoescape=True))
    if wanted.since:
        query = query.where(AuditEvent.at >= wanted.since)
    if wanted.until:
        query = query.where(AuditEvent.at < wanted.until)
    if before is not None:
        query = query.where(tuple_(AuditEvent.at, AuditEvent.id) < tuple_(*before))
    return query


def _about(wanted: AuditFilter) -> str:
    """Which one person's events were asked for, or "all"; never the words of a search."""
    if wanted.subjects is not None:
        return f"{len(wanted.subjects)} subjects"
    return "one actor" if wanted.actor else "all"
