"""Offers what waits to the people who can take it, again whenever anything has changed.

One run is one transaction under one lock: offers that were not taken in time go back, finished wrap-ups end, and what waits is
offered by the table in force. A job wakes it at once, a sweep finds what a lost job left, and running twice does nothing twice.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select

from core import faults
from core.clock import Clock
from core.db import Database, UnitOfWork
from core.jobs import Jobs
from handoff.log import note
from handoff.models import AgentMode, Handoff, HandoffEvent, HandoffState, Step
from handoff.reach import last_inbound
from handoff.routing.agents import JOB, Agent, agents, candidates, state_of
from handoff.routing.rules import Decision, Facts, Table, as_record, decide
from handoff.routing.store import table_in_force

log = structlog.get_logger()
AT_ONCE = 300
"""So many waiting ones are looked at in one run, the most pressing first."""
FORGIVEN_AFTER = timedelta(minutes=5)
"""Whoever missed a conversation may be offered it again then."""
KNOWN_FOR = timedelta(days=30)
"""So long ago somebody is still the last agent of a patient."""


class Router:
    """Makes and takes back offers."""

    def __init__(self, database: Database, clock: Clock, jobs: Jobs) -> None:
        self._database = database
        self._clock = clock
        self._jobs = jobs

    async def look(self) -> None:
        """Take back what ran out, then offer what waits."""
        now = self._clock.now()
        async with self._database.unit_of_work() as uow:
            await uow.lock("routing")
            table = await table_in_force(uow)
            await self._expire(uow, table, now)
            await self._end_wrap_ups(uow, now)
            await self._offer(uow, table, now)
            faults.point("routing.decided")
        faults.point("routing.committed")

    async def _expire(self, uow: UnitOfWork, table: Table, now: datetime) -> None:
        found = await uow.session.scalars(
            select(Handoff)
            .where(Handoff.offered_to.is_not(None), Handoff.offer_until <= now)
            .order_by(Handoff.id)
            .with_for_update(skip_locked=True)
        )
        for handoff in found:
            missed_by = handoff.offered_to
            assert missed_by is not None, "that is how they were found"
            handoff.offered_to = handoff.offer_until = None
            if handoff.state is HandoffState.active:
                note(uow, handoff, Step.returned, now, staff_id=handoff.accepted_by, reason="no-answer")
            else:
                handoff.state = HandoffState.queued
                note(uow, handoff, Step.expired, now, staff_id=missed_by)
            state = await state_of(uow, missed_by, now)
            state.missed += 1
            if state.missed >= table.missed_offers and state.mode is AgentMode.available:
                state.mode, state.reason, state.since = AgentMode.away, "missed", now
            await uow.publish("agent", id=str(missed_by))
            await uow.publish("queue", id=str(handoff.id))
            await uow.publish("case", id=str(handoff.case_id))
        await uow.session.flush()

    async def _end_wrap_ups(self, uow: UnitOfWork, now: datetime) -> None:
        found = await uow.session.scalars(
            select(Handoff)
            .where(Handoff.state == HandoffState.wrap_up, Handoff.wrap_up_until <= now)
            .order_by(Handoff.id)
            .with_for_update(skip_locked=True)
        )
        for handoff in found:
            handoff.state, handoff.wrap_up_until = HandoffState.closed, None
            note(uow, handoff, Step.wrapped_up, now, staff_id=handoff.accepted_by, reason="time")
            await uow.publish("agent", id=str(handoff.accepted_by))
        await uow.session.flush()

    async def _offer(self, uow: UnitOfWork, table: Table, now: datetime) -> None:
        waiting = await waiting_now(uow, AT_ONCE)
        if not waiting:
            return
        reached = await last_inbound(uow, [one.thread_id for one in waiting])
        people = await agents(uow, table, now)
        known = await last_agents(uow, [one.thread_id for one in waiting], now)
        missed = await _missed(uow, [one.id for one in waiting], now)
        told = await _last_waits(uow, [one.id for one in waiting])
        count = 0
        for handoff in waiting:
            facts = facts_of(handoff, reached.get(handoff.thread_id), known.get(handoff.thread_id), now)
            able = candidates(people, now, missed[handoff.id])
            decision = decide(table, facts, able)
            handoff.queue = decision.queue
            if decision.chosen is None:
                # Each of them once, and not at every look: who waits for hours would fill the log.
                if people and told.get(handoff.id) != decision.waits:
                    data = as_record(table, facts, able, decision)
                    note(uow, handoff, Step.waits, now, reason=decision.waits, data=data)
                continue
            people = await self._make(
                uow, table, handoff, people, decision, as_record(table, facts, able, decision), now
            )
            count += 1
        if count:
            await self._jobs.defer(uow, JOB, after=timedelta(seconds=table.offer_seconds))
        await uow.session.flush()

    async def _make(
        self, uow: UnitOfWork, table: Table, handoff: Handoff, people: Sequence[Agent], decision: Decision, data: dict[str, Any],
        now: datetime,
    ) -> list[Agent]:  # fmt: skip
        """Offer it; the people as they stand then."""
        chosen = next(one for one in people if str(one.staff_id) == decision.chosen)
        handoff.state, handoff.offered_to = HandoffState.offered, chosen.staff_id
        handoff.offer_until = now + timedelta(seconds=table.offer_seconds)
        note(uow, handoff, Step.offered, now, staff_id=chosen.staff_id, reason=decision.rule, data=data)
        chosen.row.offered_at = now
        await uow.publish("agent", id=str(chosen.staff_id))
        await uow.publish("queue", id=str(handoff.id))
        fuller = replace(chosen, load=chosen.load + table.weight(data["facts"]["channel"]), open=chosen.open + 1)
        return [fuller if one is chosen else one for one in people]


def facts_of(handoff: Handoff, reached: tuple[str, str, str] | None, last_agent: UUID | None, now: datetime) -> Facts:
    """What a decision about it is made from. `reached` is channel, language and address of the last message."""
    channel, language, _ = reached or ("", "pl", "")
    waited = round((now - handoff.requested_at).total_seconds())
    return Facts(
        handoff.reason,
        handoff.is_urgent,
        language,
        channel,
        waited,
        str(last_agent) if last_agent else None,
        handoff.topic,
    )


async def waiting_now(uow: UnitOfWork, most: int) -> list[Handoff]:
    """What waits for a person, the most pressing first, locked; what somebody is just taking is left out."""
    found = await uow.session.scalars(
        select(Handoff)
        .where(Handoff.state == HandoffState.queued)
        .order_by(Handoff.is_urgent.desc(), Handoff.priority.desc(), Handoff.requested_at, Handoff.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return list(found)


async def last_agents(uow: UnitOfWork, threads: Sequence[UUID], now: datetime) -> dict[UUID, UUID]:
    """Who spoke last with each of these people, of late."""
    rows = await uow.session.execute(
        select(Handoff.thread_id, Handoff.accepted_by)
        .where(Handoff.thread_id.in_(threads), Handoff.accepted_by.is_not(None), Handoff.accepted_at > now - KNOWN_FOR)
        .order_by(Handoff.accepted_at)
    )
    return {row.thread_id: row.accepted_by for row in rows}


async def _missed(uow: UnitOfWork, ids: Sequence[UUID], now: datetime) -> dict[UUID, set[UUID]]:
    rows = await uow.session.execute(
        select(HandoffEvent.handoff_id, HandoffEvent.staff_id).where(
            HandoffEvent.handoff_id.in_(ids), HandoffEvent.step.in_((Step.expired, Step.declined, Step.released)),
            HandoffEvent.at > now - FORGIVEN_AFTER,
        )
    )  # fmt: skip
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for handoff, staff in rows:
        if staff is not None:
            found[handoff].add(staff)
    return found


async def _last_waits(uow: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, str | None]:
    """Why each was said to wait, if that is the last that was noted of it."""
    rows = await uow.session.execute(
        select(HandoffEvent.handoff_id, HandoffEvent.step, HandoffEvent.reason)
        .where(HandoffEvent.handoff_id.in_(ids))
        .order_by(HandoffEvent.seq)
    )
    return {handoff: reason if step is Step.waits else None for handoff, step, reason in rows}
