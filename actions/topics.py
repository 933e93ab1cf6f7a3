"""What the conversation was about before a visit is asked for: carried over and said aloud, so that nobody says it twice."""

from datetime import timedelta

from sqlalchemy import select

from actions.context import Call
from actions.offers import specialties_of
from actions.reading import read
from care.appointments import service as appointments
from conversations.models import Direction, Message
from conversations.understanding import fold

RECENT = timedelta(minutes=15)
MOST_LOOKED_AT = 6
"""Messages of both sides: about three turns."""
ENDS = frozenset({"booked", "started-over", "task-stopped"})
"""Said where a subject was closed."""
_DENIES = frozenset({"nie", "no", "not", "don't", "dont"})
"""Who says what they do not want is asked what they do."""


async def take_topic(call: Call) -> None:
    """Take the specialty that the last question named, if the booking that begins names none; say which."""
    if call.slot("specialty") or (code := await _earlier_specialty(call)) is None:
        return
    field = await appointments.specialty(call.uow, code)
    call.set("specialty", code)
    call.say("booking-topic", name={"pl": field.name_pl, "en": field.name_en})


async def _earlier_specialty(call: Call) -> str | None:
    """The one specialty of the last turn that named any, by the patient or, of a choice, in the answer; None where it named several."""
    rows = await call.uow.session.scalars(
        select(Message)
        .where(Message.case_id == call.case.id, Message.seq < call.message.seq, Message.created_at > call.now - RECENT)
        .order_by(Message.seq.desc())
        .limit(MOST_LOOKED_AT)
    )
    answered: list[str] = []
    for message in rows:
        content = message.content or {}
        if message.direction is Direction.outbound:
            if content.get("key") in ENDS:
                return None
            name = (content.get("args") or {}).get("name")
            answered += await _specialties(call, name.get("pl", "")) if isinstance(name, dict) else []
            continue
        if not _DENIES.isdisjoint(fold(message.body).split()):
            return None
        found = await _specialties(call, message.body) or answered
        if found:
            return found[0] if len(set(found)) == 1 else None
        answered = []
    return None


async def _specialties(call: Call, words: str) -> list[str]:
    return await specialties_of(call, read(words, call.lexicon, call.language, call.now))
