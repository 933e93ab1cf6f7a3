"""Delivery: outgoing messages leave in the order of their thread (red flags first), are retried with back-off, and end visibly.

The rows are the outbox. A drain claims the first queued row of a thread by moving its next attempt into the future, commits,
hands it to the provider, and writes down what happened. A crash in between means one more attempt after the claim ran out.
Before each attempt the guard is asked: what may not leave is held, withheld, or replaced by a neutral text, and says why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, case, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on

from conversations.linter import Finding, Hold, Neutral, Send, Withhold
from conversations.models import TAKEN_BACK, ContactPoint, Delivery, DeliveryState, Message
from conversations.outreach.guard import Guard
from conversations.outreach.mirror import mirror_stop
from conversations.protocols import Channel, NotSent, Outgoing, Sent
from core import faults, metrics
from core.clock import Clock
from core.db import Database, UnitOfWork
from core.logging import describe
from core.tracing import tracing

log = structlog.get_logger()
CLAIM = timedelta(seconds=30)
BACK_OFF = tuple(timedelta(seconds=s) for s in (2, 10, 60, 300, 900))
# Oldest first; but a red flag's words never wait behind a message that is being retried.
_LEAVES = (Message.goes_first.desc(), Message.seq)
CLOCK_MOVED = 2 * BACK_OFF[-1]
"""No attempt is ever planned so far ahead: such a row was written before the clock was set back, and is due."""
_ORDER = (DeliveryState.queued, DeliveryState.sent, DeliveryState.delivered, DeliveryState.read)


@dataclass(frozen=True)
class Claimed:
    """A row that is ours to send."""

    channel: str
    seq: int
    outgoing: Outgoing


class Deliverer:
    """Sends what is queued."""

    def __init__(self, database: Database, clock: Clock, channels: Mapping[str, Channel], guard: Guard) -> None:
        self._database = database
        self._clock = clock
        self._channels = channels
        self.guard = guard

    async def drain(self, thread_id: UUID) -> int:
        """Send what is due in the thread, oldest first; returns how many the provider took."""
        sent = 0
        async with self._database.unit_of_work() as uow:
            claimed = await self._claim(uow, thread_id)
        while claimed is not None:
            faults.point("delivery.claimed")
            outgoing = claimed.outgoing
            with tracing.span("delivery", outgoing.message_id, channel=claimed.channel, attempt=outgoing.attempt):
                try:
                    result = await self._channels[claimed.channel].send(outgoing)
                except Exception as error:
                    log.warning("sending failed", message=str(outgoing.message_id), **describe(error))
                    result = NotSent(type(error).__name__, may_retry=True)
            faults.point("delivery.sent")
            sent += isinstance(result, Sent)
            async with self._database.unit_of_work() as uow:
                await self._note(uow, thread_id, claimed, result)
                faults.point("delivery.noted")
                claimed = await self._claim(uow, thread_id)
        return sent

    async def replay(self, uow: UnitOfWork, message_id: UUID) -> None:
        """Give a dead message another series of attempts; one that was withheld is judged anew."""
        row = await uow.session.get_one(Delivery, message_id, with_for_update=True)
        message = await uow.session.get_one(Message, message_id)
        if row.state in (DeliveryState.dead, DeliveryState.withheld):
            row.state, row.attempts, row.next_attempt_at = DeliveryState.queued, 0, self._clock.now()
            row.provider_id = row.error_code = None  # The new attempt has a name of its own.
            await uow.publish("delivery", id=str(message.thread_id))

    async def due(self) -> list[UUID]:
        """Threads whose first waiting message is to be sent now."""
        first = (
            select(Message.thread_id, Delivery.next_attempt_at)
            .join(Delivery, Delivery.message_id == Message.id)
            .where(Delivery.state == DeliveryState.queued, _is_not_held(self._clock.now()))
            .ext(distinct_on(Message.thread_id))
            .order_by(Message.thread_id, *_LEAVES)
            .subquery()
        )
        now = self._clock.now()
        async with self._database.unit_of_work() as uow:
            rows = await uow.session.scalars(
                select(first.c.thread_id)
                .where(
                    or_(first.c.next_attempt_at <= now, first.c.next_attempt_at > now + CLOCK_MOVED),
                )
                .limit(200)
            )
            return list(rows)

    async def _claim(self, uow: UnitOfWork, thread_id: UUID) -> Claimed | None:
        """The first message that may leave now. What the guard holds back does not stand in the way of the next."""
        now = self._clock.now()
        while True:
            first = (
                await uow.session.execute(
                    select(Delivery, Message, ContactPoint)
                    .join(Message, Message.id == Delivery.message_id)
                    .join(ContactPoint, ContactPoint.id == Delivery.contact_point_id)
                    .where(Message.thread_id == thread_id, Delivery.state == DeliveryState.queued, _is_not_held(now))
                    .order_by(*_LEAVES)
                    .limit(1)
                    .with_for_update(of=Delivery)
                )
            ).first()
            if (
                first is None
                or first.Delivery.state is not DeliveryState.queued
                or now < first.Delivery.next_attempt_at <= now + CLOCK_MOVED
            ):
                return None
            row, message, point = first
            body = await self._may_leave(uow, row, message, point, now)
            if body is None:
                await uow.session.flush()
                await uow.publish("thread", id=str(thread_id), seq=message.seq)
                continue
            row.attempts += 1
            row.next_attempt_at, row.updated_at = now + CLAIM, now
            return Claimed(row.channel, message.seq, Outgoing(message.id, point.address, body, row.attempts))

    async def _may_leave(
        self, uow: UnitOfWork, row: Delivery, message: Message, point: ContactPoint, now: datetime
    ) -> str | None:
        """The words that leave; None if none do now, which the row then says."""
        match await self.guard.judge(uow, row, message, point, now):
            case Send(findings):
                row.findings = _named(findings)
                return message.body
            case Neutral(findings):
                row.findings = _named(findings)
                log.warning("linted", message=str(message.id), reason=row.findings)
                return self.guard.neutral(message, row.channel)
            case Hold(until, reason):
                row.held_until, row.error_code, row.updated_at = until, reason, now
            case Withhold(reason):
                row.state, row.error_code, row.updated_at = DeliveryState.withheld, reason, now
                log.warning("withheld", message=str(message.id), reason=reason)
        return None

    async def _note(self, uow: UnitOfWork, thread_id: UUID, claimed: Claimed, result: Sent | NotSent) -> None:
        """Write down what the provider answered. A receipt may have unless_overtaken the answer: then the receipt stands."""
        now, attempt = self._clock.now(), claimed.outgoing.attempt
        is_queued = Delivery.state == DeliveryState.queued
        unless_overtaken = () if isinstance(result, Sent) else (is_queued,)
        if isinstance(result, Sent):
            outcome = "sent"
            values: dict[str, Any] = {
                "provider_id": result.provider_id,
                "state": case((is_queued, DeliveryState.sent.value), else_=Delivery.state),
                "error_code": case((is_queued, None), else_=Delivery.error_code),
            }
        elif result.may_retry and attempt <= len(BACK_OFF):
            outcome = "retry"
            values = {"next_attempt_at": now + BACK_OFF[attempt - 1], "error_code": result.code}
        else:
            outcome = "dead"
            values = {"state": DeliveryState.dead, "error_code": result.code}
            log.warning("delivery given up", message=str(claimed.outgoing.message_id), code=result.code)
        await uow.session.execute(
            update(Delivery)
            .where(Delivery.message_id == claimed.outgoing.message_id, *unless_overtaken)
            .values(updated_at=now, **values)
            .execution_options(synchronize_session=False)
        )
        if isinstance(result, NotSent) and result.is_stopped:
            await mirror_stop(uow, claimed.outgoing.message_id, now)
        await uow.publish("thread", id=str(thread_id), seq=claimed.seq)
        uow.afterwards(metrics.delivery_attempts.labels(metrics.bounded("channel", claimed.channel), outcome).inc)


def _is_not_held(now: datetime) -> ColumnElement[bool]:
    return or_(Delivery.held_until.is_(None), Delivery.held_until <= now)


def _named(findings: Sequence[Finding]) -> str | None:
    """Which kinds of objections there were, for the console; never the words themselves."""
    return ",".join(dict.fromkeys(one.kind.value for one in findings)) or None


def _rank(state: DeliveryState) -> int:
    return _ORDER.index(state) if state in _ORDER else -1


async def receipt(
    uow: UnitOfWork, message_id: UUID, channel: str, provider_id: str | None, state: DeliveryState, error_code: str | None,
    now: datetime, *, is_stopped: bool = False,
) -> None:  # fmt: skip
    """Note what the provider says of a message; late, repeated and strange receipts change nothing."""
    row = await uow.session.scalar(
        select(Delivery).where(Delivery.message_id == message_id, Delivery.channel == channel).with_for_update()
    )
    if row is None or (row.provider_id and provider_id and row.provider_id != provider_id):
        return
    if is_stopped:
        await mirror_stop(uow, message_id, now)
    row.provider_id = row.provider_id or provider_id
    if row.state not in (DeliveryState.dead, DeliveryState.withheld, *TAKEN_BACK) and (
        state is DeliveryState.dead or _rank(state) > _rank(row.state)
    ):
        row.state, row.error_code, row.updated_at = state, error_code, now
        message = await uow.session.get_one(Message, row.message_id)
        await uow.publish("thread", id=str(message.thread_id), seq=message.seq)
