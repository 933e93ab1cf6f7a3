"""Reading a thread. A repository is made from an `Access`; what it gives out has personal numbers masked and no secrets."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, select, true

from conversations.identity.models import MagicLink
from conversations.messages import SECRET_KEYS
from conversations.models import (
    TAKEN_BACK,
    Attachment,
    Case,
    CaseState,
    ContactPoint,
    Delivery,
    DeliveryState,
    Direction,
    Message,
    Thread,
)
from conversations.policy import require_thread
from conversations.taking_back import first_waiting
from core.access import Access, Permission
from core.audit import record
from core.db import UnitOfWork
from core.errors import Forbidden, NotFound
from core.redaction import mask_pesel

HIDDEN = "•••"
SHORTEST_SECRET = 6
"""Of what a message's arguments hold, what is shorter is no code and no link."""


@dataclass(frozen=True)
class File:
    """A file beside a message."""

    id: UUID
    media_type: str
    size: int
    state: str


@dataclass(frozen=True)
class Line:
    """One message as a person may see it."""

    id: UUID
    seq: int
    case_id: UUID
    direction: str
    author: str
    name: str
    channel: str
    text: str
    sent_body: str
    choices: tuple[dict[str, str], ...]
    at: datetime
    language: str
    provenance: dict[str, Any]
    delivery: str | None
    error_code: str | None
    findings: tuple[str, ...]
    is_held: bool
    files: tuple[File, ...]
    attempts: int = 0
    undo_until: datetime | None = None
    own_text: str | None = None
    """Of a reply, for who wrote it: as it was written, nothing masked."""

    @property
    def can_be_fetched(self) -> bool:
        """True if the patient may fetch its files: the clinic sent them, and they were not taken back."""
        return self.author == "agent" and self.delivery != DeliveryState.retracted


class Transcripts:
    """The messages of threads, for staff (with notes) or for the person who wrote from one contact point (without)."""

    def __init__(self, uow: UnitOfWork, access: Access) -> None:
        if not access.allows(Permission.read_thread):
            access.require(Permission.read_own_thread)
        self._uow = uow
        self._access = access
        self.held_from: int | None = None
        """After `of_contact_point`: from this `seq` on something may still come that was not given."""

    async def of_thread(
        self, thread_id: UUID, now: datetime, after_seq: int = 0, *, is_refresh: bool = False
    ) -> list[Line]:
        """Everything, for staff. Opening it from the start is audited; `is_refresh` says that this was done already."""
        self._access.require(Permission.read_thread)
        if self._access.patient_id is not None:
            raise Forbidden("thread")
        if await self._uow.session.get(Thread, thread_id) is None:
            raise NotFound("thread")
        await require_thread(self._uow, self._access, thread_id, now)
        if after_seq == 0 and not is_refresh:
            record(self._uow, self._access, "open", "thread", thread_id, now)
        return await self._lines(thread_id, after_seq, with_notes=True)

    async def of_contact_point(self, contact_point_id: UUID, now: datetime, after_seq: int = 0) -> list[Line]:
        """What the holder of a contact point wrote and got there, no notes; of another channel only the case that a link
        moved here, for as long as the link speaks for it. What may still be taken back unseen is not given yet, nor what
        was said after it, but a red flag's words; what was taken back is there without its words.
        """
        point = await self._uow.session.get(ContactPoint, contact_point_id)
        if point is None:
            raise NotFound("contact point")
        thread_id = await self._uow.session.scalar(
            select(Thread.id).where(Thread.correspondent_id == point.correspondent_id)
        )
        assert thread_id is not None, "a correspondent is made with its thread"
        shown = Message.contact_point_id == contact_point_id
        moved = await self._uow.session.scalars(
            select(MagicLink).where(
                MagicLink.used_by_contact_point_id == contact_point_id, MagicLink.speaks_until > now
            )
        )
        for link in moved:
            shown = or_(
                shown,
                and_(
                    Message.contact_point_id == link.contact_point_id,
                    Message.case_id == link.case_id,
                    Message.seq <= (link.through_seq or 0),
                ),
            )
        before = await first_waiting(self._uow, thread_id, now)
        shown = and_(shown, _left_the_house(before, now))
        lines = await self._lines(thread_id, after_seq, with_notes=False, only=shown)
        held = [one for one in (before, await first_waiting(self._uow, thread_id, now)) if one is not None]
        self.held_from = min(held, default=None)
        return lines

    async def of_case(self, case_id: UUID, now: datetime) -> list[Line]:
        """One conversation as its patient had it: no notes, nothing that never left. The access is narrowed to the case."""
        self._access.require(Permission.read_own_thread)
        case = await self._uow.session.get(Case, case_id)
        if case is None or self._access.case_id != case_id:
            raise NotFound("case")
        before = await first_waiting(self._uow, case.thread_id, now)
        never = func.coalesce(Delivery.state == DeliveryState.withheld, false())
        shown = and_(Message.case_id == case_id, not_(never), _left_the_house(before, now))
        return await self._lines(case.thread_id, 0, with_notes=False, only=shown)

    async def file(self, thread_id: UUID, attachment_id: UUID, now: datetime) -> tuple[str, bytes]:
        """Type and bytes of a kept file of the thread, for staff; audited."""
        self._access.require(Permission.read_thread)
        row = await self._uow.session.scalar(
            select(Attachment)
            .join(Message, Message.id == Attachment.message_id)
            .where(Attachment.id == attachment_id, Message.thread_id == thread_id, Attachment.state == "kept")
        )
        if row is None or row.content is None:
            raise NotFound("attachment")
        await require_thread(self._uow, self._access, thread_id, now)
        record(self._uow, self._access, "open", "attachment", attachment_id, now)
        return row.media_type, row.content

    async def own_file(self, contact_point_id: UUID, attachment_id: UUID, now: datetime) -> tuple[str, bytes] | None:
        """Type and bytes of a file that the clinic sent to that contact point; audited."""
        lines = await self.of_contact_point(contact_point_id, now)
        if not any(line.can_be_fetched and any(one.id == attachment_id for one in line.files) for line in lines):
            return None
        row = await self._uow.session.get(Attachment, attachment_id)
        if row is None or row.content is None or row.state != "kept":
            return None
        record(self._uow, self._access, "open", "attachment", attachment_id, now)
        return row.media_type, row.content

    async def _lines(
        self, thread_id: UUID, after_seq: int, *, with_notes: bool, only: ColumnElement[bool] | None = None
    ) -> list[Line]:
        query = (
            select(Message, Delivery)
            .outerjoin(Delivery, Delivery.message_id == Message.id)
            .where(Message.thread_id == thread_id, Message.seq > after_seq)
            .order_by(Message.seq)
        )
        if not with_notes:
            query = query.where(Message.direction != Direction.note)
        if only is not None:
            query = query.where(only)
        rows = (await self._uow.session.execute(query)).all()
        files: dict[UUID, list[File]] = {}
        with_media = [message.id for message, _ in rows if (message.content or {}).get("media")]
        if with_media:
            kept = await self._uow.session.execute(
                select(
                    Attachment.id, Attachment.message_id, Attachment.media_type, Attachment.size, Attachment.state
                ).where(Attachment.message_id.in_(with_media))
            )
            for one in kept:
                files.setdefault(one.message_id, []).append(File(one.id, one.media_type, one.size, one.state))
        return [_line(message, delivery, tuple(files.get(message.id, ())), self._access) for message, delivery in rows]


def _left_the_house(before: int | None, now: datetime) -> ColumnElement[bool]:
    """What was not taken back unseen, does not wait to be, and was not said after (`before`) something that does."""
    waits = and_(Delivery.state == DeliveryState.queued, Delivery.undo_until > now)
    left = func.coalesce(and_(Delivery.state != DeliveryState.undone, not_(func.coalesce(waits, false()))), true())
    if before is None:
        return left
    return and_(left, or_(Message.direction == Direction.inbound, Message.seq < before, Message.goes_first.is_(True)))


def _line(message: Message, delivery: Delivery | None, files: tuple[File, ...], access: Access) -> Line:
    content = message.content or {}
    is_own = message.author_id is not None and access.actor == str(message.author_id)
    is_cut = (
        delivery is not None
        and delivery.state in TAKEN_BACK
        and not is_own
        and not access.allows(Permission.read_retracted)
    )
    return Line(
        id=message.id,
        seq=message.seq,
        case_id=message.case_id,
        direction=message.direction.value,
        author=message.author.value,
        name=content.get("name", ""),
        channel=message.channel,
        text="" if is_cut else _without_secrets(content, content.get("text", message.body)),
        sent_body="" if is_cut else _without_secrets(content, message.body),
        choices=tuple({"id": one["id"], "label": one["label"]} for one in content.get("choices", ())),
        at=message.created_at,
        language=message.language or "pl",
        provenance=message.provenance or {},
        delivery=delivery.state.value if delivery else None,
        error_code=delivery.error_code if delivery else None,
        findings=tuple((delivery.findings or "").split(",")) if delivery and delivery.findings else (),
        is_held=delivery is not None and delivery.held_until is not None,
        files=files,
        attempts=delivery.attempts if delivery else 0,
        undo_until=delivery.undo_until if delivery else None,
        own_text=content.get("text", message.body) if is_own else None,
    )


def _without_secrets(content: dict[str, Any], text: str) -> str:
    """The text with personal numbers masked, and with a one-time code or link cut out: it is the patient's alone."""
    if content.get("key") in SECRET_KEYS:
        for secret in (content.get("args") or {}).values():
            text = text.replace(str(secret), HIDDEN) if len(str(secret)) >= SHORTEST_SECRET else text
    return mask_pesel(text)


async def state_of_thread(uow: UnitOfWork, thread_id: UUID) -> tuple[UUID | None, CaseState]:
    """The open case of a thread and who speaks there; (None, closed) if none is open."""
    case = await uow.session.scalar(select(Case).where(Case.thread_id == thread_id, Case.state != CaseState.closed))
    return (case.id, case.state) if case else (None, CaseState.closed)
