"""What one caller does, however their words come: over the relay's socket or in answers to the provider's webhooks.

Begins the call and its later legs, takes words, minds manners, and bears with silence.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from channels.voice.frames import BadFrame
from channels.voice.manners import Manner, key_asked_for
from channels.voice.mouth import Lips, Mouth
from channels.voice.voice import Voice
from conversations.after_call import end_call, is_open_question
from conversations.calls import VoiceCall
from conversations.inbox import language_of, open_case
from conversations.messages import Route, last_said
from conversations.models import Case, CaseState, ContactPoint, Delivery, DeliveryState, Message, Thread
from conversations.protocols import InboundMessage, Utterance
from conversations.safety import Level
from conversations.transcript import state_of_thread
from conversations.turns import is_unanswered
from core.db import UnitOfWork
from core.phone import parse_number

WELCOME = "voice-welcome"
MOST_UNHEARD = 3
"""Silences and noises in a row: asked, offered keys, and then a person, or the end if nothing was ever said."""
MOST_KEYS_GIVEN = 2
"""To machines, in one leg of a call: two that wait for each other do not do it for ever."""
RESUMED_WITHIN = timedelta(minutes=30)
WITH_PEOPLE = {CaseState.waiting: "voice-waits", CaseState.human: "voice-person"}
"""What is said to whoever calls while people have their case."""


class Caller:
    """One caller. A call has legs: another socket after one that failed, or after a person who did not answer the telephone."""

    def __init__(self, voice: Voice, lips: Lips) -> None:
        self.voice = voice
        self.mouth = Mouth(voice, lips)
        self.has_begun = False
        self.has_spoken = False
        self.unheard = 0
        self.keys_given = 0

    async def begin(self, sid: str, caller: str, leg: int, way: str = "relay") -> None:
        """Open the call, or go on with it. Raises `BadFrame` if that leg has begun before."""
        async with self.voice.database.unit_of_work() as uow:
            known = await uow.session.get(VoiceCall, sid)
            if known is not None and leg <= known.legs:
                raise BadFrame("this call has its socket", is_final=True)
        mouth, now = self.mouth, self.voice.clock.now()
        number = parse_number(caller, self.voice.region)
        mouth.sid, mouth.leg = sid, leg
        mouth.address = ("phone", number) if number else ("caller", sid)
        if known is None:

            def begun(uow: UnitOfWork, point_id: UUID) -> None:
                # With the first words, not after them: else their delivery finds no call, and takes them for unheard.
                uow.session.add(
                    VoiceCall(
                        sid=sid, contact_point_id=point_id, started_at=now, seen_at=now, legs=0, language=mouth.language
                    )
                )

            async with self.voice.database.unit_of_work() as uow:
                language = await language_of(uow, *mouth.address)
            await mouth.switch(language or mouth.language)
            try:
                await self.voice.inbox.greet(
                    *mouth.address, "voice", mouth.language, self.voice.messages, Utterance(WELCOME), always=True,
                    also=begun,
                )  # fmt: skip
            except IntegrityError as error:
                raise BadFrame("this call has its socket", is_final=True) from error
        async with self.voice.database.unit_of_work() as uow:
            row = await uow.session.get_one(VoiceCall, sid, with_for_update=True)
            if row.legs >= leg:
                raise BadFrame("this call has its socket", is_final=True)
            row.legs, row.way, row.seen_at, row.ended_at, row.outcome = leg, way, now, None, None
            await uow.session.flush()
            await self.take_up(uow, row)
            has_heard_nothing = known is not None and await self._has_heard_nothing(uow, row)
        if has_heard_nothing:
            # An earlier leg failed before the first words: who speaks is said all the same.
            await self.voice.inbox.greet(
                *mouth.address, "voice", mouth.language, self.voice.messages, Utterance(WELCOME), always=True
            )
        async with self.voice.database.unit_of_work() as uow:
            await self._resume(uow)
            await uow.publish("call", id=str(mouth.thread))
        self.has_begun = True

    async def take_up(self, uow: UnitOfWork, row: VoiceCall) -> None:
        """What is known of the call, from its row."""
        mouth = self.mouth
        point = await uow.session.get_one(ContactPoint, row.contact_point_id)
        found = await uow.session.scalars(select(Thread.id).where(Thread.correspondent_id == point.correspondent_id))
        mouth.sid, mouth.leg, mouth.point, mouth.thread = row.sid, row.legs, point.id, found.one()
        mouth.address = (point.kind, point.address)
        mouth.language = "en" if row.language == "en" else "pl"
        mouth.last, mouth.is_slow = row.said_id, row.is_slow
        self.unheard, self.has_spoken, self.has_begun = row.unheard, row.has_spoken, True

    async def end(self, outcome: str) -> None:
        """The call is over, unless a later leg has taken it. Safe to call twice."""
        async with self.voice.database.unit_of_work() as uow:
            row = await uow.session.get_one(VoiceCall, self.mouth.sid, with_for_update=True)
            if row.legs == self.mouth.leg:
                self.keep(row)
                await end_call(uow, self.voice.messages, row, outcome, self.voice.clock.now())
                await uow.publish("call", id=str(self.mouth.thread))

    def keep(self, row: VoiceCall) -> None:
        """Write down what the next leg, or the next webhook, must know."""
        mouth = self.mouth
        row.language, row.said_id, row.is_slow = mouth.language, mouth.last, mouth.is_slow
        row.unheard, row.has_spoken = self.unheard, self.has_spoken

    async def accept(self, words: str, ident: str, *, is_listening: bool = True) -> bool:
        """Words become a message; `ident` makes the same ones, told twice, one. True if they are new.

        Where nobody answers at once, because the case is with people, a caller who is still listening hears that the words are kept.
        """
        self.has_spoken = True
        async with self.voice.database.unit_of_work() as uow:
            _, state = await state_of_thread(uow, self.mouth.thread)
        kind, address = self.mouth.address
        accepted = await self.voice.inbox.accept(
            InboundMessage(
                channel="voice", provider_id=f"{self.mouth.sid}:{ident}", address_kind=kind, address=address, text=words,
                language_hint=self.mouth.language,
            )
        )  # fmt: skip
        if is_listening and accepted.is_new and state in WITH_PEOPLE and not self.is_danger(words):
            await self.mouth.remark(f"{WITH_PEOPLE[state]}-noted")
        return accepted.is_new

    async def is_waiting(self) -> bool:
        """True if the caller waits for a person."""
        async with self.voice.database.unit_of_work() as uow:
            _, state = await state_of_thread(uow, self.mouth.thread)
        return state is CaseState.waiting

    async def lets_through(self, words: str) -> bool:
        """A machine on the caller's side that puts a call through for a key gets it, before anybody has spoken; True if it did."""
        key = key_asked_for(words)
        if key is None or self.has_spoken or self.keys_given >= MOST_KEYS_GIVEN or self.is_danger(words):
            return False
        self.keys_given += 1
        await self.mouth.lips.press(f"w{key}")
        return True

    async def call_back(self) -> bool:
        """Promise to call back, if the caller waits for a person; False if nobody is waited for."""
        async with self.voice.database.unit_of_work() as uow:
            case_id, state = await state_of_thread(uow, self.mouth.thread)
            if case_id is None or state is not CaseState.waiting:
                return False
            now, said = self.voice.clock.now(), Utterance("voice-callback-cannot")
            if self.mouth.address[0] == "phone":
                due = await self.voice.telephones.promise_call(uow, case_id, now)
                said = Utterance("voice-callback", {"due": {"when": due.isoformat()}})
            case = await uow.session.get_one(Case, case_id)
            route = Route("voice", self.mouth.point, self.mouth.language)
            await self.voice.messages.say(uow, case, route, said, {"by": "rule", "rule": said.key}, now)
        await self.mouth.speak_new()
        return True

    async def mind(self, manner: Manner) -> None:
        """Do what is said about the call itself."""
        mouth = self.mouth
        match manner:
            case Manner.by_sms:
                await mouth.write_last()
                return
            case Manner.objects:
                await mouth.remark("voice-objection")
                return
            case Manner.calls_back:
                await self.call_back()
                return
            case Manner.slower:
                mouth.is_slow = True
                await mouth.remark("voice-slower")
            case Manner.louder:
                await mouth.remark("voice-louder")
            case Manner.again:
                pass
        await mouth.say_again()

    async def bear(self, first: str) -> str | None:
        """Silence or noise: asked about, then keys are offered, then a person; who never said a word is let go instead.

        What was said about it; "person" if one is to be asked for, "late" if an answer is still on its way, None if nothing is to be
        done.
        """
        async with self.voice.database.unit_of_work() as uow:
            if await is_unanswered(uow, self.mouth.thread):
                # It is us who are late: nobody is asked whether they are there while they wait for an answer.
                is_late = True
            else:
                is_late, self.unheard = False, self.unheard + 1
        if is_late:
            await self.mouth.remark("voice-hold")
            return "late"
        async with self.voice.database.unit_of_work() as uow:
            case_id, state = await state_of_thread(uow, self.mouth.thread)
            case = await uow.session.get(Case, case_id) if case_id else None
            if state is not CaseState.bot or self.unheard > MOST_UNHEARD:
                return None
            if self.unheard == MOST_UNHEARD and case is not None and self.has_spoken:
                return "person"
            key = (first, "voice-keys", "voice-goodbye")[self.unheard - 1]
            if case is not None:
                route = Route("voice", self.mouth.point, self.mouth.language)
                provenance = {"by": "rule", "rule": key}
                await self.voice.messages.say(uow, case, route, Utterance(key), provenance, self.voice.clock.now())
        await self.mouth.speak_new()
        if key == "voice-goodbye":
            await self.mouth.lips.end({"reason": "silence"})
        return key

    async def other_language(self) -> str:
        """Speak the other language from now on; the words that ask for it."""
        await self.mouth.switch("en" if self.mouth.language == "pl" else "pl")
        return "English please" if self.mouth.language == "en" else "po polsku"

    def words_for_a_person(self) -> str:
        """What asks for a person."""
        return "konsultant" if self.mouth.language == "pl" else "human"

    def is_danger(self, words: str) -> bool:
        """True for words that are not waited out."""
        return self.voice.screen.screen(words.strip()).level >= Level.crisis

    async def _has_heard_nothing(self, uow: UnitOfWork, row: VoiceCall) -> bool:
        """True for a call that has gone on to another leg without a word of ours."""
        heard = (
            select(Message.id)
            .join(Delivery, Delivery.message_id == Message.id)
            .where(
                Message.contact_point_id == row.contact_point_id, Message.channel == "voice",
                Message.created_at >= row.started_at, Delivery.state == DeliveryState.delivered,
            )
        )  # fmt: skip
        return await uow.session.scalar(heard.limit(1)) is None

    async def _resume(self, uow: UnitOfWork) -> None:
        """A question that a broken call, or an SMS, left open is asked again; who waits for a person is told so."""
        mouth, now = self.mouth, self.voice.clock.now()
        route = Route("voice", mouth.point, mouth.language)
        case = await open_case(uow, mouth.thread)
        if case is not None and mouth.leg == 1 and (key := WITH_PEOPLE.get(case.state)) is not None:
            await self.voice.messages.say(uow, case, route, Utterance(key), {"by": "rule", "rule": key}, now)
            return
        asked = await last_said(uow, case.id) if case is not None and case.state is CaseState.bot else None
        content = asked.content if asked is not None else None
        if case is None or asked is None or content is None or not is_open_question(content):
            return
        if asked.created_at + RESUMED_WITHIN < now:
            return
        provenance = {"by": "rule", "rule": "voice-resumed"}
        await self.voice.messages.say(uow, case, route, Utterance("voice-resumed"), provenance, now)
        await self.voice.messages.say_again(uow, case, route, content, now, provenance)
