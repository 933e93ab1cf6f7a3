"""When people of the clinic answer: while one of its sites is open."""

from collections.abc import Sequence
from datetime import datetime

from care.appointments.clinic import hours_between, is_open, next_opening, sites
from core.db import UnitOfWork
from handoff.promises import Block, merged


class ClinicHours:
    """The sites' own hours, closed days included."""

    async def is_open(self, uow: UnitOfWork, now: datetime) -> bool:
        """True while any site is open."""
        for site in await sites(uow):
            if await is_open(uow, site.code, now):
                return True
        return False

    async def next_opening(self, uow: UnitOfWork, now: datetime) -> datetime | None:
        """The earliest next opening of any site."""
        openings = [await next_opening(uow, site.code, now) for site in await sites(uow)]
        return min((opening for opening in openings if opening is not None), default=None)

    async def blocks(self, uow: UnitOfWork, since: datetime, until: datetime) -> Sequence[Block]:
        """All sites' opening hours together."""
        found: list[Block] = []
        for site in await sites(uow):
            first, last = (at.astimezone(site.zone).date() for at in (since, until))
            days = await hours_between(uow, site.code, first, last)
            found += [(block.opens, block.closes) for day in days.values() for block in day]
        return merged(found)
