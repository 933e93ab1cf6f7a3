"""The synthetic clinic "Poradnia Pod Lipami": fills an empty database from data/clinic; invented people only."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import holidays
from sqlalchemy import select

from care.appointments.models import (
    Clinician,
    ClosedDay,
    Price,
    ScheduleException,
    Service,
    Site,
    SiteHours,
    Specialty,
    WeeklySchedule,
)
from care.appointments.offers import offer_key
from care.appointments.repository import Appointments
from care.appointments.service import book
from care.patients.models import Patient
from care.patients.repository import Patients
from care.refills.models import Medication
from core.access import Access
from core.db import UnitOfWork
from core.errors import Refused
from core.settings import ROOT
from core.yamls import read_yaml

CLINIC = ROOT / "data" / "clinic"
_HOLIDAY_YEARS = 3


async def seed(uow: UnitOfWork, now: datetime, folder: Path = CLINIC) -> bool:
    """Fill an empty database and say True; do nothing and say False if there is a site already.

    Schedules hold from the day of `now` on, without end; ids are the same on every installation.
    """
    if (await uow.session.scalars(select(Site.id).limit(1))).first() is not None:
        return False
    sites = _add_sites(uow, _read(folder / "sites.yml"))
    _add_closed_days(uow, now.date())
    for row in _read(folder / "specialties.yml"):
        uow.session.add(Specialty(**row))
    await uow.session.flush()
    for row in _read(folder / "services.yml"):
        uow.session.add(Service(**row))
    await uow.session.flush()
    _add_prices(uow, _read(folder / "prices.yml"), sites, now.date())
    await _add_clinicians(uow, _read(folder / "clinicians.yml"), sites, now.date())
    await _add_patients(uow, _read(folder / "patients.yml"), now)
    return True


def clinic_id(kind: str, code: str) -> UUID:
    """The id of a seeded row: the same on every installation."""
    return uuid5(NAMESPACE_URL, f"poradnia:{kind}:{code}")


def _read(path: Path) -> Any:
    return read_yaml(path.read_text("utf-8"))


def _add_sites(uow: UnitOfWork, rows: list[dict[str, Any]]) -> dict[str, UUID]:
    for row in rows:
        hours = row.pop("hours")
        site = Site(id=clinic_id("site", row["code"]), timezone="Europe/Warsaw", **row)
        uow.session.add(site)
        for weekday, opens, closes in hours:
            uow.session.add(
                SiteHours(
                    site_id=site.id,
                    weekday=weekday,
                    opens=time.fromisoformat(opens),
                    closes=time.fromisoformat(closes),
                )
            )
    return {row["code"]: clinic_id("site", row["code"]) for row in rows}


def _add_closed_days(uow: UnitOfWork, today: date) -> None:
    """Public holidays of this year and the next two. Source: the `holidays` package."""
    years = range(today.year, today.year + _HOLIDAY_YEARS)
    polish = holidays.country_holidays("PL", years=years, language="pl")
    english = holidays.country_holidays("PL", years=years, language="en_US")
    for day, name in sorted(polish.items()):
        uow.session.add(ClosedDay(site_id=None, day=day, name_pl=name, name_en=english[day]))


def _add_prices(uow: UnitOfWork, rows: dict[str, Any], sites: dict[str, UUID], today: date) -> None:
    first = date(today.year, 1, 1)
    for code, amount in rows["visits"].items():
        uow.session.add(Price(specialty=code, payer="private", amount=amount, valid_from=first))
    for code, amount in rows["services"].items():
        uow.session.add(Price(service_code=code, payer="private", amount=amount, valid_from=first))
    for row in rows["at_sites"]:
        uow.session.add(
            Price(
                specialty=row.get("specialty"),
                service_code=row.get("service"),
                site_id=sites[row["site"]],
                payer="private",
                amount=row["amount"],
                valid_from=first,
            )
        )


async def _add_clinicians(uow: UnitOfWork, rows: list[dict[str, Any]], sites: dict[str, UUID], today: date) -> None:
    for row in rows:
        blocks, away = row.pop("schedule"), row.pop("away", [])
        person = Clinician(id=clinic_id("clinician", row["code"]), **row)
        uow.session.add(person)
        await uow.session.flush()
        for site, weekday, starts, ends, minutes, specialty, payers in blocks:
            uow.session.add(
                WeeklySchedule(
                    clinician_id=person.id,
                    site_id=sites[site],
                    specialty=specialty,
                    weekday=weekday,
                    starts=time.fromisoformat(starts),
                    ends=time.fromisoformat(ends),
                    slot_minutes=minutes,
                    payers=payers,
                    valid_from=today,
                )
            )
        for first, last in away:
            uow.session.add(
                ScheduleException(
                    clinician_id=person.id,
                    kind="off",
                    first_day=today + timedelta(days=first),
                    last_day=today + timedelta(days=last),
                )
            )
    await uow.session.flush()


async def _add_patients(uow: UnitOfWork, rows: list[dict[str, Any]], now: datetime) -> None:
    access = Access.system("seed")
    for row in rows:
        visits, medicines = row.pop("visits"), row.pop("medicines", ())
        patient = Patients(uow, access).add(Patient(created_at=now, is_synthetic=True, **row))
        await uow.session.flush()
        for name, substance, dose, reason, issued_before, days in medicines:
            issued = None if issued_before is None else now.date() - timedelta(days=issued_before)
            kept = Medication(
                patient_id=patient.id, name=name, substance=substance, dose=dose, reason=reason, made_at=now
            )
            kept.last_issued_on, kept.days_issued = issued, days
            uow.session.add(kept)
        for clinician, days, payer in visits:
            await _book_first_free(uow, access, patient, clinic_id("clinician", clinician), days, payer, now)


async def _book_first_free(
    uow: UnitOfWork, access: Access, patient: Patient, clinician_id: UUID, days: int, payer: str, now: datetime
) -> None:
    """Book the clinician's first free slot that many days from now, or as soon after as there is one."""
    first = (now.astimezone(UTC) + timedelta(days=days)).date()
    slots = await Appointments(uow, access).slots(first, first + timedelta(days=14), clinician_id=clinician_id)
    codes = {site.id: site.code for site in await uow.session.scalars(select(Site))}
    for slot in slots:
        if payer not in slot.payers:
            continue
        key = offer_key(clinician_id, codes[slot.site_id], slot.specialty, slot.start)
        booked = await book(
            uow,
            access,
            patient_id=patient.id,
            payer="nfz" if payer == "nfz" else "private",
            visit_kind="follow_up",
            referral_code=None,
            case_id=None,
            contact_point_id=None,
            channel="desk",
            idempotency_key=f"seed:{patient.id}:{clinician_id}",
            now=now,
            offer_key=key,
        )
        if not isinstance(booked, Refused):
            return
