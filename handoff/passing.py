"""A conversation goes from hand to hand: declined, passed on warm or cold, assigned, written up. Each act checks its own right."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from conversations.cases import Cases, lock_case
from conversations.messages import Messages
from conversations.models import Case, CaseState
from conversations.policy import require_thread
from core.access import Access, Permission
from core.accounts import SignedIn, Staff
from core.audit import record
from core.db import UnitOfWork
from core.errors import NotFound, Refused
from core.jobs import Jobs
from handoff.log import note
from handoff.models import OVER, Handoff, HandoffState, Step
from handoff.routing.agents import JOB, THERE, Agent, agents, may_answer, state_of, wake
from handoff.routing.store import table_in_force

QUEUE = "queue"
CODES = ("visit", "information", "prescription", "results", "clinical", "payment", "complaint", "no-reply", "other")
"""What a conversation was about in the end. Words: `wrap-up-code-*`."""
BY_TIME = "other"
SHORTEST_WORDS, LONGEST_WORDS = 5, 300
LONGEST_SNOOZE = timedelta(days=30)


class Passing:
    """The acts that change whose a conversation is."""

    def __init__(self, cases: Cases, messages: Messages, jobs: Jobs) -> None:
        self._cases = cases
        self._messages = messages
        self._jobs = jobs

    async def decline(self, uow: UnitOfWork, person: SignedIn, case_id: UUID, now: datetime) -> Refused | None:
        """Let an offer go by; the next one is asked. Refused: `offer-over` if it is not offered to this person any more."""
        person.access.require(Permission.reply_thread)
        handoff = await self._of(uow, person, case_id, now)
        if handoff is None or handoff.offered_to != person.staff_id:
            return Refused("offer-over")
        handoff.offered_to = handoff.offer_until = None
        if handoff.state is HandoffState.active:
            note(
                uow,
                handoff,
                Step.returned,
                now,
                actor=person.access.actor,
                staff_id=handoff.accepted_by,
                reason="declined",
            )
        else:
            handoff.state = HandoffState.queued
            note(uow, handoff, Step.declined, now, actor=person.access.actor, staff_id=person.staff_id)
        (await state_of(uow, person.staff_id, now)).missed = 0
        record(uow, person.access, "decline", "case", case_id, now)
        await self._changed(uow, handoff, person.staff_id, handoff.accepted_by)
        return None

    async def transfer(
        self, uow: UnitOfWork, person: SignedIn, case_id: UUID, to: str, why: str, now: datetime
    ) -> Refused | None:
        """Pass a conversation on: to a colleague, who reads the briefing and takes it while one still has it, or to the queue.

        Refused: `case-not-yours`, `transfer-why` (5 to 300 characters), `transfer-whom` if that person is not there.
        """
        access = person.access
        access.require(Permission.reply_thread)
        handoff = await self._of(uow, person, case_id, now)
        case = await uow.session.get_one(Case, case_id)
        if handoff is None or case.state is not CaseState.human or case.agent_id != person.staff_id:
            return Refused("case-not-yours")
        words = " ".join(why.split())
        if not SHORTEST_WORDS <= len(words) <= LONGEST_WORDS:
            return Refused("transfer-why")
        if to != QUEUE:
            return await self._to_colleague(uow, person, handoff, case, to, words, now)
        await self._messages.note(uow, case, words, person.staff_id, person.name, now)
        record(uow, access, "transfer", "case", case_id, now)
        await to_queue(uow, self._cases, access, handoff, person.staff_id, now, "passed-on")
        await self._changed(uow, handoff, person.staff_id)
        return None

    async def assign(
        self, uow: UnitOfWork, person: SignedIn, case_id: UUID, staff_id: str, now: datetime
    ) -> Refused | None:
        """Give a conversation to somebody without asking, by a supervisor. Refused: `handoff-over`, `transfer-whom`."""
        access = person.access
        access.require(Permission.manage_queue)
        handoff = await self._of(uow, person, case_id, now)
        if handoff is None:
            return Refused("handoff-over")
        target = await _colleague(uow, staff_id)
        if target is None or target.id == handoff.accepted_by:
            return Refused("transfer-whom")
        before = handoff.accepted_by
        await give(uow, handoff, target.id, access.actor, "assigned", now)
        record(uow, access, "assign", "case", case_id, now)
        await self._cases.take_over(uow, access, case_id, target.id, target.name, now)
        await self._changed(uow, handoff, target.id, before)
        return None

    async def snooze(
        self, uow: UnitOfWork, person: SignedIn, case_id: UUID, until: datetime | None, now: datetime
    ) -> Refused | None:
        """Set one's conversation aside until then, or until the patient writes; None takes it up again.

        Refused: `case-not-yours`; `snooze-when` unless it is between now and 30 days from now.
        """
        person.access.require(Permission.reply_thread)
        handoff = await self._of(uow, person, case_id, now)
        if handoff is None or handoff.state is not HandoffState.active or handoff.accepted_by != person.staff_id:
            return Refused("case-not-yours")
        if until is not None and not now < until <= now + LONGEST_SNOOZE:
            return Refused("snooze-when")
        handoff.snoozed_until = until
        step, reason = (Step.snoozed, until.isoformat()) if until else (Step.woken, "by-hand")
        note(uow, handoff, step, now, actor=person.access.actor, staff_id=person.staff_id, reason=reason)
        record(uow, person.access, "snooze" if until else "wake", "case", case_id, now)
        await self._changed(uow, handoff, person.staff_id)
        return None

    async def wrap_up(
        self, uow: UnitOfWork, person: SignedIn, handoff_id: UUID, code: str, now: datetime
    ) -> Refused | None:
        """Say what it was about. Refused: `wrap-up-code` for an unknown one; `wrap-up-over` if somebody said so before."""
        person.access.require(Permission.reply_thread)
        handoff = await self._written_by(uow, person, handoff_id)
        if code not in CODES:
            return Refused("wrap-up-code")
        if handoff.code is not None:
            return Refused("wrap-up-over")
        handoff.code, handoff.wrap_up_until, handoff.state = code, None, HandoffState.closed
        note(uow, handoff, Step.wrapped_up, now, actor=person.access.actor, staff_id=person.staff_id, reason=code)
        record(uow, person.access, "wrap-up", "case", handoff.case_id, now)
        await self._changed(uow, handoff, person.staff_id)
        return None

    async def extend(self, uow: UnitOfWork, person: SignedIn, handoff_id: UUID, now: datetime) -> Refused | None:
        """One minute more to write it up. Refused: `wrap-up-over`."""
        person.access.require(Permission.reply_thread)
        handoff = await self._written_by(uow, person, handoff_id)
        if handoff.state is not HandoffState.wrap_up or handoff.wrap_up_until is None:
            return Refused("wrap-up-over")
        handoff.wrap_up_until = max(handoff.wrap_up_until, now) + timedelta(minutes=1)
        await uow.publish("agent", id=str(person.staff_id))
        return None

    async def _to_colleague(
        self, uow: UnitOfWork, person: SignedIn, handoff: Handoff, case: Case, to: str, words: str, now: datetime
    ) -> Refused | None:
        table = await table_in_force(uow)
        target = await _colleague(uow, to)
        if target is None or target.id not in {one.staff_id for one in await colleagues(uow, person, now)}:
            return Refused("transfer-whom")
        await self._messages.note(uow, case, words, person.staff_id, person.name, now)
        handoff.offered_to, handoff.offer_until = target.id, now + timedelta(seconds=table.offer_seconds)
        note(uow, handoff, Step.transferred, now, actor=person.access.actor, staff_id=target.id)
        record(uow, person.access, "transfer", "case", case.id, now)
        await self._jobs.defer(uow, JOB, after=timedelta(seconds=table.offer_seconds))
        await self._changed(uow, handoff, target.id, person.staff_id)
        return None

    async def _of(self, uow: UnitOfWork, person: SignedIn, case_id: UUID, now: datetime) -> Handoff | None:
        case = await lock_case(uow, case_id)
        await require_thread(uow, person.access, case.thread_id, now)
        found: Handoff | None = await uow.session.scalar(
            select(Handoff).where(Handoff.case_id == case_id, Handoff.state.not_in(OVER)).with_for_update()
        )
        return found

    async def _written_by(self, uow: UnitOfWork, person: SignedIn, handoff_id: UUID) -> Handoff:
        found: Handoff | None = await uow.session.get(Handoff, handoff_id, with_for_update=True)
        if found is None or found.accepted_by != person.staff_id or found.state not in OVER:
            raise NotFound("handoff")
        return found

    async def _changed(self, uow: UnitOfWork, handoff: Handoff, *staff: UUID | None) -> None:
        await uow.session.flush()
        for one in {one for one in staff if one is not None}:
            await uow.publish("agent", id=str(one))
        await uow.publish("queue", id=str(handoff.id))
        await uow.publish("case", id=str(handoff.case_id))
        await wake(uow, self._jobs)


async def colleagues(uow: UnitOfWork, person: SignedIn, now: datetime) -> Sequence[Agent]:
    """Who is there and could take a conversation over, the least busy first."""
    person.access.require(Permission.reply_thread)
    found = await agents(uow, await table_in_force(uow), now)
    there = [one for one in found if one.state in THERE and one.staff_id != person.staff_id]
    return sorted(there, key=lambda one: (one.load, one.name))


async def to_queue(
    uow: UnitOfWork, cases: Cases, access: Access, handoff: Handoff, staff_id: UUID | None, now: datetime, reason: str
) -> None:
    """Nobody has it any more: it waits again, and the patient is told. `staff_id` had it."""
    handoff.state, handoff.accepted_by, handoff.accepted_at = HandoffState.queued, None, None
    handoff.offered_to = handoff.offer_until = None
    note(uow, handoff, Step.released, now, actor=access.actor, staff_id=staff_id, reason=reason)
    await cases.release(uow, access, handoff.case_id, now)


async def give(uow: UnitOfWork, handoff: Handoff, staff_id: UUID, actor: str, reason: str, now: datetime) -> None:
    """Whose it is from now on. An offer to somebody else falls away, and they are told."""
    if handoff.offered_to is not None and handoff.offered_to != staff_id:
        note(uow, handoff, Step.withdrawn, now, actor=actor, staff_id=handoff.offered_to)
        await uow.publish("agent", id=str(handoff.offered_to))
    handoff.state, handoff.accepted_by, handoff.accepted_at = HandoffState.active, staff_id, now
    handoff.offered_to = handoff.offer_until = None
    note(uow, handoff, Step.accepted, now, actor=actor, staff_id=staff_id, reason=reason)
    (await state_of(uow, staff_id, now)).missed = 0
    await uow.publish("agent", id=str(staff_id))


async def _colleague(uow: UnitOfWork, staff_id: str) -> Staff | None:
    try:
        found: Staff | None = await uow.session.get(Staff, UUID(staff_id))
    except ValueError:
        return None
    return found if found is not None and found.is_active and may_answer(found) else None
