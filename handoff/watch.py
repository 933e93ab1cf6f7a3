"""Nobody came: the on-call telephone is told, and the patient hears honestly that no one is reading. Implements `Watching`.

A job made with the alert looks at once, and again a minute after; a sweep finds what a lost job left. Whether anything is to be done is
decided in one transaction under the alert's lock, which a claim takes too, so each alert is decided once. The SMS to the on-call
telephone is recorded before it is sent and noted after, like a delivery: a crash in between means one more attempt.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, or_, select, update

from conversations.alerts import AlertWatch, RingState, WatchState
from conversations.cases import lock_case
from conversations.delivery import BACK_OFF, CLAIM
from conversations.messages import Messages, route_of
from conversations.models import Author, Message, SafetyAlert
from conversations.protocols import NotSent, Outgoing, Sent, Utterance
from core import audit, faults
from core.access import Access, Permission
from core.accounts import Staff, StaffSession, Stage
from core.accounts.sessions import SCREEN_LOCK, SESSION_LIFETIME
from core.clock import Clock
from core.db import Database, UnitOfWork
from core.i18n import LANGUAGES, Language, catalogue
from core.jobs import Jobs
from core.logging import describe

log = structlog.get_logger()
JOB = "alert-watch"
CLAIM_WITHIN = timedelta(seconds=60)
"""Source: issue 5, point 2."""
JUST_NOW = timedelta(minutes=10)
"""Within this the same is neither said twice in a conversation nor told twice to the on-call telephone."""
TEXTS_VERSION = "2026-11-1"
"""Of `unattended-*` and `oncall-alert`; wording: team proposal, unsigned. Goes up with every change of their words."""
CLOSED = "handoff-queued-closed"
"""The answer that says already that nobody reads now."""
AT_ONCE = 100


@dataclass(frozen=True)
class OnCall:
    """Whom to tell: a number in E.164 (empty: nobody) and the console's address."""

    phone: str
    console: str


class Line(Protocol):
    """A way to the on-call telephone: written and spoken."""

    async def send(self, message: Outgoing) -> Sent | NotSent:
        """Hand an SMS to the provider."""
        ...

    async def ring(self, address: str, words: Mapping[Language, str]) -> Sent | NotSent:
        """Call and say the words."""
        ...


class Watch:
    """Looks after alerts that nobody has claimed."""

    def __init__(
        self, database: Database, clock: Clock, jobs: Jobs, messages: Messages, line: Line, oncall: OnCall
    ) -> None:
        self._database = database
        self._clock = clock
        self._jobs = jobs
        self._messages = messages
        self._line = line
        self._oncall = oncall

    async def begin(self, uow: UnitOfWork, alert_id: UUID) -> None:
        """Look at the alert as soon as it is committed."""
        await self._jobs.defer(uow, JOB, alert_id=str(alert_id))

    async def look(self, alert_id: str) -> None:
        """Decide on one alert if it is time, and send what is due. Safe to run twice, and at once."""
        one = UUID(alert_id)
        async with self._database.unit_of_work() as uow:
            await self._decide(uow, one)
        faults.point("alert.decided")
        async with self._database.unit_of_work() as uow:
            outgoing = await self._claim_ring(uow, one)
        if outgoing is None:
            return
        faults.point("alert.ringing")
        result = await self._tell(outgoing)
        async with self._database.unit_of_work() as uow:
            await self._note_ring(uow, one, outgoing.attempt, result)

    async def _tell(self, outgoing: Outgoing) -> Sent | NotSent:
        """Write and ring; told is who was reached one way. Which way failed, if one did, is logged."""
        words = {language: catalogue(language).text("oncall-call") for language in LANGUAGES}
        results: list[Sent | NotSent] = []
        for attempt in (self._line.send(outgoing), self._line.ring(outgoing.address, words)):
            try:
                results.append(await attempt)
            except Exception as error:
                log.warning("on-call alert failed", job=str(outgoing.message_id), **describe(error))
                results.append(NotSent(type(error).__name__, may_retry=True))
        failed = [one for one in results if isinstance(one, NotSent)]
        for one in failed:
            log.warning("on-call alert not taken", job=str(outgoing.message_id), code=one.code)
        sent = [one for one in results if isinstance(one, Sent)]
        return sent[0] if sent else next((one for one in failed if one.may_retry), failed[0])

    async def sweep(self) -> int:
        """Look at all that is due and was missed; returns how many there were."""
        now = self._clock.now()
        async with self._database.unit_of_work() as uow:
            found = await uow.session.scalars(
                select(AlertWatch.alert_id)
                .where(
                    or_(
                        (AlertWatch.state == WatchState.waiting) & (AlertWatch.raised_at <= now - CLAIM_WITHIN),
                        (AlertWatch.ring == RingState.queued) & (AlertWatch.ring_next_at <= now),
                    )
                )
                .order_by(AlertWatch.raised_at)
                .limit(AT_ONCE)
            )
            due = list(found)
        for alert_id in due:
            await self.look(str(alert_id))
        return len(due)

    async def _decide(self, uow: UnitOfWork, alert_id: UUID) -> None:
        now = self._clock.now()
        case_id = await uow.session.scalar(select(SafetyAlert.case_id).where(SafetyAlert.id == alert_id))
        if case_id is None:
            return  # Erased meanwhile, with its case.
        # Thread, case, alert: in the order in which accepting a case takes them.
        case = await lock_case(uow, case_id)
        alert = await uow.session.get_one(SafetyAlert, alert_id, with_for_update=True, populate_existing=True)
        watch = await uow.session.get_one(AlertWatch, alert_id, with_for_update=True, populate_existing=True)
        if watch.state is not WatchState.waiting:
            return
        if alert.claimed_by is not None or await _has_answered(uow, alert):
            watch.state, watch.decided_at = WatchState.claimed, now
            return
        left = alert.raised_at + CLAIM_WITHIN - now
        if left > timedelta() and await is_somebody_there(uow, now):
            await self._jobs.defer(uow, JOB, after=left, alert_id=str(alert_id))
            return
        watch.state, watch.decided_at = WatchState.unattended, now
        access = Access.system("alert", case.id)
        audit.record(uow, access, "alert.unattended", "alert", alert_id, now)
        if self._oncall.phone and not await _was_rung(uow, watch, now):
            watch.ring, watch.ring_next_at = RingState.queued, now
        key, route = f"unattended-{alert.level}", await route_of(uow, case)
        if route is not None and not await _was_told(uow, alert, key, now):
            source = {"by": "rule", "rule": f"safety:unattended@{TEXTS_VERSION}"}
            told = await self._messages.say(uow, case, route, Utterance(key), source, now)
            watch.told_message_id = told.id
        await uow.publish("alert", id=str(case.id))

    async def _claim_ring(self, uow: UnitOfWork, alert_id: UUID) -> Outgoing | None:
        now = self._clock.now()
        watch = await uow.session.get(AlertWatch, alert_id, with_for_update=True)
        if watch is None or watch.ring is not RingState.queued:
            return None
        if watch.ring_next_at is not None and watch.ring_next_at > now:
            return None
        alert = await uow.session.get_one(SafetyAlert, alert_id)
        if alert.claimed_by is not None:  # While the provider was away.
            watch.ring = RingState.spared
            return None
        watch.ring_attempts, watch.ring_next_at = watch.ring_attempts + 1, now + CLAIM
        lines = [catalogue(language).text("oncall-alert") for language in LANGUAGES]
        return Outgoing(alert_id, self._oncall.phone, "\n".join([*lines, self._oncall.console]), watch.ring_attempts)

    async def _note_ring(self, uow: UnitOfWork, alert_id: UUID, attempt: int, result: Sent | NotSent) -> None:
        now = self._clock.now()
        watch = await uow.session.get(AlertWatch, alert_id, with_for_update=True)
        if watch is None:
            return
        action = "alert.oncall-told"
        if isinstance(result, Sent):
            watch.ring, watch.ring_provider_id, watch.ring_error = RingState.sent, result.provider_id, None
        elif result.may_retry and attempt <= len(BACK_OFF):
            wait = BACK_OFF[attempt - 1]
            watch.ring_next_at, watch.ring_error = now + wait, result.code
            await self._jobs.defer(uow, JOB, after=wait, alert_id=str(alert_id))
            return
        else:
            action = "alert.oncall-not-reached"
            watch.ring, watch.ring_error = RingState.dead, result.code
            log.error("on-call alert given up", job=str(alert_id), code=result.code)
        case_id = await uow.session.scalar(select(SafetyAlert.case_id).where(SafetyAlert.id == alert_id))
        audit.record(uow, Access.system("alert", case_id), action, "alert", alert_id, now)
        await uow.publish("alert", id=str(case_id))


async def is_somebody_there(uow: UnitOfWork, now: datetime) -> bool:
    """True if somebody who may claim an alert is signed in and at the keyboard: a screen that locks itself has nobody before it."""
    people = await uow.session.scalars(
        select(Staff)
        .join(StaffSession, StaffSession.staff_id == Staff.id)
        .where(
            Staff.is_active, StaffSession.stage == Stage.whole.value, StaffSession.locked_at.is_(None),
            StaffSession.seen_at >= now - SCREEN_LOCK, StaffSession.created_at >= now - SESSION_LIFETIME,
        )
        .distinct()
    )  # fmt: skip
    return any(Access.staff(one.id, one.held, scopes=one.scopes).allows(Permission.claim_alert) for one in people)


async def take_alerts_of(uow: UnitOfWork, case_id: UUID, access: Access, staff_id: UUID, now: datetime) -> None:
    """Who takes a case takes its red flags with it; a threat to staff stays until a supervisor has it."""
    mine = [SafetyAlert.case_id == case_id, SafetyAlert.claimed_by.is_(None)]
    if not access.allows(Permission.take_threat):
        mine.append(SafetyAlert.level != "threat")
    await uow.session.execute(update(SafetyAlert).where(*mine).values(claimed_by=staff_id, claimed_at=now))
    await uow.publish("alert", id=str(case_id))


async def _after(uow: UnitOfWork, alert: SafetyAlert, *conditions: ColumnElement[bool]) -> list[Message]:
    """What was written in the thread after the message the alert is about."""
    seq = select(Message.seq).where(Message.id == alert.message_id).scalar_subquery()
    rows = await uow.session.scalars(
        select(Message).where(Message.thread_id == alert.thread_id, Message.seq > seq, *conditions)
    )
    return list(rows)


async def _has_answered(uow: UnitOfWork, alert: SafetyAlert) -> bool:
    """True if a person of the clinic wrote after it: then somebody does read."""
    return bool(await _after(uow, alert, Message.author == Author.agent, Message.direction == "outbound"))


async def _was_told(uow: UnitOfWork, alert: SafetyAlert, key: str, now: datetime) -> bool:
    """True if the answer said already that nobody reads now, or this very text was said a moment ago."""
    if any((one.content or {}).get("key") == CLOSED for one in await _after(uow, alert)):
        return True
    rows = await uow.session.scalars(
        select(Message).where(
            Message.thread_id == alert.thread_id, Message.direction == "outbound", Message.created_at > now - JUST_NOW
        )
    )
    return any((one.content or {}).get("key") == key for one in rows)


async def _was_rung(uow: UnitOfWork, watch: AlertWatch, now: datetime) -> bool:
    """True if the on-call telephone was told of this conversation a moment ago, and nobody has taken that alert since."""
    found = await uow.session.scalar(
        select(AlertWatch.alert_id)
        .join(SafetyAlert, SafetyAlert.id == AlertWatch.alert_id)
        .where(
            SafetyAlert.claimed_by.is_(None), AlertWatch.thread_id == watch.thread_id, AlertWatch.alert_id != watch.alert_id,
            AlertWatch.ring.in_((RingState.queued, RingState.sent)), AlertWatch.decided_at > now - JUST_NOW,
        )
        .limit(1)
    )  # fmt: skip
    return found is not None
