"""The clinic's public facts: sites and hours, specialties, clinicians, services, prices. No patient is in them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select

from care.appointments import rules
from care.appointments.models import Clinician, ClosedDay, Price, Service, Site, SiteHours, Specialty
from care.appointments.offers import Money
from care.appointments.rules import Hours, OpenBlock
from core.db import UnitOfWork
from core.errors import NotFound

LOOK_AHEAD_DAYS = 60


@dataclass(frozen=True)
class PriceFact:
    """What one pays, from a day on; `site_code` is None where it holds at every site."""

    service_code: str | None
    specialty: str | None
    payer: str
    money: Money
    site_code: str | None
    valid_from: date
    valid_to: date | None


async def sites(uow: UnitOfWork) -> list[Site]:
    """All sites, by code."""
    return list(await uow.session.scalars(select(Site).order_by(Site.code)))


async def site(uow: UnitOfWork, code: str) -> Site:
    """The site of that code. Raises `NotFound`."""
    found = (await uow.session.scalars(select(Site).where(Site.code == code))).first()
    if found is None:
        raise NotFound("site")
    return found


async def specialties(uow: UnitOfWork) -> list[Specialty]:
    """All specialties, by code."""
    return list(await uow.session.scalars(select(Specialty).order_by(Specialty.code)))


async def specialty(uow: UnitOfWork, code: str) -> Specialty:
    """The specialty of that code. Raises `NotFound`."""
    found = await uow.session.get(Specialty, code)
    if found is None:
        raise NotFound("specialty")
    return found


async def clinicians(uow: UnitOfWork, specialty: str | None = None) -> list[Clinician]:
    """The active clinicians, by family name; of one specialty if given."""
    query = select(Clinician).where(Clinician.is_active).order_by(Clinician.family_name, Clinician.given_name)
    if specialty is not None:
        query = query.where(Clinician.specialties.contains([specialty]))
    return list(await uow.session.scalars(query))


async def services(uow: UnitOfWork) -> list[Service]:
    """All services, by code."""
    return list(await uow.session.scalars(select(Service).order_by(Service.code)))


async def prices(
    uow: UnitOfWork, service_code: str | None, now: datetime, *, specialty: str | None = None
) -> list[PriceFact]:
    """The prices valid on the day of `now`, of a service or (without one) of a visit in a specialty; own sites' first."""
    day = now.date()
    query = (
        select(Price, Site.code)
        .outerjoin(Site, Site.id == Price.site_id)
        .where(Price.valid_on(day))
        .order_by(Site.code.nulls_last(), Price.payer, Price.valid_from.desc())
    )
    if service_code is not None:
        query = query.where(Price.service_code == service_code)
    elif specialty is not None:
        query = query.where(Price.specialty == specialty)
    else:
        return []
    newest: dict[tuple[str | None, str], PriceFact] = {}
    for price, code in await uow.session.execute(query):
        fact = PriceFact(
            price.service_code,
            price.specialty,
            price.payer,
            Money(price.amount, price.currency),
            code,
            price.valid_from,
            price.valid_to,
        )
        newest.setdefault((code, price.payer), fact)
    return list(newest.values())


async def closed_day(uow: UnitOfWork, site_code: str, day: date) -> ClosedDay | None:
    """Why the site sees nobody that day, by name, or None."""
    place = await site(uow, site_code)
    found = await uow.session.scalars(
        select(ClosedDay)
        .where(ClosedDay.day == day, or_(ClosedDay.site_id.is_(None), ClosedDay.site_id == place.id))
        .order_by(ClosedDay.site_id.nulls_first())
        .limit(1)
    )
    return found.first()


async def site_hours(uow: UnitOfWork, site_code: str, day: date) -> list[OpenBlock]:
    """When the site is open on that day; empty on a closed day. Raises `NotFound` for an unknown site."""
    return (await hours_between(uow, site_code, day, day))[day]


async def is_open(uow: UnitOfWork, site_code: str, now: datetime) -> bool:
    """True if the site is open at that instant; the closing minute is closed."""
    place = await site(uow, site_code)
    blocks = await site_hours(uow, site_code, now.astimezone(place.zone).date())
    return any(block.opens <= now < block.closes for block in blocks)


async def next_opening(uow: UnitOfWork, site_code: str, now: datetime) -> datetime | None:
    """The next instant the site opens after `now`, in its own zone; None if it does not within 60 days."""
    place = await site(uow, site_code)
    today = now.astimezone(place.zone).date()
    days = await hours_between(uow, site_code, today, today + timedelta(days=LOOK_AHEAD_DAYS))
    return next((block.opens for day in sorted(days) for block in days[day] if block.opens > now), None)


async def closed_sites(uow: UnitOfWork, first: date, last: date) -> dict[date, frozenset[UUID | None]]:
    """The closed days between two days: which sites are closed on each; None in the set means every site."""
    rows = await uow.session.execute(
        select(ClosedDay.day, ClosedDay.site_id).where(ClosedDay.day >= first, ClosedDay.day <= last)
    )
    found: dict[date, set[UUID | None]] = {}
    for day, site_id in rows:
        found.setdefault(day, set()).add(site_id)
    return {day: frozenset(ids) for day, ids in found.items()}


async def weekly_hours(uow: UnitOfWork) -> dict[UUID, tuple[Hours, ...]]:
    """The weekly opening hours of every site that has any."""
    found: dict[UUID, list[Hours]] = {}
    for row in await uow.session.scalars(select(SiteHours)):
        found.setdefault(row.site_id, []).append((row.weekday, row.opens, row.closes))
    return {site_id: tuple(hours) for site_id, hours in found.items()}


async def hours_between(uow: UnitOfWork, site_code: str, first: date, last: date) -> dict[date, list[OpenBlock]]:
    """When the site is open on each day from `first` to `last`. Raises `NotFound` for an unknown site."""
    place = await site(uow, site_code)
    rows = await uow.session.scalars(select(SiteHours).where(SiteHours.site_id == place.id))
    hours = [(row.weekday, row.opens, row.closes) for row in rows]
    closed = await closed_sites(uow, first, last)
    zone = place.zone
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    return {
        day: rules.open_blocks(day, hours, bool(closed.get(day, frozenset()) & {None, place.id}), zone) for day in days
    }
