"""One row of a patients' file: values in, an entry or its faults out. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from care.moving.tables import Fault, Reason, Row
from care.patients import rules
from core.phone import parse_number

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "external_id": ("identyfikator", "id", "id pacjenta", "numer pacjenta", "numer kartoteki", "patient id", "patient number"),
    "given_name": ("imię", "imiona", "first name", "given names"),
    "family_name": ("nazwisko", "last name", "surname"),
    "birth_date": ("data urodzenia", "ur", "date of birth", "born"),
    "pesel": ("PESEL", "numer pesel"),
    "phone": ("telefon", "numer telefonu", "nr telefonu", "komórka", "tel", "telephone", "phone number", "mobile"),
    "mail": ("e-mail", "email", "adres e-mail", "poczta", "email address"),
    "language": ("język", "język kontaktu", "preferred language"),
}  # fmt: skip
"""Canonical columns and the headings they may stand under, however they are capitalised and with or without Polish letters."""
REQUIRED = ("external_id", "given_name", "family_name", "birth_date")
LONGEST_NAME, LONGEST_ID, LONGEST_MAIL = 100, 100, 200
LANGUAGES = {"": None, "pl": "pl", "polski": "pl", "polish": "pl", "en": "en", "angielski": "en", "english": "en"}
_DATE = re.compile(r"(?:(\d{4})-(\d{2})-(\d{2})|(\d{1,2})\.(\d{1,2})\.(\d{4}))")


@dataclass(frozen=True, slots=True)
class PatientEntry:
    """What a row says of a patient. None means that it says nothing, and an earlier value stays."""

    row: int
    external_id: str
    given_name: str
    family_name: str
    birth_date: date
    pesel: str | None
    phone: str | None
    mail: str | None
    language: str | None


def read_patient(row: Row, headings: Mapping[str, str], today: date, region: str) -> PatientEntry | list[Fault]:
    """The entry, or everything that is wrong with the row. A birth date may be left out where a PESEL tells it.

    A number written by a spreadsheet without its leading zeros counts as a PESEL if check digit and birth date agree.
    """
    faults = list(row.faults)

    def wrong(column: str, reason: Reason) -> None:
        faults.append(Fault(row.number, headings.get(column, column), reason))

    for column in ("external_id", "given_name", "family_name"):
        if not row.get(column):
            wrong(column, Reason.empty)
        elif len(row.get(column)) > (LONGEST_ID if column == "external_id" else LONGEST_NAME):
            wrong(column, Reason.too_long)
        elif column != "external_id" and not rules.name_words(row.get(column)):
            wrong(column, Reason.name)
    pesel, fault = read_pesel(row.get("pesel"))
    if fault is not None:
        wrong("pesel", fault)
    told = rules.pesel_birth_date(pesel) if pesel is not None else None
    born = read_date(row.get("birth_date"))
    if not row.get("birth_date") and told is not None:
        born = told
    elif not row.get("birth_date"):
        wrong("birth_date", Reason.empty)
    elif born is None:
        wrong("birth_date", Reason.date)
    if born is not None and not rules.is_plausible_birth_date(born, today):
        wrong("birth_date", Reason.date_range)
    elif born is not None and told is not None and told != born:
        wrong("pesel", Reason.pesel_birth)
    phone = parse_number(row.get("phone"), region) if row.get("phone") else None
    if row.get("phone") and phone is None:
        wrong("phone", Reason.phone)
    mail = row.get("mail") or None
    if mail is not None and not is_mail(mail):
        wrong("mail", Reason.mail)
    language = row.get("language").casefold()
    if language not in LANGUAGES:
        wrong("language", Reason.language)
    if faults or born is None:
        return faults
    return PatientEntry(
        row.number, row.get("external_id"), row.get("given_name"), row.get("family_name"), born, pesel, phone, mail,
        LANGUAGES[language],
    )  # fmt: skip


def read_date(text: str) -> date | None:
    """The day of 1987-03-14 or 14.03.1987, else None."""
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day = found.group(1, 2, 3) if found.group(1) else found.group(6, 5, 4)
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def read_pesel(text: str) -> tuple[str | None, Reason | None]:
    """The eleven digits, or why not; (None, None) for an empty cell."""
    if not text:
        return None, None
    digits = re.sub(r"[\s-]", "", text)
    if not (digits.isascii() and digits.isdigit() and 9 <= len(digits) <= 11):
        return None, Reason.pesel_digits
    padded = digits.zfill(11)
    if rules.pesel_birth_date(padded) is None:
        return None, Reason.pesel_check if len(digits) == 11 else Reason.pesel_digits
    return padded, None


def is_mail(text: str) -> bool:
    """True for what can be a mail address. Whether it is somebody's only a message can tell."""
    name, at, host = text.partition("@")
    is_host = re.fullmatch(r"[^\s@.]+(?:\.[^\s@.]+)+", host) is not None
    return bool(name and at and is_host) and len(text) <= LONGEST_MAIL and not re.search(r"\s", name)


def changed_columns(held: Mapping[str, object], entry: PatientEntry) -> dict[str, object]:
    """What the row says otherwise than the record, by column. An empty cell never takes anything away."""
    said = {column: getattr(entry, column) for column in COLUMNS if column != "external_id"}
    return {column: value for column, value in said.items() if value is not None and held[column] != value}


def is_another_person(held: Mapping[str, object], entry: PatientEntry) -> bool:
    """True if the record under the same identifier cannot be the same person: born on another day, and no word of the names shared,
    or with another PESEL. Such a row is refused: identifiers that were given out again must not change one patient into another.
    """
    if held["birth_date"] == entry.birth_date:
        return False
    if held["pesel"] is not None and entry.pesel is not None and held["pesel"] != entry.pesel:
        return True
    mine = set(rules.name_words(f"{held['given_name']} {held['family_name']}"))
    return not mine & set(rules.name_words(f"{entry.given_name} {entry.family_name}"))
