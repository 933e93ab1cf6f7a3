"""One row of a schedule's file: values in, an entry or its faults out. Pure. What a row is, its first column says."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Any

from care.folding import fold
from care.moving.patient_rows import read_date
from care.moving.tables import Fault, Reason, Row

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "kind": ("rodzaj", "typ", "type"),
    "code": ("kod",),
    "name": ("nazwa", "nazwa polska"),
    "name_en": ("nazwa angielska", "english name"),
    "title": ("tytuł",),
    "given_name": ("imię", "first name"),
    "family_name": ("nazwisko", "last name", "surname"),
    "words": ("słowa", "formy", "synonimy", "forms", "synonyms"),
    "words_en": ("słowa angielskie", "synonimy angielskie", "english words"),
    "languages": ("języki",),
    "referral": ("skierowanie", "needs referral"),
    "active": ("przyjmuje", "aktywny", "is active"),
    "address": ("adres",),
    "phone": ("telefon", "telephone"),
    "site": ("placówka", "kod placówki", "site code"),
    "clinician": ("lekarz", "kod lekarza", "clinician code"),
    "specialty": ("specjalność", "specjalności", "specialties"),
    "weekday": ("dzień tygodnia", "dzień", "day"),
    "starts": ("od godziny", "od", "from", "opens"),
    "ends": ("do godziny", "do", "to", "closes"),
    "minutes": ("minuty", "czas wizyty", "slot minutes"),
    "payers": ("płatnik", "płatność", "payer"),
    "first_day": ("od dnia", "data", "data od", "date", "valid from"),
    "last_day": ("do dnia", "data do", "valid to"),
}
"""Canonical columns and the headings they may stand under."""
REQUIRED = ("kind",)
SHORTEST_VISIT, LONGEST_VISIT = 5, 240
_WEEKDAYS = (
    ("poniedzialek", "pon", "pn", "monday", "mon", "1"),
    ("wtorek", "wto", "wt", "tuesday", "tue", "2"),
    ("sroda", "sro", "sr", "wednesday", "wed", "3"),
    ("czwartek", "czw", "cz", "thursday", "thu", "4"),
    ("piatek", "pia", "pt", "friday", "fri", "5"),
    ("sobota", "sob", "sb", "saturday", "sat", "6"),
    ("niedziela", "nie", "nd", "sunday", "sun", "7"),
)
_PAYERS = {"nfz": "nfz", "private": "private", "prywatnie": "private", "prywatny": "private"}
_YES = {"": None, "tak": True, "yes": True, "t": True, "1": True, "nie": False, "no": False, "n": False, "0": False}
_TIME = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)(?::00)?")
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,49}")
_LIST = re.compile(r"[|/,]")


class Kind(StrEnum):
    """What a row tells of."""

    site = "site"
    opening = "opening"
    specialty = "specialty"
    clinician = "clinician"
    hours = "hours"
    off = "off"
    extra = "extra"
    closed = "closed"


KINDS = {
    "site": Kind.site, "placowka": Kind.site, "opening": Kind.opening, "otwarcie": Kind.opening,
    "specialty": Kind.specialty, "specjalnosc": Kind.specialty, "clinician": Kind.clinician, "lekarz": Kind.clinician,
    "hours": Kind.hours, "godziny": Kind.hours, "off": Kind.off, "nieobecnosc": Kind.off,
    "extra": Kind.extra, "dodatkowo": Kind.extra, "closed": Kind.closed, "zamkniete": Kind.closed,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ScheduleEntry:
    """What a row says. Empty strings, empty tuples and None say nothing, and an earlier value stays."""

    row: int
    kind: Kind
    code: str = ""
    name: str = ""
    name_en: str = ""
    title: str = ""
    given_name: str = ""
    family_name: str = ""
    words: tuple[str, ...] = ()
    words_en: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    referral: bool | None = None
    active: bool | None = None
    address: str = ""
    phone: str = ""
    site: str = ""
    clinician: str = ""
    specialty: tuple[str, ...] = ()
    weekday: int | None = None
    starts: time | None = None
    ends: time | None = None
    minutes: int | None = None
    payers: tuple[str, ...] = ()
    first_day: date | None = None
    last_day: date | None = None

    @property
    def owner(self) -> str:
        """Whose former entries of this kind are replaced: a clinician's or a site's code; empty where nothing is."""
        if self.kind is Kind.opening:
            return self.site
        return self.clinician if self.kind in (Kind.hours, Kind.off, Kind.extra) else ""


NEEDED: Mapping[Kind, tuple[str, ...]] = {
    Kind.site: ("code", "name"),
    Kind.opening: ("site", "weekday", "starts", "ends"),
    Kind.specialty: ("code", "name"),
    Kind.clinician: ("code", "family_name", "specialty"),
    Kind.hours: ("clinician", "site", "specialty", "weekday", "starts", "ends", "minutes", "payers"),
    Kind.off: ("clinician", "first_day"),
    Kind.extra: ("clinician", "site", "specialty", "first_day", "starts", "ends", "minutes", "payers"),
    Kind.closed: ("first_day", "name"),
}
"""What each kind of row must say."""


def kind_of(row: Row) -> Kind | None:
    """What the row tells of."""
    return KINDS.get(fold(row.get("kind")))


def read_entry(row: Row, headings: Mapping[str, str]) -> ScheduleEntry | list[Fault]:
    """The entry, or everything that is wrong with the row."""
    kind = kind_of(row)
    faults = list(row.faults)

    def wrong(column: str, reason: Reason) -> None:
        faults.append(Fault(row.number, headings.get(column, column), reason))

    if kind is None:
        wrong("kind", Reason.kind if row.get("kind") else Reason.empty)
        return faults
    read: dict[str, Any] = {}
    for column, reader in _READERS.items():
        value = reader(row.get(column))
        if isinstance(value, Reason):
            wrong(column, value)
        else:
            read[column] = value
    for column in NEEDED[kind]:
        if not row.get(column):
            wrong(column, Reason.empty)
    if faults:
        return faults
    entry = ScheduleEntry(row.number, kind, **read)
    if fault := _out_of_order(entry):
        wrong(*fault)
    return faults or entry


def _out_of_order(entry: ScheduleEntry) -> tuple[str, Reason] | None:
    if (entry.starts is None) != (entry.ends is None):
        return ("starts" if entry.starts is None else "ends", Reason.empty)
    if entry.starts is not None and entry.ends is not None:
        if entry.ends <= entry.starts:
            return "ends", Reason.order
        lasts = timedelta(hours=entry.ends.hour, minutes=entry.ends.minute) - timedelta(
            hours=entry.starts.hour, minutes=entry.starts.minute
        )
        if entry.minutes is not None and timedelta(minutes=entry.minutes) > lasts:
            return "minutes", Reason.minutes
    if entry.first_day is not None and entry.last_day is not None and entry.last_day < entry.first_day:
        return "last_day", Reason.order
    if entry.kind in (Kind.hours, Kind.extra) and len(entry.specialty) != 1:
        return "specialty", Reason.code
    return None


def _text(cell: str) -> str | Reason:
    return cell if len(cell) <= 500 else Reason.too_long


def _several(cell: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in cell.split("|") if part.strip()))


def _code(cell: str) -> str | Reason:
    return cell if not cell or _CODE.fullmatch(cell) else Reason.code


def _codes(cell: str) -> tuple[str, ...] | Reason:
    parts = tuple(part.strip() for part in _LIST.split(cell) if part.strip())
    return parts if all(_CODE.fullmatch(part) for part in parts) else Reason.code


def _languages(cell: str) -> tuple[str, ...] | Reason:
    parts = tuple(part.strip().lower() for part in _LIST.split(cell) if part.strip())
    return parts if all(re.fullmatch(r"[a-z]{2}", part) for part in parts) else Reason.language


def _yes(cell: str) -> bool | Reason | None:
    return _YES.get(fold(cell), Reason.yes_no)


def _weekday(cell: str) -> int | Reason | None:
    if not cell:
        return None
    said = fold(cell).rstrip(".")
    return next((number for number, names in enumerate(_WEEKDAYS) if said in names), Reason.weekday)


def _time(cell: str) -> time | Reason | None:
    found = _TIME.fullmatch(cell)
    if found is None:
        return Reason.time if cell else None
    return time(int(found[1]), int(found[2]))


def _minutes(cell: str) -> int | Reason | None:
    if not cell:
        return None
    is_number = cell.isascii() and cell.isdigit() and len(cell) <= 3
    return int(cell) if is_number and SHORTEST_VISIT <= int(cell) <= LONGEST_VISIT else Reason.minutes


def _payers(cell: str) -> tuple[str, ...] | Reason:
    parts = [_PAYERS.get(fold(part.strip())) for part in _LIST.split(cell) if part.strip()]
    known = [part for part in parts if part is not None]
    return tuple(sorted(set(known))) if len(known) == len(parts) else Reason.payer


def _date(cell: str) -> date | Reason | None:
    return (read_date(cell) or Reason.date) if cell else None


_READERS: Mapping[str, Callable[[str], object]] = {
    "code": _code, "name": _text, "name_en": _text, "title": _text, "given_name": _text, "family_name": _text,
    "words": _several, "words_en": _several, "languages": _languages, "referral": _yes, "active": _yes, "address": _text,
    "phone": _text, "site": _code, "clinician": _code, "specialty": _codes, "weekday": _weekday, "starts": _time, "ends": _time,
    "minutes": _minutes, "payers": _payers, "first_day": _date, "last_day": _date,
}  # fmt: skip
