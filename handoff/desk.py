"""What an agent does: see the queue, accept, reply, note, hand back, close, claim an alert. Each act checks its own right."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from conversations.alerts import AlertWatch, RingState, WatchState
from conversations.cases import Cases, lock_case
from conversations.messages import Messages, route_of
from conversations.models import Attachment, Case, CaseState, Message, SafetyAlert
from conversations.policy import require_thread
from conversations.rendering import SPOKEN_CHANNELS
from conversations.taking_back import take_back
from core.access import Access, Permission
from core.accounts import SignedIn, Staff
from core.audit import record
from core.db import UnitOfWork
from core.errors import NotFound, Refused
from core.i18n import catalogue
from handoff.models import OVER, Handoff, HandoffState
from handoff.passing import give
from handoff.queue import open_handoff
from handoff.reach import last_inbound
from handoff.watch import take_alerts_of

THREAT_LEVEL = "threat"
"""A threat to staff: everybody sees it, a supervisor takes it."""


@dataclass(frozen=True)
class QueueItem:
    """One row of the queue."""

    handoff_id: UUID
    case_id: UUID
    thread_id: UUID
    state: HandoffState
    reason: str
    is_urgent: bool
    requested_at: datetime
    agent_id: UUID | None
    agent_name: str | None
    channel: str
    language: str
    address: str
    queue: str | None
    due_kind: str | None
    due_at: datetime | None
    """The nearest promise, and when it is broken."""
    is_broken: bool
    snoozed_until: datetime | None


@dataclass(frozen=True)
class AlertItem:
    """One red flag nobody has claimed yet."""

    id: UUID
    case_id: UUID
    thread_id: UUID
    level: str
    raised_at: datetime
    ring: RingState | None
    """How far the message to the on-call telephone is; None before anybody was missed."""
    can_take: bool


class Desk:
    """The acts of the people who answer."""

    def __init__(
        self, cases: Cases, messages: Messages, undo: timedelta = timedelta(0), retract: timedelta = timedelta(0)
    ) -> None:
        """A reply waits `undo` before it leaves; in the web chat it can be taken back for `retract` after it was written."""
        self._cases = cases
        self._messages = messages
        self._undo = undo
        self.retract = retract

    async def queue(self, uow: UnitOfWork, access: Access, now: datetime) -> list[QueueItem]:
        """All that waits or is with someone, urgent and oldest first. The agent is who has it or is being offered it."""
        access.require(Permission.read_queue)
        rows = await uow.session.execute(
            select(Handoff, Staff.name)
            .outerjoin(Staff, Staff.id == func.coalesce(Handoff.accepted_by, Handoff.offered_to))
            .where(Handoff.state.not_in(OVER))
            .order_by(Handoff.is_urgent.desc(), Handoff.priority.desc(), Handoff.requested_at, Handoff.id)
            .limit(200)
        )
        found = [(handoff, name) for handoff, name in rows]
        last = await last_inbound(uow, [handoff.thread_id for handoff, _ in found])
        items = []
        for handoff, name in found:
            channel, language, address = last.get(handoff.thread_id, ("", "pl", ""))
            items.append(
                QueueItem(
                    handoff.id, handoff.case_id, handoff.thread_id, handoff.state, handoff.reason, handoff.is_urgent,
                    handoff.requested_at, handoff.accepted_by or handoff.offered_to, name, channel, language, address, handoff.queue,
                    handoff.due_kind, handoff.due_at, handoff.due_at is not None and handoff.due_at <= now,
                    handoff.snoozed_until,
                )
            )  # fmt: skip
        return items

    async def alerts(self, uow: UnitOfWork, access: Access) -> list[AlertItem]:
        """Red flags that nobody has claimed, oldest first."""
        access.require(Permission.claim_alert)
        rows = await uow.session.execute(
            select(SafetyAlert, AlertWatch)
            .outerjoin(AlertWatch, AlertWatch.alert_id == SafetyAlert.id)
            .where(SafetyAlert.claimed_by.is_(None))
            .order_by(SafetyAlert.raised_at)
            .limit(50)
        )
        found: list[tuple[SafetyAlert, AlertWatch | None]] = [(alert, watch) for alert, watch in rows]
        return [
            AlertItem(
                one.id, one.case_id, one.thread_id, one.level, one.raised_at,
                watch.ring if watch and watch.state is WatchState.unattended else None,
                one.level != THREAT_LEVEL or access.allows(Permission.take_threat),
            )
            for one, watch in found
        ]  # fmt: skip

    async def claim_alert(
        self, uow: UnitOfWork, access: Access, alert_id: UUID, staff_id: UUID, now: datetime
    ) -> Refused | None:
        """Take a red flag on oneself; the first one has it."""
        access.require(Permission.claim_alert)
        alert = await uow.session.scalar(select(SafetyAlert).where(SafetyAlert.id == alert_id).with_for_update())
        if alert is None:
            raise NotFound("alert")
        if alert.claimed_by is not None:
            return Refused("alert-claimed")
        if alert.level == THREAT_LEVEL and not access.allows(Permission.take_threat):
            return Refused("alert-for-supervisor")
        alert.claimed_by, alert.claimed_at = staff_id, now
        record(uow, access, "claim", "alert", alert_id, now)
        await uow.publish("alert", id=str(alert.case_id))
        return None

    async def accept(self, uow: UnitOfWork, person: SignedIn, case_id: UUID, now: datetime) -> Refused | None:
        """Take a waiting case. Of two agents at once one wins; the other learns who has it."""
        access = person.access
        access.require(Permission.reply_thread)
        case = await lock_case(uow, case_id)
        await require_thread(uow, access, case.thread_id, now)
        handoff = await open_handoff(uow, case_id)
        if handoff is None or case.state is CaseState.closed:
            return Refused("handoff-over")
        is_mine = handoff.offered_to == person.staff_id
        if handoff.state is HandoffState.active and not is_mine:
            owner = await uow.session.get(Staff, handoff.accepted_by)
            return Refused("handoff-taken", {"name": owner.name if owner else ""})
        may_reach_over = handoff.is_urgent or access.allows(Permission.manage_queue)
        if handoff.state is HandoffState.offered and not is_mine and not may_reach_over:
            owner = await uow.session.get(Staff, handoff.offered_to)
            return Refused("handoff-offered", {"name": owner.name if owner else ""})
        await give(uow, handoff, person.staff_id, access.actor, "offer" if is_mine else "by-hand", now)
        record(uow, access, "accept", "case", case_id, now)
        await take_alerts_of(uow, case_id, access, person.staff_id, now)
        await self._cases.take_over(uow, access, case_id, person.staff_id, person.name, now)
        await uow.publish("queue", id=str(handoff.id))
        return None

    async def reply(
        self, uow: UnitOfWork, person: SignedIn, case_id: UUID, body: str, now: datetime
    ) -> Message | Refused:
        """Write to the patient, on the channel they last wrote from. Only the one who has the case may.

        It waits a moment, in which it can be taken back; in an urgent conversation and on a call nothing waits.
        """
        access = person.access
        access.require(Permission.reply_thread)
        case = await lock_case(uow, case_id)
        await require_thread(uow, access, case.thread_id, now)
        if case.state is not CaseState.human or case.agent_id != person.staff_id:
            return Refused("case-not-yours")
        if not body.strip():
            return Refused("reply-empty")
        route = await route_of(uow, case)
        if route is None:
            return Refused("reply-no-route")
        record(uow, access, "reply", "case", case_id, now)
        handoff = await open_handoff(uow, case_id)
        waits = route.channel not in SPOKEN_CHANNELS and not (handoff is not None and handoff.is_urgent)
        undo = self._undo if waits else timedelta(0)
        return await self._messages.reply(uow, case, route, body.strip(), person.staff_id, person.name, now, undo)

    async def send_file(
        self,
        uow: UnitOfWork,
        person: SignedIn,
        case_id: UUID,
        content: bytes,
        media_type: str,
        body: str,
        now: datetime,
    ) -> Message | Refused:
        """A file, with words, as a reply in the web chat. Refused as `reply`, and `file-only-chat`: an SMS carries none, and a link in
        one would open it to whoever holds the telephone.
        """
        person.access.require(Permission.reply_thread)
        case = await lock_case(uow, case_id)
        route = await route_of(uow, case)
        if route is not None and route.channel != "webchat":
            return Refused("file-only-chat")
        words = body.strip() or catalogue(route.language if route is not None else "pl").text("agent-file")
        sent = await self.reply(uow, person, case_id, words, now)
        if isinstance(sent, Message):
            file = Attachment(
                message_id=sent.id, media_type=media_type, content=content, size=len(content), state="kept"
            )
            uow.session.add(file)
            sent.content = {**(sent.content or {}), "media": 1}
            await uow.session.flush()
            record(uow, person.access, "send", "attachment", file.id, now)
        return sent

    async def note(
        self, uow: UnitOfWork, person: SignedIn, case_id: UUID, body: str, now: datetime
    ) -> Message | Refused:
        """Add a private note; anyone who may see the thread and note may."""
        access = person.access
        access.require(Permission.note_thread)
        case = await lock_case(uow, case_id)
        await require_thread(uow, access, case.thread_id, now)
        if not body.strip():
            return Refused("reply-empty")
        record(uow, access, "note", "case", case_id, now)
        return await self._messages.note(uow, case, body.strip(), person.staff_id, person.name, now)

    async def take_back(self, uow: UnitOfWork, person: SignedIn, message_id: UUID, now: datetime) -> Refused | None:
        """Take a reply back, unseen or (in the web chat) seen."""
        return await take_back(uow, person.access, person.staff_id, message_id, self.retract, now)

    async def mark_medical(
        self, uow: UnitOfWork, person: SignedIn, case_id: UUID, now: datetime, *, is_medical: bool
    ) -> None:
        """Say that the case is part of the medical record, which is kept twenty years, or that it is not. Audited."""
        access = person.access
        access.require(Permission.note_thread)
        case = await lock_case(uow, case_id)
        await require_thread(uow, access, case.thread_id, now)
        case.is_medical = is_medical
        record(uow, access, "medical-record" if is_medical else "not-medical-record", "case", case_id, now)
        await uow.publish("case", id=str(case.thread_id))

    async def hand_back(self, uow: UnitOfWork, person: SignedIn, case_id: UUID, now: datetime) -> Refused | None:
        """Give the case back to the bot."""
        return await self._end(uow, person, case_id, now, is_closed=False)

    async def close(self, uow: UnitOfWork, person: SignedIn, case_id: UUID, now: datetime) -> Refused | None:
        """Settle the case."""
        return await self._end(uow, person, case_id, now, is_closed=True)

    async def _end(
        self, uow: UnitOfWork, person: SignedIn, case_id: UUID, now: datetime, *, is_closed: bool
    ) -> Refused | None:
        access = person.access
        access.require(Permission.reply_thread)
        case = await lock_case(uow, case_id)
        await require_thread(uow, access, case.thread_id, now)
        if case.state is not CaseState.human or case.agent_id != person.staff_id:
            return Refused("case-not-yours")
        record(uow, access, "close" if is_closed else "hand-back", "case", case_id, now)
        act = self._cases.close if is_closed else self._cases.hand_back
        return await act(uow, access, case_id, now)


async def understood(uow: UnitOfWork, access: Access, case_id: UUID) -> dict[str, Any]:
    """What the bot has understood so far in the case."""
    access.require(Permission.read_thread)
    case = await uow.session.get(Case, case_id)
    return (case.understood or {}) if case else {}
