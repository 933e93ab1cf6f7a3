"""Writing into a thread: one place numbers messages, queues their delivery and tells the bus."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select, update

from conversations.calls import is_live
from conversations.models import Author, Case, ContactPoint, Delivery, Direction, Message, Thread
from conversations.outreach.models import Purpose
from conversations.protocols import Channel, Utterance
from conversations.rendering import SPOKEN_CHANNELS, Rendered, as_content, render
from conversations.search import tokens_of
from conversations.speaking import speak
from core import metrics
from core.db import UnitOfWork
from core.errors import Retriable
from core.i18n import Language
from core.ids import new_id
from core.tracing import tracing

CODE_KEY, LINK_KEY = "identity-code", "link-to-web"
TRANSCRIPT_KEY, TRANSCRIPT_CODE_KEY = "transcript-link", "transcript-code"
SECRET_KEYS = frozenset({CODE_KEY, LINK_KEY, TRANSCRIPT_KEY, TRANSCRIPT_CODE_KEY})
"""What was said under these holds a secret of the patient: staff do not see it, and it is never said again."""
MOST_SECRETS = 8
"""More codes, links and asides than are ever said one after another."""
ASIDES = frozenset(
    {
        "voice-welcome", "voice-still-there", "voice-keys", "voice-noise", "voice-resumed", "call-dropped", "voice-no-answer",
        "voice-callback", "voice-callback-cannot", "voice-link-sent", "voice-sms-cannot",
    }
)  # fmt: skip
"""Words about the call itself: the question before them still stands."""


@dataclass(frozen=True)
class Route:
    """Where answers in a case go: the channel and contact point last written from, and the language."""

    channel: str
    contact_point_id: UUID
    language: Language


async def next_seq(uow: UnitOfWork, thread_id: UUID, count: int = 1) -> int:
    """The last of the next `count` numbers in the thread. Locks the thread's row until the transaction ends: keep it short.

    Raises `Retriable` for a thread that was joined with another since it was looked up: the next try finds that one.
    """
    seq: int | None = await uow.session.scalar(
        update(Thread)
        .where(Thread.id == thread_id, Thread.joined_into_id.is_(None))
        .values(last_seq=Thread.last_seq + count)
        .returning(Thread.last_seq)
    )
    if seq is None:
        raise Retriable("the thread was joined with another meanwhile")
    return seq


async def lock_thread(uow: UnitOfWork, thread_id: UUID) -> None:
    """Lock the thread's row until the transaction ends. Its case, correspondent and forms come after it, everywhere.

    Who locks one of those and then writes into the thread meets a turn that holds the thread and wants the other: a deadlock.
    """
    await uow.session.execute(select(Thread.id).where(Thread.id == thread_id).with_for_update(key_share=True))


class Messages:
    """Appends messages. Knows the channels only to compose bodies for them."""

    def __init__(self, channels: Mapping[str, Channel], privacy_page: str) -> None:
        """`privacy_page` is the public address at which people read what is done with their data."""
        self._channels = channels
        self.privacy_page = privacy_page

    async def say(
        self,
        uow: UnitOfWork,
        case: Case,
        route: Route,
        utterance: Utterance,
        provenance: Mapping[str, Any],
        now: datetime,
        *,
        purpose: Purpose = Purpose.care,
    ) -> Message:
        """Add one thing the bot or the house says, and queue its delivery; `purpose` decides whether it may leave."""
        return (await self.say_all(uow, case, route, [(utterance, provenance)], now, purpose=purpose))[0]

    async def say_all(
        self,
        uow: UnitOfWork,
        case: Case,
        route: Route,
        said: Sequence[tuple[Utterance, Mapping[str, Any]]],
        now: datetime,
        *,
        purpose: Purpose = Purpose.care,
    ) -> list[Message]:
        """Add several things at once, in order."""
        lines = []
        for utterance, provenance in said:
            rendered, body = self.composed(utterance, route.channel, route.language, now)
            content = {**as_content(utterance, rendered.labels), "text": rendered.text}
            lines.append(_Line(Author.bot, None, body, content, dict(provenance)))
        return await self._append(uow, case, route, lines, now, purpose)

    def composed(self, utterance: Utterance, channel: str, language: Language, now: datetime) -> tuple[Rendered, str]:
        """The words of an utterance, and how the channel puts them together with its choices. Nothing is said or kept."""
        rendered = render(utterance, channel, language, now)
        return rendered, self._channels[channel].compose(rendered.text, rendered.labels)

    async def say_again(
        self,
        uow: UnitOfWork,
        case: Case,
        route: Route,
        content: Mapping[str, Any],
        now: datetime,
        provenance: Mapping[str, Any] | None = None,
    ) -> Message:
        """Say what was said before on another channel, with its choices, so that it can be answered there."""
        choices = content.get("choices") or ()
        labels = tuple(str(one["label"]) for one in choices)
        text = render(
            Utterance(str(content["key"]), dict(content.get("args") or {})), route.channel, route.language, now
        ).text
        if route.channel in SPOKEN_CHANNELS:
            text = speak(text, labels, route.language)
        kept = {"key": content["key"], "args": content.get("args") or {}, "choices": list(choices), "text": text}
        body = self._channels[route.channel].compose(text, labels)
        line = _Line(Author.bot, None, body, kept, dict(provenance or {"by": "rule", "rule": "moved-to-web"}))
        return (await self._append(uow, case, route, [line], now))[0]

    async def reply(
        self,
        uow: UnitOfWork,
        case: Case,
        route: Route,
        body: str,
        staff_id: UUID,
        staff_name: str,
        now: datetime,
        undo: timedelta = timedelta(0),
    ) -> Message:
        """Add what a person of the clinic writes, and queue its delivery; so long it waits, and may be taken back unseen."""
        composed = self._channels[route.channel].compose(body, ())
        provenance = {"by": "human", "staff": str(staff_id)}
        line = _Line(Author.agent, staff_id, composed, {"text": body, "name": staff_name}, provenance)
        undo_until = now + undo if undo else None
        return (await self._append(uow, case, route, [line], now, undo_until=undo_until))[0]

    async def note(
        self, uow: UnitOfWork, case: Case, body: str, staff_id: UUID, staff_name: str, now: datetime
    ) -> Message:
        """Add a private note. It never leaves the house."""
        message = Message(
            thread_id=case.thread_id, case_id=case.id, seq=await next_seq(uow, case.thread_id), direction=Direction.note,
            author=Author.agent, author_id=staff_id, channel="console", body=body, tokens=tokens_of(body),
            content={"text": body, "name": staff_name},
            created_at=now,
        )  # fmt: skip
        uow.session.add(message)
        await uow.publish("thread", id=str(case.thread_id), seq=message.seq)
        return message

    async def _append(
        self,
        uow: UnitOfWork,
        case: Case,
        route: Route,
        lines: Sequence["_Line"],
        now: datetime,
        purpose: Purpose = Purpose.care,
        undo_until: datetime | None = None,
    ) -> list[Message]:
        last = await next_seq(uow, case.thread_id, len(lines))
        messages = [
            Message(
                id=new_id(), thread_id=case.thread_id, case_id=case.id, seq=seq, direction=Direction.outbound, author=line.author,
                author_id=line.author_id, channel=route.channel, contact_point_id=route.contact_point_id, body=line.body,
                content=line.content, language=route.language, provenance=line.provenance, created_at=now,
                goes_first=str(line.provenance.get("rule", "")).startswith("safety:"),
                tokens=tokens_of(line.body) if line.author is Author.agent else None,
            )
            for seq, line in enumerate(lines, start=last - len(lines) + 1)
        ]  # fmt: skip
        uow.session.add_all(messages)
        await uow.session.flush()
        uow.session.add_all(
            Delivery(
                message_id=message.id,
                channel=route.channel,
                contact_point_id=route.contact_point_id,
                purpose=purpose.value,
                next_attempt_at=undo_until or now,
                undo_until=undo_until,
                updated_at=now,
            )
            for message in messages
        )
        for message in messages:
            await uow.publish("thread", id=str(case.thread_id), seq=message.seq)
            tracing.said(message.id, route.channel)
        count, many = metrics.messages.labels("out", metrics.bounded("channel", route.channel)), len(messages)
        uow.afterwards(lambda: count.inc(many))
        await uow.publish("delivery", id=str(case.thread_id))
        return messages


@dataclass(frozen=True)
class _Line:
    """One outgoing message before it has a number."""

    author: Author
    author_id: UUID | None
    body: str
    content: dict[str, Any]
    provenance: dict[str, Any]


async def route_of(uow: UnitOfWork, case: Case) -> Route | None:
    """Where the person last wrote from in this case's thread; None before the first inbound message. After a call: by SMS."""
    row = (
        await uow.session.execute(
            select(Message.channel, Message.contact_point_id, Message.language)
            .join(Thread, Thread.id == Message.thread_id)
            .join(
                ContactPoint,
                and_(
                    ContactPoint.id == Message.contact_point_id,
                    ContactPoint.correspondent_id == Thread.correspondent_id,
                ),
            )
            .where(Message.thread_id == case.thread_id, Message.direction == Direction.inbound)
            .order_by(Message.seq.desc())
            .limit(1)
        )
    ).first()
    if row is None or row.contact_point_id is None:
        return None
    channel = "sms" if row.channel == "voice" and not await is_live(uow, row.contact_point_id) else row.channel
    return Route(channel, row.contact_point_id, "en" if row.language == "en" else "pl")


async def last_content(uow: UnitOfWork, case_id: UUID) -> Mapping[str, Any] | None:
    """Key, arguments and choices of the last thing the patient was told in the case; codes, links and asides are passed over."""
    last = await last_said(uow, case_id)
    return last.content if last is not None else None


async def last_said(uow: UnitOfWork, case_id: UUID) -> Message | None:
    """The last thing the patient was told in the case, likewise."""
    rows = await uow.session.scalars(
        select(Message)
        .where(Message.case_id == case_id, Message.direction == Direction.outbound)
        .order_by(Message.seq.desc())
        .limit(MOST_SECRETS)
    )
    return next((one for one in rows if (one.content or {}).get("key") not in SECRET_KEYS | ASIDES), None)


async def offered_choices(uow: UnitOfWork, case_id: UUID) -> Sequence[Mapping[str, Any]]:
    """The choices of the last thing the bot said in the case; empty once something else was said."""
    return (await last_content(uow, case_id) or {}).get("choices") or ()
