"""What the conversation was about before a visit is asked for: carried over and said aloud, so that nobody says it twice."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from actions.context import Call
from actions.offers import specialties_of
from actions.reading import Reading, read
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
    if call.slot("specialty"):
        return
    found = await _earlier(call, specialties_of, ENDS)
    if found is None:
        return
    field = await appointments.specialty(call.uow, found)
    call.set("specialty", found)
    call.say("booking-topic", name={"pl": field.name_pl, "en": field.name_en})


async def what_was_spoken_of(call: Call) -> str | None:
    """The one service or else specialty of the last turn that named any: "how much is that?" right after a booking or an answer."""
    return await _earlier(call, _services_or_specialties, frozenset())


async def _services_or_specialties(call: Call, reading: Reading) -> list[str]:
    return reading.services or await specialties_of(call, reading)


async def _earlier(
    call: Call, named: Callable[[Call, Reading], Awaitable[list[str]]], ends: frozenset[str]
) -> str | None:
    """What `named` finds in the last turn where it finds any, said by the patient or, of a choice, in the answer; None for several."""
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
            if content.get("key") in ends:
                return None
            answered += await named(call, _read(call, _name_in(content.get("args") or {})))
            continue
        if not _DENIES.isdisjoint(fold(message.body).split()):
            return None
        found = await named(call, _read(call, message.body)) or answered
        if found:
            return found[0] if len(set(found)) == 1 else None
        answered = []
    return None


def _read(call: Call, words: str) -> Reading:
    return read(words, call.lexicon, call.language, call.now)


def _name_in(args: Mapping[str, Any]) -> str:
    """What an answer was about: a thing of the price list, or whose visit was booked."""
    name = args.get("name")
    return str(name.get("pl", "")) if isinstance(name, dict) else str(args.get("clinician") or "")
