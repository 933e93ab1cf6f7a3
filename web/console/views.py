"""What the console shows, read and put into the shapes its templates need. Reading only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import select

from care.patients.marks import is_restricted
from conversations.messages import Route, route_of
from conversations.models import Case, CaseState, ContactPoint
from conversations.transcript import Line, Transcripts
from core.access import Permission
from core.accounts import SignedIn, Staff
from core.db import UnitOfWork
from core.errors import NotFound
from core.i18n import Language, catalogue
from core.phone import format_number
from core.when.say import say_date, say_time, say_when
from handoff.desk import AlertItem, Desk, QueueItem
from handoff.follow_ups import FollowUpItem, open_follow_ups
from handoff.joins import JoinItem, in_force
from handoff.limits import LimitItem, of_thread
from handoff.models import OVER, Handoff, HandoffState
from web.console.outreach import OutreachView, read_outreach
from web.console.understood import Fact, facts

NEAR_SECONDS = 180
"""A promise this near its end is shown as urgent."""


@dataclass(frozen=True)
class QueueView:
    """The left pane: what waits, what is mine, what others have."""

    waiting: Sequence[QueueItem]
    mine: Sequence[QueueItem]
    aside: Sequence[QueueItem]
    """Mine too, set aside until a time or a reply."""
    others: Sequence[QueueItem]


@dataclass(frozen=True)
class Day:
    """The messages of one day."""

    key: str
    label: str
    lines: Sequence[tuple[Line, str]]


@dataclass(frozen=True)
class Contact:
    """Where the person writes from, as people say it."""

    kind: str
    name: str
    language: str
    is_opted_out: bool
    has_carrier_stop: bool


@dataclass(frozen=True)
class ThreadView:
    """The centre and the right pane."""

    thread_id: UUID
    case: Case
    state: CaseState
    owner: str
    is_mine: bool
    is_offered: bool
    """To this very person."""
    offered_to: str
    """Who is asked to take it over, if somebody else is."""
    handoff: Handoff | None
    contact: Contact
    route: Route | None
    days: Sequence[Day]
    facts: Sequence[Fact]
    can_replay: bool
    is_restricted: bool
    outreach: OutreachView
    limit: LimitItem | None
    """The limit after abuse that holds now."""
    joins: Sequence[JoinItem]
    """The conversations that go on in this one."""
    opened: str
    now: datetime


async def read_queue(uow: UnitOfWork, desk: Desk, person: SignedIn, now: datetime) -> QueueView:
    """The queue as this person sees it."""
    items = await desk.queue(uow, person.access, now)
    active = [one for one in items if one.state is HandoffState.active]
    return QueueView(
        waiting=[one for one in items if one.state is not HandoffState.active],
        mine=[one for one in active if one.agent_id == person.staff_id and one.snoozed_until is None],
        aside=[one for one in active if one.agent_id == person.staff_id and one.snoozed_until is not None],
        others=[one for one in active if one.agent_id != person.staff_id],
    )


async def read_alerts(uow: UnitOfWork, desk: Desk, person: SignedIn) -> Sequence[AlertItem]:
    """Red flags nobody has claimed; none for those who may not claim them."""
    return await desk.alerts(uow, person.access) if person.access.allows(Permission.claim_alert) else ()


async def read_follow_ups(
    uow: UnitOfWork, person: SignedIn, language: Language, now: datetime
) -> Sequence[tuple[FollowUpItem, str]]:
    """Open tasks with when they are due in words; none for those who may not take them."""
    if not person.access.allows(Permission.claim_alert):
        return ()
    tasks = await open_follow_ups(uow, person.access, now)
    return [(one, say_when(one.due_at.astimezone(now.tzinfo), language, now=now, style="short")) for one in tasks]


async def read_thread(
    uow: UnitOfWork,
    person: SignedIn,
    thread_id: UUID,
    language: Language,
    now: datetime,
    opened: str,
    *,
    is_refresh: bool,
) -> ThreadView:
    """The thread over all channels. Opening it is audited, refreshing an opened one is not. `NotFound` if absent."""
    lines = await Transcripts(uow, person.access).of_thread(thread_id, now, is_refresh=is_refresh)
    case = await uow.session.scalar(
        select(Case)
        .where(Case.thread_id == thread_id)
        .order_by(Case.state == CaseState.closed, Case.opened_at.desc(), Case.id.desc())
        .limit(1)
    )
    if case is None:
        raise NotFound("thread")
    handoff = await uow.session.scalar(
        select(Handoff).where(Handoff.case_id == case.id).order_by(Handoff.requested_at.desc()).limit(1)
    )
    owner = await uow.session.get(Staff, case.agent_id) if case.agent_id else None
    offered_to = handoff.offered_to if handoff and handoff.state not in OVER else None
    asked = await uow.session.get(Staff, offered_to) if offered_to else None
    route = await route_of(uow, case)
    point = await uow.session.get(ContactPoint, route.contact_point_id) if route else None
    return ThreadView(
        thread_id=thread_id,
        case=case,
        state=case.state,
        owner=owner.name if owner else "",
        is_mine=case.state is CaseState.human and case.agent_id == person.staff_id,
        is_offered=offered_to == person.staff_id,
        offered_to=asked.name if asked and asked.id != person.staff_id else "",
        handoff=handoff,
        contact=_contact(point, route, language),
        route=route,
        days=_days(lines, language, now),
        facts=await facts(uow, case.understood or {}, language, now),
        can_replay=person.access.allows(Permission.replay_delivery),
        is_restricted=await is_restricted(uow, case.patient_id),
        outreach=await read_outreach(uow, thread_id, route.contact_point_id if route else None, language, now),
        limit=await of_thread(uow, person.access, thread_id, now),
        joins=await in_force(uow, thread_id),
        opened=opened,
        now=now,
    )


def contact_name(address: str, channel: str, language: Language) -> str:
    """A formatted number, or "browser" with a short mark that tells two visitors apart."""
    if channel == "webchat":
        return catalogue(language).text("console-visitor", mark=address[:4].upper())
    return format_number(address) if address.startswith("+") else catalogue(language).text("console-unknown-contact")


@dataclass(frozen=True)
class DueWords:
    """How near a promise is; `left` is the time to it, or since it was broken."""

    state: str
    left: str


def due_words(at: datetime, now: datetime) -> DueWords:
    """As the page's own clock says it from then on."""
    seconds = (at - now).total_seconds()
    minutes = int(abs(seconds) // 60)
    state = "broken" if seconds <= 0 else "near" if seconds < NEAR_SECONDS else "kept"
    return DueWords(state, "<1 min" if minutes < 1 else _long(minutes))


def _long(minutes: int) -> str:
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"


def minutes_words(since: datetime, now: datetime, language: Language) -> str:
    """How long something has waited: "4 min", "1 h 05 min"."""
    minutes = max(0, int((now - since).total_seconds() // 60))
    if minutes < 1:
        return catalogue(language).text("console-just-now")
    return _long(minutes)


def _contact(point: ContactPoint | None, route: Route | None, language: Language) -> Contact:
    if point is None or route is None:
        return Contact("", catalogue(language).text("console-unknown-contact"), language, False, False)
    name = contact_name(point.address, "webchat" if point.kind == "browser" else "sms", language)
    return Contact(point.kind, name, route.language, point.opted_out_at is not None, point.opted_out_by == "carrier")


def _days(lines: Sequence[Line], language: Language, now: datetime) -> list[Day]:
    def local(line: Line) -> datetime:
        return line.at.astimezone(now.tzinfo)

    return [
        Day(day.isoformat(), _day_label(day, language, now), [(line, say_time(local(line).time(), language)) for line in group])
        for day, group in groupby(lines, key=lambda line: local(line).date())
    ]  # fmt: skip


def _day_label(day: Any, language: Language, now: datetime) -> str:
    ago = (now.date() - day).days
    if ago == 1:
        return catalogue(language).text("console-yesterday")
    if ago == 0:
        return catalogue(language).text("console-today")
    said = say_date(day, language, now=now)
    return said[:1].upper() + said[1:]
