"""What is held of one patient, and what of it an erasure would take: read only."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select

from care.appointments.models import Appointment
from care.patients.marks import MarkKind, open_marks
from care.patients.models import PatientContactPoint
from conversations.models import Case, CaseState, ContactPoint, Message, SafetyAlert, Thread, Turn, TurnState
from conversations.privacy.clinical import entries_of
from conversations.privacy.rules import CaseFacts, Kept, class_of_case, class_of_visit
from core.audit import AuditEvent
from core.db import UnitOfWork
from core.register import RetentionClass


@dataclass(frozen=True)
class CaseLine:
    """A case as the officer sees it: no words of it."""

    id: UUID
    thread_id: UUID
    opened_at: datetime
    messages: int
    kind: RetentionClass
    kept: Kept | None


@dataclass(frozen=True)
class VisitLine:
    """A visit as the officer sees it."""

    id: UUID
    start_at: datetime
    status: str
    kind: RetentionClass
    kept: Kept | None


@dataclass(frozen=True)
class Holding:
    """All of one patient; `unassigned` are cases of their contact points that belong to no patient: people decide."""

    cases: Sequence[CaseLine]
    visits: Sequence[VisitLine]
    unassigned: Sequence[CaseLine]
    audit_events: int
    is_held: bool
    entries: Mapping[str, int]
    """Of the medical record, by table: medicines, refills, measurements, reminders of medicines."""

    @property
    def lines(self) -> list[CaseLine | VisitLine]:
        """Cases and visits."""
        return [*self.cases, *self.visits]

    @property
    def is_record_kept(self) -> bool:
        """True if something is kept that needs to say whose it is."""
        return bool(self.entries) or any(one.kept for one in self.lines)

    def erasable(self, added: Collection[UUID]) -> list[UUID]:
        """The cases that go, oldest first; `added` chooses among those without a patient."""
        if self.is_held:
            return []
        chosen = [one for one in self.unassigned if one.id in added]
        return [one.id for one in (*self.cases, *chosen) if one.kept is None]


async def held_of(uow: UnitOfWork, patient_id: UUID, now: datetime) -> Holding:
    """Look through everything. Oldest first."""
    is_held = MarkKind.hold in await open_marks(uow, patient_id)
    points = select(PatientContactPoint.contact_point_id).where(PatientContactPoint.patient_id == patient_id)
    threads = (
        select(Thread.id)
        .join(ContactPoint, ContactPoint.correspondent_id == Thread.correspondent_id)
        .where(ContactPoint.id.in_(points))
    )
    visits = await uow.session.scalars(
        select(Appointment).where(Appointment.patient_id == patient_id).order_by(Appointment.start_at, Appointment.id)
    )
    events = await uow.session.scalar(
        select(func.count()).select_from(AuditEvent).where(AuditEvent.subject_id == str(patient_id))
    )
    return Holding(
        cases=await _cases(uow, Case.patient_id == patient_id),
        visits=[_visit(one, now) for one in visits],
        unassigned=await _cases(uow, Case.patient_id.is_(None) & Case.thread_id.in_(threads)),
        audit_events=int(events or 0),
        is_held=is_held,
        entries=await entries_of(uow, patient_id),
    )


def has_alert() -> ColumnElement[bool]:
    """For queries over cases: a red flag was raised."""
    return select(SafetyAlert.id).where(SafetyAlert.case_id == Case.id).exists()


def is_unanswered() -> ColumnElement[bool]:
    """For queries over cases: a message of it still waits for its answer."""
    return (
        select(Turn.message_id)
        .join(Message, Message.id == Turn.message_id)
        .where(or_(Message.case_id == Case.id, Turn.case_id == Case.id), Turn.state != TurnState.done)
        .exists()
    )


async def _cases(uow: UnitOfWork, condition: ColumnElement[bool]) -> list[CaseLine]:
    count = select(func.count(Message.id)).where(Message.case_id == Case.id).scalar_subquery()
    rows = await uow.session.execute(
        select(Case, count, has_alert(), is_unanswered()).where(condition).order_by(Case.opened_at, Case.id)
    )
    found = []
    for case, messages, alerted, unanswered in rows:
        kind = class_of_case(CaseFacts(case.patient_id is not None, bool(alerted), case.is_medical))
        kept = Kept.medical_record if kind is RetentionClass.medical else None
        if kept is None and (case.state is not CaseState.closed or unanswered):
            kept = Kept.open_case
        found.append(CaseLine(case.id, case.thread_id, case.opened_at, messages, kind, kept))
    return found


def _visit(visit: Appointment, now: datetime) -> VisitLine:
    kind = class_of_visit(visit.status)
    kept = Kept.medical_record if kind is RetentionClass.medical else None
    if visit.status in ("held", "booked"):
        # A booked visit of the past that nobody marked may have taken place: then it is medical record.
        kept = Kept.upcoming_visit if visit.end_at > now else Kept.medical_record
    return VisitLine(visit.id, visit.start_at, visit.status, kind, kept)
