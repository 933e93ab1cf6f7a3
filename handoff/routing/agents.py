"""Where people of the clinic are, and what they carry: what routing chooses from."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from core.access import Access, Permission
from core.accounts import SignedIn, Staff
from core.audit import record
from core.db import UnitOfWork
from core.errors import NotFound, Refused
from core.jobs import Jobs
from handoff.models import AgentMode, AgentState, Handoff, HandoffState
from handoff.reach import last_inbound
from handoff.routing.rules import Candidate, Table

JOB = "routing"
NOW = "routing-now"
GONE_AFTER = timedelta(seconds=45)
"""Without a heartbeat of the console for so long somebody is not there."""
AWAY_REASONS = ("break", "meeting", "task", "missed")
"""`missed` is given by the system: two offers in a row were not taken."""
THERE = ("available", "wrap_up")
"""States of somebody who is at the console and works."""
MOST_CAPACITY = 20
LONGEST_SKILL = 40


@dataclass(frozen=True)
class Agent:
    """Somebody who can be offered conversations. `state` as routing sees it: their mode, or that they are gone or write something up."""

    staff_id: UUID
    name: str
    row: AgentState
    state: str
    load: int
    capacity: int
    open: int
    """Conversations they have, or are offered."""


async def wake(uow: UnitOfWork, jobs: Jobs) -> None:
    """Route as soon as this transaction is committed."""
    await jobs.defer(uow, JOB, unique=NOW)


async def set_mode(
    uow: UnitOfWork, jobs: Jobs, person: SignedIn, mode: str, reason: str | None, now: datetime
) -> Refused | None:
    """Say whether one wants conversations offered. Refused: `agent-mode` for an unknown mode or reason."""
    person.access.require(Permission.reply_thread)
    if mode not in AgentMode.__members__ or (mode == AgentMode.away and reason not in AWAY_REASONS[:-1]):
        return Refused("agent-mode")
    row = await state_of(uow, person.staff_id, now)
    row.mode, row.reason, row.since, row.seen_at = AgentMode(mode), reason if mode == AgentMode.away else None, now, now
    row.missed = 0
    record(uow, person.access, f"agent.{mode}", "staff", person.staff_id, now)
    await uow.session.flush()
    await uow.publish("agent", id=str(person.staff_id))
    await wake(uow, jobs)
    return None


async def set_abilities(
    uow: UnitOfWork,
    jobs: Jobs,
    access: Access,
    staff_id: UUID,
    capacity: str,
    skills: str,
    languages: str,
    now: datetime,
) -> Refused | None:
    """What somebody can take, by a supervisor. Words apart by commas or spaces. Refused: `agent-capacity`, `agent-skills`."""
    access.require(Permission.manage_queue)
    person = await uow.session.get(Staff, staff_id)
    if person is None or not may_answer(person):
        raise NotFound("staff")
    number = capacity.strip()
    if number and not (number.isascii() and number.isdigit() and 1 <= int(number) <= MOST_CAPACITY):
        return Refused("agent-capacity", {"most": str(MOST_CAPACITY)})
    words, tongues = (sorted({*text.lower().replace(",", " ").split()}) for text in (skills, languages))
    if any(len(word) > LONGEST_SKILL for word in (*words, *tongues)) or any(len(word) != 2 for word in tongues):
        return Refused("agent-skills")
    row = await state_of(uow, staff_id, now)
    row.capacity, row.skills, row.languages = int(number) if number else None, words, tongues
    record(uow, access, "agent.abilities", "staff", staff_id, now)
    await uow.session.flush()
    await uow.publish("agent", id=str(staff_id))
    await wake(uow, jobs)
    return None


async def state_of(uow: UnitOfWork, staff_id: UUID, now: datetime) -> AgentState:
    """The person's row, locked; made where there is none yet. A new one is offline: nobody is offered anything unasked."""
    found: AgentState | None = await uow.session.get(AgentState, staff_id, with_for_update=True)
    if found is None:
        found = AgentState(
            staff_id=staff_id, mode=AgentMode.offline, since=now, seen_at=now, missed=0, skills=[], languages=[]
        )
        uow.session.add(found)
        await uow.session.flush()
    return found


async def beat(uow: UnitOfWork, staff_id: UUID, now: datetime) -> AgentState | None:
    """The console of this person is open. Their row; None if they have never been available."""
    found: AgentState | None = await uow.session.get(AgentState, staff_id)
    if found is not None and found.mode is not AgentMode.offline:
        found.seen_at = now
    return found


async def agents(uow: UnitOfWork, table: Table, now: datetime) -> list[Agent]:
    """All who have ever been available and may answer."""
    rows = await uow.session.execute(
        select(AgentState, Staff)
        .join(Staff, Staff.id == AgentState.staff_id)
        .where(Staff.is_active)
        .order_by(Staff.name)
    )
    carried = await carried_by(uow)
    channels = {thread: one[0] for thread, one in (await last_inbound(uow, [one.thread_id for one in carried])).items()}
    load: Counter[UUID] = Counter()
    count: Counter[UUID] = Counter()
    writing: set[UUID] = set()
    for handoff in carried:
        owner = handoff.offered_to if handoff.state is HandoffState.offered else handoff.accepted_by
        if owner is None:
            continue
        if handoff.state is HandoffState.wrap_up:
            writing.add(owner)
            continue
        load[owner] += table.weight(channels.get(handoff.thread_id, ""))
        count[owner] += 1
    found = []
    for row, person in rows:
        if not may_answer(person):
            continue
        is_gone = row.mode is AgentMode.offline or row.seen_at < now - GONE_AFTER
        state = "offline" if is_gone else "away" if row.mode is AgentMode.away else "available"
        if state == "available" and row.staff_id in writing:
            state = "wrap_up"
        capacity = row.capacity or table.capacity
        found.append(Agent(row.staff_id, person.name, row, state, load[row.staff_id], capacity, count[row.staff_id]))
    return found


async def carried_by(uow: UnitOfWork) -> Sequence[Handoff]:
    """All handoffs that somebody has, is offered, or still writes up."""
    found = await uow.session.scalars(
        select(Handoff).where(Handoff.state.in_((HandoffState.offered, HandoffState.active, HandoffState.wrap_up)))
    )
    return list(found)


def candidates(people: Collection[Agent], now: datetime, missed: Collection[UUID]) -> list[Candidate]:
    """As routing wants them. `missed` did not take this one before."""
    return [
        Candidate(
            str(one.staff_id), one.state, frozenset(one.row.skills), frozenset(one.row.languages), one.load, one.capacity,
            round((now - (one.row.offered_at or one.row.since)).total_seconds()), one.staff_id in missed,
        )
        for one in people
    ]  # fmt: skip


def may_answer(person: Staff) -> bool:
    """True if the person has a right to answer patients anywhere."""
    return Access.staff(person.id, person.held, scopes=person.scopes).allows(Permission.reply_thread)
