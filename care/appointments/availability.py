"""What is free: offers in a window, and the nearest ones when the window has none."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from care.appointments import clinic, rules
from care.appointments.models import Clinician, Site
from care.appointments.offers import Money, Offer
from care.appointments.repository import Appointments
from care.appointments.rules import HORIZON, LEAD, Payer, Slot
from core.access import Access, Permission
from core.db import UnitOfWork
from core.errors import NotFound


def _always(_: datetime) -> bool:
    return True


async def search_offers(
    uow: UnitOfWork,
    access: Access,
    *,
    specialty: str,
    start: datetime | None = None,
    end: datetime | None = None,
    clinician_id: UUID | None = None,
    payer: Payer | None = None,
    site: str | None = None,
    fits: Callable[[datetime], bool] = _always,
    limit: int = 3,
    now: datetime,
) -> list[Offer]:
    """Up to `limit` free slots starting in [start, end) at a moment that `fits`, soonest first, spread over clinicians and days.

    `site` is a site's code. Without a start from now on, without an end for six weeks; never later than that. Empty if
    nothing is free, or nothing is known by those names.
    """
    free = await _free(uow, access, specialty, clinician_id, payer, site, now)
    window = [
        slot
        for slot in free
        if (start is None or slot.start >= start) and (end is None or slot.start < end) and fits(slot.start)
    ]
    return await _offers(uow, rules.choose(window, limit))


async def nearest_offers(
    uow: UnitOfWork,
    access: Access,
    *,
    specialty: str,
    start: datetime | None = None,
    end: datetime | None = None,
    clinician_id: UUID | None = None,
    payer: Payer | None = None,
    site: str | None = None,
    fits: Callable[[datetime], bool] = _always,
    limit: int = 3,
    now: datetime,
) -> list[Offer]:
    """The nearest free slots outside [start, end) that `fits`: the soonest after it; if there are none, the last ones before.

    All are marked `outside_window`.
    """
    free = [one for one in await _free(uow, access, specialty, clinician_id, payer, site, now) if fits(one.start)]
    after = [slot for slot in free if end is not None and slot.start >= end]
    before = [slot for slot in free if start is not None and slot.start < start]
    chosen = rules.choose(after, limit) if after else before[-limit:]
    return [replace(offer, outside_window=True) for offer in await _offers(uow, chosen)]


async def _free(
    uow: UnitOfWork,
    access: Access,
    specialty: str,
    clinician_id: UUID | None,
    payer: Payer | None,
    site: str | None,
    now: datetime,
) -> list[Slot]:
    access.require(Permission.read_appointments)
    try:
        place = await clinic.site(uow, site) if site is not None else None
    except NotFound:
        return []
    appointments = Appointments(uow, access)
    last = now + HORIZON
    slots = await appointments.slots(
        now.date() - timedelta(days=1),
        last.date() + timedelta(days=1),
        specialty=specialty,
        clinician_id=clinician_id,
        site_id=place.id if place else None,
    )
    wanted = [slot for slot in slots if slot.start <= last and (payer is None or payer in slot.payers)]
    taken = await appointments.taken({slot.clinician_id for slot in wanted}, now, last + timedelta(days=1), now)
    return rules.free_slots(wanted, taken, now + LEAD)


async def _offers(uow: UnitOfWork, slots: Iterable[Slot]) -> list[Offer]:
    offers: list[Offer] = []
    for slot in slots:
        clinician = await uow.session.get_one(Clinician, slot.clinician_id)
        place = await uow.session.get_one(Site, slot.site_id)
        offers.append(
            Offer(
                clinician_id=clinician.id,
                clinician_name=clinician.name,
                site_id=place.id,
                site_code=place.code,
                site_name=place.name,
                specialty=slot.specialty,
                start=slot.start,
                end=slot.end,
                payers=slot.payers,
                price_private=await _private_price(uow, slot, place.code),
            )
        )
    return sorted(offers, key=lambda offer: offer.start.astimezone(UTC))


async def _private_price(uow: UnitOfWork, slot: Slot, site_code: str) -> Money | None:
    """What the visit costs on its own day, which may be after a price changes."""
    if "private" not in slot.payers:
        return None
    facts = await clinic.prices(uow, None, slot.start, specialty=slot.specialty)
    fitting = [fact for fact in facts if fact.payer == "private" and fact.site_code in (site_code, None)]
    return fitting[0].money if fitting else None
