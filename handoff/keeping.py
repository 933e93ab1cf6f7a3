"""Keeps the promises of `handoff.promises`: notes when each is due, and acts once when one is broken.

A broken first answer goes forward in the queue. A broken next answer goes back to the queue if its agent is not there. Each is told
to supervisors and stands in the log. One run is one transaction under the routing lock; running twice does nothing twice.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, func, or_, select

from care.refills.models import RefillRequest
from care.vitals.models import Measurement
from conversations.cases import Cases
from conversations.models import TAKEN_BACK, Author, Case, CaseState, Delivery, DeliveryState, Direction, Message
from core.access import Access
from core.clock import Clock
from core.db import Database, UnitOfWork
from core.jobs import Jobs
from handoff.log import note
from handoff.models import OVER, Handoff, HandoffEvent, HandoffState, Step
from handoff.passing import to_queue
from handoff.promises import Block, Kind, Waiting, dues
from handoff.queue import OpeningHours
from handoff.reach import last_inbound
from handoff.routing.agents import THERE, agents, wake
from handoff.routing.rules import Table
from handoff.routing.store import table_in_force

AHEAD = timedelta(days=60)
"""How far opening hours are looked up."""
HEARD = "voice"
"""On a call the agent's voice is the answer; nothing written follows."""


class Keeping:
    """Looks at all promises."""

    def __init__(self, database: Database, clock: Clock, jobs: Jobs, cases: Cases, hours: OpeningHours) -> None:
        self._database = database
        self._clock = clock
        self._jobs = jobs
        self._cases = cases
        self._hours = hours

    async def look(self) -> int:
        """Note what is due and act on what is broken; the number of promises broken since the last look."""
        now = self._clock.now()
        async with self._database.unit_of_work() as uow:
            await uow.lock("routing")
            found = list(
                await uow.session.scalars(
                    select(Handoff)
                    .where(Handoff.state.not_in(OVER))
                    .order_by(Handoff.id)
                    .with_for_update(skip_locked=True)
                )
            )
            if not found:
                return 0
            table = await table_in_force(uow)
            blocks = await self._hours.blocks(uow, min(one.requested_at for one in found), now + AHEAD)
            said = await answered(uow, found)
            broken = 0
            for handoff in found:
                broken += await self._look_at(uow, table, handoff, said[handoff.id], blocks, now)
            if broken:
                await wake(uow, self._jobs)
        return broken

    async def _look_at(
        self, uow: UnitOfWork, table: Table, handoff: Handoff, waiting: Waiting, blocks: Sequence[Block], now: datetime
    ) -> int:
        await self._wake(uow, handoff, waiting, now)
        queue = table.queues.get(handoff.queue or "") or table.queues[table.rules[-1].queue]
        promised = dues(queue, waiting, blocks)
        handoff.broken = [kind for kind in handoff.broken if kind != Kind.next or waiting.unanswered_since is not None]
        before = (handoff.due_kind, handoff.due_at)
        first = promised[0] if promised else None
        handoff.due_kind, handoff.due_at = (first.kind.value, first.at) if first else (None, None)
        over = [one.kind for one in promised if one.at <= now and one.kind not in handoff.broken]
        for kind in over:
            handoff.broken = [*handoff.broken, kind.value]
            handoff.priority += 1
            note(uow, handoff, Step.breached, now, staff_id=handoff.accepted_by, reason=kind.value)
            if kind is Kind.next:
                await self._next_is_broken(uow, table, handoff, now)
        if over or before != (handoff.due_kind, handoff.due_at):
            await uow.publish("queue", id=str(handoff.id))
        if over:
            await uow.publish("board", id=str(handoff.id))
        return len(over)

    async def _wake(self, uow: UnitOfWork, handoff: Handoff, waiting: Waiting, now: datetime) -> None:
        """What was set aside comes back when its time is there, when the patient has written, or with a result."""
        if handoff.snoozed_until is None:
            return
        if waiting.unanswered_since is not None:
            reason = "reply"
        elif handoff.snoozed_until <= now:
            reason = "time"
        elif await _has_result(uow, handoff):
            reason = "result"
        else:
            return
        handoff.snoozed_until = None
        note(uow, handoff, Step.woken, now, staff_id=handoff.accepted_by, reason=reason)
        await uow.publish("queue", id=str(handoff.id))

    async def _next_is_broken(self, uow: UnitOfWork, table: Table, handoff: Handoff, now: datetime) -> None:
        """Whoever is at the console sees it themselves; from whoever is not, it goes back to the queue."""
        there = {one.staff_id for one in await agents(uow, table, now) if one.state in THERE}
        case = await uow.session.get(Case, handoff.case_id)
        if handoff.accepted_by in there or case is None or case.state is not CaseState.human:
            return
        await to_queue(uow, self._cases, Access.system("routing", case.id), handoff, handoff.accepted_by, now, "silent")


async def _has_result(uow: UnitOfWork, handoff: Handoff) -> bool:
    """True if a request for a prescription of the patient was decided, or a measurement came, since it was set aside."""
    case = await uow.session.get(Case, handoff.case_id)
    if case is None or case.patient_id is None:
        return False
    aside = (HandoffEvent.handoff_id == handoff.id, HandoffEvent.step == Step.snoozed)
    since = select(func.max(HandoffEvent.at)).where(*aside).scalar_subquery()
    decided = exists().where(RefillRequest.patient_id == case.patient_id, RefillRequest.decided_at > since)
    measured = exists().where(Measurement.patient_id == case.patient_id, Measurement.made_at > since)
    return bool(await uow.session.scalar(select(or_(decided, measured))))


async def answered(uow: UnitOfWork, handoffs: Sequence[Handoff]) -> Mapping[UUID, Waiting]:
    """Of each handoff whether a person has answered since it was asked for, and since when a message waits.

    What was taken back is no answer.
    """
    threads = [one.thread_id for one in handoffs]
    last = (
        select(Message.thread_id, func.max(Message.seq).label("seq"), func.max(Message.created_at).label("at"))
        .outerjoin(Delivery, Delivery.message_id == Message.id)
        .where(func.coalesce(Delivery.state, DeliveryState.sent).not_in(TAKEN_BACK))
        .where(Message.thread_id.in_(threads), Message.author == Author.agent, Message.direction == Direction.outbound)
        .group_by(Message.thread_id)
        .subquery()
    )
    spoke = {row.thread_id: row.at for row in await uow.session.execute(select(last.c.thread_id, last.c.at))}
    rows = await uow.session.execute(
        select(Message.thread_id, func.min(Message.created_at).label("at"))
        .join(last, last.c.thread_id == Message.thread_id)
        .where(Message.direction == Direction.inbound, Message.seq > last.c.seq)
        .group_by(Message.thread_id)
    )
    asked = {row.thread_id: row.at for row in rows}
    channels = {thread: one[0] for thread, one in (await last_inbound(uow, threads)).items()}
    found = {}
    for one in handoffs:
        at = spoke.get(one.thread_id)
        is_with_person, is_call = one.state is HandoffState.active, channels.get(one.thread_id) == HEARD
        is_answered = (at is not None and at >= one.requested_at) or (is_with_person and is_call)
        waits = asked.get(one.thread_id) if is_answered and is_with_person and not is_call else None
        found[one.id] = Waiting(one.requested_at, is_answered, waits)
    return found
