"""Two conversations of one person made one at the desk, with a reason, and taken apart again. Both are audited at both.

The one that is joined leads to the one that goes on. Of two open cases the one nearer to a person goes on: with somebody, then
waiting, then with the bot; of two alike the urgent one, then who waited longer or, with the bot or the same person, the newer one.
The other ends; a form half filled in it ends with nothing booked, and the patient is told so where they wrote it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from care.patients import service as patients
from care.patients.models import Patient, PatientContactPoint
from care.policy import OutsideRelation
from conversations.after_call import is_open_question
from conversations.cases import Cases
from conversations.messages import last_content
from conversations.models import Case, CaseState, ContactPoint, Direction, Message, Thread
from conversations.policy import patients_of, require_thread
from conversations.protocols import Utterance
from conversations.search import contact_token
from conversations.thread_joins import (
    Pair,
    ThreadJoin,
    has_open,
    is_being_erased,
    move_all,
    move_back,
    read_pair,
    what_goes_on,
    what_stops,
)
from core.access import Access, Permission
from core.accounts import SignedIn, Staff
from core.audit import record
from core.db import UnitOfWork
from core.errors import NotFound, Refused
from core.ids import new_id
from core.phone import parse_number
from handoff.complaints import Complaint
from handoff.mentions import Mention
from handoff.models import OVER, Handoff
from handoff.slack.models import PostState, SlackPost, SlackThread

SHORTEST, LONGEST = 10, 500
MOST_FOUND, MOST_POINTS = 10, 5
FRESH = timedelta(hours=24)
"""Who wrote to the bot so lately is told that what they began there has ended."""
_PLACE = {CaseState.human: 0, CaseState.waiting: 1, CaseState.bot: 2}


@dataclass(frozen=True)
class Side:
    """A conversation in a list, or beside another one."""

    thread_id: UUID
    names: Sequence[str]
    """Of the patients its cases are about."""
    contacts: Sequence[tuple[str, str]]
    """Kind and address."""
    messages: int
    first_at: datetime | None
    last_at: datetime | None
    state: CaseState
    owner: str


@dataclass(frozen=True)
class Comparison:
    """Two conversations before they are made one. `stops` says why they cannot be now; `ends` is the thread whose open case ends,
    `has_form` that the bot waits for an answer there.
    """

    sides: tuple[Side, Side]
    stops: Refused | None
    ends: UUID | None
    has_form: bool


@dataclass(frozen=True)
class JoinItem:
    """A join that holds, with who made it."""

    join: ThreadJoin
    by: str


class Joins:
    """Finds, compares, joins and separates. Everywhere: `Forbidden` without `join_thread`; `NotFound` for no such conversation
    and for patients outside one's relation.
    """

    def __init__(self, cases: Cases) -> None:
        self._cases = cases

    async def of_same_person(self, uow: UnitOfWork, access: Access, thread_id: UUID, now: datetime) -> list[Side]:
        """Other conversations of this one's patients alone, the newest first. The caller has opened it."""
        found = await threads_of(uow, await patients_of(uow, thread_id))
        return await self._sides(uow, access, [one for one in found if one != thread_id], now)

    async def find(self, uow: UnitOfWork, access: Access, query: str, now: datetime) -> list[Side]:
        """Conversations by a telephone number, or by what patients are found by. Audited as that search."""
        access.require(Permission.join_thread)
        people = await patients.search(uow, access, query, now, MOST_FOUND)
        found = list(await threads_of(uow, [one.id for one in people], alone=False))
        if (number := parse_number(query)) is not None:
            rows = select(Thread.id).join(ContactPoint, ContactPoint.correspondent_id == Thread.correspondent_id)
            at = ContactPoint.address_token == contact_token("phone", number)
            found += await uow.session.scalars(rows.where(ContactPoint.kind == "phone", at))
        return await self._sides(uow, access, list(dict.fromkeys(found)), now)

    async def compare(
        self, uow: UnitOfWork, access: Access, kept_id: UUID, joined_id: UUID, now: datetime
    ) -> Comparison:
        """Both side by side. Looking at each is audited."""
        access.require(Permission.join_thread)
        sides = []
        for thread_id in (kept_id, joined_id):
            await require_thread(uow, access, thread_id, now)
            side = await _side(uow, thread_id)
            if side is None:
                raise NotFound("thread")
            record(uow, access, "open", "thread", thread_id, now)
            sides.append(side)
        pair = await read_pair(uow, kept_id, joined_id)
        stops = await what_stops(uow, pair, now)
        ends = await _one_that_ends(uow, pair)
        has_form = ends is not None and await _waits_for_answer(uow, ends, now)
        return Comparison((sides[0], sides[1]), stops, ends.thread_id if ends is not None else None, has_form)

    async def join(
        self, uow: UnitOfWork, person: SignedIn, kept_id: UUID, joined_id: UUID, reason: str, now: datetime
    ) -> ThreadJoin | Refused:
        """Make them one; the first goes on. Refused: `join-reason` (10 to 500 characters), and as `what_stops`.

        Of two who do it at once the second meets `join-joined`.
        """
        access = person.access
        access.require(Permission.join_thread)
        for thread_id in (kept_id, joined_id):
            await require_thread(uow, access, thread_id, now)
        words = " ".join(reason.split())
        if not SHORTEST <= len(words) <= LONGEST:
            return Refused("join-reason", {"least": SHORTEST, "most": LONGEST})
        pair = await read_pair(uow, kept_id, joined_id, is_locked=True)
        refused = await what_stops(uow, pair, now)
        if refused is not None:
            return refused
        ends = await _one_that_ends(uow, pair)
        ended: dict[str, str] = {}
        if ends is not None:
            goes_on = next(one for one in pair.open if one is not None and one is not ends)
            ended = {"case": str(ends.id), "state": ends.state.value}
            said = None
            if await _waits_for_answer(uow, ends, now):
                said = Utterance("joined-bot" if goes_on.state is CaseState.bot else "joined-people")
            await self._cases.end_for_another(uow, access, ends.id, said, now)
            await uow.session.flush()
        cases = list(await uow.session.scalars(select(Case.id).where(Case.thread_id == joined_id)))
        moved: dict[str, Any] = await move_all(uow, pair)
        await _move_queue(uow, cases, kept_id)
        moved |= {"ended": ended, "slack": await _move_slack(uow, joined_id, kept_id)}
        made = ThreadJoin(
            id=new_id(),
            kept_id=kept_id,
            joined_id=joined_id,
            reason=words,
            moved=moved,
            made_by=person.staff_id,
            made_at=now,
        )
        uow.session.add(made)
        await _tell(uow, access, (kept_id, joined_id), "thread.joined", now)
        return made

    async def separate(self, uow: UnitOfWork, person: SignedIn, join_id: UUID, now: datetime) -> ThreadJoin | Refused:
        """Two conversations again: what moved goes back with what hangs on it now, and so does what was written since from its
        contact points. The case that the join ended goes on, if nothing else did in its place.

        Refused: `join-undone` already, `join-later` (the conversation was itself joined since: that first), `join-busy`, `join-call`,
        `join-erasure`.
        """
        access = person.access
        access.require(Permission.join_thread)
        found = await uow.session.get(ThreadJoin, join_id)
        if found is None:
            raise NotFound("join")
        await require_thread(uow, access, found.kept_id, now)
        pair = await read_pair(uow, found.kept_id, found.joined_id, is_locked=True)
        await uow.session.refresh(found)
        if found.undone_at is not None:
            return Refused("join-undone")
        if pair.kept.joined_into_id is not None:
            return Refused("join-later")
        refused = await what_goes_on(uow, (pair.kept, pair.joined), now)
        if refused is not None:
            return refused
        if await is_being_erased(uow, (pair.kept, pair.joined)):
            return Refused("join-erasure")
        cases = await move_back(uow, pair, found.moved)
        await _move_queue(uow, cases, found.joined_id)
        await _move_slack(uow, found.kept_id, found.joined_id, found.moved["slack"])
        if ended := found.moved["ended"]:
            case_id = UUID(ended["case"])
            thread_id = await uow.session.scalar(select(Case.thread_id).where(Case.id == case_id))
            if thread_id is not None and not await has_open(uow, thread_id):
                await self._cases.open_again(uow, access, case_id, CaseState(ended["state"]), now)
        found.undone_by, found.undone_at = person.staff_id, now
        await _tell(uow, access, (found.kept_id, found.joined_id), "thread.join-undone", now)
        return found

    async def _sides(self, uow: UnitOfWork, access: Access, threads: Sequence[UUID], now: datetime) -> list[Side]:
        """Those that this person may open and that were not joined elsewhere."""
        access.require(Permission.join_thread)
        standing = await uow.session.scalars(
            select(Thread.id).where(Thread.id.in_(threads), Thread.joined_into_id.is_(None))
        )
        found: list[Side] = []
        for thread_id in standing.all():
            try:
                await require_thread(uow, access, thread_id, now)
            except OutsideRelation:
                continue
            side = await _side(uow, thread_id)
            if side is not None:
                found.append(side)
        return sorted(found, key=lambda one: one.last_at or now, reverse=True)[:MOST_FOUND]


async def in_force(uow: UnitOfWork, thread_id: UUID) -> list[JoinItem]:
    """The joins this conversation goes on after, the newest first. The caller has opened it."""
    rows = await uow.session.execute(
        select(ThreadJoin, Staff.name)
        .join(Staff, Staff.id == ThreadJoin.made_by)
        .where(ThreadJoin.kept_id == thread_id, ThreadJoin.undone_at.is_(None))
        .order_by(ThreadJoin.made_at.desc(), ThreadJoin.id.desc())
    )
    return [JoinItem(one, by) for one, by in rows]


async def threads_of(uow: UnitOfWork, people: Sequence[UUID], *, alone: bool = True) -> list[UUID]:
    """Conversations of these patients, the newest first: about one of them, or from a contact point that is their own.

    `alone`: those in which nobody else is spoken of or for, so that they may well be one person's.
    """
    if not people:
        return []
    link = PatientContactPoint
    own = (
        select(ContactPoint.correspondent_id)
        .join(link, link.contact_point_id == ContactPoint.id)
        .where(link.patient_id.in_(people), link.role == "self", link.ended_at.is_(None))
    )
    about = select(Case.thread_id).where(Case.patient_id.in_(people))
    query = select(Thread.id).where(
        Thread.id.in_(about) | Thread.correspondent_id.in_(own), Thread.joined_into_id.is_(None)
    )
    if alone:
        others = select(Case.id).where(
            Case.thread_id == Thread.id, Case.patient_id.is_not(None), Case.patient_id.not_in(people)
        )
        speaks = (
            select(link.id)
            .join(ContactPoint, ContactPoint.id == link.contact_point_id)
            .where(ContactPoint.correspondent_id == Thread.correspondent_id, link.ended_at.is_(None))
            .where(link.patient_id.not_in(people) | (link.role != "self"))
        )
        query = query.where(~others.exists(), ~speaks.exists())
    newest = select(func.max(Case.active_at)).where(Case.thread_id == Thread.id).scalar_subquery()
    return list(
        await uow.session.scalars(query.where(newest.is_not(None)).order_by(newest.desc()).limit(MOST_FOUND * 2))
    )


async def _side(uow: UnitOfWork, thread_id: UUID) -> Side | None:
    """One conversation; None while nothing was ever opened there."""
    case = await uow.session.scalar(
        select(Case)
        .where(Case.thread_id == thread_id)
        .order_by(Case.state == CaseState.closed, Case.opened_at.desc(), Case.id.desc())
        .limit(1)
    )
    if case is None:
        return None
    people = await uow.session.scalars(select(Patient).where(Patient.id.in_(await patients_of(uow, thread_id))))
    points = await uow.session.execute(
        select(ContactPoint.kind, ContactPoint.address)
        .join(Thread, Thread.correspondent_id == ContactPoint.correspondent_id)
        .where(Thread.id == thread_id)
        .order_by(ContactPoint.created_at, ContactPoint.id)
        .limit(MOST_POINTS)
    )
    said = select(func.count(), func.min(Message.created_at), func.max(Message.created_at))
    count, first_at, last_at = (await uow.session.execute(said.where(Message.thread_id == thread_id))).one()
    owner = await uow.session.get(Staff, case.agent_id) if case.agent_id else None
    return Side(
        thread_id, [one.name for one in people], [(row.kind, row.address) for row in points], count, first_at, last_at,
        case.state, owner.name if owner is not None else "",
    )  # fmt: skip


async def _one_that_ends(uow: UnitOfWork, pair: Pair) -> Case | None:
    """Of two open cases the one that does not go on."""
    if (both := pair.both_open) is None:
        return None
    ids = [one.id for one in both]
    rows = await uow.session.scalars(select(Handoff).where(Handoff.case_id.in_(ids), Handoff.state.not_in(OVER)))
    waits = {one.case_id: one for one in rows}

    def rank(case: Case) -> tuple[int, bool, float]:
        handoff = waits.get(case.id)
        if case.state is CaseState.waiting and handoff is not None:
            return _PLACE[case.state], not handoff.is_urgent, handoff.requested_at.timestamp()
        return _PLACE[case.state], False, -case.active_at.timestamp()

    return max(both, key=rank)


async def _waits_for_answer(uow: UnitOfWork, case: Case, now: datetime) -> bool:
    """True for a case of the bot in which the person wrote of late and was asked something."""
    if case.state is not CaseState.bot:
        return False
    wrote = select(Message.id).where(
        Message.case_id == case.id, Message.direction == Direction.inbound, Message.created_at > now - FRESH
    )
    if await uow.session.scalar(wrote.limit(1)) is None:
        return False
    content = await last_content(uow, case.id)
    return content is not None and is_open_question(content)


async def _move_queue(uow: UnitOfWork, cases: Sequence[UUID], to: UUID) -> None:
    """What the queue keeps of the cases, and what is still to be posted of them."""
    messages = select(Message.id).where(Message.case_id.in_(cases))
    for model, which in (
        (Handoff, Handoff.case_id.in_(cases)),
        (Complaint, Complaint.case_id.in_(cases)),
        (Mention, Mention.message_id.in_(messages)),
        (SlackPost, SlackPost.case_id.in_(cases) & (SlackPost.state == PostState.queued)),
    ):
        await uow.session.execute(update(model).where(which).values(thread_id=to))


async def _move_slack(uow: UnitOfWork, source: UUID, to: UUID, only: Sequence[str] | None = None) -> list[str]:
    """Threads in Slack of channels where the other conversation has none; the others stay and are read for it all the same."""
    taken = select(SlackThread.channel).where(SlackThread.thread_id == to)
    which = select(SlackThread.channel).where(SlackThread.thread_id == source, SlackThread.channel.not_in(taken))
    if only is not None:
        which = which.where(SlackThread.channel.in_(only))
    channels = list(await uow.session.scalars(which))
    await uow.session.execute(
        update(SlackThread)
        .where(SlackThread.thread_id == source, SlackThread.channel.in_(channels))
        .values(thread_id=to)
    )
    return channels


async def _tell(uow: UnitOfWork, access: Access, threads: Sequence[UUID], did: str, now: datetime) -> None:
    """The audit at both, and everybody who looks at either."""
    for thread_id in threads:
        record(uow, access, did, "thread", thread_id, now)
        await uow.publish("thread", id=str(thread_id), joined=1)
        for topic in ("delivery", "case"):
            await uow.publish(topic, id=str(thread_id))
    await uow.publish("queue", id=str(threads[0]))
