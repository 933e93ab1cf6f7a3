"""Erasing whole cases, with every copy of their messages, and threads in which nothing is left."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol, cast
from uuid import UUID

from sqlalchemy import CursorResult, Delete, String, column, delete, select, table, update

from care.appointments.models import Appointment
from care.patients.models import PatientContactPoint
from care.triage.repeats import SymptomContact, point_token
from conversations.alerts import AlertWatch, FollowUp
from conversations.article_answers import ArticleAnswer
from conversations.contact_limits import ContactLimit
from conversations.models import (
    ActionResult,
    Attachment,
    Case,
    ContactPoint,
    Correspondent,
    Delivery,
    Message,
    SafetyAlert,
    Thread,
    Turn,
)
from conversations.outreach.models import Consent
from conversations.policy import joined_into
from conversations.unanswered import Unanswered
from conversations.unsafe.models import UnsafeReport
from core.db import UnitOfWork

YOUNG = timedelta(days=1)
_EVENTS = table("events", column("id"), column("sender_id", String), schema="bot")


class Copies(Protocol):
    """What a package above keeps of cases."""

    async def erase(self, uow: UnitOfWork, case_ids: Sequence[UUID]) -> Counter[str]:
        """Delete it; returns rows by place of the register. The messages of the cases are still there."""
        ...


async def deleted(uow: UnitOfWork, statement: Delete) -> int:
    """Run it; how many rows went."""
    done = await uow.session.execute(statement.execution_options(synchronize_session=False))
    return cast(CursorResult[Any], done).rowcount


async def erase_cases(uow: UnitOfWork, case_ids: Sequence[UUID], above: Sequence[Copies]) -> Counter[str]:
    """The cases with all that hangs on them, Rasa's events too. Visits booked in them stay, without the case."""
    counts: Counter[str] = Counter()
    if not case_ids:
        return counts
    threads = select(Case.thread_id).where(Case.id.in_(case_ids))
    await uow.session.execute(select(Thread.id).where(Thread.id.in_(threads)).order_by(Thread.id).with_for_update())
    for one in above:
        counts += await one.erase(uow, case_ids)
    messages = select(Message.id).where(Message.case_id.in_(case_ids))
    # A turn may name a case other than its message's, after a late answer: it goes with either.
    for place, statement in (
        ("bot.events", delete(_EVENTS).where(_EVENTS.c.sender_id.in_([str(one) for one in case_ids]))),
        ("action_results", delete(ActionResult).where(ActionResult.message_id.in_(messages))),
        ("attachments", delete(Attachment).where(Attachment.message_id.in_(messages))),
        ("deliveries", delete(Delivery).where(Delivery.message_id.in_(messages))),
        ("turns", delete(Turn).where(Turn.message_id.in_(messages))),
        (
            "alert_watches",
            delete(AlertWatch).where(
                AlertWatch.alert_id.in_(select(SafetyAlert.id).where(SafetyAlert.case_id.in_(case_ids)))
            ),
        ),
        ("follow_ups", delete(FollowUp).where(FollowUp.case_id.in_(case_ids))),
        ("unsafe_reports", delete(UnsafeReport).where(UnsafeReport.case_id.in_(case_ids))),
        ("safety_alerts", delete(SafetyAlert).where(SafetyAlert.case_id.in_(case_ids))),
        ("unanswered", delete(Unanswered).where(Unanswered.message_id.in_(messages))),
        ("article_answers", delete(ArticleAnswer).where(ArticleAnswer.message_id.in_(messages))),
        ("contact_limits", delete(ContactLimit).where(ContactLimit.case_id.in_(case_ids))),
        ("messages", delete(Message).where(Message.case_id.in_(case_ids))),
    ):
        counts[place] += await deleted(uow, statement)
    await uow.session.execute(
        update(Appointment).where(Appointment.booked_by_case_id.in_(case_ids)).values(booked_by_case_id=None)
    )
    counts["cases"] += await deleted(uow, delete(Case).where(Case.id.in_(case_ids)))
    return +counts


async def erase_empty_threads(
    uow: UnitOfWork, now: datetime, limit: int, only: Sequence[UUID] | None = None
) -> Counter[str]:
    """Threads without a case whose contact points speak for nobody, with their correspondent and contact points.

    A contact point that said STOP stays, so that it is obeyed. Without `only`: all that are older than a day.
    """
    counts: Counter[str] = Counter()
    query = select(Thread).where(~select(Case.id).where(Case.thread_id == Thread.id).exists())
    query = query.where(Thread.joined_into_id.is_(None))  # One that was joined goes with the one it leads to.
    query = query.where(Thread.id.in_(only)) if only is not None else query.where(Thread.created_at < now - YOUNG)
    speaks = (
        select(PatientContactPoint.id)
        .join(ContactPoint, ContactPoint.id == PatientContactPoint.contact_point_id)
        .where(ContactPoint.correspondent_id == Thread.correspondent_id, PatientContactPoint.ended_at.is_(None))
    )
    # A thread kept for its STOP alone is numbered from 0 again: it is not looked at twice.
    has_more = ~select(ContactPoint.id).where(
        ContactPoint.correspondent_id == Thread.correspondent_id, ContactPoint.opted_out_at.is_not(None)
    ).exists() | (Thread.last_seq > 0)
    query = query.where(~speaks.exists(), has_more).order_by(Thread.id).limit(limit)
    for thread in await uow.session.scalars(query.with_for_update(skip_locked=True)):
        # Looked at again once it is locked: a message may have opened a case meanwhile.
        if await uow.session.scalar(select(Case.id).where(Case.thread_id == thread.id).limit(1)):
            continue
        counts += await _erase_thread(uow, thread)
    return +counts


async def _erase_thread(uow: UnitOfWork, thread: Thread) -> Counter[str]:
    counts: Counter[str] = Counter()
    points = list(
        await uow.session.scalars(select(ContactPoint).where(ContactPoint.correspondent_id == thread.correspondent_id))
    )
    ids = [point.id for point in points]
    counts["patient_contact_points"] += await deleted(
        uow, delete(PatientContactPoint).where(PatientContactPoint.contact_point_id.in_(ids))
    )
    counts["symptom_contacts"] += await deleted(
        uow, delete(SymptomContact).where(SymptomContact.point_token.in_([point_token(one) for one in ids]))
    )
    stopped = [point for point in points if point.opted_out_at is not None]
    gone = [point.id for point in points if point.opted_out_at is None]
    counts["contact_points"] += await deleted(uow, delete(ContactPoint).where(ContactPoint.id.in_(gone)))
    if stopped:
        await uow.session.execute(
            update(Correspondent).where(Correspondent.id == thread.correspondent_id).values(noticed={}, language=None)
        )
        # That they said stop is kept; the words in which they said it are not.
        kept = [point.id for point in stopped]
        await uow.session.execute(update(Consent).where(Consent.contact_point_id.in_(kept)).values(words=None))
        thread.last_seq = 0
        await uow.session.flush()
        return counts
    gone_threads = [thread.id, *await joined_into(uow, [thread.id])]
    people = list(await uow.session.scalars(select(Thread.correspondent_id).where(Thread.id.in_(gone_threads))))
    counts["threads"] += await deleted(uow, delete(Thread).where(Thread.id.in_(gone_threads)))
    counts["correspondents"] += await deleted(uow, delete(Correspondent).where(Correspondent.id.in_(people)))
    return counts
