"""A call without a socket: each answer to the provider's webhook speaks and listens once. The fallback of `channels.voice.call`.

`GatherLips` collect what is said; `turn_of` reads a webhook's form; `listen`, `hold` and `leave` make TwiML of it. The conversation is the
same: nothing here answers by itself, and what the next webhook must know stands in the call's row.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from twilio.twiml import TwiML
from twilio.twiml.voice_response import Gather, Say, VoiceResponse

from channels.voice.caller import MOST_KEYS_GIVEN, Caller
from channels.voice.frames import LOCALES
from channels.voice.manners import Manner, is_noise, manner_of
from channels.voice.voice import Voice
from conversations.calls import VoiceCall
from conversations.models import CaseState
from conversations.transcript import state_of_thread
from core.i18n import Language, catalogue

WAIT = 4.0
"""Seconds that a webhook waits for an answer, before the caller is asked to hold; the provider itself gives up after 15."""
MOST_HOLDS = 8
"""Then the caller is listened to again: a turn that cannot be taken goes to a person by itself meanwhile."""
HOLD_SECONDS = 1
SPEECH_PAUSE = 3
"""Seconds of silence that end what is said: a pause of two in its middle does not."""
SILENCE = 12
PERSON_SILENCE = 2
"""Seconds after the waiting sound until it is looked again for what a person wrote."""
DIGITS_SILENCE = 8
MOST_WORDS = 2_000


@dataclass
class GatherLips:
    """Words leave in the answer to the webhook."""

    said: list[tuple[Language, str]] = field(default_factory=list)
    language: Language = "pl"
    handoff: Mapping[str, str] | None = None
    keys: str = ""
    _sentence: str = ""

    async def say(self, words: str, *, last: bool) -> None:
        """Collect; what is said in one go is one piece."""
        self._sentence += words
        if last:
            self.said.append((self.language, self._sentence))
            self._sentence = ""

    async def switch(self, language: Language) -> None:
        """What follows is in that language."""
        self.language = language

    async def chime(self) -> None:
        """Each answer to who waits for people has the sound."""

    async def press(self, digits: str) -> None:
        """Collect; keys are pressed before words."""
        self.keys += digits

    async def end(self, handoff: Mapping[str, str]) -> None:
        """No more listening after this."""
        self.handoff = handoff


@dataclass(frozen=True)
class Turn:
    """What a webhook tells: words or keys, or neither."""

    words: str
    keys: str


def turn_of(form: Mapping[str, str]) -> Turn:
    """The caller's part of a webhook's form; keys that are none are left out."""
    keys = "".join(one for one in form.get("Digits", "") if one in "0123456789*#")
    return Turn(form.get("SpeechResult", "").strip()[:MOST_WORDS], keys[:16])


@dataclass(frozen=True)
class Answer:
    """What is said, and what is done then: `handoff` ends the listening, `is_on_its_way` holds, else it is listened."""

    said: tuple[tuple[Language, str], ...]
    language: Language
    handoff: Mapping[str, str] | None
    is_on_its_way: bool
    wants_digits: bool
    is_with_people: bool
    keys: str = ""
    """Pressed towards the caller's side, before anything is said."""


class GatherCall:
    """One webhook of a call. State between two of them stands in `voice_calls`."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._lips = GatherLips()
        self._caller = Caller(voice, self._lips)

    async def begin(self, sid: str, number: str, leg: int) -> Answer:
        """The first words. Raises `BadFrame` if that leg has begun before."""
        await self._caller.begin(sid, number, leg, "gather")
        return await self._answer(waits=False)

    async def hear(self, sid: str, turn: Turn, number: int) -> Answer | None:
        """Words, keys or silence, as the webhook of that number brought them; None if no such call goes on."""
        if not await self._take_up(sid):
            return None
        caller, mouth = self._caller, self._caller.mouth
        accepted: str | None = None
        if turn.words and not is_noise(turn.words):
            caller.unheard = 0
            manner = manner_of(turn.words)
            if number <= MOST_KEYS_GIVEN and await caller.lets_through(turn.words):
                pass
            elif manner is not None and (manner is not Manner.calls_back or await caller.is_waiting()):
                await caller.mind(manner)
            else:
                accepted = turn.words
        elif turn.keys:
            caller.unheard = 0
            accepted = await self._pressed(turn.keys)
        elif await caller.bear("voice-noise" if turn.words else "voice-still-there") == "person":
            accepted = caller.words_for_a_person()
        if accepted is None:
            return await self._answer(waits=False)
        is_new = await caller.accept(accepted, f"{mouth.leg}.g{number}")
        answer = await self._answer(waits=True)
        if not is_new and not answer.said:
            # The provider asks again: its first answer was lost on the way, and the caller heard nothing.
            return await self.again(sid)
        return answer

    async def look(self, sid: str) -> Answer | None:
        """What has come since; None if no such call goes on."""
        return await self._answer(waits=True) if await self._take_up(sid) else None

    async def again(self, sid: str) -> Answer | None:
        """The last words once more, and what has come since; None if no such call goes on."""
        if not await self._take_up(sid):
            return None
        await self._caller.mouth.say_again()
        return await self._answer(waits=False)

    async def over(self, sid: str) -> None:
        """The provider tells that the call has ended."""
        if await self._take_up(sid):
            await self._caller.end("hung-up")

    async def _take_up(self, sid: str) -> bool:
        async with self._voice.database.unit_of_work() as uow:
            row = await uow.session.get(VoiceCall, sid)
            if row is None or row.ended_at is not None or row.way != "gather":
                return False
            await self._caller.take_up(uow, row)
        self._lips.language = self._caller.mouth.language
        return True

    async def _pressed(self, keys: str) -> str | None:
        caller = self._caller
        if await caller.mouth.expects_digits() and keys != "*":
            return keys.strip("#*") or None
        match keys:
            case "1" if await caller.is_waiting():
                await caller.call_back()
                return None
            case "0":
                return caller.words_for_a_person()
            case "9":
                return await caller.other_language()
            case "*":
                await caller.mouth.say_again()
                return None
        return keys.strip("#*") or None

    async def _answer(self, *, waits: bool) -> Answer:
        mouth = self._caller.mouth
        has_words = await mouth.speak_new()
        if waits and not has_words:
            has_words = await self._words_come()
        async with self._voice.database.unit_of_work() as uow:
            row = await uow.session.get_one(VoiceCall, mouth.sid, with_for_update=True)
            self._caller.keep(row)
            row.seen_at = self._voice.clock.now()
            _, state = await state_of_thread(uow, mouth.thread)
        is_with_people = state in (CaseState.waiting, CaseState.human)
        on_its_way = waits and not has_words and not is_with_people
        return Answer(
            tuple(self._lips.said), mouth.language, self._lips.handoff, on_its_way, await mouth.expects_digits(), is_with_people,
            self._lips.keys,
        )  # fmt: skip

    async def _words_come(self) -> bool:
        """Wait for words of this thread, not for ever."""
        mouth = self._caller.mouth
        until = asyncio.get_running_loop().time() + WAIT
        with self._voice.bus.subscribe("thread") as events:
            while not await mouth.speak_new():
                left = until - asyncio.get_running_loop().time()
                if left <= 0:
                    return False
                await events.get(left)
        return True


def listen(answer: Answer, base: str, number: int, waiting_sound: str, *, by_keys: bool = False) -> VoiceResponse:
    """Say it, and listen for words or keys, which come to the webhook of that number. Who waits for people hears `waiting_sound`.

    `by_keys`: for keys alone, and say so at first: the provider would listen to the words on its own machines.
    """
    # One key answers a question with choices at once; a date or a code ends with # or a pause.
    keys = {} if answer.wants_digits else {"num_digits": 1}
    gather = Gather(
        input="dtmf" if by_keys else "speech dtmf",
        action=f"{base}/turn?{urlencode({'n': number})}",
        language=LOCALES[answer.language],
        speech_timeout=SPEECH_PAUSE,
        timeout=DIGITS_SILENCE if answer.wants_digits else PERSON_SILENCE if answer.is_with_people else SILENCE,
        finish_on_key="#",
        action_on_empty_result=True,
        barge_in=True,
        **keys,
    )
    if by_keys and number == 1:
        gather.say(catalogue(answer.language).text("voice-deaf"), language=LOCALES[answer.language])
    _say(gather, answer)
    if answer.is_with_people:
        gather.play(waiting_sound)
    response = VoiceResponse()
    if answer.keys:
        response.play(digits=answer.keys)
    response.append(gather)
    return response


def hold(answer: Answer, base: str, number: int, holds: int) -> VoiceResponse:
    """Ask for a moment, once, and look again: a turn may take longer than the provider waits."""
    response = VoiceResponse()
    _say(response, answer)
    if holds == 1:
        response.say(catalogue(answer.language).text("voice-hold"), language=LOCALES[answer.language])
    response.pause(length=HOLD_SECONDS)
    response.redirect(f"{base}/hold?{urlencode({'n': number, 'h': holds})}", method="POST")
    return response


def leave(answer: Answer) -> VoiceResponse:
    """Say the last words; what follows is appended by whoever knows it."""
    response = VoiceResponse()
    _say(response, answer)
    return response


def _say(verb: TwiML, answer: Answer) -> None:
    for language, words in answer.said:
        verb.append(Say(words, language=LOCALES[language]))
