"""Sites, specialties, clinicians and closed days of a schedule's file, written by their codes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from care.appointments.models import Clinician, ClosedDay, Site, Specialty
from care.moving.patients import Did, Outcome
from care.moving.schedule_rows import Kind, ScheduleEntry
from care.moving.tables import Fault, Reason, Table
from core import audit
from core.access import Access
from core.db import UnitOfWork

MOST_CLOSED_DAYS = 366


@dataclass
class Known:
    """What there is, by code; grows while a file is written."""

    sites: dict[str, Site]
    specialties: dict[str, Specialty]
    clinicians: dict[str, Clinician]

    @classmethod
    async def read(cls, uow: UnitOfWork) -> "Known":
        """Everything there is now."""
        return cls(
            {one.code: one for one in await uow.session.scalars(select(Site))},
            {one.code: one for one in await uow.session.scalars(select(Specialty))},
            {one.code: one for one in await uow.session.scalars(select(Clinician))},
        )

    def faults(self, entries: Sequence[ScheduleEntry], table: Table) -> list[Fault]:
        """References to what neither stands in the database nor comes with the file."""
        sites, specialties, clinicians = (
            set(held) | {one.code for one in entries if one.kind is kind}
            for held, kind in (
                (self.sites, Kind.site), (self.specialties, Kind.specialty), (self.clinicians, Kind.clinician),
            )
        )  # fmt: skip
        found = []
        for one in entries:
            for column, missing, reason in (
                ("site", one.site and one.site not in sites, Reason.unknown_site),
                ("clinician", one.clinician and one.clinician not in clinicians, Reason.unknown_clinician),
                ("specialty", set(one.specialty) - specialties, Reason.unknown_specialty),
            ):
                if missing:
                    found.append(Fault(one.row, table.headings.get(column, column), reason))
            if one.kind is Kind.closed and one.first_day and (one.last_day or one.first_day) - one.first_day > _LONGEST:
                found.append(Fault(one.row, table.headings.get("last_day", "last_day"), Reason.order))
        return found


_LONGEST = timedelta(days=MOST_CLOSED_DAYS)


async def write_places(
    uow: UnitOfWork, access: Access, known: Known, entries: Sequence[ScheduleEntry], now: datetime
) -> list[Outcome]:
    """Write sites, specialties, clinicians (in this order: later ones name earlier ones) and closed days."""
    outcomes = []
    for kind, write in (
        (Kind.site, _site), (Kind.specialty, _specialty), (Kind.clinician, _clinician),
    ):  # fmt: skip
        for entry in [one for one in entries if one.kind is kind]:
            outcome, subject = write(uow, known, entry)
            outcomes.append(outcome)
            await uow.session.flush()
            if outcome.did is not Did.unchanged:
                audit.record(uow, access, "schedule.imported", kind.value, subject, now)
    closed = [one for one in entries if one.kind is Kind.closed]
    return outcomes + [await _closed(uow, access, known, one, now) for one in closed]


def _site(uow: UnitOfWork, known: Known, entry: ScheduleEntry) -> tuple[Outcome, UUID | str]:
    said = {"name": entry.name, "address": entry.address, "phone": entry.phone}
    held = known.sites.get(entry.code)
    if held is None:
        empty = dict.fromkeys(("parking_pl", "parking_en", "directions_pl", "directions_en"), "")
        held = known.sites[entry.code] = Site(code=entry.code, timezone="Europe/Warsaw", **said, **empty)
        return _added(uow, held, entry)
    return _changed(held, said, entry, held.id)


def _specialty(uow: UnitOfWork, known: Known, entry: ScheduleEntry) -> tuple[Outcome, UUID | str]:
    said = {
        "name_pl": entry.name, "name_en": entry.name_en, "synonyms_pl": list(entry.words),
        "synonyms_en": list(entry.words_en), "needs_referral_nfz": entry.referral,
    }  # fmt: skip
    held = known.specialties.get(entry.code)
    if held is None:
        # Without a word on it a referral is asked for: a visit refused at the desk is worse than a question too many.
        english = entry.name_en or entry.name
        held = known.specialties[entry.code] = Specialty(
            code=entry.code, name_pl=entry.name, name_en=english, synonyms_pl=list(entry.words) or [entry.name],
            synonyms_en=list(entry.words_en) or [english], needs_referral_nfz=entry.referral is not False,
        )  # fmt: skip
        return _added(uow, held, entry)
    return _changed(held, said, entry, held.code)


def _clinician(uow: UnitOfWork, known: Known, entry: ScheduleEntry) -> tuple[Outcome, UUID | str]:
    said = {
        "title": entry.title, "given_name": entry.given_name, "family_name": entry.family_name, "forms_pl": list(entry.words),
        "specialties": list(entry.specialty), "languages": list(entry.languages), "is_active": entry.active,
    }  # fmt: skip
    held = known.clinicians.get(entry.code)
    if held is None:
        said |= {
            "forms_pl": list(entry.words) or [entry.family_name], "languages": list(entry.languages) or ["pl"],
            "is_active": entry.active is not False,
        }  # fmt: skip
        held = known.clinicians[entry.code] = Clinician(code=entry.code, **said)
        return _added(uow, held, entry)
    return _changed(held, said, entry, held.id)


def _added(uow: UnitOfWork, made: Site | Specialty | Clinician, entry: ScheduleEntry) -> tuple[Outcome, str]:
    uow.session.add(made)
    return Outcome(entry.row, Did.new), entry.code


def _changed(held: Any, said: dict[str, Any], entry: ScheduleEntry, subject: UUID | str) -> tuple[Outcome, UUID | str]:
    """Take over what the file says otherwise; what it leaves empty stays."""
    changes = {
        name: value for name, value in said.items() if value not in ("", [], None) and getattr(held, name) != value
    }
    for name, value in changes.items():
        setattr(held, name, value)
    return Outcome(entry.row, Did.updated if changes else Did.unchanged, tuple(changes)), subject


async def _closed(uow: UnitOfWork, access: Access, known: Known, entry: ScheduleEntry, now: datetime) -> Outcome:
    """Each day from the first to the last, at that site or (without one) everywhere."""
    assert entry.first_day is not None, "a closed day names its day"
    site_id = known.sites[entry.site].id if entry.site else None
    did = Did.unchanged
    for day in _days(entry.first_day, entry.last_day or entry.first_day):
        condition = ClosedDay.site_id.is_(None) if site_id is None else ClosedDay.site_id == site_id
        held = await uow.session.scalar(select(ClosedDay).where(ClosedDay.day == day, condition))
        english = entry.name_en or (held.name_en if held else entry.name)
        if held is None:
            uow.session.add(ClosedDay(site_id=site_id, day=day, name_pl=entry.name, name_en=english))
            did = Did.new
        elif (held.name_pl, held.name_en) != (entry.name, english):
            held.name_pl, held.name_en = entry.name, english
            did = Did.new if did is Did.new else Did.updated
        await uow.session.flush()
    if did is not Did.unchanged:
        audit.record(uow, access, "schedule.imported", "closed_day", entry.first_day.isoformat(), now)
    return Outcome(entry.row, did)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
