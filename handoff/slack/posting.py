"""Posts the outbox to Slack with its own SDK: one thread per conversation, in order, with patience when Slack asks for it.

The attempt is recorded before Slack is called. A process that dies between the two posts that one line again.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import delete, exists, or_, select, update
from sqlalchemy.orm import aliased

from core.clock import Clock
from core.db import Database, UnitOfWork
from core.processors import is_recorded
from handoff.slack.models import NAME, Kind, PostState, SlackCursor, SlackEvent, SlackPost, SlackSettings, SlackThread
from handoff.slack.scanning import scan
from handoff.slack.wording import words_of

log = structlog.get_logger()
AT_ONCE = 50
TIMEOUT = 10
CLAIM = timedelta(seconds=60)
BACK_OFF = tuple(timedelta(seconds=one) for one in (5, 30, 120, 600, 3600))
PATIENCE = timedelta(seconds=30)
"""Where Slack says "too many" and not until when."""
KEPT = timedelta(days=1)
"""Events that were read, and answers outside conversations."""


@dataclass(frozen=True)
class _Line:
    """One post about to leave; `thread_id` is set where its thread in Slack has yet to be noted."""

    id: UUID
    attempt: int
    channel: str
    thread_ts: str | None
    text: str
    thread_id: UUID | None


@dataclass(frozen=True)
class _NotPosted:
    code: str
    wait: timedelta | None = None
    """As Slack asks."""


class SlackPosts:
    """Finds what is to be told and tells it."""

    def __init__(self, database: Database, clock: Clock, settings: SlackSettings) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings

    async def is_on(self, uow: UnitOfWork) -> bool:
        """True if Slack is set up here and recorded as a processor."""
        return self._settings.is_set_up and await is_recorded(uow, NAME, self._clock.now().date())

    async def look(self) -> int:
        """Queue what is new and post what is due; returns how many were posted. While Slack is off, what waits is let go."""
        async with self._database.unit_of_work() as uow:
            is_on = await self.is_on(uow)
            if is_on:
                await scan(uow, self._clock.now())
                await self._tidy(uow)
            else:
                await _let_go(uow)
        return await self._drain() if is_on else 0

    async def _drain(self) -> int:
        posted = 0
        client = AsyncWebClient(
            self._settings.token, base_url=self._settings.base_url, timeout=TIMEOUT, retry_handlers=[]
        )
        for _ in range(AT_ONCE):
            async with self._database.unit_of_work() as uow:
                post = await self._next(uow) if await self.is_on(uow) else None
                line = None if post is None else await self._claim(uow, post)
            if post is None:
                break
            if line is None:
                continue
            result = await _send(client, line)
            async with self._database.unit_of_work() as uow:
                is_paused = await self._note(uow, line, result)
            posted += isinstance(result, str)
            if is_paused:
                break
        return posted

    async def _next(self, uow: UnitOfWork) -> SlackPost | None:
        """The oldest that is due, of a conversation none of whose earlier lines still waits."""
        now = self._clock.now()
        cursor = await uow.session.get(SlackCursor, 1)
        if cursor is not None and cursor.paused_until is not None and cursor.paused_until > now:
            return None
        earlier = aliased(SlackPost)
        before = exists().where(
            earlier.state == PostState.queued, earlier.thread_id == SlackPost.thread_id, earlier.seq < SlackPost.seq
        )
        found: SlackPost | None = await uow.session.scalar(
            select(SlackPost)
            .where(
                SlackPost.state == PostState.queued,
                SlackPost.next_attempt_at <= now,
                or_(SlackPost.thread_id.is_(None), ~before),
            )
            .order_by(SlackPost.seq)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        return found

    async def _claim(self, uow: UnitOfWork, post: SlackPost) -> _Line | None:
        now = self._clock.now()
        text = await words_of(uow, post, self._settings)
        if text is None:  # Erased meanwhile.
            post.state = PostState.withheld
            return None
        post.attempts, post.next_attempt_at = post.attempts + 1, now + CLAIM
        if post.channel is not None:
            return _Line(post.id, post.attempts, post.channel, post.thread_ts, text, None)
        channel = self._settings.channel
        known = await uow.session.get(SlackThread, (post.thread_id, channel))
        return _Line(
            post.id, post.attempts, channel, known.ts if known else None, text, None if known else post.thread_id
        )

    async def _note(self, uow: UnitOfWork, line: _Line, result: "str | _NotPosted") -> bool:
        """Write down how it went. True if Slack wants to be left alone for a while."""
        now = self._clock.now()
        post = await uow.session.get(SlackPost, line.id, with_for_update=True)
        if isinstance(result, str):
            if post is not None:
                post.state, post.error = PostState.sent, None
                if line.thread_id is not None:
                    uow.session.add(SlackThread(thread_id=line.thread_id, channel=line.channel, ts=result))
            return False
        if result.wait is not None:
            await uow.session.execute(update(SlackCursor).values(paused_until=now + result.wait))
        if post is None:
            return result.wait is not None
        post.error = result.code
        if result.wait is not None:
            post.attempts, post.next_attempt_at = post.attempts - 1, now + result.wait
        elif line.attempt <= len(BACK_OFF):
            post.next_attempt_at = now + BACK_OFF[line.attempt - 1]
        else:
            post.state = PostState.dead
            log.error("slack post given up", job=str(post.id), code=result.code)
        return result.wait is not None

    async def _tidy(self, uow: UnitOfWork) -> None:
        old = self._clock.now() - KEPT
        await uow.session.execute(delete(SlackEvent).where(SlackEvent.read_at < old))
        await uow.session.execute(
            delete(SlackPost).where(
                SlackPost.kind == Kind.answer, SlackPost.made_at < old, SlackPost.state != PostState.queued
            )
        )


async def _let_go(uow: UnitOfWork) -> None:
    """What waits is not sent later, and what happens from now on is not told: nobody allowed it."""
    await uow.session.execute(delete(SlackCursor))
    await uow.session.execute(
        update(SlackPost).where(SlackPost.state == PostState.queued).values(state=PostState.withheld)
    )


async def _send(client: AsyncWebClient, line: _Line) -> str | _NotPosted:
    """Post it; the message's own name in Slack, or why not."""
    try:
        answer = await client.chat_postMessage(
            channel=line.channel, thread_ts=line.thread_ts, text=line.text, mrkdwn=False, parse="none", link_names=False,
            unfurl_links=False, unfurl_media=False,
        )  # fmt: skip
    except SlackApiError as error:
        code = str(error.response.get("error") or "unknown")[:60]
        if error.response.status_code == 429 or code == "ratelimited":
            return _NotPosted("ratelimited", _patience(error.response.headers.get("Retry-After")))
        return _NotPosted(code)
    except (SlackClientError, aiohttp.ClientError, OSError, ValueError) as error:
        return _NotPosted(type(error).__name__)
    return str(answer["ts"])


def _patience(seconds: object) -> timedelta:
    return timedelta(seconds=int(seconds)) if isinstance(seconds, str) and seconds.isdigit() else PATIENCE
