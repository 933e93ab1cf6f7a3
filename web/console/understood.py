"""What the bot has understood so far, in words: each slot with a name, each code and moment as a person says it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from care.appointments.models import Appointment, Clinician, Specialty
from care.triage.tables import default_tables
from core.db import UnitOfWork
from core.i18n import Language, catalogue
from core.when.say import say_date, say_when

_ORDER = (
    "goal",
    "specialty",
    "clinician",
    "time_window",
    "offer",
    "payer",
    "visit_kind",
    "patient_name",
    "birth_date",
    "visit",
)


@dataclass(frozen=True)
class Fact:
    """One thing understood."""

    name: str
    value: str


async def facts(uow: UnitOfWork, understood: Mapping[str, Any], language: Language, now: datetime) -> list[Fact]:
    """The known slots in the order of a booking; what cannot be put into words is left out."""
    texts = catalogue(language)
    names = [name for name in _ORDER if understood.get(name)]
    names += sorted(name for name in understood if name not in _ORDER and understood[name])
    found = []
    for name in names:
        key = f"slot-{name.replace('_', '-')}"
        value = await _say(uow, name, _parsed(understood[name]), language, now)
        if value:
            found.append(Fact(texts.text(key) if texts.has(key) else name.replace("_", " "), value))
    return found


def _parsed(value: Any) -> Any:
    """A slot's own value: some hold JSON."""
    if isinstance(value, str) and value[:1] in "{[":
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


async def _say(uow: UnitOfWork, name: str, value: Any, language: Language, now: datetime) -> str:
    texts = catalogue(language)
    if name == "specialty":
        field = await uow.session.get(Specialty, str(value))
        return (field.name_en if language == "en" else field.name_pl) if field else str(value)
    if name == "clinician":
        return await _clinician(uow, value)
    if name == "visit":
        return await _visit(uow, value, language, now)
    if name == "goal":
        key = f"intent-{str(value).replace('_', '-')}"
        return texts.text(key) if texts.has(key) else str(value)
    if name in ("payer", "visit_kind"):
        key = f"{name.replace('_', '-')}-{value}"
        return texts.text(key) if texts.has(key) else str(value)
    if name == "triage":
        return _triage(value, language) if isinstance(value, dict) else ""
    if isinstance(value, dict):
        return _of_mapping(value, language, now)
    if name == "birth_date":
        born = _date(value)
        return f"{born.day}.{born.month:02}.{born.year}" if born else str(value)
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)


def _triage(value: Mapping[str, Any], language: Language) -> str:
    """The interview as a nurse would note it: what is, what is not, what is not known; how soon by which rules."""
    texts, known = catalogue(language), default_tables().findings

    def names(part: str) -> str:
        return "; ".join(known[one].names[language] for one in value.get(part) or () if one in known)

    parts = [
        texts.text(f"console-triage-{part}", names=names(part))
        for part in ("present", "absent", "unsure")
        if names(part)
    ]
    if value.get("urgency"):
        urgency = texts.text(f"triage-urgency-{value['urgency']}")
        rules = ", ".join(str(one) for one in value.get("rules") or ())
        parts.insert(0, texts.text("console-triage-urgency", urgency=urgency, rules=rules))
    return " · ".join(parts)


async def _visit(uow: UnitOfWork, value: Any, language: Language, now: datetime) -> str:
    """A visit by its hour; nothing of one that is gone."""
    try:
        found = await uow.session.get(Appointment, UUID(str(value)))
    except ValueError:
        return ""
    return visit_words(found.start_at.astimezone(now.tzinfo), language, now) if found else ""


async def _clinician(uow: UnitOfWork, value: Any) -> str:
    try:
        found = await uow.session.get(Clinician, UUID(str(value)))
    except ValueError:
        return str(value)
    return found.name if found else ""


def _of_mapping(value: Mapping[str, Any], language: Language, now: datetime) -> str:
    """An offer (moment, who, where) or a window (from, to, and the patient's own words)."""
    parts = []
    start, end = _moment(value.get("start")), _moment(value.get("end"))
    if value.get("clinician_name") and start:
        parts.append(say_when(start, language, now=now, style="short"))
        parts += [str(value[key]) for key in ("clinician_name", "site_name") if value.get(key)]
        return ", ".join(parts)
    if value.get("said"):
        parts.append(f"„{value['said']}”" if language == "pl" else f"“{value['said']}”")
    if start or end:
        moments = [say_when(one, language, now=now, style="short") if one else "…" for one in (start, end)]
        parts.append(" – ".join(moments))
    elif not parts:
        parts.append(catalogue(language).text("slot-any-time"))
    return ", ".join(parts)


def _moment(value: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _date(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def born_words(born: date, language: Language, now: datetime) -> str:
    """A birth date with the age beside it."""
    age = now.year - born.year - ((now.month, now.day) < (born.month, born.day))
    return catalogue(language).text("console-born", date=f"{born.day}.{born.month:02}.{born.year}", age=age)


def visit_words(start: datetime, language: Language, now: datetime) -> str:
    """When a visit is, short, with the day first."""
    said = say_date(start.date(), language, now=now, style="short")
    return f"{said}, {start.hour:02}:{start.minute:02}"
