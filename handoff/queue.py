"""The queue of people who wait for a person: urgent first, then by waiting time. Implements `conversations`' Escalation."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Protocol
from uuid import UUID

from sqlalchemy import and_, func, or_, select, tuple_

from conversations.protocols import Promise
from core.access import Access
from core.db import UnitOfWork
from core.ids import new_id
from core.jobs import Jobs
from handoff.log import note
from handoff.models import OVER, Handoff, HandoffState, Step
from handoff.promises import Block
from handoff.routing.agents import wake
from handoff.routing.store import table_in_force

WAITS_OF = timedelta(days=7)
MOST_WAITS, LEAST_WAITS = 20, 5
"""The wait that is told is the median of the last ones; of too few nothing is told."""


class OpeningHours(Protocol):
    """When people of the clinic answer."""

    async def is_open(self, uow: UnitOfWork, now: datetime) -> bool:
        """True while someone is on duty."""
        ...

    async def next_opening(self, uow: UnitOfWork, now: datetime) -> datetime | None:
        """The next time someone will be; None if none is planned."""
        ...

    async def blocks(self, uow: UnitOfWork, since: datetime, until: datetime) -> Sequence[Block]:
        """The opening hours between two instants, in order and without overlaps."""
        ...


class Queue:
    """Adds to the queue and tells positions."""

    def __init__(self, hours: OpeningHours, jobs: Jobs) -> None:
        self._hours = hours
        self._jobs = jobs

    async def request(
        self,
        uow: UnitOfWork,
        access: Access,
        *,
        case_id: UUID,
        thread_id: UUID,
        reason: str,
        is_urgent: bool,
        now: datetime,
        topic: str | None = None,
    ) -> Promise:
        """Queue the case, or find it queued already; an urgent request makes a waiting one urgent."""
        handoff = await open_handoff(uow, case_id)
        if handoff is None:
            handoff = Handoff(
                id=new_id(), case_id=case_id, thread_id=thread_id, reason=reason, is_urgent=is_urgent, requested_at=now,
                topic=topic,
            )  # fmt: skip
            uow.session.add(handoff)
            await uow.session.flush()
            note(uow, handoff, Step.requested, now, actor=access.actor, reason=reason)
        elif is_urgent and not handoff.is_urgent:
            handoff.is_urgent, handoff.reason = True, reason
            note(uow, handoff, Step.raised, now, actor=access.actor, reason=reason)
        await uow.session.flush()
        await wake(uow, self._jobs)
        await uow.publish("queue", id=str(handoff.id))
        return await self.promise(uow, case_id, now)

    async def promise(self, uow: UnitOfWork, case_id: UUID, now: datetime) -> Promise:
        """The position, counted from 1, and whether someone is there now."""
        handoff = await open_handoff(uow, case_id)
        position = 1
        if handoff is not None:
            before = and_(
                Handoff.is_urgent.is_(handoff.is_urgent),
                tuple_(Handoff.requested_at, Handoff.id) < (handoff.requested_at, handoff.id),
            )
            ahead = await uow.session.scalar(
                select(func.count())
                .select_from(Handoff)
                .where(
                    Handoff.state.in_((HandoffState.queued, HandoffState.offered)),
                    Handoff.id != handoff.id,
                    before if handoff.is_urgent else or_(Handoff.is_urgent, before),
                )
            )
            position += ahead or 0
        is_open = await self._hours.is_open(uow, now)
        if not is_open:
            return Promise(False, position, await self._hours.next_opening(uow, now))
        return Promise(True, position, None, await usual_wait(uow, now))

    async def close(self, uow: UnitOfWork, access: Access, case_id: UUID, now: datetime, outcome: str) -> None:
        """End the case's open handoff, if it has one. Whoever had it has a moment to write down what it was."""
        handoff = await open_handoff(uow, case_id)
        if handoff is None:
            return
        is_written_up = handoff.state is HandoffState.active
        handoff.state, handoff.closed_at, handoff.outcome = HandoffState.closed, now, outcome
        handoff.offered_to = handoff.offer_until = None
        note(uow, handoff, Step.ended, now, actor=access.actor, staff_id=handoff.accepted_by, reason=outcome)
        if is_written_up and (seconds := (await table_in_force(uow)).wrap_up_seconds):
            handoff.state, handoff.wrap_up_until = HandoffState.wrap_up, now + timedelta(seconds=seconds)
            await uow.publish("agent", id=str(handoff.accepted_by))
        await uow.publish("queue", id=str(handoff.id))
        await wake(uow, self._jobs)


async def open_handoff(uow: UnitOfWork, case_id: UUID) -> Handoff | None:
    """The case's handoff that is not over, locked."""
    handoff: Handoff | None = await uow.session.scalar(
        select(Handoff).where(Handoff.case_id == case_id, Handoff.state.not_in(OVER)).with_for_update()
    )
    return handoff


async def usual_wait(uow: UnitOfWork, now: datetime) -> timedelta | None:
    """How long people waited of late until somebody took their case; None where too few did."""
    rows = await uow.session.execute(
        select(Handoff.requested_at, Handoff.accepted_at)
        .where(Handoff.accepted_at.is_not(None), Handoff.accepted_at > now - WAITS_OF)
        .order_by(Handoff.accepted_at.desc())
        .limit(MOST_WAITS)
    )
    waits = [row.accepted_at - row.requested_at for row in rows]
    return median(waits) if len(waits) >= LEAST_WAITS else None
