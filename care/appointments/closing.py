"""Days on which a site, or every site, sees nobody: said once here, and the bot, calls, booking and promises go by it at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select

from care.appointments.models import Appointment, ClosedDay, Site
from core import audit
from core.access import Access, Permission
from core.db import UnitOfWork
from core.errors import NotFound, Refused

FURTHEST = timedelta(days=366)
LONGEST_NAME = 60


@dataclass(frozen=True)
class Closing:
    """A day with its site (None: all), and how many visits are booked there then: somebody has to call them off or move them."""

    day: ClosedDay
    site: Site | None
    visits: int


async def upcoming(uow: UnitOfWork, access: Access, now: datetime) -> list[Closing]:
    """Closed days from today on, in order."""
    access.require(Permission.edit_content)
    rows = await uow.session.execute(
        select(ClosedDay, Site)
        .outerjoin(Site, Site.id == ClosedDay.site_id)
        .where(ClosedDay.day >= now.date())
        .order_by(ClosedDay.day, Site.name.nulls_first())
    )
    return [Closing(day, site, await _visits(uow, day, now)) for day, site in rows.all()]


async def close_day(
    uow: UnitOfWork, access: Access, day: date, site_id: UUID | None, names: tuple[str, str], now: datetime
) -> ClosedDay | Refused:
    """Nobody is seen there that day; `names`: why, in Polish and English. Audited. Raises `NotFound` for an unknown site.

    Refused: `closing-day` (past, or beyond a year), `closing-name` (one is missing or too long), `closing-twice`.
    """
    access.require(Permission.edit_content)
    if not now.date() <= day <= now.date() + FURTHEST:
        return Refused("closing-day")
    polish, english = (" ".join(one.split()) for one in names)
    if not all(1 <= len(one) <= LONGEST_NAME for one in (polish, english)):
        return Refused("closing-name", {"most": str(LONGEST_NAME)})
    if site_id is not None and await uow.session.get(Site, site_id) is None:
        raise NotFound("site")
    await uow.lock("closed-days")
    known = select(ClosedDay.id).where(
        ClosedDay.day == day, or_(ClosedDay.site_id.is_(None), ClosedDay.site_id == site_id)
    )
    if await uow.session.scalar(known.limit(1)) is not None:
        return Refused("closing-twice")
    made = ClosedDay(site_id=site_id, day=day, name_pl=polish, name_en=english)
    uow.session.add(made)
    await uow.session.flush()
    audit.record(uow, access, "day.closed", "closed_day", made.id, now)
    return made


async def with_visits(uow: UnitOfWork, access: Access, closed: ClosedDay, now: datetime) -> Closing:
    """A closed day as `upcoming` tells of it."""
    access.require(Permission.edit_content)
    site = await uow.session.get(Site, closed.site_id) if closed.site_id else None
    return Closing(closed, site, await _visits(uow, closed, now))


async def reopen_day(uow: UnitOfWork, access: Access, closed_id: UUID, now: datetime) -> None:
    """People are seen again that day; harmless if it is gone already. Audited."""
    access.require(Permission.edit_content)
    found = await uow.session.get(ClosedDay, closed_id, with_for_update=True)
    if found is not None:
        await uow.session.delete(found)
        audit.record(uow, access, "day.reopened", "closed_day", closed_id, now)


async def closed_soon(uow: UnitOfWork, now: datetime, within: timedelta) -> Sequence[tuple[ClosedDay, Site | None]]:
    """The closed days from today on, so far ahead, with their sites."""
    rows = await uow.session.execute(
        select(ClosedDay, Site)
        .outerjoin(Site, Site.id == ClosedDay.site_id)
        .where(ClosedDay.day >= now.date(), ClosedDay.day <= now.date() + within)
        .order_by(ClosedDay.day, Site.name.nulls_first())
    )
    return [(day, site) for day, site in rows.all()]


async def _visits(uow: UnitOfWork, closed: ClosedDay, now: datetime) -> int:
    begins = datetime.combine(closed.day, time(), now.tzinfo)
    query = select(func.count()).where(
        Appointment.status == "booked",
        Appointment.start_at >= begins,
        Appointment.start_at < begins + timedelta(days=1),
    )
    if closed.site_id is not None:
        query = query.where(Appointment.site_id == closed.site_id)
    return int(await uow.session.scalar(query) or 0)
