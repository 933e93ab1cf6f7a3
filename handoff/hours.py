"""When people of the clinic answer: while one of its sites is open."""

from datetime import datetime

from care.appointments.clinic import is_open, next_opening, sites
from core.db import UnitOfWork


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
