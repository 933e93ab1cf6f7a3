"""Breaking the glass: opening one patient outside one's relation, with a reason, for an hour, and reviewed afterwards."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import String, cast, select, tuple_, update

from core.access import Access, Permission
from core.accounts.models import BreakGlass, Staff
from core.audit import AuditEvent, record
from core.db import UnitOfWork
from core.errors import Forbidden, NotFound, Refused

GRANTED_FOR = timedelta(minutes=60)
SHORTEST_REASON, LONGEST_REASON = 10, 500
CATEGORIES = ("emergency", "stand-in", "patient-asked", "other")
VIEWS = ("patient.read", "appointments.read", "break_glass", "open", "accept")


@dataclass(frozen=True)
class Glass:
    """One use, as a reviewer sees it."""

    id: UUID
    staff_name: str
    patient_id: UUID
    category: str
    reason: str
    granted_at: datetime
    reviewer_name: str
    reviewed_at: datetime | None


@dataclass(frozen=True)
class View:
    """Someone looked into a patient's record."""

    staff_name: str
    action: str
    at: datetime


@dataclass(frozen=True)
class RoleView:
    """Someone in these roles looked; who it was is for the privacy officer."""

    roles: tuple[str, ...]
    action: str
    at: datetime


def check_reason(category: str, reason: str) -> Refused | None:
    """Why a statement will not do: an unknown category, or too few or too many characters."""
    if category not in CATEGORIES:
        return Refused("glass-category")
    if not SHORTEST_REASON <= len(" ".join(reason.split())) <= LONGEST_REASON:
        return Refused("glass-reason", {"least": SHORTEST_REASON})
    return None


async def break_glass(
    uow: UnitOfWork, access: Access, patient_id: UUID, category: str, reason: str, now: datetime
) -> BreakGlass | Refused:
    """Grant the actor this one patient for 60 minutes. Audited as `break_glass`. The caller knows the patient exists.

    Refused: `glass-category`, `glass-reason` (10 to 500 characters).
    """
    access.require(Permission.break_glass)
    if refused := check_reason(category, reason):
        return refused
    granted = BreakGlass(
        staff_id=UUID(access.actor),
        patient_id=patient_id,
        category=category,
        reason=" ".join(reason.split()),
        granted_at=now,
        expires_at=now + GRANTED_FOR,
    )
    uow.session.add(granted)
    record(uow, access, "break_glass", "patient", patient_id, now)
    await uow.session.flush()
    return granted


async def has_glass(uow: UnitOfWork, access: Access, patient_id: UUID, now: datetime) -> bool:
    """True while the actor's grant for this patient lasts."""
    if not access.allows(Permission.break_glass):
        return False
    found = await uow.session.scalar(
        select(BreakGlass.id)
        .where(
            cast(BreakGlass.staff_id, String) == access.actor,
            BreakGlass.patient_id == patient_id,
            BreakGlass.granted_at <= now,
            BreakGlass.expires_at > now,
        )
        .limit(1)
    )
    return found is not None


async def to_review(uow: UnitOfWork, access: Access, limit: int = 200) -> Sequence[Glass]:
    """For the privacy officer and supervisors: what nobody has reviewed yet first, then the latest."""
    access.require(Permission.read_audit)
    rows = await uow.session.scalars(
        select(BreakGlass).order_by(BreakGlass.reviewed_at.is_not(None), BreakGlass.granted_at.desc()).limit(limit)
    )
    found = list(rows)
    named = {one.staff_id for one in found} | {one.reviewed_by for one in found if one.reviewed_by}
    names = {
        row.id: row.name for row in await uow.session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(named)))
    }
    return [
        Glass(
            one.id,
            names[one.staff_id],
            one.patient_id,
            one.category,
            one.reason,
            one.granted_at,
            names[one.reviewed_by] if one.reviewed_by else "",
            one.reviewed_at,
        )
        for one in found
    ]


async def review(uow: UnitOfWork, access: Access, glass_id: UUID, now: datetime) -> Refused | None:
    """Say that a use was looked at; never one's own. Raises `NotFound` if absent."""
    access.require(Permission.read_audit)
    found = await uow.session.get(BreakGlass, glass_id)
    if found is None:
        raise NotFound("break-glass")
    if str(found.staff_id) == access.actor:
        return Refused("glass-own")
    await uow.session.execute(
        update(BreakGlass)
        .where(BreakGlass.id == glass_id, BreakGlass.reviewed_at.is_(None))
        .values(reviewed_by=UUID(access.actor), reviewed_at=now)
    )
    record(uow, access, "break_glass.reviewed", "break_glass", glass_id, now)
    return None


async def who_viewed(
    uow: UnitOfWork, access: Access, patient_id: UUID, also: Collection[tuple[str, UUID]] = ()
) -> Sequence[View]:
    """Which people opened a patient's record and when, latest first: for the patient and the privacy officer.

    `also` names further subjects that are about the patient, by kind and id: `conversations.policy` adds the threads.

    What processes did (the bot's turns, jobs) is not a person looking and is left out.
    """
    if access.patient_id != patient_id and not access.allows(Permission.manage_privacy):
        raise Forbidden(Permission.manage_privacy.value)
    rows = await uow.session.execute(
        select(Staff.name, AuditEvent.action, AuditEvent.at)
        .join(Staff, cast(Staff.id, String) == AuditEvent.actor)
        .where(
            tuple_(AuditEvent.subject_kind, AuditEvent.subject_id).in_(
                [(kind, str(one)) for kind, one in (("patient", patient_id), *also)]
            ),
            AuditEvent.action.in_(VIEWS),
        )
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
    )
    return [View(row.name, row.action, row.at) for row in rows]


async def viewed_by_roles(
    uow: UnitOfWork, subjects: Collection[tuple[str, UUID]], since: datetime, limit: int = 200
) -> Sequence[RoleView]:
    """When people of the clinic opened one of these, and in what roles they work here now; latest first, without names."""
    rows = await uow.session.execute(
        select(Staff, AuditEvent.action, AuditEvent.at)
        .join(Staff, cast(Staff.id, String) == AuditEvent.actor)
        .where(
            tuple_(AuditEvent.subject_kind, AuditEvent.subject_id).in_([(kind, str(one)) for kind, one in subjects]),
            AuditEvent.action.in_(VIEWS),
            AuditEvent.at >= since,
        )
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
        .limit(limit)
    )
    return [RoleView(tuple(sorted(set(staff.roles))), action, at) for staff, action, at in rows]
