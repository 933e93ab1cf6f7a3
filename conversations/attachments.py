"""Files people send: images and PDFs are kept after a look at their bytes and a scanner's, everything else is refused kindly."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import filetype
import structlog
from sqlalchemy import select

from conversations.messages import Messages, Route, lock_thread
from conversations.models import Attachment, Case, Message
from conversations.protocols import Channel, Scanner, Utterance, Verdict
from core import audit
from core.access import Access
from core.clock import Clock
from core.db import Database, UnitOfWork
from core.errors import Retriable
from core.i18n import as_language

log = structlog.get_logger()
PAUSES = (0.3, 1.0)
AT_ONCE, UNHURRIED = timedelta(seconds=4), timedelta(seconds=30)
"""How long a verdict is waited for: while the thread waits too, and later by the job."""
MOST_AT_ONCE = 20
_MEDIA_TYPE = re.compile(r"[\w.+-]{1,50}/[\w.+-]{1,50}", re.ASCII)

KEPT_TYPES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "image/heic", "application/pdf"})


@dataclass(frozen=True)
class _Looked:
    """What was found out about one file: its state, and the bytes and type of one that may be kept."""

    state: str
    content: bytes | None = None
    media_type: str | None = None


def declared_type(word: str) -> str:
    """The media type a sender declared, if it looks like one. It is shown until the content was checked, never believed."""
    return word if _MEDIA_TYPE.fullmatch(word) else "application/octet-stream"


def checked_type(content: bytes) -> str | None:
    """The media type by content if it is one we keep, else None. What the sender declared is not believed."""
    kind = filetype.guess(content[:4096])
    mime: str | None = kind.mime if kind else None
    return mime if mime in KEPT_TYPES else None


class Attachments:
    """Brings files in from providers and checks them. Nobody opens one before the scanner said that it is clean."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        channels: Mapping[str, Channel],
        messages: Messages,
        scanner: Scanner,
        limit: int,
    ) -> None:
        self._database = database
        self._clock = clock
        self._channels = channels
        self._messages = messages
        self._scanner = scanner
        self._limit = limit

    async def fetch(self, message_id: UUID) -> None:
        """Fetch and check every file of a message that has just arrived. Network first, then one short transaction.

        A file the scanner could not judge at once waits for `judge_waiting`.
        """
        async with self._database.unit_of_work() as uow:
            channel = self._channels[(await uow.session.get_one(Message, message_id)).channel]
            waiting = [(one.id, one.source_url, one.content) for one in await _arrived(uow, message_id)]
        looked: dict[UUID, _Looked] = {}
        is_away = False
        for attachment_id, url, content in waiting:
            try:
                brought = content if content is not None or url is None else await self._bring(channel, url)
            except Retriable:
                looked[attachment_id] = _Looked("lost")
                log.warning("file lost", message=str(message_id))
                continue
            found = await self._look(brought, is_away)
            is_away = is_away or found.state == "waiting"
            looked[attachment_id] = found
        async with self._database.unit_of_work() as uow:
            for one in await _arrived(uow, message_id):
                found = looked.get(one.id, _Looked("refused"))
                one.source_url, one.state, one.content = None, found.state, found.content
                if found.media_type is not None:
                    one.media_type, one.size = found.media_type, len(found.content or b"")
                if found.state == "infected":
                    self._note(uow, one)

    async def judge_waiting(self) -> int:
        """Ask the scanner again about the files that wait, the oldest first; returns how many were judged.

        Whoever looks at the conversation sees it at once; the sender of an infected one is told where it was sent from.
        """
        async with self._database.unit_of_work() as uow:
            query = select(Attachment.id).where(Attachment.state == "waiting").order_by(Attachment.id)
            waiting = list(await uow.session.scalars(query.limit(MOST_AT_ONCE)))
        judged = 0
        for attachment_id in waiting:
            async with self._database.unit_of_work() as uow:
                one = await uow.session.get(Attachment, attachment_id)
                content = one.content if one is not None and one.state == "waiting" else None
            if content is None:
                continue
            try:
                verdict = await self._scanner.judge(content, UNHURRIED)
            except Retriable as error:
                log.warning("scanner away", count=len(waiting) - judged, reason=str(error))
                return judged
            judged += await self._settle(attachment_id, verdict)
        return judged

    async def _look(self, content: bytes | None, is_away: bool) -> _Looked:
        """By type, then by the scanner; one that was away for the file before is not waited for again."""
        media_type = checked_type(content) if content and len(content) <= self._limit else None
        if content is None or media_type is None:
            return _Looked("refused")
        if is_away:
            return _Looked("waiting", content, media_type)
        try:
            verdict = await self._scanner.judge(content, AT_ONCE)
        except Retriable as error:
            log.warning("scanner away", count=1, reason=str(error))
            return _Looked("waiting", content, media_type)
        return _Looked("infected") if verdict is Verdict.infected else _Looked("kept", content, media_type)

    async def _settle(self, attachment_id: UUID, verdict: Verdict) -> bool:
        """Keep the file or destroy it, once; False if somebody else did, or it was erased meanwhile."""
        async with self._database.unit_of_work() as uow:
            found = (
                await uow.session.execute(
                    select(Message.thread_id, Message.id)
                    .join(Attachment, Attachment.message_id == Message.id)
                    .where(Attachment.id == attachment_id)
                )
            ).first()
            if found is None:
                return False
            await lock_thread(uow, found.thread_id)  # The thread first, as everywhere.
            one = await uow.session.scalar(
                select(Attachment)
                .where(Attachment.id == attachment_id, Attachment.state == "waiting")
                .with_for_update()
            )
            if one is None:
                return False
            message = await uow.session.get_one(Message, found.id)
            if verdict is Verdict.clean:
                one.state = "kept"
            else:
                one.state, one.content = "infected", None
                self._note(uow, one)
                await self._tell_sender(uow, message)
            await uow.publish("thread", id=str(message.thread_id), seq=message.seq)
        return True

    async def _tell_sender(self, uow: UnitOfWork, message: Message) -> None:
        if message.contact_point_id is None:
            return
        case = await uow.session.get_one(Case, message.case_id)
        route = Route(message.channel, message.contact_point_id, as_language(message.language))
        source = {"by": "rule", "rule": "media"}
        await self._messages.say(uow, case, route, Utterance("media-infected"), source, self._clock.now())

    def _note(self, uow: UnitOfWork, one: Attachment) -> None:
        log.warning("file infected", message=str(one.message_id))
        audit.record(uow, Access.system("scanner"), "attachment.infected", "attachment", one.id, self._clock.now())

    async def _bring(self, channel: Channel, url: str) -> bytes | None:
        """The file, asked for up to three times: the thread waits meanwhile, so not for long."""
        for pause in PAUSES:
            try:
                return await channel.fetch(url, self._limit)
            except Retriable:
                await asyncio.sleep(pause)
        return await channel.fetch(url, self._limit)


async def counts(uow: UnitOfWork, message_id: UUID) -> dict[str, int]:
    """How many files of a message are in which state."""
    states = await uow.session.scalars(select(Attachment.state).where(Attachment.message_id == message_id))
    found: dict[str, int] = {}
    for state in states:
        found[state] = found.get(state, 0) + 1
    return found


async def _arrived(uow: UnitOfWork, message_id: UUID) -> list[Attachment]:
    rows = await uow.session.scalars(
        select(Attachment).where(Attachment.message_id == message_id, Attachment.state == "arrived").with_for_update()
    )
    return list(rows)
