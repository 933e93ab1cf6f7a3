"""Saying the reminders: looked for every minute, made once each, whatever is killed and however many look."""

from collections import Counter
from datetime import datetime, time, timedelta
from uuid import UUID

import structlog
from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from care.patients.marks import is_restricted
from conversations.adherence.answers import KEY, choices
from conversations.adherence.models import DosePlan, DoseReminder
from conversations.inbox import open_case, open_case_for
from conversations.messages import Messages, Route
from conversations.models import Correspondent, Thread
from conversations.outreach.models import NoticeState, Purpose
from conversations.outreach.ways import CHANNEL_OF, TALKING, is_talking, way_to
from conversations.protocols import Utterance
from core import audit
from core.access import Access
from core.clock import Clock
from core.db import Database, UnitOfWork
from core.i18n import as_language
from core.ids import new_id

log = structlog.get_logger()
LATEST = timedelta(minutes=60)
"""A reminder that could not be sent in this time is not sent any more: an hour too late it would mislead."""
NOTED = timedelta(hours=24)
"""So far back a missed one is noted as withheld."""
IN_TIME = timedelta(minutes=2)
"""So long before it is too late a waiting one is said at the latest: the worker looks once a minute."""
AT_ONCE = 500


class Doses:
    """Reminds of medicines."""

    def __init__(self, database: Database, clock: Clock, messages: Messages) -> None:
        self._database = database
        self._clock = clock
        self._messages = messages

    async def look(self) -> Counter[str]:
        """Say what is due; how many, by what became of them. Safe to run twice, and at once."""
        now = self._clock.now()
        done: Counter[str] = Counter()
        for plan_id, due in await self._due(now):
            try:
                async with self._database.unit_of_work() as uow:
                    done[await self._remind(uow, plan_id, due, now)] += 1
            except IntegrityError:
                done["again"] += 1  # The person's first message came in the same instant: next minute.
        async with self._database.unit_of_work() as uow:
            found = await uow.session.scalars(
                select(DoseReminder.id).where(DoseReminder.again_at <= now).limit(AT_ONCE)
            )
            again = list(found)
        for one in again:
            try:
                async with self._database.unit_of_work() as uow:
                    done[await self._again(uow, one, now)] += 1
            except IntegrityError:
                done["again"] += 1
        return +done

    async def _due(self, now: datetime) -> list[tuple[UUID, datetime]]:
        """Hours of standing plans that have come since the plan was made, and have no reminder yet."""
        found = []
        async with self._database.unit_of_work() as uow:
            plans = await uow.session.scalars(
                select(DosePlan).where(
                    DosePlan.ended_at.is_(None), or_(DosePlan.until.is_(None), DosePlan.until >= (now - NOTED).date())
                )
            )
            rows = await uow.session.execute(
                select(DoseReminder.plan_id, DoseReminder.due_at).where(DoseReminder.due_at >= now - NOTED)
            )
            made = {(plan_id, due) for plan_id, due in rows}
            for plan in plans:
                hours = [
                    due
                    for day in (now.date() - timedelta(days=1), now.date())
                    for hour in plan.times
                    if plan.until is None or day <= plan.until
                    if max(now - NOTED, plan.made_at) < (due := datetime.combine(day, time.fromisoformat(hour), now.tzinfo)) <= now
                ]  # fmt: skip
                found += [(plan.id, due) for due in hours if (plan.id, due) not in made]
        return found[:AT_ONCE]

    async def _remind(self, uow: UnitOfWork, plan_id: UUID, due: datetime, now: datetime) -> str:
        plan = await uow.session.get(DosePlan, plan_id, with_for_update={"read": True})
        if plan is None or plan.ended_at is not None:
            return "ended"
        row = insert(DoseReminder).values(
            id=new_id(), plan_id=plan_id, due_at=due, state=NoticeState.planned, times_said=0
        )
        made = await uow.session.scalar(row.on_conflict_do_nothing().returning(DoseReminder.id))
        if made is None:
            return "taken"
        reminder = await uow.session.get_one(DoseReminder, made)
        if now > due + LATEST:
            return _withheld(reminder, "too-late")
        return await self._say(uow, reminder, plan, now)

    async def _again(self, uow: UnitOfWork, reminder_id: UUID, now: datetime) -> str:
        reminder = await uow.session.scalar(
            select(DoseReminder)
            .where(DoseReminder.id == reminder_id, DoseReminder.again_at <= now)
            .with_for_update(skip_locked=True)
        )
        if reminder is None:
            return "taken"
        is_late = now > _latest(reminder)
        reminder.again_at = None
        plan = await uow.session.get_one(DosePlan, reminder.plan_id)
        if is_late or plan.ended_at is not None:
            return "late" if reminder.times_said else _withheld(reminder, "too-late" if is_late else "ended")
        return await self._say(uow, reminder, plan, now)

    async def _say(self, uow: UnitOfWork, reminder: DoseReminder, plan: DosePlan, now: datetime) -> str:
        if await is_restricted(uow, plan.patient_id):
            return _withheld(reminder, "restricted")
        point, reason = await way_to(uow, plan.patient_id, reminder.contact_point_id, now)
        if point is None or reason is not None:
            return _withheld(reminder, reason or "no-contact")
        person = await uow.session.get_one(Correspondent, point.correspondent_id)
        thread_id = await uow.session.scalar(select(Thread.id).where(Thread.correspondent_id == person.id))
        assert thread_id is not None, "a correspondent is made with its thread"
        later = min(now + TALKING, _latest(reminder) - IN_TIME)
        if now < later and await is_talking(uow, thread_id, now):
            # The next "1" answers what is being talked about, not this.
            reminder.again_at, reminder.reason = later, "conversation-going-on"
            return "waits"
        reminder.contact_point_id = point.id
        message_id = await self._send(
            uow, Route(CHANNEL_OF[point.kind], point.id, as_language(person.language)), thread_id, reminder, now
        )
        reminder.state, reminder.reason, reminder.message_id = NoticeState.sent, None, message_id
        reminder.times_said += 1
        audit.record(uow, Access.system("dose-reminder"), "dose-reminder.sent", "patient", plan.patient_id, now)
        return "sent"

    async def _send(
        self, uow: UnitOfWork, route: Route, thread_id: UUID, reminder: DoseReminder, now: datetime
    ) -> UUID:
        case = await open_case(uow, thread_id) or await open_case_for(uow, thread_id, now)
        message = await self._messages.say(
            uow, case, route, Utterance(KEY, {"dose": str(reminder.id)}, choices(reminder.id)),
            {"by": "rule", "rule": "dose-reminder", "purpose": Purpose.reminder.value}, now, purpose=Purpose.reminder,
        )  # fmt: skip
        return message.id


def _latest(reminder: DoseReminder) -> datetime:
    """When it is too late to say it: an hour after its own; of one to be said again, two after the answer."""
    if reminder.times_said and reminder.answered_at is not None:
        return reminder.answered_at + 2 * LATEST
    return reminder.due_at + LATEST


def _withheld(reminder: DoseReminder, reason: str) -> str:
    reminder.state, reminder.reason = NoticeState.withheld, reason
    log.warning("dose reminder withheld", reason=reason)
    return "withheld"
