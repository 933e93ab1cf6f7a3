"""Keyed tokens: what a sealed patient record is found by. They say nothing without the lookup key but which records share one."""

from datetime import date

from sqlalchemy import select

from care.patients import rules
from care.patients.models import Patient
from core.crypto import keyring
from core.db import UnitOfWork

AT_ONCE = 500


def name_token(term: str) -> str:
    """A folded word of a name, or the beginning of one."""
    return keyring.token(f"name:{term}")


def whole_name_token(word: str) -> str:
    """A whole folded word of a name: who is called exactly so comes first."""
    return keyring.token(f"whole:{word}")


def match_token(given_name: str, family_name: str, birth_date: date) -> str:
    """A person's folded name and birth date."""
    return keyring.token(f"person:{rules.match_key(given_name, family_name, birth_date)}")


def phone_token(e164: str) -> str:
    """A telephone number."""
    return keyring.token(f"phone:{e164}")


def birth_token(birth_date: date) -> str:
    """A day of birth."""
    return keyring.token(f"birth:{birth_date.isoformat()}")


def pesel_token(pesel: str) -> str:
    """A personal number."""
    return keyring.token(f"pesel:{pesel}")


def mail_token(mail: str) -> str:
    """A mail address, whatever its capitals."""
    return keyring.token(f"mail:{mail.strip().casefold()}")


def external_token(external_id: str) -> str:
    """A number of the system a patient moved in from."""
    return keyring.token(f"external:{external_id}")


def give_tokens(patient: Patient) -> None:
    """Set every token from what the record says now. To be called whenever a name, a number or an address changed.

    A record that was replaced has none but its number of the system it came from.
    """
    words = rules.name_words(patient.given_name) + rules.name_words(patient.family_name)
    terms = rules.search_terms(patient.given_name, patient.family_name)
    if patient.replaced_by_id is not None:
        patient.name_tokens, patient.match_token = [], f"replaced:{patient.id}"
        patient.birth_token = patient.phone_token = patient.pesel_token = patient.mail_token = None
        return
    patient.name_tokens = sorted({name_token(term) for term in terms} | {whole_name_token(word) for word in words})
    patient.match_token = match_token(patient.given_name, patient.family_name, patient.birth_date)
    patient.birth_token = birth_token(patient.birth_date)
    patient.phone_token = phone_token(patient.phone) if patient.phone else None
    patient.pesel_token = pesel_token(patient.pesel) if patient.pesel else None
    patient.mail_token = mail_token(patient.mail) if patient.mail else None
    patient.external_token = external_token(patient.external_id) if patient.external_id else None


async def make_tokens_again(uow: UnitOfWork) -> int:
    """Set the tokens of all patients, after another lookup key or an upgrade; returns how many there are.

    Nobody else may write meanwhile.
    """
    count, after = 0, None
    while True:
        query = select(Patient).order_by(Patient.id).limit(AT_ONCE)
        batch = list(await uow.session.scalars(query if after is None else query.where(Patient.id > after)))
        if not batch:
            return count
        for patient in batch:
            give_tokens(patient)
        count, after = count + len(batch), batch[-1].id
        await uow.session.flush()
        for patient in batch:
            uow.session.expunge(patient)
