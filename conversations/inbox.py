"""Taking messages in: idempotent on (channel, provider id), stored and queued for an answer in one short transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, literal, select, update
from sqlalchemy.exc import IntegrityError

from conversations.attachments import declared_type
from conversations.messages import Messages, Route, lock_thread
from conversations.models import (
    Attachment,
    Author,
    Case,
    CaseState,
    ContactPoint,
    Correspondent,
    Direction,
    Message,
    Thread,
    Turn,
    TurnState,
)
from conversations.protocols import InboundMessage, Utterance
from conversations.search import contact_token, tokens_of
from core import faults, metrics
from core.clock import Clock
from core.db import Database, UnitOfWork
from core.errors import Retriable
from core.i18n import Language, as_language
from core.ids import new_id
from core.tracing import tracing

NOTICE_VERSION = "2026-11-1"
PRIVACY_VERSION = "2026-11-1"
"""Of the words on the public page `/privacy`. A new version is told once more to everybody, with their next message."""
TRIES = 4
ACTIVITY_GRAIN = timedelta(minutes=5)
"""How exactly a case's last activity is kept: fine enough for hours of idleness, and no write per message."""


@dataclass(frozen=True)
class Accepted:
    """Where a message was stored; `is_new` is False for a replay."""

    message_id: UUID
    thread_id: UUID
    seq: int
    is_new: bool


class Inbox:
    """The one door for messages of every channel."""

    def __init__(self, database: Database, clock: Clock, case_idle: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._case_idle = case_idle

    async def accept(self, inbound: InboundMessage) -> Accepted:
        """Store the message, wake the turns. Safe to call twice: the second call finds the first."""
        for _ in range(TRIES):
            message_id = new_id()
            try:
                with tracing.span("accept", message_id, begins=True, channel=inbound.channel):
                    async with self._database.unit_of_work() as uow:
                        accepted = await self._store(uow, inbound, message_id)
                        faults.point("inbox.stored")
                    faults.point("inbox.committed")
                    return accepted
            except IntegrityError:
                # A replay; or two first messages of one person met in the same instant, and the other has won.
                async with self._database.unit_of_work() as uow:
                    earlier = await self._earlier(uow, inbound)
                if earlier is not None:
                    return earlier
        raise Retriable("could not store a message")

    async def _earlier(self, uow: UnitOfWork, inbound: InboundMessage) -> Accepted | None:
        earlier = await uow.session.scalar(
            select(Message).where(Message.channel == inbound.channel, Message.provider_id == inbound.provider_id)
        )
        return Accepted(earlier.id, earlier.thread_id, earlier.seq, False) if earlier is not None else None

    async def greet(
        self, kind: str, address: str, channel: str, language: Language, messages: Messages, greeting: Utterance,
        *, always: bool = False, also: Callable[[UnitOfWork, UUID], None] | None = None,
    ) -> UUID:  # fmt: skip
        """Open a contact point and speak first, if nothing was said there yet: the notice and a greeting. Returns its id.

        `always`: each time anew, with a greeting that holds the notice itself, as a call begins. `also` is done with the contact
        point in the same transaction.
        """
        async with self._database.unit_of_work() as uow:
            now = self._clock.now()
            known = await _contact(uow, kind, address)
            point_id, thread_id = known or await _open_contact(uow, kind, address, now)
            await lock_thread(uow, thread_id)
            point = await uow.session.get_one(ContactPoint, point_id)
            person = await uow.session.get_one(Correspondent, point.correspondent_id, with_for_update=True)
            if always or channel not in person.noticed:
                case = await self._open_case(uow, thread_id, now)
                person.language = person.language or language
                if always:
                    person.noticed = {**person.noticed, channel: _noticed(now)}
                else:
                    await give_notice(uow, messages, case, person, Route(channel, point.id, language), True, now)
                await messages.say(
                    uow, case, Route(channel, point.id, language), greeting, {"by": "rule", "rule": "greeting"}, now
                )
            if also is not None:
                also(uow, point.id)
            return point.id

    async def _store(self, uow: UnitOfWork, inbound: InboundMessage, message_id: UUID) -> Accepted:
        now = self._clock.now()
        numbered = await _number(uow, inbound)
        if numbered is not None:
            point_id, thread_id, seq = numbered
            case = await self._open_case(uow, thread_id, now)
        else:
            seq = 1
            point_id, thread_id = await _open_contact(uow, inbound.address_kind, inbound.address, now, last_seq=seq)
            case = await _new_case(uow, thread_id, now)
        stored = (
            insert(Message)
            .values(
                id=message_id, thread_id=thread_id, case_id=case.id, seq=seq, direction=Direction.inbound, author=Author.patient,
                channel=inbound.channel, contact_point_id=point_id, provider_id=inbound.provider_id, body=inbound.text,
                tokens=tokens_of(inbound.text), content=_extras(inbound), language=inbound.language_hint, created_at=now,
            )
            .returning(Message.id, Message.thread_id, Message.seq, Message.created_at)
            .cte("stored")
        )  # fmt: skip
        # The message and its turn in one statement: who waits for the answer to a webhook pays for each round trip.
        await uow.session.execute(
            insert(Turn).from_select(
                [Turn.message_id, Turn.thread_id, Turn.seq, Turn.created_at, Turn.state, Turn.attempts],
                select(stored, literal(TurnState.pending.value), literal(0)),
            )
        )
        for media in inbound.media:
            uow.session.add(
                Attachment(
                    message_id=message_id,
                    media_type=declared_type(media.media_type),
                    source_url=media.url,
                    content=media.content,
                    size=len(media.content or b""),
                    state="arrived",
                )
            )
        await uow.publish("turn", id=str(thread_id))
        await uow.publish("thread", id=str(thread_id), seq=seq)
        count = metrics.messages.labels("in", metrics.bounded("channel", inbound.channel))
        uow.afterwards(count.inc)
        return Accepted(message_id, thread_id, seq, True)

    async def _open_case(self, uow: UnitOfWork, thread_id: UUID, now: datetime) -> Case:
        case = await open_case(uow, thread_id)
        if case is not None and case.state is CaseState.bot and case.active_at + self._case_idle < now:
            case.state, case.closed_at = CaseState.closed, now
            await uow.session.flush()
            case = None
        if case is None:
            return await _new_case(uow, thread_id, now)
        if case.active_at + ACTIVITY_GRAIN < now:
            case.active_at = now
        return case


async def give_notice(
    uow: UnitOfWork, messages: Messages, case: Case, person: Correspondent, route: Route, is_sure: bool, now: datetime
) -> None:
    """Once per channel and version: one talks to an AI, and where it says what is done with one's data. Blocks nothing.

    In both languages while the person's language is not known.
    """
    if person.noticed.get(route.channel, {}).get("privacy") == PRIVACY_VERSION:
        return
    key = "notice" if is_sure else "notice-both"
    person.noticed = {**person.noticed, route.channel: _noticed(now)}
    source = {"by": "rule", "rule": f"notice@{NOTICE_VERSION}", "privacy": PRIVACY_VERSION}
    await messages.say(uow, case, route, Utterance(key, {"page": messages.privacy_page}), source, now)


def _noticed(now: datetime) -> dict[str, str]:
    return {"version": NOTICE_VERSION, "privacy": PRIVACY_VERSION, "at": now.isoformat()}


async def open_case(uow: UnitOfWork, thread_id: UUID) -> Case | None:
    """The open case of a thread, if there is one."""
    case: Case | None = await uow.session.scalar(
        select(Case).where(Case.thread_id == thread_id, Case.state != CaseState.closed)
    )
    return case


async def open_case_for(uow: UnitOfWork, thread_id: UUID, now: datetime) -> Case:
    """A new case of a thread in which none is open, for what the clinic says first."""
    return await _new_case(uow, thread_id, now)


async def contact_of(uow: UnitOfWork, kind: str, address: str, now: datetime) -> UUID:
    """The contact point of an address, opened if nobody wrote from there yet."""
    known = await _contact(uow, kind, address)
    return (known or await _open_contact(uow, kind, address, now))[0]


async def language_of(uow: UnitOfWork, kind: str, address: str) -> Language | None:
    """The language that was spoken with that address last; None if nobody did."""
    found = await uow.session.scalar(
        select(Correspondent.language)
        .join(ContactPoint, ContactPoint.correspondent_id == Correspondent.id)
        .where(ContactPoint.kind == kind, ContactPoint.address_token == contact_token(kind, address))
    )
    return as_language(found) if found else None


async def _new_case(uow: UnitOfWork, thread_id: UUID, now: datetime) -> Case:
    case = Case(id=new_id(), thread_id=thread_id, state=CaseState.bot, opened_at=now, active_at=now)
    uow.session.add(case)
    await uow.session.flush()
    return case


async def _number(uow: UnitOfWork, inbound: InboundMessage) -> tuple[UUID, UUID, int] | None:
    """A known contact point, its thread, and the message's number there; locks the thread. None if nobody wrote from there yet."""
    row = (
        await uow.session.execute(
            update(Thread)
            .where(
                Thread.correspondent_id == ContactPoint.correspondent_id,
                Thread.joined_into_id.is_(
                    None
                ),  # Joined while we waited for its row: the next try finds where it is now.
                ContactPoint.kind == inbound.address_kind,
                ContactPoint.address_token == contact_token(inbound.address_kind, inbound.address),
            )
            .values(last_seq=Thread.last_seq + 1)
            .returning(ContactPoint.id, Thread.id, Thread.last_seq)
            .execution_options(synchronize_session=False)
        )
    ).first()
    return (row[0], row[1], row[2]) if row else None


async def _contact(uow: UnitOfWork, kind: str, address: str) -> tuple[UUID, UUID] | None:
    """A known contact point and its thread."""
    row = (
        await uow.session.execute(
            select(ContactPoint.id, Thread.id)
            .join(Thread, Thread.correspondent_id == ContactPoint.correspondent_id)
            .where(ContactPoint.kind == kind, ContactPoint.address_token == contact_token(kind, address))
        )
    ).first()
    return (row[0], row[1]) if row else None


async def _open_contact(
    uow: UnitOfWork, kind: str, address: str, now: datetime, last_seq: int = 0
) -> tuple[UUID, UUID]:
    """A contact point seen for the first time, with a new correspondent and thread, in one statement."""
    person_id, thread_id, point_id = new_id(), new_id(), new_id()
    person = insert(Correspondent).values(id=person_id, noticed={}, created_at=now).cte("person")
    thread = (
        insert(Thread).values(id=thread_id, correspondent_id=person_id, last_seq=last_seq, created_at=now).cte("thread")
    )
    point = insert(ContactPoint).values(
        id=point_id, kind=kind, address=address, address_token=contact_token(kind, address),
        correspondent_id=person_id, created_at=now,
    )  # fmt: skip
    await uow.session.execute(point.add_cte(person, thread))
    return point_id, thread_id


def _extras(inbound: InboundMessage) -> dict[str, Any] | None:
    extras: dict[str, Any] = {}
    if inbound.choice is not None:
        extras["choice"] = inbound.choice
    if inbound.media:
        extras["media"] = len(inbound.media)
    if inbound.carrier_stops is not None:
        extras["carrier_stops"] = inbound.carrier_stops
    return extras or None
