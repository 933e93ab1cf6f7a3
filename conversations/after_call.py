"""The end of a call, however it came: what was never spoken is written instead, in the words and under the rules of SMS."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from conversations.calls import VoiceCall
from conversations.messages import Messages, Route, last_content
from conversations.models import (
    Author,
    Case,
    CaseState,
    ContactPoint,
    Delivery,
    DeliveryState,
    Direction,
    Message,
    Thread,
)
from conversations.protocols import Utterance
from core.clock import Clock
from core.db import Database, UnitOfWork
from core.i18n import as_language
from core.phone import takes_sms

UNSEEN = timedelta(seconds=60)
"""A call whose socket was not seen for so long is over, whatever became of its process."""
OF_THE_CALL = "voice-"
"""Keys of words that mean something during a call only."""
CALL_OVER = "call-over"
_QUESTIONS = ("ask-", "confirm-", "identity-who", "identity-born", "identity-whose", "identity-code-", "refill-which")


async def end_call(uow: UnitOfWork, messages: Messages, call: VoiceCall, outcome: str, now: datetime) -> None:
    """Note the end, and write what was not spoken. Twice is once."""
    if call.ended_at is not None:
        return
    call.ended_at, call.outcome = now, outcome
    unheard = await uow.session.scalars(
        select(Message)
        .join(Delivery, Delivery.message_id == Message.id)
        .where(
            Message.contact_point_id == call.contact_point_id, Message.channel == "voice",
            Message.direction == Direction.outbound, Message.created_at >= call.started_at,
            Delivery.state.in_((DeliveryState.queued, DeliveryState.sent)),
        )
        .order_by(Message.seq)
    )  # fmt: skip
    written = list(unheard)
    for message in written:
        await write_instead(uow, messages, message, now)
    if not written:
        await _follow_up(uow, messages, call, now)


async def write_instead(uow: UnitOfWork, messages: Messages, message: Message, now: datetime) -> None:
    """An SMS with what a message says; the spoken one is withheld and says why. A withheld number gets nothing: there is none."""
    row = await uow.session.get_one(Delivery, message.id, with_for_update=True)
    if row.state not in (DeliveryState.queued, DeliveryState.sent):
        return
    row.state, row.error_code, row.updated_at = DeliveryState.withheld, CALL_OVER, now
    await write_too(uow, messages, message, now)


async def write_too(uow: UnitOfWork, messages: Messages, message: Message, now: datetime) -> bool:
    """What a spoken message says, by SMS; False where there is no number, or where it means something during a call only."""
    point = await uow.session.get_one(ContactPoint, message.contact_point_id)
    content = message.content or {}
    if point.kind != "phone" or str(content.get("key", "")).startswith(OF_THE_CALL):
        return False
    case = await uow.session.get_one(Case, message.case_id)
    route = Route("sms", point.id, as_language(message.language))
    if message.author is Author.agent and message.author_id is not None:
        name = str(content.get("name", ""))
        await messages.reply(uow, case, route, str(content.get("text", message.body)), message.author_id, name, now)
    else:
        await messages.say_again(uow, case, route, content, now, message.provenance)
    return True


async def _follow_up(uow: UnitOfWork, messages: Messages, call: VoiceCall, now: datetime) -> None:
    """A call that broke off at a question goes on by SMS: that it may, and the question itself, so that it can be answered there."""
    point = await uow.session.get_one(ContactPoint, call.contact_point_id)
    case = await uow.session.scalar(
        select(Case)
        .join(Thread, Thread.id == Case.thread_id)
        .where(Thread.correspondent_id == point.correspondent_id, Case.state == CaseState.bot)
    )
    if case is None or point.kind != "phone" or not takes_sms(point.address):
        return
    said = select(Message).where(
        Message.case_id == case.id, Message.channel == "voice", Message.created_at >= call.started_at
    )
    has_spoken = await uow.session.scalar(said.where(Message.direction == Direction.inbound).limit(1))
    last = await uow.session.scalar(
        said.where(Message.direction == Direction.outbound).order_by(Message.seq.desc()).limit(1)
    )
    content = await last_content(uow, case.id)
    if has_spoken is None or last is None or content is None or not is_open_question(content):
        return
    route = Route("sms", point.id, as_language(last.language))
    provenance = {"by": "rule", "rule": "call-dropped"}
    await messages.say(uow, case, route, Utterance("call-dropped"), provenance, now)
    await messages.say_again(uow, case, route, content, now, provenance)


def is_open_question(content: Mapping[str, Any]) -> bool:
    """True for what waits for an answer in the middle of something: choices, or the question of a form."""
    return bool(content.get("choices")) or str(content.get("key", "")).startswith(_QUESTIONS)


async def end_unseen(database: Database, messages: Messages, clock: Clock) -> int:
    """End the calls whose process has died; returns how many."""
    now = clock.now()
    async with database.unit_of_work() as uow:
        rows = await uow.session.scalars(
            select(VoiceCall)
            .where(VoiceCall.ended_at.is_(None), VoiceCall.seen_at < now - UNSEEN)
            .limit(100)
            .with_for_update(skip_locked=True)
        )
        calls = list(rows)
        for call in calls:
            await end_call(uow, messages, call, "unseen", now)
    return len(calls)
