"""What people write in Slack: a code links them, a line in a conversation's thread is a reply to the patient, two words act.

Every event is read once. The desk decides as in the console; its refusals are answered in the same thread, in words.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from slack_sdk.signature import Clock as SdkClock
from slack_sdk.signature import SignatureVerifier
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from conversations.models import Case, CaseState
from conversations.thread_joins import thread_that_stands
from core.accounts import SignedIn
from core.audit import record
from core.clock import Clock
from core.db import Database, UnitOfWork
from core.errors import Forbidden, NotFound, Refused
from core.ratelimit import RateLimiter
from handoff.desk import Desk
from handoff.slack.links import SlackLinks, is_code, person_in_slack
from handoff.slack.models import Kind, SlackEvent, SlackSettings, SlackThread
from handoff.slack.posting import SlackPosts
from handoff.slack.scanning import queue
from handoff.slack.wording import has_mention, plain

ACCEPT = frozenset({"przyjmij", "accept"})
CLOSE = frozenset({"zakończ", "zakoncz", "close"})
MAX_REPLY = 10_000
TRIES_PER_MINUTE = 5
FILES = "file_share"
Warn = Callable[[UnitOfWork, UUID, str, SignedIn], Awaitable[Refused | None]]
"""Why a reply should not leave as it is, before it does."""


@dataclass(frozen=True)
class Written:
    """A line somebody wrote in Slack."""

    event_id: str
    user: str
    channel: str
    thread_ts: str | None
    text: str
    is_direct: bool
    has_files: bool


class _HouseClock(SdkClock):
    """The verifier's clock: ours."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def now(self) -> float:
        return self._clock.now().timestamp()


class SlackReader:
    """Takes Slack's events."""

    def __init__(
        self, database: Database, clock: Clock, settings: SlackSettings, desk: Desk, posts: SlackPosts, links: SlackLinks,
        limiter: RateLimiter,
    ) -> None:  # fmt: skip
        self._database = database
        self._clock = clock
        self._settings = settings
        self._desk = desk
        self._posts = posts
        self._links = links
        self._limiter = limiter

    def is_genuine(self, body: bytes, headers: Mapping[str, str]) -> bool:
        """True if Slack signed this body within the last five minutes; never where no secret is set."""
        if not self._settings.signing_secret:
            return False
        try:
            verifier = SignatureVerifier(self._settings.signing_secret, _HouseClock(self._clock))
            return bool(verifier.is_valid_request(body, headers))
        except (ValueError, TypeError):  # A time that is no number, a body or a signature that is no text.
            return False

    async def take(self, payload: Mapping[str, Any], warn: Warn) -> None:
        """Read a genuine event and act on it, once. What is not a person's own line is let pass."""
        line = written(payload)
        if line is None:
            return
        now = self._clock.now()
        async with self._database.unit_of_work() as uow:
            if not await self._posts.is_on(uow) or not await _is_first(uow, line.event_id, now):
                return
            answer = await self._act(uow, line, warn, now)
            if answer is not None:
                person = await person_in_slack(uow, line.user)
                language = person.language if person is not None else self._settings.language
                key = answer.reason if answer.reason.startswith("slack-") else f"refused-{answer.reason}"
                words = {"key": key, "args": answer.args, "language": language}
                await queue(
                    uow,
                    [{
                        "key": f"answer:{line.event_id}", "kind": Kind.answer, "channel": line.channel,
                        "thread_ts": line.thread_ts, "words": words, "made_at": now, "next_attempt_at": now,
                    }],
                )  # fmt: skip

    async def _act(self, uow: UnitOfWork, line: Written, warn: Warn, now: datetime) -> Refused | None:
        """Do what the line says; what to answer, if anything."""
        if is_code(line.text):
            if not await self._limiter.allows(f"slack-code:{line.user}", TRIES_PER_MINUTE):
                return Refused("slack-slow-down")
            return await self._links.take(uow, line.text, line.user, now) or Refused("slack-linked")
        thread_id = await _thread_of(uow, line)
        if thread_id is None:
            if not line.is_direct:
                return None  # Colleagues talk among themselves.
            is_known = await person_in_slack(uow, line.user) is not None
            return Refused("slack-where" if is_known else "slack-who")
        person = await person_in_slack(uow, line.user)
        if person is None:
            return Refused("slack-who")
        case_id = await uow.session.scalar(
            select(Case.id).where(Case.thread_id == thread_id, Case.state != CaseState.closed)
        )
        if case_id is None:
            return Refused("slack-over")
        record(uow, person.access, "slack.wrote", "case", case_id, now)
        try:
            async with uow.session.begin_nested():
                return await self._on_case(uow, person, case_id, line, warn, now)
        except (NotFound, Forbidden):
            return Refused("slack-not-here")

    async def _on_case(
        self, uow: UnitOfWork, person: SignedIn, case_id: UUID, line: Written, warn: Warn, now: datetime
    ) -> Refused | None:
        word = line.text.casefold().rstrip(".!")
        if word in ACCEPT:
            return await self._desk.accept(uow, person, case_id, now)
        if word in CLOSE:
            return await self._desk.close(uow, person, case_id, now)
        if line.has_files:
            return Refused("slack-no-files")
        if has_mention(line.text):
            return Refused("slack-mention")
        body = plain(line.text)
        if len(body) > MAX_REPLY:
            return Refused("slack-long", {"most": MAX_REPLY})
        warned = await warn(uow, case_id, body, person)
        if warned is not None:
            return Refused("slack-warned", {"kinds": warned.args.get("kinds", "")})
        sent = await self._desk.reply(uow, person, case_id, body, now)
        return sent if isinstance(sent, Refused) else None


def read(body: bytes) -> dict[str, Any] | None:
    """The event's envelope; None if it is none."""
    try:
        payload = json.loads(body)
    except ValueError:
        return None
    return payload if isinstance(payload, dict) else None


def written(payload: Mapping[str, Any]) -> Written | None:
    """A person's own new line. None for everything else: other kinds of events, edits, deletions, what bots and we ourselves wrote."""
    event = payload.get("event")
    if payload.get("type") != "event_callback" or not isinstance(event, dict) or event.get("type") != "message":
        return None
    if event.get("subtype") not in (None, FILES, "thread_broadcast") or event.get("bot_id") or event.get("hidden"):
        return None
    thread_ts = event.get("thread_ts")
    names = (payload.get("event_id"), event.get("user"), event.get("channel"), event.get("text", ""), thread_ts or "")
    if not all(isinstance(one, str) for one in names):
        return None
    event_id, user, channel, text, _ = (str(one).replace("\x00", "") for one in names)
    if not event_id or not user or not channel or max(map(len, (event_id, user, channel, str(thread_ts)))) > 100:
        return None
    is_direct = event.get("channel_type") == "im"
    has_files = event.get("subtype") == FILES or bool(event.get("files"))
    return Written(event_id, user, channel, str(thread_ts) if thread_ts else None, text.strip(), is_direct, has_files)


async def _is_first(uow: UnitOfWork, event_id: str, now: datetime) -> bool:
    made = await uow.session.scalar(
        insert(SlackEvent)
        .values(event_id=event_id, read_at=now)
        .on_conflict_do_nothing()
        .returning(SlackEvent.event_id)
    )
    return made is not None


async def _thread_of(uow: UnitOfWork, line: Written) -> UUID | None:
    """The conversation whose thread in Slack the line stands in."""
    if line.thread_ts is None:
        return None
    found: UUID | None = await uow.session.scalar(
        select(SlackThread.thread_id).where(SlackThread.channel == line.channel, SlackThread.ts == line.thread_ts)
    )
    return await thread_that_stands(uow, found) if found is not None else None
