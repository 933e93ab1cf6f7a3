"""What is said to a caller: the thread's own messages, in words for the ear, and what is said of the call itself."""

import asyncio
import re
from collections.abc import Mapping
from typing import Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, select, update

from channels.voice.manners import slowly
from channels.voice.spoken import heard_part, spoken
from channels.voice.voice import Voice, leads_to
from conversations.after_call import write_too
from conversations.calls import VoiceCall
from conversations.delivery import receipt
from conversations.messages import last_content
from conversations.models import CaseState, Delivery, DeliveryState, Message
from conversations.transcript import state_of_thread
from core.db import UnitOfWork
from core.i18n import Language, as_language, catalogue
from core.phone import takes_sms

CUT = "interrupted"
LISTENS = 4.0
"""Seconds after the caller was heard in which no waiting sound is played into what they go on to say."""
KEPT_IN_WRITING = frozenset({"booked", "visit-moved"})
"""What is said and also sent by SMS: a day and an hour are not for remembering. A landline hears it twice instead."""
_SENTENCE = re.compile(r"(?<=[.?!])\s+")
_WANTS_DIGITS = ("identity-code", "identity-who", "identity-born", "identity-own", "ask-referral", "ask-patient")


class Lips(Protocol):
    """How words leave: over the provider's socket, or in the answer to its next webhook."""

    async def say(self, words: str, *, last: bool) -> None:
        """Speak; `last` ends what is said in one go."""
        ...

    async def switch(self, language: Language) -> None:
        """Speak and listen in that language from now on."""
        ...

    async def chime(self) -> None:
        """Play the waiting sound until words follow."""
        ...

    async def press(self, digits: str) -> None:
        """Press keys towards the caller's side; a `w` waits half a second."""
        ...

    async def end(self, handoff: Mapping[str, str]) -> None:
        """No more words here: the call is over, or goes on elsewhere as the data say."""
        ...


class Mouth:
    """Speaks into one call. Whose it is stands in `thread`, `point` and `address` once the call has begun."""

    def __init__(self, voice: Voice, lips: Lips) -> None:
        self._voice = voice
        self.lips = lips
        self.sid = ""
        self.leg = 1
        self.address = ("caller", "")
        self.point = self.thread = UUID(int=0)
        self.language: Language = "pl"
        self.is_slow = False
        self.last: UUID | None = None
        """The message that was spoken last."""
        self._cuts = 0
        self._is_safety = self._is_chiming = self._is_with_people = self._has_left = False
        self._going: UUID | None = None
        self._listens_until = 0.0
        self._settled = asyncio.Event()
        self._settled.set()
        self._lock = asyncio.Lock()

    @property
    def takes_sms(self) -> bool:
        """True if an SMS to the caller's number can arrive."""
        kind, address = self.address
        return kind == "phone" and takes_sms(address)

    async def speak(self, words: str) -> None:
        """Say words, sentence by sentence, until the caller speaks into them."""
        cuts, self._is_chiming, self._listens_until = self._cuts, False, 0.0
        sentences = [spoken(one, self.language) for one in _SENTENCE.split(words)]
        if self.is_slow:
            sentences = [slowly(one) for one in sentences]
        for number, sentence in enumerate(sentences, start=1):
            if cuts != self._cuts:
                return
            is_last = number == len(sentences)
            await self.lips.say(sentence if is_last else f"{sentence} ", last=is_last)

    async def remark(self, key: str) -> None:
        """Say something of the call itself, which is no message."""
        await self.speak(catalogue(self.language).text(key))

    async def switch(self, language: Language) -> None:
        """Speak and listen in that language from now on."""
        if language != self.language:
            self.language = language
            await self.lips.switch(language)

    async def speak_new(self) -> bool:
        """Speak what was stored for this caller since the last time; True if something was.

        Then on to a person's telephone, if the call leads there.
        """
        async with self._lock:
            return await self._speak_stored()

    async def chime(self) -> None:
        """Who waits for people, as it was when something was last looked for to say, hears that the line is alive until words follow.

        Not while they speak.
        """
        async with self._lock:
            if self._is_with_people and not (self._is_chiming or self._has_left or self._is_listening):
                self._is_chiming = True
                await self.lips.chime()

    async def say_again(self) -> None:
        """The last message once more."""
        async with self._voice.database.unit_of_work() as uow:
            last = await uow.session.get(Message, self.last) if self.last is not None else None
            words = last.body if last is not None else ""
        if words:
            await self.speak(words)

    async def write_last(self) -> None:
        """The last message by SMS, at the caller's wish; says what became of it."""
        is_written = False
        if self.takes_sms and self.last is not None:
            async with self._voice.database.unit_of_work() as uow:
                last = await uow.session.get_one(Message, self.last)
                is_written = await write_too(uow, self._voice.messages, last, self._voice.clock.now())
        await self.remark(
            "voice-sms-sent" if is_written else "voice-sms-nothing" if self.takes_sms else "voice-sms-cannot"
        )

    async def expects_digits(self) -> bool:
        """True where the last question wants more digits than one: a code, a date, a number; with choices one is enough."""
        async with self._voice.database.unit_of_work() as uow:
            case_id, _ = await state_of_thread(uow, self.thread)
            content = await last_content(uow, case_id) if case_id else None
        return str((content or {}).get("key", "")).startswith(_WANTS_DIGITS)

    @property
    def _is_listening(self) -> bool:
        return asyncio.get_running_loop().time() < self._listens_until

    def listen(self) -> None:
        """The caller is speaking. `chime` does nothing for `LISTENS` seconds, or until we spoke."""
        self._listens_until = asyncio.get_running_loop().time() + LISTENS

    @property
    def may_be_cut(self) -> bool:
        """False while safety's words are said: they are said to their end."""
        return not self._is_safety

    def hush(self) -> None:
        """Say nothing more of what was about to be said, but for safety's words. `take_back` must follow."""
        self._is_chiming = False
        if not self._is_safety:
            self._cuts += 1
        self._settled.clear()

    async def take_back(self, heard: str) -> None:
        """Let the transcript hold what was heard, and no more."""
        try:
            await self._take_back(heard)
        finally:
            self._settled.set()

    async def seen(self) -> None:
        """The call goes on, though nothing new is spoken for long."""
        async with self._voice.database.unit_of_work() as uow:
            now = self._voice.clock.now()
            mine = (VoiceCall.sid == self.sid, VoiceCall.legs == self.leg)
            await uow.session.execute(update(VoiceCall).where(*mine).values(seen_at=now))

    async def _take_back(self, heard: str) -> None:
        async with self._voice.database.unit_of_work() as uow:
            unspoken = await self._unspoken(uow)
            last = await uow.session.get(Message, self.last) if self.last is not None else None
            cut = heard_part(last.body, heard, as_language(last.language)) if last is not None else None
            for message, row in unspoken:
                is_partly_heard = message.id == self._going and cut is not None
                if not message.goes_first and not is_partly_heard:
                    row.state, row.error_code, row.updated_at = DeliveryState.withheld, CUT, self._voice.clock.now()
            if last is not None and cut is not None:
                last.body, last.content = cut, {**(last.content or {}), "text": cut, "is_cut": True}
            await uow.publish("thread", id=str(self.thread), seq=last.seq if last is not None else 0)

    def _own(self) -> tuple[ColumnElement[bool], ...]:
        return (
            Message.thread_id == self.thread, Message.contact_point_id == self.point, Message.direction == "outbound",
            Message.channel == "voice",
        )  # fmt: skip

    async def _unspoken(self, uow: UnitOfWork) -> list[tuple[Message, Delivery]]:
        rows = await uow.session.execute(
            select(Message, Delivery)
            .join(Delivery, Delivery.message_id == Message.id)
            .where(*self._own(), Delivery.state.in_((DeliveryState.queued, DeliveryState.sent)))
            .order_by(Message.goes_first.desc(), Message.seq)
            .with_for_update(of=Delivery)
        )
        return [(row.Message, row.Delivery) for row in rows]

    async def _speak_stored(self) -> bool:
        async with self._voice.database.unit_of_work() as uow:
            now = self._voice.clock.now()
            seen = (
                update(VoiceCall)
                .where(VoiceCall.sid == self.sid, VoiceCall.legs == self.leg)
                .values(seen_at=now)
                .returning(VoiceCall.tried_at)
            )
            ours = (await uow.session.execute(seen)).first()
            if ours is None:
                return False
            _, state = await state_of_thread(uow, self.thread)
            self._is_with_people = state in (CaseState.waiting, CaseState.human)
            waiting = [message.id for message, _ in await self._unspoken(uow)]
            target = await leads_to(uow, self._voice, self.thread, ours.tried_at) if waiting else None
        for message_id in waiting:
            await self._speak_one(message_id)
        if target is not None:
            self._has_left = True
            await self.lips.end({"reason": "human"})
        return bool(waiting)

    async def _speak_one(self, message_id: UUID) -> None:
        """Say one message, unless it was cut meanwhile; a booking is written too. The socket is never waited for in a transaction."""
        async with self._voice.database.unit_of_work() as uow:
            message = await uow.session.get_one(Message, message_id)
            row = await uow.session.get_one(Delivery, message_id)
            if row.state not in (DeliveryState.queued, DeliveryState.sent):
                return
            words, language, key = message.body, message.language, (message.content or {}).get("key")
            self._is_safety = message.goes_first
        if language:
            await self.switch(as_language(language))
        self.last = self._going = message_id
        try:
            await self.speak(words)
            await self._settled.wait()
        finally:
            self._is_safety, self._going = False, None
        is_kept = key in KEPT_IN_WRITING
        async with self._voice.database.unit_of_work() as uow:
            await receipt(uow, message_id, "voice", None, DeliveryState.delivered, None, self._voice.clock.now())
            if is_kept and self.takes_sms:
                message = await uow.session.get_one(Message, message_id)
                await write_too(uow, self._voice.messages, message, self._voice.clock.now())
        if is_kept and self.takes_sms:
            await self.remark("voice-sms-follows")
        elif is_kept:
            await self.speak(f"{catalogue(self.language).text('voice-once-more')} {words}")
