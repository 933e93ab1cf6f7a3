"""Correcting a record (GDPR art. 16): name, birth date, telephone, mail. The audit keeps that and by whom, never the values."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from care.patients.models import Patient
from care.patients.tokens import give_tokens
from core import audit
from core.access import Access, Permission
from core.db import UnitOfWork
from core.errors import NotFound, Refused
from core.phone import parse_number

OLDEST_YEAR = 1880


@dataclass(frozen=True)
class Corrected:
    """What the record shall say, as it was typed. Empty telephone or mail: there is none."""

    given_name: str
    family_name: str
    birth_date: str
    phone: str
    mail: str


async def correct(
    uow: UnitOfWork, access: Access, patient_id: UUID, said: Corrected, now: datetime
) -> Patient | Refused:
    """Change the record and the tokens it is found by.

    Refused: `privacy-name`, `privacy-birth`, `privacy-phone`, `privacy-mail` for what cannot be. One audit row for each
    field that changed.
    """
    access.require_everywhere(Permission.manage_privacy)
    patient = await uow.session.get(Patient, patient_id, with_for_update=True)
    if patient is None:
        raise NotFound("patient")
    given, family, mail = said.given_name.strip(), said.family_name.strip(), said.mail.strip()
    if not (0 < len(given) <= 100 and 0 < len(family) <= 100):
        return Refused("privacy-name")
    try:
        born = date.fromisoformat(said.birth_date.strip())
    except ValueError:
        return Refused("privacy-birth")
    if born > now.date() or born.year < OLDEST_YEAR:
        return Refused("privacy-birth")
    phone = parse_number(said.phone) if said.phone.strip() else None
    if said.phone.strip() and phone is None:
        return Refused("privacy-phone")
    name, at, host = mail.partition("@")
    if mail and not (name and at and "." in host and len(mail) <= 200 and " " not in mail):
        return Refused("privacy-mail")
    wanted = {"given_name": given, "family_name": family, "birth_date": born, "phone": phone, "mail": mail or None}
    changed = [field for field, value in wanted.items() if getattr(patient, field) != value]
    for field in changed:
        setattr(patient, field, wanted[field])
        audit.record(uow, access, f"privacy.corrected-{field.replace('_', '-')}", "patient", patient_id, now)
    if changed:
        give_tokens(patient)
        await uow.session.flush()
    return patient
