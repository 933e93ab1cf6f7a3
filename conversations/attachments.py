"""Files people send: images and PDFs are kept after a look at their bytes, everything else is refused kindly."""

import asyncio
import re
from collections.abc import Mapping
from uuid import UUID

import filetype
import structlog
from sqlalchemy import select

from conversations.models import Attachment, Message
from conversations.protocols import Channel
from core.db import Database, UnitOfWork
from core.errors import Retriable

log = structlog.get_logger()
PAUSES = (0.3, 1.0)
_MEDIA_TYPE = re.compile(r"[\w.+-]{1,50}/[\w.+-]{1,50}", re.ASCII)

KEPT_TYPES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "image/heic", "application/pdf"})


def declared_type(word: str) -> str:
    """The media type a sender declared, if it looks like one. It is shown until the content was checked, never believed."""
    return word if _MEDIA_TYPE.fullmatch(word) else "application/octet-stream"


def checked_type(content: bytes) -> str | None:
    """The media type by content if it is one we keep, else None. What the sender declared is not believed."""
    kind = filetype.guess(content[:4096])
    mime: str | None = kind.mime if kind else None
    return mime if mime in KEPT_TYPES else None


class Attachments:
    """Brings files in from providers and checks them."""

    def __init__(self, database: Database, channels: Mapping[str, Channel], limit: int) -> None:
        self._database = database
        self._channels = channels
        self._limit = limit

    async def fetch(self, message_id: UUID) -> None:
        """Fetch and check every file of a message that has just arrived. Network first, then one short transaction."""
        async with self._database.unit_of_work() as uow:
            channel = self._channels[(await uow.session.get_one(Message, message_id)).channel]
            waiting = [(one.id, one.source_url, one.content) for one in await _arrived(uow, message_id)]
        contents: dict[UUID, bytes | None] = {}
        lost: set[UUID] = set()
        for attachment_id, url, content in waiting:
            try:
                contents[attachment_id] = (
                    content if content is not None or url is None else await self._bring(channel, url)
                )
            except Retriable:
                lost.add(attachment_id)
                log.warning("file lost", message=str(message_id))
        async with self._database.unit_of_work() as uow:
            for one in await _arrived(uow, message_id):
                content = contents.get(one.id)
                media_type = checked_type(content) if content and len(content) <= self._limit else None
                one.source_url = None
                if media_type is None:
                    one.state, one.content = "lost" if one.id in lost else "refused", None
                else:
                    one.state, one.content, one.media_type, one.size = "kept", content, media_type, len(content or b"")

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
