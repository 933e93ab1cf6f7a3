"""A patient asks for the transcript of the conversation ("wyślij mi zapis rozmowy"): the same link behind a code that staff can send.

Read by rule, not by the dialogue core, and never once a person has the conversation: who asks then is answered by that person.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select

from conversations.messages import Messages, Route
from conversations.models import Case, CaseState, ContactPoint, Direction, Message
from conversations.protocols import Utterance
from conversations.transcript_links import send_asked
from conversations.understanding import fold
from core.db import UnitOfWork
from core.errors import Refused
from core.phone import takes_sms

RECENT = timedelta(days=30)
"""How long ago the conversation before may have ended for "this conversation" to mean it."""
LONGEST = 14
"""Words of a message that asks for a transcript and for nothing else."""
_TOKEN = re.compile(r"[^\W_]+")
_TALK = r"(?:rozmow\w*|czat\w*|chat\w*|konwersacj\w*|korespondencj\w*)"
_TRANSCRIPT = re.compile(
    rf"\b(?:zapis(?:u|em)?|kopi\w+|przebieg\w*|tresc\w*|wydruk\w*)(?: (?:tej|calej|naszej|mojej|tego|calego|naszego|mojego|z))* {_TALK}\b"
    rf"|\btranskryp\w*(?: (?:tej|calej|naszej|mojej|z))*(?: {_TALK})?\b"
    r"|\b(?:copy|record|printout)(?: (?:of|this|the|our|my|whole|that|from))+ (?:conversation|chat)\b"
    r"|\b(?:conversation|chat)? ?transcript\b|\b(?:conversation|chat) (?:copy|record|history)\b"
)
_WISH = re.compile(
    r"\b(?:prosze|poprosze|prosilbym|prosilabym|wyslij\w*|wyslac|przyslij\w*|przyslac|przeslij\w*|przeslac|chce|chcial\w*|moge|mozna|"
    r"dostac|potrzebuj\w*|potrzebn\w*|send|can|could|may|want|need|get|have|please|like|give)\b"
)
_OTHER = re.compile(
    r"\b(?:usun\w*|skasu\w*|popraw\w*|nie chc\w*|nie potrzebuj\w*|kto|komu|lekarz\w*|wizyt\w*|wynik\w*|recept\w*|skierowan\w*|umow\w*|"
    r"delete|remove|erase|correct|not|don|who|doctor\w*|appointment\w*|result\w*|prescription\w*|referral\w*)\b"
)


def asks_for_transcript(text: str) -> bool:
    """True if the message asks for a copy of the conversation, and for nothing besides."""
    words = " ".join(_TOKEN.findall(fold(text)))
    found = _TRANSCRIPT.search(words)
    if found is None or len(words.split()) > LONGEST or _OTHER.search(words):
        return False
    return _WISH.search(words) is not None or found[0].strip() == words


@dataclass(frozen=True)
class TranscriptRequests:
    """Answers who asks. `life` is how long a link works."""

    messages: Messages
    public_url: str
    life: timedelta

    async def answer(self, uow: UnitOfWork, message: Message, case: Case, route: Route, now: datetime) -> None:
        """Send the link where it was asked for, by SMS if that was a call; or say why there is none."""
        meant = await _meant(uow, message, case, now)
        for way, said in await self._words(uow, meant, route, now):
            await self.messages.say(uow, case, way, said, {"by": "rule", "rule": "asks-for-transcript"}, now)

    async def _words(
        self, uow: UnitOfWork, meant: Case, route: Route, now: datetime
    ) -> Sequence[tuple[Route, Utterance]]:
        point = await uow.session.get_one(ContactPoint, route.contact_point_id)
        is_call = route.channel == "voice"
        if is_call and not (point.kind == "phone" and takes_sms(point.address)):
            return [(route, Utterance("voice-sms-cannot"))]
        made = await send_asked(uow, meant, route, self.public_url, self.life, now)
        if isinstance(made, Refused):
            return [(route, Utterance(f"asked-{made.reason}"))]
        if not is_call:
            return [(route, made)]
        return [(replace(route, channel="sms"), made), (route, Utterance("transcript-sent-by-sms"))]


async def _meant(uow: UnitOfWork, message: Message, case: Case, now: datetime) -> Case:
    """The conversation that goes on; if the request itself began it, the one before, where that ended not long ago."""
    said_before = await uow.session.scalar(
        select(Message.id)
        .where(Message.case_id == case.id, Message.direction == Direction.inbound, Message.seq < message.seq)
        .limit(1)
    )
    if said_before is not None:
        return case
    before: Case | None = await uow.session.scalar(
        select(Case)
        .where(Case.thread_id == case.thread_id, Case.state == CaseState.closed, Case.closed_at > now - RECENT)
        .order_by(Case.closed_at.desc())
        .limit(1)
    )
    return before or case
