"""The access review: who holds which role where, seen by a reviewer who confirms or removes each; also as CSV."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from core.access import Access, Permission, Role
from core.accounts.models import AccessDecision, Staff, StaffRole
from core.accounts.people import get_person, set_posts
from core.audit import record
from core.db import UnitOfWork
from core.errors import NotFound, Refused
from core.spreadsheet import csv_bytes


@dataclass(frozen=True)
class Held:
    """One role of one person."""

    id: UUID
    staff_id: UUID
    name: str
    email: str
    is_active: bool
    role: str
    site_id: UUID | None
    signed_in_at: datetime | None
    second_factor_since: datetime | None
    reviewer_name: str
    reviewed_at: datetime | None


async def list_held(uow: UnitOfWork, access: Access) -> Sequence[Held]:
    """Every role of every person, with the latest confirmation of it."""
    access.require_everywhere(Permission.manage_staff)
    rows = await uow.session.execute(select(StaffRole, Staff).join(Staff).order_by(Staff.name, Staff.id, StaffRole.id))
    decisions = await uow.session.execute(
        select(AccessDecision, Staff.name)
        .join(Staff, Staff.id == AccessDecision.reviewer_id)
        .where(AccessDecision.decision == "confirmed")
        .order_by(AccessDecision.decided_at)
    )
    latest = {(one.staff_id, one.role, one.site_id): (name, one.decided_at) for one, name in decisions}
    return [
        Held(
            role.id,
            person.id,
            person.name,
            person.email,
            person.is_active,
            role.role,
            role.site_id,
            person.signed_in_at,
            person.totp_since,
            *latest.get((person.id, role.role, role.site_id), ("", None)),
        )
        for role, person in rows
    ]


async def decide(
    uow: UnitOfWork, access: Access, role_id: UUID, *, is_confirmed: bool, now: datetime
) -> Refused | None:
    """Confirm a role or take it away; kept with reviewer and time. Nobody reviews their own. Raises `NotFound`.

    Refused: `staff-own`, `staff-last-admin`.
    """
    access.require_everywhere(Permission.manage_staff)
    role = await uow.session.get(StaffRole, role_id)
    if role is None:
        raise NotFound("role")
    person = await get_person(uow, access, role.staff_id)
    if str(person.id) == access.actor:
        return Refused("staff-own")
    if not is_confirmed:
        left = [(Role(row.role), row.site_id) for row in person.role_rows if row.id != role_id]
        if refused := await set_posts(uow, access, person, left, now):
            return refused
    decision = "confirmed" if is_confirmed else "removed"
    uow.session.add(
        AccessDecision(
            staff_id=person.id,
            role=role.role,
            site_id=role.site_id,
            decision=decision,
            reviewer_id=UUID(access.actor),
            decided_at=now,
        )
    )
    record(uow, access, f"access-review.{decision}", "staff", person.id, now)
    return None


def as_csv(
    held: Sequence[Held], headings: Sequence[str], roles: Mapping[str, str], sites: Mapping[UUID, str], everywhere: str
) -> bytes:
    """The list for a spreadsheet, which must read every cell as text: what would start a formula gets an apostrophe."""
    return csv_bytes(
        headings,
        (
            (
                one.name,
                one.email,
                roles.get(one.role, one.role),
                everywhere if one.site_id is None else sites.get(one.site_id, str(one.site_id)),
                _day(one.signed_in_at),
                _day(one.second_factor_since),
                one.reviewer_name,
                _day(one.reviewed_at),
            )
            for one in held
        ),
    )


def _day(at: datetime | None) -> str:
    return at.date().isoformat() if at else ""
