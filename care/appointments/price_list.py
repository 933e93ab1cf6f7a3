"""The price list as people keep it: a new price ends the one before, no price that held is rewritten, one to come can be withdrawn."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import Select, or_, select

from care.appointments.models import Price, Service, Site, Specialty
from care.folding import fold
from core import audit
from core.access import Access, Permission
from core.accounts import Staff
from core.db import UnitOfWork
from core.errors import NotFound, Refused

Kind = Literal["service", "visit"]
PAGE = "/prices"
"""Where everybody can read it."""
PAYER = "private"
"""Who pays by this list. With public cover nothing is paid."""
HIGHEST = 5_000_000
"""Grosze; more for one visit or examination is a slip of the finger."""
LARGE_STEP = 3
"""A price so many times the one before, or less than its part, is asked about again."""
FURTHEST = timedelta(days=731)
SOON = timedelta(days=30)
"""A price that begins within so many days is told beside today's."""
_AMOUNT = re.compile(r"(-?)(\d{1,9}|\d{1,3}(?:[ .]\d{3})+)(?:,(\d{1,2})|\.(\d{1,2}))?", re.ASCII)


@dataclass(frozen=True)
class Subject:
    """What is paid for: a service, or a visit in a specialty."""

    kind: Kind
    code: str
    name_pl: str
    name_en: str

    def name(self, language: str) -> str:
        """Its name in that language."""
        return self.name_en if language == "en" else self.name_pl


@dataclass(frozen=True)
class Wanted:
    """A price to be: grosze, at one site or (None) at all, from a day on, to a day or (None) without end."""

    amount: int
    site_id: UUID | None
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class Entry:
    """One price with its place and who set or withdrew it, by name; empty where it came with the installation."""

    price: Price
    site: Site | None
    set_by: str
    withdrawn_by: str

    def state(self, today: date) -> Literal["now", "ahead", "over", "withdrawn"]:
        """Where it stands in time."""
        if self.price.withdrawn_at is not None:
            return "withdrawn"
        if self.price.valid_from > today:
            return "ahead"
        return "over" if self.price.valid_to is not None and self.price.valid_to < today else "now"


@dataclass(frozen=True)
class Line:
    """What is paid for, with the prices that hold and those to come."""

    subject: Subject
    now: Sequence[Entry]
    ahead: Sequence[Entry]


@dataclass(frozen=True)
class Steps:
    """What a wanted price would do: to the one that holds until then, and after its own end."""

    before: int | None
    """What it costs until then, in grosze."""
    replaces: bool
    """That one begins on the same day: it is withdrawn, not ended."""
    until: date | None
    """The day it really ends, if it ends."""
    is_large: bool
    leaves_gap: bool
    stays: Sequence[tuple[str, int]] = ()
    """Where the wanted one is for all sites: the names of those that keep a price of their own, with it."""


def read_amount(words: str) -> int | Refused:
    """Grosze from "250", "249,50", "1 200 zł". Refused: `price-unreadable`, `price-negative`, `price-high` (with the `most`)."""
    said = re.sub(r"\s*(?:zł|zl|pln)\.?$", "", " ".join(words.split()), flags=re.IGNORECASE)
    match = _AMOUNT.fullmatch(said)
    if match is None:
        return Refused("price-unreadable")
    if match[1]:
        return Refused("price-negative")
    grosze = int(re.sub(r"\D", "", match[2])) * 100 + int(((match[3] or match[4] or "0") + "0")[:2])
    return grosze if grosze <= HIGHEST else Refused("price-high", {"most": str(HIGHEST // 100)})


async def overview(uow: UnitOfWork, access: Access, today: date) -> list[Line]:
    """Everything that can have a price: examinations, then visits, by their codes."""
    access.require(Permission.edit_content)
    return await published(uow, today)


async def published(uow: UnitOfWork, today: date) -> list[Line]:
    """The same for everybody: the price list is no secret. Who set a price is read in its history alone."""
    rows = await uow.session.execute(
        _of_the_list().where(Price.withdrawn_at.is_(None), or_(Price.valid_to.is_(None), Price.valid_to >= today))
    )
    entries = [Entry(price, place, "", "") for price, place in rows.all()]
    lines = []
    for subject in await _subjects(uow):
        own = [one for one in entries if _is_of(one.price, subject)]
        now, ahead = ([one for one in own if one.state(today) == state] for state in ("now", "ahead"))
        lines.append(Line(subject, now, sorted(ahead, key=lambda one: one.price.valid_from)))
    return lines


def by_name(lines: Sequence[Line], language: str) -> list[Line]:
    """In the order of their names in that language."""
    return sorted(lines, key=lambda one: fold(one.subject.name(language)))


async def coming(uow: UnitOfWork, kind: Kind, code: str, today: date) -> Price | None:
    """The next price at all sites, if it begins soon."""
    ahead = [one for one in await _line(uow, Subject(kind, code, "", ""), None) if one.valid_from > today]
    return ahead[0] if ahead and ahead[0].valid_from <= today + SOON else None


async def subject_of(uow: UnitOfWork, access: Access, kind: str, code: str) -> Subject:
    """What that kind and code name. Raises `NotFound`."""
    access.require(Permission.edit_content)
    found = [one for one in await _subjects(uow) if (one.kind, one.code) == (kind, code)]
    if not found:
        raise NotFound("price")
    return found[0]


async def history(uow: UnitOfWork, access: Access, subject: Subject) -> list[Entry]:
    """Every price it ever had, the newest first; those at all sites before those at one."""
    access.require(Permission.edit_content)
    return [one for one in await _entries(uow) if _is_of(one.price, subject)]


def mark(entries: Sequence[Entry]) -> str:
    """What a form carries to say which prices its writer has seen."""
    known = sorted((str(one.price.id), str(one.price.valid_to)) for one in entries if one.price.withdrawn_at is None)
    return hashlib.sha256(repr(known).encode()).hexdigest()[:32]


async def steps(
    uow: UnitOfWork, access: Access, subject: Subject, wanted: Wanted, today: date
) -> Steps | dict[str, Refused]:
    """What this price would do, or by field why it cannot be: nothing is written.

    Refused: `price-past` (the past stays as it was), `price-far`, `price-order` (ends before it begins), `price-same-day`
    (another is set from that day), `price-overlap` (another begins before its end).
    """
    access.require(Permission.edit_content)
    if wanted.valid_from < today:
        return {"valid_from": Refused("price-past")}
    if wanted.valid_from > today + FURTHEST:
        return {"valid_from": Refused("price-far")}
    if wanted.valid_to is not None and wanted.valid_to < wanted.valid_from:
        return {"valid_to": Refused("price-order")}
    line = await _line(uow, subject, wanted.site_id)
    later = [one for one in line if one.valid_from > wanted.valid_from]
    if wanted.valid_from > today and any(one.valid_from == wanted.valid_from for one in line):
        return {"valid_from": Refused("price-same-day")}
    if later and wanted.valid_to is not None and wanted.valid_to >= later[0].valid_from:
        return {"valid_to": Refused("price-overlap", {"day": later[0].valid_from, "amount": later[0].amount})}
    before = next((one for one in line if _holds(one, wanted.valid_from)), None)
    until = _earlier(wanted.valid_to, later[0].valid_from - timedelta(days=1) if later else None)
    own = [one for one in await history(uow, access, subject) if one.price.withdrawn_at is None]
    kept = [(one.site.name, one.price.amount) for one in own if one.site and _holds(one.price, wanted.valid_from)]
    is_followed = later and until is not None and later[0].valid_from == until + timedelta(days=1)
    return Steps(
        before=before.amount if before is not None else None,
        replaces=before is not None and before.valid_from == wanted.valid_from,
        until=until,
        is_large=before is not None and not before.amount / LARGE_STEP <= wanted.amount <= before.amount * LARGE_STEP,
        leaves_gap=until is not None and not is_followed,
        stays=kept if wanted.site_id is None else [],
    )


async def set_price(
    uow: UnitOfWork, access: Access, subject: Subject, wanted: Wanted, seen: str, now: datetime
) -> Price | Refused | dict[str, Refused]:
    """Let it cost that from its day on; what cost otherwise until then ends the day before. Audited.

    A price that begins today takes the place of one that began today as well, which stays in the history as withdrawn.
    `seen` is the mark of the prices the writer had before them. Refused: `prices-changed`; by field as `steps`.
    Raises `NotFound` for an unknown site.
    """
    _require(access, wanted.site_id)
    await uow.lock("price-list")
    if wanted.site_id is not None and await uow.session.get(Site, wanted.site_id) is None:
        raise NotFound("site")
    if mark(await history(uow, access, subject)) != seen:
        return Refused("prices-changed")
    found = await steps(uow, access, subject, wanted, now.date())
    if isinstance(found, dict):
        return found
    by = await _staff(uow, access)
    for one in await _line(uow, subject, wanted.site_id):
        if one.valid_from == wanted.valid_from:
            one.withdrawn_at, one.withdrawn_by = now, by
            audit.record(uow, access, "price.withdrawn", "price", one.id, now)
    await uow.session.flush()
    service, specialty = (subject.code, None) if subject.kind == "service" else (None, subject.code)
    made = Price(
        service_code=service, specialty=specialty, site_id=wanted.site_id, payer=PAYER, amount=wanted.amount, currency="PLN",
        valid_from=wanted.valid_from, valid_to=wanted.valid_to, planned_to=wanted.valid_to, set_at=now, set_by=by,
    )  # fmt: skip
    uow.session.add(made)
    await uow.session.flush()
    await _settle(uow, subject, wanted.site_id)
    audit.record(uow, access, "price.set", "price", made.id, now)
    return made


async def withdraw(uow: UnitOfWork, access: Access, price_id: UUID, now: datetime) -> Subject | Refused:
    """Take a price back that does not hold yet, the one before goes on; or end a site's own price, the one at all sites takes its place
    from today on. Audited. Raises `NotFound`.

    Refused: `price-holds` (its day has come and nothing would hold instead: set another one). Harmless if it is withdrawn already.
    """
    access.require(Permission.edit_content)
    await uow.lock("price-list")
    held = await uow.session.get(Price, price_id)
    if held is None:
        raise NotFound("price")
    _require(access, held.site_id)
    kind, code = ("service", held.service_code) if held.service_code is not None else ("visit", held.specialty)
    subject = await subject_of(uow, access, kind, code or "")
    if held.withdrawn_at is not None:
        return subject
    today, act = now.date(), "price.withdrawn"
    if held.valid_from <= today and not await _is_own_beside_another(uow, subject, held, today):
        return Refused("price-holds")
    if held.valid_from < today:
        held.planned_to, act = today - timedelta(days=1), "price.ended"
    else:
        held.withdrawn_at, held.withdrawn_by = now, await _staff(uow, access)
    await uow.session.flush()
    await _settle(uow, subject, held.site_id)
    audit.record(uow, access, act, "price", held.id, now)
    return subject


async def _is_own_beside_another(uow: UnitOfWork, subject: Subject, held: Price, today: date) -> bool:
    """True for a site's own price of today where one at all sites holds as well."""
    if held.site_id is None or not _holds(held, today):
        return False
    return any(_holds(one, today) for one in await _line(uow, subject, None))


async def _settle(uow: UnitOfWork, subject: Subject, site_id: UUID | None) -> None:
    """Each price ends where it was said to, or the day before the next one. What is past comes out as it was."""
    line = await _line(uow, subject, site_id)
    for one, following in zip(line, [*line, None][1:], strict=True):
        one.valid_to = _earlier(one.planned_to, following.valid_from - timedelta(days=1) if following else None)
    await uow.session.flush()


async def _line(uow: UnitOfWork, subject: Subject, site_id: UUID | None) -> list[Price]:
    """The prices of one subject at one place that hold, held or will, the first first."""
    column = Price.service_code if subject.kind == "service" else Price.specialty
    place = Price.site_id.is_(None) if site_id is None else Price.site_id == site_id
    rows = await uow.session.scalars(
        select(Price)
        .where(column == subject.code, place, Price.payer == PAYER, Price.withdrawn_at.is_(None))
        .order_by(Price.valid_from)
    )
    return list(rows)


async def _entries(uow: UnitOfWork) -> list[Entry]:
    people: dict[UUID | None, str] = {one.id: one.name for one in await uow.session.scalars(select(Staff))}
    rows = await uow.session.execute(_of_the_list())
    return [
        Entry(price, place, people.get(price.set_by, ""), people.get(price.withdrawn_by, ""))
        for price, place in rows.all()
    ]


def _of_the_list() -> Select[Price, Site]:
    return (
        select(Price, Site)
        .outerjoin(Site, Site.id == Price.site_id)
        .where(Price.payer == PAYER)
        .order_by(Site.code.nulls_first(), Price.valid_from.desc(), Price.set_at.desc().nulls_last())
    )


async def _subjects(uow: UnitOfWork) -> list[Subject]:
    services = await uow.session.scalars(select(Service).order_by(Service.code))
    specialties = await uow.session.scalars(select(Specialty).order_by(Specialty.code))
    return [
        *(Subject("service", one.code, one.name_pl, one.name_en) for one in services),
        *(Subject("visit", one.code, one.name_pl, one.name_en) for one in specialties),
    ]


async def _staff(uow: UnitOfWork, access: Access) -> UUID | None:
    try:
        person = await uow.session.get(Staff, UUID(access.actor))
    except ValueError:
        return None
    return person.id if person is not None else None


def _require(access: Access, site_id: UUID | None) -> None:
    """A price at all sites is for who edits at all of them."""
    if site_id is None:
        access.require_everywhere(Permission.edit_content)
    else:
        access.require(Permission.edit_content, site_id)


def _is_of(price: Price, subject: Subject) -> bool:
    return subject.code == (price.service_code if subject.kind == "service" else price.specialty)


def _holds(price: Price, day: date) -> bool:
    return price.valid_from <= day and (price.valid_to is None or price.valid_to >= day)


def _earlier(one: date | None, other: date | None) -> date | None:
    known = [day for day in (one, other) if day is not None]
    return min(known) if known else None
