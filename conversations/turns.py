"""Turns: each inbound message is answered once, in order, by whoever holds the thread's lease.

A lease is a committed row (owner and expiry), never a lock held over HTTP. The attempt is recorded before the dialogue core
is asked; after a crash the next holder first reads the tracker, and takes its replies from there if they are complete.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import structlog
from sqlalchemy import ColumnElement, or_, select, update

from conversations import rules
from conversations.acting import Acting, Scene, next_scene
from conversations.attachments import Attachments, counts
from conversations.models import Thread, Turn, TurnState
from conversations.protocols import Dialogue, DialogueFailed, DialogueReply, DialogueTurn
from core import faults, metrics
from core.clock import Clock
from core.db import Database, UnitOfWork
from core.tracing import tracing

log = structlog.get_logger()
LEASE = timedelta(seconds=30)
CLOCK_MOVED = 2 * LEASE
"""What lies further ahead than any clock of ours may differ: it was written before the clock was set back."""


@dataclass(frozen=True)
class Step:
    """Something to do outside the transaction: a recorded question for the dialogue core, or files to fetch (None)."""

    thread_id: UUID
    message_id: UUID
    is_retry: bool
    question: DialogueTurn | None


class Turns:
    """Takes turns of threads. Any number of processes may try; one holds a thread at a time."""

    def __init__(
        self, database: Database, clock: Clock, dialogue: Dialogue, acting: Acting, attachments: Attachments
    ) -> None:
        self._database = database
        self._clock = clock
        self._dialogue = dialogue
        self._acting = acting
        self._attachments = attachments

    async def take(self, thread_id: UUID) -> int:
        """Answer what is unanswered in the thread, in order; returns how many questions went to the dialogue core."""
        lease, asked = uuid4().hex, 0
        async with self._database.unit_of_work() as uow:
            if not await self._claim(uow, thread_id, lease):
                return 0
            faults.point("turn.claimed")
            step = await self._advance(uow, thread_id, lease)
        while step is not None:
            faults.point("turn.recorded")
            answer = await self._do(step)
            faults.point("turn.answered")
            asked += answer is not None
            async with self._database.unit_of_work() as uow:
                if not await self._still_ours(uow, thread_id, lease):
                    log.warning("lease lost", thread=str(thread_id))
                    return asked
                if answer is not None:
                    await self._finish(uow, step, answer)
                step = await self._advance(uow, thread_id, lease)
                faults.point("turn.stored")
            faults.point("turn.finished")
        return asked

    async def _claim(self, uow: UnitOfWork, thread_id: UUID, lease: str) -> bool:
        now = self._clock.now()
        claimed = await uow.session.scalar(
            update(Thread)
            .where(Thread.id == thread_id, _is_free(now))
            .values(lease_owner=lease, lease_expires_at=now + LEASE)
            .returning(Thread.id)
        )
        return claimed is not None

    async def _still_ours(self, uow: UnitOfWork, thread_id: UUID, lease: str) -> bool:
        owner = await uow.session.scalar(
            update(Thread)
            .where(Thread.id == thread_id, Thread.lease_owner == lease)
            .values(lease_expires_at=self._clock.now() + LEASE)
            .returning(Thread.id)
        )
        return owner is not None

    async def _advance(self, uow: UnitOfWork, thread_id: UUID, lease: str) -> Step | None:
        """Do all that needs no dialogue core; stop at the first question, or release the lease when nothing is left.

        The thread's row is locked here, so a message that arrives meanwhile waits, sees the lease gone, and wakes us again.
        """
        while True:
            scene = await next_scene(uow, Turn.thread_id == thread_id, Turn.state != TurnState.done)
            if scene is None:
                await uow.session.execute(
                    update(Thread).where(Thread.id == thread_id).values(lease_owner=None, lease_expires_at=None)
                )
                return None
            turn, message, now = scene.turn, scene.message, self._clock.now()
            if (message.content or {}).get("media") and (await counts(uow, message.id)).get("arrived"):
                return Step(thread_id, message.id, False, None)
            if turn.state is TurnState.asking and turn.attempts >= rules.MAX_ATTEMPTS:
                with tracing.span("turn", message.id, channel=message.channel, outcome="gave-up"):
                    await self._acting.give_up(uow, scene, "attempts", now)
                await self._close(uow, scene, "gave-up")
                continue
            with tracing.span("turn", message.id, channel=message.channel):
                question = await self._acting.act(uow, scene, now)
            if question is None:
                await self._close(uow, scene, "acted")
                continue
            is_retry = turn.state is TurnState.asking
            case_id = (turn.case_id if is_retry else None) or scene.case.id  # The tracker that knows the message.
            turn.state, turn.attempts, turn.lease, turn.case_id = TurnState.asking, turn.attempts + 1, lease, case_id
            asked = DialogueTurn(
                case_id, message.id, lease, message.channel, question.language, question.text, question.payload
            )
            return Step(thread_id, message.id, is_retry, asked)

    async def _do(self, step: Step) -> DialogueReply | DialogueFailed | None:
        """What a step needs outside any transaction: a file brought in (None), or an answer."""
        if step.question is None:
            await self._attachments.fetch(step.message_id)
            return None
        with (
            metrics.dialogue_seconds.time(),
            tracing.span("dialogue", step.message_id, is_retry=step.is_retry) as span,
        ):
            try:
                reply = await self._dialogue.recall(step.question) if step.is_retry else None
                return reply or await self._dialogue.respond(step.question)
            except DialogueFailed as failure:
                log.warning("dialogue failed", message=str(step.message_id), reason=failure.reason)
                metrics.dialogue_failures.labels(metrics.bounded("reason", failure.reason)).inc()
                span.set_attribute("reason", failure.reason)
                return failure

    async def _finish(self, uow: UnitOfWork, step: Step, answer: DialogueReply | DialogueFailed) -> None:
        scene = await next_scene(uow, Turn.message_id == step.message_id)
        assert scene is not None and step.question is not None, "a recorded question has its turn"
        outcome = f"failed:{answer.reason}" if isinstance(answer, DialogueFailed) else "answered"
        with tracing.span("turn", step.message_id, channel=step.question.channel, outcome=outcome.partition(":")[0]):
            if isinstance(answer, DialogueFailed):
                await self._acting.give_up(uow, scene, answer.reason, self._clock.now())
            else:
                await self._acting.answer(uow, scene, answer, step.question.language, self._clock.now())
        await self._close(uow, scene, outcome)

    async def _close(self, uow: UnitOfWork, scene: Scene, outcome: str) -> None:
        turn, now = scene.turn, self._clock.now()
        turn.state, turn.outcome, turn.done_at, turn.lease = TurnState.done, outcome, now, None
        await uow.session.flush()
        took = max(0.0, (now - turn.created_at).total_seconds())
        seconds = metrics.turn_seconds.labels(metrics.bounded("channel", scene.message.channel))
        uow.afterwards(lambda: seconds.observe(took))
        uow.afterwards(metrics.turns.labels(metrics.bounded("outcome", outcome.partition(":")[0])).inc)

    async def overdue(self) -> list[UUID]:
        """Threads with unanswered messages that nobody holds, a second after they came."""
        now = self._clock.now()
        async with self._database.unit_of_work() as uow:
            found = await uow.session.scalars(
                select(Turn.thread_id)
                .join(Thread, Thread.id == Turn.thread_id)
                .where(
                    Turn.state != TurnState.done,
                    or_(Turn.created_at < now - timedelta(seconds=1), Turn.created_at > now + CLOCK_MOVED),
                    _is_free(now),
                )
                .distinct()
                .limit(200)
            )
            return list(found)


def _is_free(now: datetime) -> ColumnElement[bool]:
    """Nobody holds the thread: no lease, one that ran out, or one from before the clock was set back."""
    return or_(Thread.lease_owner.is_(None), Thread.lease_expires_at < now, Thread.lease_expires_at > now + CLOCK_MOVED)


async def is_unanswered(uow: UnitOfWork, thread_id: UUID) -> bool:
    """True while something that was said in the thread waits for its turn to end."""
    waiting = select(Turn.message_id).where(Turn.thread_id == thread_id, Turn.state != TurnState.done).limit(1)
    return await uow.session.scalar(waiting) is not None
