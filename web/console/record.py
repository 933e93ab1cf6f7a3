"""A patient's record and coming visits, as the console shows them. Opening is audited and keeps to one's relation."""

from datetime import datetime
from typing import Any
from uuid import UUID

from care.appointments import service as appointments
from care.patients import service as patients
from core.accounts import SignedIn
from core.db import UnitOfWork
from core.i18n import Language
from web.console.understood import born_words, visit_words


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
    }
