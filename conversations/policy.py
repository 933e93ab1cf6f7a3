"""May this person open this thread? If they may open every patient its cases are about; a case about nobody is open to all."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from care.patients.repository import replaced_by
from care.policy import require_relation
from conversations.models import Case, Thread
from core.access import Access
from core.accounts import break_glass
from core.accounts.break_glass import View
from core.db import UnitOfWork


async def require_thread(uow: UnitOfWork, access: Access, thread_id: UUID, now: datetime) -> None:
    """Raise `care.policy.OutsideRelation` for the first patient of the thread this person may not open."""
    for patient_id in await patients_of(uow, thread_id):
        await require_relation(uow, access, patient_id, now)


async def patients_of(uow: UnitOfWork, thread_id: UUID) -> Sequence[UUID]:
    """The patients a thread's cases are about, in the order they came up."""
    rows = await uow.session.scalars(
        select(Case.patient_id)
        .where(Case.thread_id == thread_id, Case.patient_id.is_not(None))
        .order_by(Case.opened_at)
    )
    return [patient_id for patient_id in dict.fromkeys(rows) if patient_id is not None]


async def joined_into(uow: UnitOfWork, threads: Sequence[UUID]) -> list[UUID]:
    """The threads that lead to one of these: what was opened there before is answered for too."""
    found: list[UUID] = []
    while threads:
        threads = list(await uow.session.scalars(select(Thread.id).where(Thread.joined_into_id.in_(threads))))
        found += threads
    return found


async def who_viewed(uow: UnitOfWork, access: Access, patient_id: UUID) -> Sequence[View]:
    """Every look of staff at this patient: record, visits, conversations. For the privacy officer and the patient."""
    cases = (await uow.session.execute(select(Case.id, Case.thread_id).where(Case.patient_id == patient_id))).all()
    also = {("case", case_id) for case_id, _ in cases} | {("thread", thread_id) for _, thread_id in cases}
    also |= {("thread", other) for other in await joined_into(uow, [thread_id for _, thread_id in cases])}
    also |= {("patient", other) for other in await replaced_by(uow, patient_id)}
    return await break_glass.who_viewed(uow, access, patient_id, also)
