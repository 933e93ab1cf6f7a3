"""Calls that people take: whose telephone a conversation leads to, what becomes of one that nobody answered, and promises to call back."""

import re
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from conversations.alerts import FollowUp
from conversations.cases import Cases, lock_case
from conversations.models import Case, CaseState
from core.access import Access, Permission
from core.accounts import Staff
from core.audit import record
from core.db import UnitOfWork
from core.errors import NotFound, Refused
from core.jobs import Jobs
from core.phone import parse_with_extension
from handoff.models import OVER, AgentState, Handoff, HandoffState
from handoff.passing import to_queue
from handoff.promises import after_open_time
from handoff.queue import OpeningHours
from handoff.routing.agents import THERE, agents, may_answer, state_of, wake
from handoff.routing.store import table_in_force

CALLBACK = "callback"
CALL_BACK_WITHIN = timedelta(hours=1)
"""Of opening hours. Source: team proposal, unsigned."""
LOOK_AHEAD = timedelta(days=14)
_SIP = re.compile(r"sips?:[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,120}(?::\d{1,5})?")


async def set_telephone(
    uow: UnitOfWork, access: Access, staff_id: UUID, text: str, region: str, now: datetime
) -> Refused | None:
    """Where calls are put through to for this person; empty: nowhere. Refused: `telephone` if it is neither a number nor a SIP address."""
    access.require(Permission.manage_staff)
    person = await uow.session.get(Staff, staff_id)
    if person is None or not may_answer(person):
        raise NotFound("staff")
    words = text.strip()
    telephone = words if _SIP.fullmatch(words) else parse_with_extension(words, region) if words else None
    if words and telephone is None:
        return Refused("telephone")
    row = await state_of(uow, staff_id, now)
    row.phone = telephone
    record(uow, access, "staff.telephone", "staff", staff_id, now)
    await uow.publish("agent", id=str(staff_id))
    return None


async def telephone_of(uow: UnitOfWork, staff_id: UUID) -> str | None:
    """Where this person is called."""
    row = await uow.session.get(AgentState, staff_id)
    return row.phone if row is not None else None


async def telephone_of_owner(uow: UnitOfWork, case_id: UUID) -> tuple[UUID, str, datetime] | None:
    """Who has the case, where they are called, and since when they have it; None if nobody, or somebody who answers in writing."""
    case = await uow.session.get_one(Case, case_id)
    handoff = await uow.session.scalar(
        select(Handoff).where(Handoff.case_id == case_id, Handoff.state == HandoffState.active)
    )
    if case.state is not CaseState.human or case.agent_id is None or handoff is None or handoff.accepted_at is None:
        return None
    telephone = await telephone_of(uow, case.agent_id)
    return (case.agent_id, telephone, handoff.accepted_at) if telephone else None


class Telephones:
    """The acts of calls that people take. They are the system's: what follows from a telephone that rings, or does not."""

    def __init__(self, cases: Cases, jobs: Jobs, hours: OpeningHours) -> None:
        self._cases = cases
        self._jobs = jobs
        self._hours = hours

    async def not_answered(self, uow: UnitOfWork, case_id: UUID, now: datetime) -> None:
        """Whoever has the case did not take the call: it waits again, before others, and the caller is told. Twice is once."""
        case = await lock_case(uow, case_id)
        handoff = await uow.session.scalar(
            select(Handoff).where(Handoff.case_id == case_id, Handoff.state.not_in(OVER)).with_for_update()
        )
        if handoff is None or handoff.state is not HandoffState.active or case.state is not CaseState.human:
            return
        staff_id = handoff.accepted_by
        handoff.priority += 1
        await to_queue(uow, self._cases, Access.system("call", case_id), handoff, staff_id, now, "no-answer")
        await uow.session.flush()
        if staff_id is not None:
            await uow.publish("agent", id=str(staff_id))
        await uow.publish("queue", id=str(handoff.id))
        await wake(uow, self._jobs)

    async def promise_call(self, uow: UnitOfWork, case_id: UUID, now: datetime) -> datetime:
        """A task to call back, with a due time and an owner: whoever has the case, else the one of those there with the least to do.

        With nobody there it has no owner until somebody takes it. A thread has one open task: one that stands is kept, and its time told.
        """
        case = await lock_case(uow, case_id)
        standing = await uow.session.scalar(
            select(FollowUp).where(FollowUp.thread_id == case.thread_id, FollowUp.done_at.is_(None)).with_for_update()
        )
        if standing is not None:
            return standing.due_at
        blocks = await self._hours.blocks(uow, now, now + LOOK_AHEAD)
        due_at = after_open_time(blocks, now, CALL_BACK_WITHIN)
        if due_at is None:  # Closed for longer than is looked ahead.
            due_at = (await self._hours.next_opening(uow, now) or now) + CALL_BACK_WITHIN
        owner = case.agent_id or await self._least_busy(uow, now)
        task = FollowUp(
            thread_id=case.thread_id, case_id=case_id, level=CALLBACK, made_at=now, due_at=due_at,
            taken_by=owner, taken_at=now if owner else None,
        )  # fmt: skip
        uow.session.add(task)
        await uow.session.flush()
        record(uow, Access.system("call", case_id), "follow-up.made", "follow-up", task.id, now)
        await uow.publish("alert", id=str(case_id))
        return task.due_at

    async def _least_busy(self, uow: UnitOfWork, now: datetime) -> UUID | None:
        there = [one for one in await agents(uow, await table_in_force(uow), now) if one.state in THERE]
        return min(there, key=lambda one: (one.load, one.name)).staff_id if there else None
