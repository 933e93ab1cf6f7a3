"""A site's own facts (name, address, telephone, how to get there, opening hours): looked at, changed, and what then stands outside them.

Whoever changes them must have seen them as they are: what somebody else has saved meanwhile, or an import, is never overwritten unseen.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import delete, select

from care.appointments import opening, rules
from care.appointments.models import Appointment, Clinician, Site, SiteHours
from care.appointments.opening import Week
from care.appointments.repository import Appointments
from care.appointments.rules import Slot
from core import audit
from core.access import Access, Permission
from core.db import UnitOfWork
from core.errors import NotFound, Refused
from core.phone import format_number, parse_number, parse_with_extension

LONGEST = {
    "name": 80, "address": 160, "phone": 40, "parking_pl": 400, "parking_en": 400, "directions_pl": 400, "directions_en": 400,
}  # fmt: skip
"""The fields in words, with the most characters of each."""
NEEDED = ("name", "address", "phone")
PAIRS = (("parking_pl", "parking_en"), ("directions_pl", "directions_en"))
MOST_OUTSIDE = 50
"""Visits outside the hours that are named; a page of them is enough to begin calling."""


@dataclass(frozen=True)
class SiteFacts:
    """What a site says of itself."""

    name: str
    address: str
    phone: str
    parking_pl: str
    parking_en: str
    directions_pl: str
    directions_en: str
    week: Week

    @property
    def mark(self) -> str:
        """What a form carries to say which facts its writer has seen."""
        return hashlib.sha256(json.dumps(asdict(self), default=str).encode()).hexdigest()[:32]

    def differing(self, other: "SiteFacts") -> list[str]:
        """The names of the fields that are not the same; `week` for the hours."""
        return [name for name in (*LONGEST, "week") if getattr(self, name) != getattr(other, name)]

    def form(self) -> dict[str, str]:
        """As the fields of a form are filled with it: hours as `day-0` (Monday) to `day-6`."""
        return {name: getattr(self, name) for name in LONGEST} | {
            f"day-{weekday}": opening.say_day(day) for weekday, day in enumerate(self.week)
        }


@dataclass(frozen=True)
class OutsideVisit:
    """A booked visit at a time when its site is not open. Whose it is stands in the calendar, for those who may read it."""

    at: datetime
    clinician: str


def read(form: Mapping[str, str]) -> SiteFacts | dict[str, Refused]:
    """The facts a form says, or by field why not.

    Refused: `fact-missing`, `fact-long`, `fact-letters` (braces), `fact-phone`, `fact-both` (one language is missing),
    `hours-none` (no opening hours in the whole week), and those of `opening.read_day`.
    """
    words = {name: " ".join(form.get(name, "").split()) for name in LONGEST}
    faults = {}
    for name, most in LONGEST.items():
        if len(words[name]) > most:
            faults[name] = Refused("fact-long", {"most": str(most)})
        elif "{" in words[name] or "}" in words[name]:
            faults[name] = Refused("fact-letters")
        elif not words[name] and name in NEEDED:
            faults[name] = Refused("fact-missing")
    for pair in PAIRS:
        empty = [name for name in pair if not words[name]]
        if len(empty) == 1:
            faults[empty[0]] = Refused("fact-both")
    number = parse_number(words["phone"])
    if "phone" not in faults:
        if number is None or ";ext=" in (parse_with_extension(words["phone"]) or ""):
            faults["phone"] = Refused("fact-phone")
        else:
            words["phone"] = format_number(number)
    days = [opening.read_day(form.get(f"day-{weekday}", "")) for weekday in range(7)]
    faults |= {f"day-{weekday}": day for weekday, day in enumerate(days) if isinstance(day, Refused)}
    week = tuple(day for day in days if not isinstance(day, Refused))
    if not any(days):
        faults["day-0"] = Refused("hours-none")
    return faults or SiteFacts(**words, week=week)


async def of_site(uow: UnitOfWork, access: Access, site_id: UUID) -> SiteFacts:
    """What it says now. Raises `NotFound`."""
    access.require(Permission.edit_content, site_id)
    return await _facts(uow, await _site(uow, site_id))


async def save(
    uow: UnitOfWork, access: Access, site_id: UUID, wanted: SiteFacts, seen: str, now: datetime
) -> list[str] | Refused:
    """Let the site say this from now on; the fields that changed, none if all was so already. Audited. Raises `NotFound`.

    `seen` is the mark of the facts the writer had before them. Refused: `facts-changed` (they are no longer so),
    `fact-name-twice` (another site has that name).
    """
    access.require(Permission.edit_content, site_id)
    await uow.lock("site-facts")
    place = await _site(uow, site_id)
    held = await _facts(uow, place)
    if held.mark != seen:
        return Refused("facts-changed")
    if (
        await uow.session.scalar(select(Site.id).where(Site.name == wanted.name, Site.id != site_id).limit(1))
        is not None
    ):
        return Refused("fact-name-twice")
    changed = wanted.differing(held)
    for name in changed:
        if name != "week":
            setattr(place, name, getattr(wanted, name))
    if "week" in changed:
        await uow.session.execute(delete(SiteHours).where(SiteHours.site_id == site_id))
        uow.session.add_all(
            SiteHours(site_id=site_id, weekday=weekday, opens=begins, closes=ends)
            for weekday, day in enumerate(wanted.week)
            for begins, ends in day
        )
        audit.record(uow, access, "site.hours-changed", "site", site_id, now)
    if changed != ["week"] and changed:
        audit.record(uow, access, "site.facts-changed", "site", site_id, now)
    await uow.session.flush()
    return changed


async def outside(uow: UnitOfWork, access: Access, site_id: UUID, now: datetime) -> list[OutsideVisit]:
    """Booked visits to come at a time when the site's weekly hours say closed, soonest first, at most `MOST_OUTSIDE`.

    A visit in an extra block of its clinician stands where somebody wanted it. Closed days have their own page.
    """
    access.require(Permission.edit_content, site_id)
    place = await _site(uow, site_id)
    hours = await _rows(uow, site_id)
    rows = await uow.session.execute(
        select(Appointment, Clinician)
        .join(Clinician, Clinician.id == Appointment.clinician_id)
        .where(Appointment.site_id == site_id, Appointment.status == "booked", Appointment.start_at > now)
        .order_by(Appointment.start_at, Appointment.id)
    )
    visits = [
        (Slot(one.clinician_id, site_id, one.specialty, one.start_at, one.end_at, frozenset()), who)
        for one, who in rows.all()
    ]
    late = [(visit, who) for visit, who in visits if not rules.is_in_hours(visit, hours, place.zone)]
    if not late:
        return []
    day = timedelta(days=1)
    reading = Access.system("opening hours")
    plan = await Appointments(uow, reading).plan(late[0][0].start.date() - day, late[-1][0].start.date() + day)
    extra = [block for block in plan.blocks if block.weekday is None]
    found = [
        OutsideVisit(visit.start.astimezone(place.zone), who.name)
        for visit, who in late
        if not rules.is_within(visit, extra, (), (), place.zone)
    ]
    return found[:MOST_OUTSIDE]


async def _site(uow: UnitOfWork, site_id: UUID) -> Site:
    found = await uow.session.get(Site, site_id)
    if found is None:
        raise NotFound("site")
    return found


async def _rows(uow: UnitOfWork, site_id: UUID) -> list[tuple[int, time, time]]:
    rows = await uow.session.scalars(select(SiteHours).where(SiteHours.site_id == site_id))
    return [(row.weekday, row.opens, row.closes) for row in rows]


async def _facts(uow: UnitOfWork, place: Site) -> SiteFacts:
    words = {name: getattr(place, name) for name in LONGEST}
    return SiteFacts(**words, week=opening.week_of(await _rows(uow, place.id)))
