"""Letting go of what is over: once a night, in bounded batches, safe to run again and to cut off anywhere; audited with counts.

Nothing of a patient under a legal hold or a restriction goes. The classes and periods are those of `core.register`.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import ColumnElement, String, and_, cast, column, delete, or_, select, table, text

from care.appointments.models import Appointment
from care.patients.marks import PrivacyMark, is_marked
from care.patients.models import Patient
from care.triage.repeats import WITHIN, SymptomContact
from conversations.calls import VoiceCall
from conversations.identity.models import IdentityChallenge, IdentityLock, IdentityProof, MagicLink
from conversations.models import ActionResult, Case, CaseState, Turn, TurnState
from conversations.privacy.clinical import has_entry_since
from conversations.privacy.copies import Copies, deleted, erase_cases, erase_empty_threads
from conversations.privacy.holding import has_alert, is_unanswered
from conversations.privacy.models import Erasure
from conversations.privacy.rules import newest_that_is_over
from conversations.transcript_links import TranscriptLink
from core import audit
from core.access import Access
from core.accounts import SESSION_LIFETIME, StaffSession
from core.accounts.models import AccessDecision, BreakGlass, EnrolmentLink, StaffDevice
from core.clock import Clock
from core.db import Database, UnitOfWork
from core.register import PERIODS, RetentionClass

CASES_AT_ONCE, ROWS_AT_ONCE, BATCHES_AT_MOST = 50, 500, 1000
DEVICE_UNUSED = timedelta(days=400)
"""As long as a browser keeps its own key."""
_EVENTS = table("events", column("id"), column("sender_id", String), schema="bot")
_JOBS_OVER = text(
    "DELETE FROM procrastinate_jobs WHERE id IN (SELECT id FROM procrastinate_jobs j WHERE j.status IN "
    "('failed', 'cancelled', 'aborted', 'succeeded') AND NOT EXISTS (SELECT 1 FROM procrastinate_events e "
    "WHERE e.job_id = j.id AND e.at > :before) ORDER BY id LIMIT :limit) RETURNING id"
)


class Ageing(Protocol):
    """Working copies of a package above, let go of by age alone."""

    async def age(self, uow: UnitOfWork, before: datetime, limit: int) -> Counter[str]:
        """Delete at most `limit` rows from before that instant; returns rows by place of the register."""
        ...


Step = Callable[[UnitOfWork, datetime], Awaitable[Counter[str]]]


class Retention:
    """Enforces the register."""

    def __init__(
        self, database: Database, clock: Clock, above: Sequence[Copies], ageing: Sequence[Ageing] = ()
    ) -> None:
        self._database = database
        self._clock = clock
        self._above = above
        self._ageing = ageing

    async def enforce(self) -> Counter[str]:
        """Let go of everything that is over; returns rows by place of the register."""
        total: Counter[str] = Counter()
        steps: list[Step] = [
            self._working, self._tracker, self._cases, self._visits, self._patients, self._threads, self._staff, self._identity,
            self._proofs,
        ]  # fmt: skip
        for step in steps:
            for _ in range(BATCHES_AT_MOST):
                async with self._database.unit_of_work() as uow:
                    now = self._clock.now()
                    counts = +await step(uow, now)
                    for place, count in sorted(counts.items()):
                        audit.record(uow, Access.system("retention"), "retention.erased", place, str(count), now)
                if not counts:
                    break
                total += counts
        return total

    async def _working(self, uow: UnitOfWork, now: datetime) -> Counter[str]:
        before = newest_that_is_over(RetentionClass.working, now)
        counts: Counter[str] = Counter()
        turns = await uow.session.scalars(
            select(Turn.message_id).where(Turn.state == TurnState.done, Turn.done_at < before).limit(ROWS_AT_ONCE)
        )
        old = list(turns)
        results = delete(ActionResult).where(ActionResult.message_id.in_(old))
        counts["action_results"] += await deleted(uow, results)
        counts["turns"] += await deleted(uow, delete(Turn).where(Turn.message_id.in_(old)))
        past = delete(SymptomContact).where(SymptomContact.at <= now - WITHIN)
        counts["symptom_contacts"] += await deleted(uow, past)
        for one in self._ageing:
            counts += await one.age(uow, before, ROWS_AT_ONCE)
        jobs = await uow.session.execute(_JOBS_OVER, {"before": before, "limit": ROWS_AT_ONCE})
        counts["procrastinate_jobs"] += len(jobs.all())
        return counts

    async def _tracker(self, uow: UnitOfWork, now: datetime) -> Counter[str]:
        before = newest_that_is_over(RetentionClass.working, now)
        alive = select(Case.id).where(
            cast(Case.id, String) == _EVENTS.c.sender_id, or_(Case.state != CaseState.closed, Case.closed_at >= before)
        )
        # What a case says that ended lately, or goes on, stays; events of no case at all are nobody's.
        held = select(Case.id).where(cast(Case.id, String) == _EVENTS.c.sender_id, is_marked(Case.patient_id))
        stale = select(_EVENTS.c.id).where(~alive.exists(), ~held.exists()).order_by(_EVENTS.c.id).limit(ROWS_AT_ONCE)
        return Counter({"bot.events": await deleted(uow, delete(_EVENTS).where(_EVENTS.c.id.in_(stale)))})

    async def _cases(self, uow: UnitOfWork, now: datetime) -> Counter[str]:
        medical = or_(Case.is_medical, has_alert())
        classes: tuple[tuple[RetentionClass, ColumnElement[bool]], ...] = (
            (RetentionClass.lead, and_(~medical, Case.patient_id.is_(None))),
            (RetentionClass.administrative, and_(~medical, Case.patient_id.is_not(None))),
            (RetentionClass.medical, medical),
        )
        is_over = or_(*(and_(belongs, Case.closed_at < newest_that_is_over(kind, now)) for kind, belongs in classes))
        found = await uow.session.scalars(
            select(Case.id)
            .where(Case.state == CaseState.closed, is_over, ~is_marked(Case.patient_id), ~is_unanswered())
            .order_by(Case.closed_at, Case.id)
            .limit(CASES_AT_ONCE)
        )
        return await erase_cases(uow, list(found), self._above)

    async def _visits(self, uow: UnitOfWork, now: datetime) -> Counter[str]:
        never = Appointment.status.in_(("cancelled", "missed", "held"))
        is_over = or_(
            and_(never, Appointment.end_at < newest_that_is_over(RetentionClass.administrative, now)),
            Appointment.end_at < newest_that_is_over(RetentionClass.medical, now),
        )
        found = select(Appointment.id).where(is_over, ~is_marked(Appointment.patient_id)).limit(ROWS_AT_ONCE)
        return Counter({"appointments": await deleted(uow, delete(Appointment).where(Appointment.id.in_(found)))})

    async def _patients(self, uow: UnitOfWork, now: datetime) -> Counter[str]:
        """Records with no case, no visit and no medical entry left; as old as a medical record may be, for visits may stand elsewhere."""
        found = (
            select(Patient.id)
            .where(
                Patient.created_at < newest_that_is_over(RetentionClass.medical, now),
                ~select(Case.id).where(Case.patient_id == Patient.id).exists(),
                ~select(Appointment.id).where(Appointment.patient_id == Patient.id).exists(),
                ~has_entry_since(newest_that_is_over(RetentionClass.medical, now)),
                ~is_marked(Patient.id),
            )
            .limit(ROWS_AT_ONCE)
        )
        return Counter({"patients": await deleted(uow, delete(Patient).where(Patient.id.in_(found)))})

    async def _threads(self, uow: UnitOfWork, now: datetime) -> Counter[str]:
        return await erase_empty_threads(uow, now, CASES_AT_ONCE)

    async def _staff(self, uow: UnitOfWork, now: datetime) -> Counter[str]:
        sessions = delete(StaffSession).where(StaffSession.created_at + SESSION_LIFETIME < now)
        return Counter(
            staff_sessions=await deleted(uow, sessions),
            staff_devices=await deleted(uow, delete(StaffDevice).where(StaffDevice.seen_at < now - DEVICE_UNUSED)),
            staff_enrolment_links=await deleted(uow, delete(EnrolmentLink).where(EnrolmentLink.expires_at < now)),
        )

    async def _identity(self, uow: UnitOfWork, now: datetime) -> Counter[str]:
        before = newest_that_is_over(RetentionClass.working, now)
        return Counter(
            identity_proofs=await deleted(uow, delete(IdentityProof).where(IdentityProof.expires_at < before)),
            identity_challenges=await deleted(
                uow, delete(IdentityChallenge).where(IdentityChallenge.expires_at < before)
            ),
            identity_locks=await deleted(uow, delete(IdentityLock).where(IdentityLock.failed_at < before)),
            magic_links=await deleted(uow, delete(MagicLink).where(MagicLink.expires_at < before)),
            transcript_links=await deleted(uow, delete(TranscriptLink).where(TranscriptLink.expires_at < before)),
            voice_calls=await deleted(uow, delete(VoiceCall).where(VoiceCall.seen_at < before)),
        )

    async def _proofs(self, uow: UnitOfWork, now: datetime) -> Counter[str]:
        period = PERIODS[RetentionClass.security].length
        assert period is not None, "the register says how long"
        before = now - period
        no_record = ~select(Patient.id).where(Patient.id == PrivacyMark.patient_id).exists()
        return Counter(
            break_glass=await deleted(uow, delete(BreakGlass).where(BreakGlass.granted_at < before)),
            access_decisions=await deleted(uow, delete(AccessDecision).where(AccessDecision.decided_at < before)),
            erasures=await deleted(uow, delete(Erasure).where(Erasure.done_at < before)),
            privacy_marks=await deleted(uow, delete(PrivacyMark).where(PrivacyMark.ended_at < before, no_record)),
        )
