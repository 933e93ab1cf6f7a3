"""What a patient answers to a reminder of a medicine: by a choice, or in words if the reminder was the last thing we said.

Only short messages made of known words are taken for an answer; what tells of symptoms goes the way of every message. No dose is
ever advised: whoever asks is led to a person.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from conversations.adherence.models import DoseAnswer, DoseReminder
from conversations.models import ContactPoint, Message
from conversations.outreach.models import NoticeState
from conversations.outreach.replies import last_said
from conversations.protocols import Choice, Utterance
from conversations.understanding import fold
from core.db import UnitOfWork

KEY = "dose-due"
PREFIX = "dose:"
AGAIN = timedelta(minutes=30)
OPEN_FOR = timedelta(hours=24)
"""Later than this an answer is about nothing that we could still count."""
MOST_WORDS = 8
_WORDS = re.compile(r"[^\W_]+")
_TAKEN = frozenset(
    "wzielam wzialem wziete wziety wzieta wziela wzial przyjete przyjety przyjeta przyjelam przyjalem przyjeto polknelam polknalem "
    "zazylam zazylem zazyte tak ok zrobione gotowe taken took done yes yep".split()
)
_NOT_YET = frozenset("jeszcze nie zaraz pozniej chwile potem not yet later soon no minute".split())
_PROBLEM = frozenset("problem problemy klopot problems trouble".split())
_FILLERS = frozenset(
    "lek leki lekarstwo lekarstwa tabletke tabletki juz dziekuje dzieki prosze bardzo i za z mam jest ja dzis dzisiaj rano wieczorem "
    "to sa teraz wszystko w a the my i ve have it them medicine medicines pill pills thanks thank you please in now all".split()
)


@dataclass(frozen=True)
class DoseReply:
    """An answer and the reminder it belongs to."""

    reminder_id: UUID
    answer: DoseAnswer


def choices(reminder_id: UUID) -> tuple[Choice, ...]:
    """What can be tapped, or picked by its number."""
    return tuple(
        Choice(one.value, f"dose-choice-{one.value.replace('_', '-')}", f"{PREFIX}{one.value}:{reminder_id}")
        for one in DoseAnswer
    )


def from_payload(payload: str | None) -> DoseReply | None:
    """The answer behind a choice of ours: `dose:answer:reminder`; None for all other payloads."""
    if payload is None or not payload.startswith(PREFIX):
        return None
    answer, _, reminder = payload.removeprefix(PREFIX).partition(":")
    try:
        return DoseReply(UUID(reminder), DoseAnswer(answer))
    except ValueError:
        return None


async def from_words(uow: UnitOfWork, message: Message) -> DoseReply | None:
    """The answer in the person's own words, if a reminder was what we said last at that contact point."""
    answer = read_answer(message.body)
    if answer is None:
        return None
    content = await last_said(uow, message)
    reminder = str((content.get("args") or {}).get("dose", ""))
    return DoseReply(UUID(reminder), answer) if content.get("key") == KEY and reminder else None


def read_answer(text: str) -> DoseAnswer | None:
    """What a message that consists of an answer alone means; None for everything else."""
    words = [fold(word) for word in _WORDS.findall(text)]
    said = set(words) - _FILLERS
    if "?" in text or not 0 < len(words) <= MOST_WORDS or not said:
        return None
    if said <= _PROBLEM:
        return DoseAnswer.problem
    if said & _NOT_YET:
        # "nie wzięłam", "not taken": a no to the taking is not yet.
        return DoseAnswer.not_yet if said <= _NOT_YET | _TAKEN else None
    return DoseAnswer.taken if said <= _TAKEN else None


async def carry_out(uow: UnitOfWork, reply: DoseReply, point: ContactPoint, now: datetime) -> tuple[Utterance, bool]:
    """Note the answer; what is said to it, and whether a person must look. The newest answer holds."""
    reminder = await uow.session.scalar(
        select(DoseReminder).where(DoseReminder.id == reply.reminder_id).with_for_update()
    )
    if (
        reminder is None
        or reminder.contact_point_id != point.id
        or reminder.state is not NoticeState.sent
        or now > reminder.due_at + OPEN_FOR
    ):
        return Utterance("dose-gone"), False
    reminder.answer, reminder.answered_at, reminder.again_at = reply.answer, now, None
    if reply.answer is DoseAnswer.problem:
        return Utterance("dose-problem"), True
    if reply.answer is DoseAnswer.taken:
        return Utterance("dose-taken"), False
    if reminder.times_said > 1:
        return Utterance("dose-not-yet"), False
    reminder.again_at = now + AGAIN
    return Utterance("dose-later"), False
