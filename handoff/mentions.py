"""Colleagues named in private notes: "@Paweł" or "@Paweł Nowak" tells that person, at once and until they say they have read it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, select, text
from sqlalchemy.orm import Mapped, mapped_column

from conversations.models import Message
from conversations.understanding import fold
from core.access import PERMISSIONS, Permission
from core.accounts import SignedIn, Staff
from core.audit import record
from core.db import Base, UnitOfWork
from core.errors import NotFound, Refused
from core.ids import new_id
from handoff.desk import Desk
from handoff.reach import last_inbound

_NAMED = re.compile(r"(?<![\w.@])@([^\W\d_][\w-]*)(?: ([^\W\d_][\w-]*))?")
SHOWN = 20


class Mention(Base):
    """One person named in one note."""

    __tablename__ = "mentions"
    __table_args__ = (
        Index("uq_mentions_once", "message_id", "staff_id", unique=True),
        Index("ix_mentions_unread", "staff_id", postgresql_where=text("read_at IS NULL")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    thread_id: Mapped[UUID] = mapped_column(ForeignKey("threads.id", ondelete="CASCADE"))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    made_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Unread:
    """A note that names this person: who wrote it, in which conversation. Not its words."""

    id: UUID
    thread_id: UUID
    by: str
    made_at: datetime
    channel: str
    address: str


def names_in(body: str) -> list[tuple[str, str]]:
    """Each first word after an "@", and the word behind it, which may be a surname."""
    return [(found[1], found[2] or "") for found in _NAMED.finditer(body)]


async def note(
    uow: UnitOfWork, desk: Desk, person: SignedIn, case_id: UUID, body: str, now: datetime
) -> Message | Refused:
    """Keep a note and tell whom it names. Refused as `Desk.note`, and `mention-unknown`, `mention-which` with the word."""
    meant: dict[UUID, Staff] = {}
    names = names_in(body)
    people = await _people(uow) if names else []
    for first, second in names:
        found = _meant(people, first, second)
        if len(found) != 1:
            return Refused("mention-which" if found else "mention-unknown", {"name": first})
        meant[found[0].id] = found[0]
    kept = await desk.note(uow, person, case_id, body, now)
    if isinstance(kept, Refused):
        return kept
    await uow.session.flush()
    for staff_id in meant.keys() - {person.staff_id}:
        uow.session.add(Mention(message_id=kept.id, thread_id=kept.thread_id, staff_id=staff_id, made_at=now))
        await uow.publish("agent", id=str(staff_id))
    return kept


async def unread(uow: UnitOfWork, person: SignedIn) -> list[Unread]:
    """What names this person and was not read yet, the oldest first."""
    rows = await uow.session.execute(
        select(Mention, Staff.name)
        .join(Message, Message.id == Mention.message_id)
        .join(Staff, Staff.id == Message.author_id)
        .where(Mention.staff_id == person.staff_id, Mention.read_at.is_(None))
        .order_by(Mention.made_at, Mention.id)
        .limit(SHOWN)
    )
    found = [(one, name) for one, name in rows]
    reached = await last_inbound(uow, [one.thread_id for one, _ in found])
    return [
        Unread(one.id, one.thread_id, name, one.made_at, *_where(reached.get(one.thread_id))) for one, name in found
    ]


async def mark_read(uow: UnitOfWork, person: SignedIn, mention_id: UUID, now: datetime) -> None:
    """It is read; said twice it stays so. Raises `NotFound` for another's."""
    mention = await uow.session.get(Mention, mention_id, with_for_update=True)
    if mention is None or mention.staff_id != person.staff_id:
        raise NotFound("mention")
    if mention.read_at is None:
        mention.read_at = now
        record(uow, person.access, "mention.read", "message", mention.message_id, now)
    await uow.publish("agent", id=str(person.staff_id))


def _where(reached: tuple[str, str, str] | None) -> tuple[str, str]:
    return (reached[0], reached[2]) if reached else ("", "")


async def _people(uow: UnitOfWork) -> Sequence[Staff]:
    """Everybody who works in the console: a note cannot reach others."""
    roles = {role for role, held in PERMISSIONS.items() if Permission.read_queue in held}
    found = await uow.session.scalars(select(Staff).where(Staff.is_active).order_by(Staff.name, Staff.id))
    return [one for one in found if one.held & roles]


def _meant(people: Sequence[Staff], first: str, second: str) -> list[Staff]:
    """By first name and surname where both fit somebody, else by the first name alone."""
    whole = [one for one in people if second and fold(one.name) == fold(f"{first} {second}")]
    return whole or [one for one in people if fold(one.name).split()[:1] == [fold(first)]]
