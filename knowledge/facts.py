"""The clinic's facts inside articles: a placeholder such as `{hours}` is filled from the tables, never typed twice."""

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta

from sqlalchemy import select

from care.appointments.closing import closed_soon
from care.appointments.models import Site, SiteHours
from care.appointments.service import sites, specialties
from core.db import UnitOfWork
from core.i18n import Language, catalogue
from core.phone import format_number
from core.when.say import say_date

SOON = timedelta(days=7)

PLACEHOLDERS = frozenset({"parking", "directions", "addresses", "phones", "hours", "without_referral"})
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_DAYS: dict[Language, tuple[str, ...]] = {
    "pl": ("poniedziałek", "wtorek", "środa", "czwartek", "piątek", "sobota", "niedziela"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}


def unknown_placeholders(text: str) -> set[str]:
    """The placeholders of a text that name no fact."""
    return set(_PLACEHOLDER.findall(text)) - PLACEHOLDERS


def fill(text: str, facts: dict[str, str]) -> str:
    """The text with its placeholders filled; unknown ones become nothing."""
    return " ".join(_PLACEHOLDER.sub(lambda match: facts.get(match.group(1), ""), text).split())


async def facts(uow: UnitOfWork, language: Language, now: datetime | None = None) -> dict[str, str]:
    """All facts as sentences of that language, one per site; the hours with the days that are closed soon after `now`."""
    places = await sites(uow)
    hours = list(await uow.session.scalars(select(SiteHours).order_by(SiteHours.weekday, SiteHours.opens)))
    free = [field.name(language) for field in await specialties(uow) if not field.needs_referral_nfz]
    closed = [] if now is None else await _closed(uow, language, now)
    return {
        "parking": _each(places, Site.parking, language),
        "directions": _each(places, Site.directions, language),
        "addresses": " ".join(f"{place.name}: {place.address}." for place in places),
        "phones": ", ".join(f"{place.name}: {format_number(place.phone)}" for place in places) + ".",
        "hours": " ".join([*(f"{place.name}: {_week(place, hours, language)}." for place in places), *closed]),
        "without_referral": ", ".join(sorted(free)),
    }


def _each(places: list[Site], told: Callable[[Site, str], str], language: Language) -> str:
    """What each site says there; one that says nothing is left out."""
    return " ".join(f"{place.name}: {told(place, language)}" for place in places if told(place, language))


async def _closed(uow: UnitOfWork, language: Language, now: datetime) -> list[str]:
    """One sentence with the closed days that are near, where, and why; none where there are none."""
    texts, days = catalogue(language), []
    for day, place in await closed_soon(uow, now, SOON):
        where = place.name if place is not None else texts.text("facts-closed-all")
        why = day.name_pl if language == "pl" else day.name_en
        days.append(f"{say_date(day.day, language, now=now, style='short')} ({where}, {why})")
    return [texts.text("facts-closed", days="; ".join(days))] if days else []


def _week(place: Site, hours: list[SiteHours], language: Language) -> str:
    """Days of equal hours together: "poniedziałek, wtorek 8:00–18:00; piątek 8:00–16:00"."""
    days: dict[int, list[str]] = {}
    for row in hours:
        if row.site_id == place.id:
            days.setdefault(row.weekday, []).append(f"{_clock(row.opens)}–{_clock(row.closes)}")
    alike: dict[str, list[str]] = {}
    for weekday, blocks in sorted(days.items()):
        alike.setdefault(", ".join(blocks), []).append(_DAYS[language][weekday])
    return "; ".join(f"{', '.join(names)} {blocks}" for blocks, names in alike.items())


def _clock(moment: time) -> str:
    return f"{moment.hour}:{moment.minute:02d}"
