"""A patient's record, coming visits and who may act for them, as the console shows them. Opening is audited and keeps to one's relation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from care.appointments import service as appointments
from care.authorisations import service as authorisations
from care.authorisations.models import Authorisation, Basis, Evidence, PatientIs, Scope
from care.patients import service as patients
from conversations import patient_merges
from core.access import Permission
from core.accounts import SignedIn
from core.db import UnitOfWork
from core.i18n import Language
from handoff.joins import threads_of
from web.console.understood import born_words, visit_words

NOTHING_TYPED: dict[str, Any] = {
    "name": "", "born": "", "phone": "", "patient_is": "", "basis": "", "scopes": (), "evidence": "", "until": "", "is_agreed": False,
}  # fmt: skip
"""The form for an authorisation before anybody wrote into it."""


@dataclass(frozen=True)
class AuthorisationChoices:
    """What the form offers."""

    patient_is: Sequence[PatientIs] = tuple(PatientIs)
    basis: Sequence[Basis] = tuple(Basis)
    scopes: Sequence[Scope] = tuple(Scope)
    evidence: Sequence[Evidence] = tuple(Evidence)


async def read_authorisations(
    uow: UnitOfWork, person: SignedIn, patient_id: UUID, today: date
) -> list[tuple[Authorisation, bool]]:
    """Those of the patient that staff may open, with whether each still holds; the newest first."""
    found = await authorisations.of_patient(uow, person.access, patient_id)
    return [
        (one, one.ended_at is None and (one.valid_until is None or one.valid_until >= today)) for one in found
    ]  # fmt: skip


async def read_record(
    uow: UnitOfWork, person: SignedIn, patient_id: UUID, language: Language, now: datetime
) -> dict[str, Any]:
    """What `console/patient.html` needs. Raises `NotFound` for nobody and for those outside one's relation."""
    found = await patients.get(uow, person.access, patient_id, now)
    visits = await appointments.list_visits(uow, person.access, found.id, None, now)
    return {
        "patient": found,
        "born": born_words(found.birth_date, language, now),
        "visits": [(visit, visit_words(visit.start, language, now)) for visit in visits],
        "authorisations": await read_authorisations(uow, person, found.id, now.date()),
        "authorisation_choices": AuthorisationChoices(),
        "typed": dict(NOTHING_TYPED),
        "merges": await patient_merges.in_force(uow, found.id),
        "conversations": await threads_of(uow, [found.id]) if person.access.allows(Permission.join_thread) else [],
        "may_merge": person.access.allows(Permission.merge_patient),
        "may_record": person.access.allows(Permission.edit_patient),
    }
