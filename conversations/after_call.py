"""The end of a call, however it came: what was never spoken is written instead, in the words and under the rules of SMS."""

from datetime import datetime, timedelta

from sqlalchemy import select

from conversations.calls import VoiceCall
from conversations.messages import Messages, Route
from conversations.models import Author, Case, ContactPoint, Delivery, DeliveryState, Direction, Message
from core.clock import Clock
from core.db import Database, UnitOfWork
from core.i18n import as_language

UNSEEN = timedelta(seconds=60)
"""A call whose socket was not seen for so long is over, whatever became of its process."""
OF_THE_CALL = "voice-"
"""Keys of words that mean something during a call only."""
CALL_OVER = "call-over"


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
    for message in list(unheard):
        await write_instead(uow, messages, message, now)


async def write_instead(uow: UnitOfWork, messages: Messages, message: Message, now: datetime) -> None:
    """An SMS with what a message says; the spoken one is withheld and says why. A withheld number gets nothing: there is none."""
    row = await uow.session.get_one(Delivery, message.id, with_for_update=True)
    if row.state not in (DeliveryState.queued, DeliveryState.sent):
        return
    row.state, row.error_code, row.updated_at = DeliveryState.withheld, CALL_OVER, now
    point = await uow.session.get_one(ContactPoint, message.contact_point_id)
    content = message.content or {}
    if point.kind != "phone" or str(content.get("key", "")).startswith(OF_THE_CALL):
        return
    case = await uow.session.get_one(Case, message.case_id)
    route = Route("sms", point.id, as_language(message.language))
    if message.author is Author.agent and message.author_id is not None:
        name = str(content.get("name", ""))
        await messages.reply(uow, case, route, str(content.get("text", message.body)), message.author_id, name, now)
    else:
        await messages.say_again(uow, case, route, content, now, message.provenance)


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
