"""One reminder for each visit: looked for every minute, planned once, sent once, whatever is killed and however many look.

A notice is a row that only one transaction can make (unique on visit and hour) and only one at a time can send (locked,
with the message in the same transaction). A visit that is called off or moved has its notice superseded; the new hour
gets its own.
"""

from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import and_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from care.appointments.models import Appointment, Site
from care.patients.marks import is_restricted
from care.patients.models import Patient
from conversations.cases import Cases
from conversations.inbox import open_case, open_case_for
from conversations.messages import Messages, Route
from conversations.models import (
    ContactPoint,
    Correspondent,
    Thread,
)
from conversations.outreach.models import Answer, NoticeState, Purpose, VisitNotice
from conversations.outreach.rules import QuietHours, ReminderTimes
from conversations.outreach.ways import CHANNEL_OF, TALKING, is_talking, way_to
from conversations.protocols import Choice, Utterance
from conversations.rendering import SHORT_CHANNELS
from core import audit
from core.access import Access
from core.clock import Clock
from core.db import Database, UnitOfWork
from core.i18n import as_language
from core.ids import new_id

log = structlog.get_logger()
AT_ONCE = 500
LOOK_AHEAD = timedelta(hours=36)
"""How long before it is due a reminder is planned, so that staff see it and quiet hours can put it forward."""


class Reminders:
    """Plans and sends reminders of visits."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        messages: Messages,
        cases: Cases,
        times: ReminderTimes,
        quiet: QuietHours,
    ) -> None:
        self._cases = cases
        self._database = database
        self._clock = clock
        self._messages = messages
        self._times = times
        self._quiet = quiet

    async def look(self) -> Counter[str]:
        """Plan what is to be planned, send what is due; how many, by what became of them. Safe to run twice, and at once."""
        done = Counter(planned=await self._plan())
        async with self._database.unit_of_work() as uow:
            due = await uow.session.scalars(
                select(VisitNotice.id)
                .where(VisitNotice.state == NoticeState.planned, VisitNotice.due_at <= self._clock.now())
                .order_by(VisitNotice.due_at)
                .limit(AT_ONCE)
            )
            waiting = list(due)
        for notice_id in waiting:
            try:
                async with self._database.unit_of_work() as uow:
                    done[await self._send(uow, notice_id)] += 1
            except IntegrityError:
                done["again"] += 1  # The person's first message came in the same instant: next minute.
        done["told"] = await self._tell_people()
        return +done

    async def _tell_people(self) -> int:
        """A no that cannot be read back, because the carrier has stopped our SMS, goes to a person, once."""
        now = self._clock.now()
        async with self._database.unit_of_work() as uow:
            rows = await uow.session.execute(
                select(VisitNotice, Thread.id)
                .join(Appointment, Appointment.id == VisitNotice.appointment_id)
                .join(ContactPoint, ContactPoint.id == VisitNotice.contact_point_id)
                .join(Thread, Thread.correspondent_id == ContactPoint.correspondent_id)
                .where(
                    VisitNotice.answer == Answer.declined, VisitNotice.reason.is_(None), Appointment.status == "booked",
                    Appointment.start_at > now, ContactPoint.kind == "phone", ContactPoint.opted_out_by == "carrier",
                )
                .limit(AT_ONCE)
                .with_for_update(of=VisitNotice, skip_locked=True)
            )  # fmt: skip
            found = rows.all()
            for notice, thread_id in found:
                case = await open_case(uow, thread_id) or await open_case_for(uow, thread_id, now)
                await self._cases.escalate(uow, Access.system("reminder", case.id), case.id, "carrier-stop", now)
                notice.reason = "stopped-by-carrier"
        return len(found)

    async def _plan(self) -> int:
        """A notice for each booked visit that has none for its hour. Visits booked inside the time are not reminded of."""
        now = self._clock.now()
        made = 0
        async with self._database.unit_of_work() as uow:
            without = and_(
                VisitNotice.appointment_id == Appointment.id, VisitNotice.visit_start_at == Appointment.start_at
            )
            rows = await uow.session.execute(
                select(Appointment.id, Appointment.start_at, Appointment.booked_at, ContactPoint.id)
                .outerjoin(ContactPoint, ContactPoint.id == Appointment.booked_via_contact_point)
                .where(
                    Appointment.status == "booked",
                    Appointment.start_at > now,
                    Appointment.start_at <= now + self._times.before + LOOK_AHEAD,
                    ~select(VisitNotice.id).where(without).exists(),
                )
                .order_by(Appointment.start_at)
                .limit(AT_ONCE)
            )
            for visit_id, start, booked_at, point_id in rows.all():
                due = self._times.due(start, self._quiet)
                if booked_at is not None and booked_at > start - self._times.before:
                    state, reason = NoticeState.superseded, "booked-lately"
                else:
                    state, reason = NoticeState.planned, None
                row = insert(VisitNotice).values(
                    id=new_id(), appointment_id=visit_id, visit_start_at=start, contact_point_id=point_id,
                    due_at=due, state=state, reason=reason,
                    created_at=now, updated_at=now,
                )  # fmt: skip
                added = await uow.session.scalar(row.on_conflict_do_nothing().returning(VisitNotice.id))
                made += added is not None and state is NoticeState.planned
        return made

    async def _send(self, uow: UnitOfWork, notice_id: UUID) -> str:
        """Decide on one notice that is due. Returns what became of it."""
        now = self._clock.now()
        notice = await uow.session.scalar(
            select(VisitNotice)
            .where(VisitNotice.id == notice_id, VisitNotice.state == NoticeState.planned, VisitNotice.due_at <= now)
            .with_for_update(skip_locked=True)
        )
        if notice is None:
            return "taken"
        notice.updated_at = now
        # Whoever calls the visit off or moves it waits until the reminder is stored; and then the guard sees it.
        visit = await uow.session.get(
            Appointment, notice.appointment_id, with_for_update={"read": True}, populate_existing=True
        )
        if visit is None or visit.status != "booked" or visit.start_at != notice.visit_start_at:
            is_moved = visit is not None and visit.status == "booked"
            return _ends(notice, NoticeState.superseded, "visit-moved" if is_moved else "visit-cancelled")
        if now > self._times.deadline(visit.start_at):
            return _ends(notice, NoticeState.withheld, "too-late")
        if await is_restricted(uow, visit.patient_id):
            return _ends(notice, NoticeState.withheld, "restricted")
        if self._quiet.is_quiet(now):
            return _waits(notice, self._quiet.next_permitted(now), "quiet-hours")
        point, reason = await way_to(uow, visit.patient_id, visit.booked_via_contact_point, now)
        notice.contact_point_id = point.id if point else None
        if point is None or reason is not None:
            return _ends(notice, NoticeState.withheld, reason or "no-contact")
        person = await uow.session.get_one(Correspondent, point.correspondent_id)
        thread_id = await uow.session.scalar(select(Thread.id).where(Thread.correspondent_id == person.id))
        assert thread_id is not None, "a correspondent is made with its thread"
        if await is_talking(uow, thread_id, now) and now + TALKING <= self._times.deadline(visit.start_at):
            return _waits(notice, now + TALKING, "conversation-going-on")
        patient = await uow.session.get(Patient, visit.patient_id)
        language = as_language(person.language or (patient.language if patient else None))
        case = await open_case(uow, thread_id) or await open_case_for(uow, thread_id, now)
        place = await uow.session.get_one(Site, visit.site_id)
        utterance = reminder_of(notice, visit, place.address, CHANNEL_OF[point.kind])
        message = await self._messages.say(
            uow, case, Route(CHANNEL_OF[point.kind], point.id, language), utterance,
            {"by": "rule", "rule": "reminder", "purpose": Purpose.reminder.value}, now, purpose=Purpose.reminder,
        )  # fmt: skip
        notice.state, notice.reason, notice.message_id = NoticeState.sent, None, message.id
        audit.record(uow, Access.system("reminder", case.id), "reminder.sent", "appointment", visit.id, now)
        return "sent"


def reminder_of(notice: VisitNotice, visit: Appointment, address: str, channel: str) -> Utterance:
    """When and where, nothing else: no field of medicine, no name. Choices where they can be tapped, words elsewhere."""
    args = {"at": {"when": visit.start_at.isoformat()}, "address": address, "notice": str(notice.id)}
    choices: tuple[Choice, ...] = ()
    if channel not in SHORT_CHANNELS:
        choices = (
            Choice("confirm", "reminder-choice-confirm", f"outreach:yes:{notice.id}"),
            Choice("decline", "reminder-choice-decline", f"outreach:no:{notice.id}"),
            Choice("move", "reminder-choice-move", f"outreach:move:{notice.id}"),
        )
    return Utterance("reminder-visit", args, choices)


def _ends(notice: VisitNotice, state: NoticeState, reason: str) -> str:
    notice.state, notice.reason = state, reason
    if state is NoticeState.withheld:
        log.warning("reminder withheld", reason=reason)
    return state.value


def _waits(notice: VisitNotice, until: datetime, reason: str) -> str:
    notice.due_at, notice.reason = until, reason
    return "waits"
