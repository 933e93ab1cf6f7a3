"""Who may be there twice: same PESEL, same name and birth date, same telephone under another name. Reported; nobody is merged."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import or_, select

from care.moving.patient_rows import PatientEntry
from care.patients import rules
from care.patients.models import Patient
from care.patients.tokens import external_token, match_token, pesel_token, phone_token
from core.db import Database

AT_ONCE = 2_000
MOST_NAMED = 10
"""So many rows and records of one group are named; the group's size is always told."""


class Alike(StrEnum):
    """In what two records agree."""

    pesel = "pesel"
    person = "person"
    phone = "phone"


@dataclass(frozen=True)
class Duplicate:
    """Rows of the file, and records that are not in it, which agree in something that should tell people apart."""

    alike: Alike
    rows: tuple[int, ...]
    patients: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Keys:
    """The keyed tokens of an entry."""

    external: str
    person: str
    pesel: str | None
    phone: str | None


def keys_of(entry: PatientEntry) -> Keys:
    """The tokens that records are compared by."""
    return Keys(
        external_token(entry.external_id),
        match_token(entry.given_name, entry.family_name, entry.birth_date),
        pesel_token(entry.pesel) if entry.pesel else None,
        phone_token(entry.phone) if entry.phone else None,
    )


async def find_duplicates(database: Database, entries: Sequence[PatientEntry], keys: Sequence[Keys]) -> list[Duplicate]:
    """All groups, by kind and first row. Records that the file itself brought in earlier are its rows, not others."""
    groups: dict[tuple[Alike, str], list[int]] = defaultdict(list)
    names: dict[tuple[Alike, str], set[str]] = defaultdict(set)
    for entry, key in zip(entries, keys, strict=True):
        name = _name(entry.given_name, entry.family_name)
        for alike, token in ((Alike.pesel, key.pesel), (Alike.person, key.person), (Alike.phone, key.phone)):
            if token is not None:
                groups[alike, token].append(entry.row)
                names[alike, token].add(name)
    own = {key.external for key in keys}
    others: dict[tuple[Alike, str], list[UUID]] = defaultdict(list)
    for start in range(0, len(keys), AT_ONCE):
        for group, patient_id, name in await _held(database, keys[start : start + AT_ONCE], own):
            if group in groups and patient_id not in others[group]:
                others[group].append(patient_id)
                names[group].add(name)
    return [
        Duplicate(alike, tuple(rows), tuple(others[alike, token]))
        for (alike, token), rows in groups.items()
        if len(rows) + len(others[alike, token]) > 1 and (alike is not Alike.phone or len(names[alike, token]) > 1)
    ]


async def _held(database: Database, keys: Sequence[Keys], own: set[str]) -> list[tuple[tuple[Alike, str], UUID, str]]:
    """Records outside the file that share a token with one of these."""
    pesels, people, phones = ([getattr(one, name) for one in keys] for name in ("pesel", "person", "phone"))
    query = select(
        Patient.id, Patient.external_token, Patient.pesel_token, Patient.match_token, Patient.phone_token,
        Patient.given_name, Patient.family_name,
    ).where(
        or_(
            Patient.pesel_token.in_([one for one in pesels if one]),
            Patient.match_token.in_(people),
            Patient.phone_token.in_([one for one in phones if one]),
        )
    )  # fmt: skip
    async with database.unit_of_work() as uow:
        rows = (await uow.session.execute(query)).all()
    found = []
    for row in rows:
        if row.external_token not in own:
            name = _name(row.given_name, row.family_name)
            tokens = ((Alike.pesel, row.pesel_token), (Alike.person, row.match_token), (Alike.phone, row.phone_token))
            found += [((alike, token), row.id, name) for alike, token in tokens if token]
    return found


def _name(given_name: str, family_name: str) -> str:
    return " ".join(sorted(rules.name_words(given_name) + rules.name_words(family_name)))
