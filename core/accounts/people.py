"""Who works here: taking on, letting go, roles by site, one-time links. Only `manage_staff` may; everything is audited.

Nobody changes their own rights, and the last admin stays. An admin of some sites only does not manage staff: whoever gives
roles could give themselves all through another.
"""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select

from core.access import STAFF_ROLES, Access, Permission, Role
from core.accounts.browser import digest
from core.accounts.models import EnrolmentLink, Staff, StaffRole, StaffSession
from core.accounts.passwords import NO_PASSWORD, check_new_password, hash_password
from core.accounts.second_factor import turn_off
from core.accounts.sessions import end_sessions, forget_devices
from core.audit import record
from core.db import UnitOfWork
from core.errors import NotFound, Refused

LINK_LIFETIME = timedelta(hours=48)
Post = tuple[Role, UUID | None]
"""A role at a site, or (None) at all sites."""


async def list_people(uow: UnitOfWork, access: Access) -> Sequence[Staff]:
    """Everybody, the active first, by name."""
    access.require_everywhere(Permission.manage_staff)
    return (await uow.session.scalars(select(Staff).order_by(Staff.is_active.desc(), Staff.name, Staff.id))).all()


async def get_person(uow: UnitOfWork, access: Access, staff_id: UUID) -> Staff:
    """One person, locked for change. Raises `NotFound` if absent."""
    access.require_everywhere(Permission.manage_staff)
    await uow.lock("staff-rights")
    person = await uow.session.scalar(
        select(Staff).where(Staff.id == staff_id).with_for_update().execution_options(populate_existing=True)
    )
    if person is None:
        raise NotFound("staff")
    return person


async def take_on(
    uow: UnitOfWork, access: Access, email: str, name: str, posts: Iterable[Post], now: datetime
) -> tuple[Staff, str] | Refused:
    """A new person without a password, and the token of their one-time link. Refused: `staff-email`, `staff-name`,
    `staff-exists`, `staff-role`.
    """
    access.require_everywhere(Permission.manage_staff)
    address, called, given = email.strip().lower(), " ".join(name.split()), set(posts)
    if "@" not in address[1:-1] or len(address) > 200 or any(c.isspace() or not c.isprintable() for c in address):
        return Refused("staff-email")
    if not called or len(called) > 100:
        return Refused("staff-name")
    if not given or any(role not in STAFF_ROLES for role, _ in given):
        return Refused("staff-role")
    await uow.lock("staff-rights")
    if await uow.session.scalar(select(Staff.id).where(Staff.email == address)):
        return Refused("staff-exists")
    person = Staff(email=address, name=called, password_hash=NO_PASSWORD)
    person.role_rows = [StaffRole(role=role.value, site_id=site) for role, site in sorted(given, key=str)]
    uow.session.add(person)
    await uow.session.flush()
    record(uow, access, "staff.created", "staff", person.id, now)
    for role, _ in given:
        record(uow, access, f"staff.role-given.{role}", "staff", person.id, now)
    return person, await make_link(uow, access, person, now)


def may_have_link(access: Access, person: Staff) -> Refused | None:
    """Why a link for this person will not do. Refused: `staff-own` (the account page changes one's own password),
    `staff-inactive`.
    """
    if str(person.id) == access.actor:
        return Refused("staff-own")
    return None if person.is_active else Refused("staff-inactive")


async def make_link(uow: UnitOfWork, access: Access, person: Staff, now: datetime) -> str:
    """A fresh one-time link for setting the password, good for 48 hours; an earlier one is void."""
    access.require_everywhere(Permission.manage_staff)
    token = secrets.token_urlsafe(32)
    await uow.session.execute(delete(EnrolmentLink).where(EnrolmentLink.staff_id == person.id))
    uow.session.add(EnrolmentLink(staff_id=person.id, token_hash=digest(token), expires_at=now + LINK_LIFETIME))
    record(uow, access, "staff.link-made", "staff", person.id, now)
    await uow.session.flush()
    return token


async def find_link(uow: UnitOfWork, token: str, now: datetime) -> Staff | None:
    """Whose open link this is. Looking does not use it up."""
    return await uow.session.scalar(
        select(Staff)
        .join(EnrolmentLink, EnrolmentLink.staff_id == Staff.id)
        .where(EnrolmentLink.token_hash == digest(token), EnrolmentLink.expires_at > now, Staff.is_active)
    )


async def use_link(uow: UnitOfWork, token: str, password: str, again: str, now: datetime) -> Staff | Refused:
    """Set the password by a link, once; all sessions end. Refused: `link-over`, and why a password will not do."""
    person = await find_link(uow, token, now)
    if person is None:
        return Refused("link-over")
    if refused := check_new_password(password, again, person.email, person.name):
        return refused
    used = await uow.session.scalar(
        delete(EnrolmentLink).where(EnrolmentLink.token_hash == digest(token)).returning(EnrolmentLink.staff_id)
    )
    if used is None:
        return Refused("link-over")
    await set_password(uow, person, password, now)
    return person


async def stolen_notice(uow: UnitOfWork, token: str) -> datetime | None:
    """When a session of this session's owner was last used from another browser, until the owner has read it."""
    return await uow.session.scalar(
        select(Staff.stolen_at)
        .join(StaffSession, StaffSession.staff_id == Staff.id)
        .where(StaffSession.token_hash == digest(token))
    )


async def set_password(
    uow: UnitOfWork, person: Staff, password: str, now: datetime, keep_session: UUID | None = None
) -> None:
    """Store a new password; every session ends but the one that asks, and every known browser is forgotten."""
    person.password_hash, person.failed_logins, person.locked_until = hash_password(password), 0, None
    await end_sessions(uow, person.id, keep_session)
    await forget_devices(uow, person.id)
    record(uow, Access.staff(person.id, person.held, "sign-in"), "password.set", "staff", person.id, now)


async def deactivate(uow: UnitOfWork, access: Access, person: Staff, now: datetime) -> Refused | None:
    """Nobody signs in with this account any more; sessions and links end. Refused: `staff-own`, `staff-last-admin`."""
    if refused := await _may_lower(uow, access, person, losing_admin=True):
        return refused
    person.is_active = False
    await end_sessions(uow, person.id)
    await forget_devices(uow, person.id)
    await uow.session.execute(delete(EnrolmentLink).where(EnrolmentLink.staff_id == person.id))
    record(uow, access, "staff.deactivated", "staff", person.id, now)
    return None


async def activate(uow: UnitOfWork, access: Access, person: Staff, now: datetime) -> Refused | None:
    """Let the account be used again. The old password is gone: a new link is needed. Refused: `staff-own`."""
    access.require_everywhere(Permission.manage_staff)
    if str(person.id) == access.actor:
        return Refused("staff-own")
    person.is_active, person.password_hash = True, NO_PASSWORD
    record(uow, access, "staff.activated", "staff", person.id, now)
    return None


async def reset_second_factor(uow: UnitOfWork, access: Access, person: Staff, now: datetime) -> Refused | None:
    """For a lost phone: the second factor is off, sessions end. Never one's own. Refused: `staff-own`."""
    access.require_everywhere(Permission.manage_staff)
    if str(person.id) == access.actor:
        return Refused("staff-own")
    await turn_off(uow, person)
    await end_sessions(uow, person.id)
    await forget_devices(uow, person.id)
    record(uow, access, "second-factor.reset", "staff", person.id, now)
    return None


async def set_posts(
    uow: UnitOfWork, access: Access, person: Staff, posts: Iterable[Post], now: datetime
) -> Refused | None:
    """Give the person exactly these roles; their sessions end. Refused: `staff-own`, `staff-last-admin`, `staff-role`."""
    access.require_everywhere(Permission.manage_staff)
    wanted = set(posts)
    if any(role not in STAFF_ROLES for role, _ in wanted):
        return Refused("staff-role")
    held = {(Role(row.role), row.site_id) for row in person.role_rows}
    if str(person.id) == access.actor:
        return Refused("staff-own")
    if wanted == held:
        return None
    loses = (Role.admin, None) in held and (Role.admin, None) not in wanted
    if refused := await _may_lower(uow, access, person, losing_admin=loses):
        return refused
    person.role_rows = [row for row in person.role_rows if (Role(row.role), row.site_id) in wanted] + [
        StaffRole(role=role.value, site_id=site) for role, site in sorted(wanted - held, key=str)
    ]
    for role, _ in held - wanted:
        record(uow, access, f"staff.role-taken.{role}", "staff", person.id, now)
    for role, _ in wanted - held:
        record(uow, access, f"staff.role-given.{role}", "staff", person.id, now)
    await end_sessions(uow, person.id)
    await uow.session.flush()
    return None


async def _may_lower(uow: UnitOfWork, access: Access, person: Staff, *, losing_admin: bool) -> Refused | None:
    access.require_everywhere(Permission.manage_staff)
    if str(person.id) == access.actor:
        return Refused("staff-own")
    others = await uow.session.scalar(
        select(func.count(func.distinct(StaffRole.staff_id)))
        .join(Staff)
        .where(StaffRole.role == Role.admin, StaffRole.site_id.is_(None), Staff.is_active, Staff.id != person.id)
    )
    is_admin = any(row.role == Role.admin and row.site_id is None for row in person.role_rows)
    if losing_admin and is_admin and person.is_active and not others:
        return Refused("staff-last-admin")
    return None
