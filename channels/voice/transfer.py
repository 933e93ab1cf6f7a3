"""Putting a call through to a person: their telephone rings, they hear what it is about, and then the two are joined.

The person presses 1 first: whoever else picks up, or a machine, hears nothing about anybody.
"""

from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import select
from twilio.twiml.voice_response import VoiceResponse

from channels.voice.frames import LOCALES
from channels.voice.spoken import spoken
from channels.voice.voice import Voice, leads_to
from conversations.after_call import end_call
from conversations.calls import VoiceCall
from conversations.messages import Route
from conversations.models import Case, ContactPoint, Direction, Message, Thread
from conversations.protocols import Utterance
from conversations.transcript import state_of_thread
from conversations.understanding import asks_for_human
from core.access import Access
from core.accounts import Staff
from core.audit import record
from core.db import UnitOfWork
from core.i18n import Language, as_language, catalogue
from handoff.models import OVER, Handoff

RINGS = 20
"""Seconds that a telephone rings."""
ANSWERS = "wwww"
"""Two seconds for a switchboard to answer, before it is given the extension."""
QUOTED = 160
"""Characters of the caller's last words in the briefing."""
LOOKED_AT = 6
ANSWERED, TRANSFERRED = "completed", "transferred"


class Transfer:
    """The webhooks' side of it."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    async def ring(self, response: VoiceResponse, sid: str, base: str) -> bool:
        """Add the ringing of the telephone that the call leads to; False if it leads to none any more."""
        async with self._voice.database.unit_of_work() as uow:
            row, thread = await _call(uow, sid)
            target = await leads_to(uow, self._voice, thread, row.tried_at) if row is not None else None
            if row is None or target is None:
                return False
            now = self._voice.clock.now()
            row.dialled, row.joined_at, row.tried_at = target.staff_id, None, now
            await end_call(uow, self._voice.messages, row, TRANSFERRED, now)
            row.outcome = TRANSFERRED
        query = urlencode({"call": sid})
        dial = response.dial(action=f"{base}/dialled", method="POST", timeout=RINGS, answer_on_bridge=True)
        # Without a briefing the desk's telephone is joined at once.
        asks = {"url": f"{base}/whisper?{query}", "method": "POST"} if target.staff_id is not None else {}
        if target.address.startswith(("sip:", "sips:")):
            dial.sip(target.address, **asks)
        else:
            number, _, extension = target.address.partition(";ext=")
            if extension:
                asks["send_digits"] = f"{ANSWERS}{extension}"
            dial.number(number, **asks)
        return True

    async def whisper(self, sid: str, base: str) -> VoiceResponse:
        """What whoever picks up hears first: nothing about anybody, and which key takes the call."""
        response = VoiceResponse()
        async with self._voice.database.unit_of_work() as uow:
            row, _ = await _call(uow, sid)
            language = await _language_of(uow, row)
        if row is None:
            response.hangup()
            return response
        query = urlencode({"call": sid})
        gather = response.gather(
            input="dtmf", num_digits=1, timeout=10, action=f"{base}/whisper/taken?{query}", method="POST"
        )
        gather.say(catalogue(language).text("voice-whisper"), language=LOCALES[language])
        response.hangup()
        return response

    async def taken(self, sid: str, keys: str) -> VoiceResponse:
        """With 1 the person has the call: the briefing, and then the two are joined. Reading it is audited. Else it is not taken."""
        response = VoiceResponse()
        if keys != "1":
            response.hangup()
            return response
        async with self._voice.database.unit_of_work() as uow:
            row, thread = await _call(uow, sid)
            if row is None or row.dialled is None:
                response.hangup()
                return response
            now = self._voice.clock.now()
            row.joined_at = row.joined_at or now
            language = await _language_of(uow, row)
            words = await self._briefing(uow, row, thread, language, now)
        response.say(spoken(words, language), language=LOCALES[language])
        return response

    async def was_answered(self, sid: str, status: str) -> bool:
        """True if somebody spoke with the caller. Else the case waits again, and the caller's next leg will say so."""
        async with self._voice.database.unit_of_work() as uow:
            row, thread = await _call(uow, sid)
            if row is None:
                return True
            now = self._voice.clock.now()
            if row.joined_at is not None or (row.dialled is None and status == ANSWERED):
                return True
            # Until it goes on, what is said waits for the ear and is no SMS.
            row.ended_at, row.outcome, row.seen_at = None, None, now
            case_id, _ = await state_of_thread(uow, thread)
            if case_id is not None:
                await self._voice.telephones.not_answered(uow, case_id, now)
                case = await uow.session.get_one(Case, case_id)
                route = Route("voice", row.contact_point_id, as_language(row.language))
                said = Utterance("voice-no-answer")
                await self._voice.messages.say(uow, case, route, said, {"by": "rule", "rule": said.key}, now)
        return False

    async def _briefing(
        self, uow: UnitOfWork, row: VoiceCall, thread: UUID, language: Language, now: datetime
    ) -> str:  # fmt: skip
        """What it is about, how long it has waited, and the caller's last words."""
        texts = catalogue(language)
        case_id, _ = await state_of_thread(uow, thread)
        handoff = await uow.session.scalar(
            select(Handoff).where(Handoff.case_id == case_id, Handoff.state.not_in(OVER)).limit(1)
        )
        rows = await uow.session.scalars(
            select(Message)
            .where(Message.case_id == case_id, Message.direction == Direction.inbound)
            .order_by(Message.seq.desc())
            .limit(LOOKED_AT)
        )
        said = [" ".join(one.body.split()) for one in rows]
        words = next((one for one in said if not asks_for_human(one) and not one.isdecimal()), "")
        point = await uow.session.get_one(ContactPoint, row.contact_point_id)
        minutes = round((now - handoff.requested_at).total_seconds() / 60) if handoff is not None else 0
        reason = texts.text(f"handoff-reason-{handoff.reason}") if handoff is not None else ""
        record(uow, Access.system("call-briefing", case_id), "read", "case", case_id or thread, now)
        ending = " ".join(point.address[-3:]) if point.kind == "phone" else "none"
        return texts.text(
            "voice-briefing",
            ending=ending,
            reason=reason,
            minutes=minutes,
            words=words[:QUOTED] or "none",
        )


async def _call(uow: UnitOfWork, sid: str) -> tuple[VoiceCall | None, UUID]:
    """The call's row, locked, and its thread."""
    row = await uow.session.get(VoiceCall, sid, with_for_update=True)
    if row is None:
        return None, UUID(int=0)
    thread = await uow.session.scalars(
        select(Thread.id)
        .join(ContactPoint, ContactPoint.correspondent_id == Thread.correspondent_id)
        .where(ContactPoint.id == row.contact_point_id)
    )
    return row, thread.one()


async def _language_of(uow: UnitOfWork, row: VoiceCall | None) -> Language:
    """The language of whoever is called: their own, not the caller's."""
    person = await uow.session.get(Staff, row.dialled) if row is not None and row.dialled is not None else None
    return as_language(person.language) if person is not None else "pl"
