"""One call: frames in, words out. Knows no socket, so that captured frames can be played to it.

What is said to the caller are the thread's own messages; what they had not heard when they spoke is not in the transcript.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, select, update

from channels.voice import frames
from channels.voice.spoken import heard_part, spoken
from conversations.after_call import end_call
from conversations.calls import VoiceCall
from conversations.delivery import receipt
from conversations.inbox import Inbox
from conversations.messages import Messages, Route, last_content, route_of
from conversations.models import Case, CaseState, ContactPoint, Delivery, DeliveryState, Message, Thread
from conversations.protocols import InboundMessage, Utterance
from conversations.safety import Level, SafetyScreen
from conversations.transcript import state_of_thread
from conversations.understanding import fold
from core.bus import Bus
from core.clock import Clock
from core.db import Database, UnitOfWork
from core.i18n import Language, as_language, catalogue
from core.logging import describe
from core.phone import parse_number
from core.ratelimit import RateLimiter

log = structlog.get_logger()
WELCOME = "voice-welcome"
PULSE_SECONDS = 15.0
CLOSE_SECONDS = 5.0
AGAIN_SECONDS = 1.0
MOST_A_MINUTE = 600
"""Frames of one call; unfinished sentences come several times a second."""
CUT = "interrupted"
KEYS_PAUSE = 2.5
"""Seconds after the last key, after which a number is whole."""
SILENCE = 20.0
"""Seconds without a word or a key after which the caller is asked, and then let go."""
ENDS_AT = 2
"""How many silences in a row end a call."""
MOST_KEYS = 16
KEPT_IN_WRITING = frozenset({"booked", "visit-moved"})
"""What is said and also sent by SMS: a day and an hour are not for remembering."""
_AGAIN = re.compile(
    r"(?:halo|hallo|hello|slucham|prosze|co|what|pardon|sorry|jest tam kto\w*|are you there|czy mnie slychac)[?!. ]*"
)
_SENTENCE = re.compile(r"(?<=[.?!])\s+")


@dataclass(frozen=True)
class Voice:
    """What a call needs of the house. `desk` is the number that a person is reached at, None without one."""

    inbox: Inbox
    messages: Messages
    database: Database
    bus: Bus
    clock: Clock
    screen: SafetyScreen
    region: str
    is_open: Callable[[UnitOfWork], Awaitable[bool]]
    limiter: RateLimiter
    desk: str | None = None


class Call:
    """The state of one call. `send` gives a frame to the socket."""

    def __init__(self, voice: Voice, send: Callable[[str], Awaitable[None]], expected_sid: str | None = None) -> None:
        """`expected_sid`: the call the handshake was signed for; None where that is not told."""
        self._voice = voice
        self._expected = expected_sid
        self._send = send
        self._sid = ""
        self._address = ("caller", "")
        self._point = UUID(int=0)
        self._thread = UUID(int=0)
        self._language: Language = "pl"
        self._last: UUID | None = None
        self._has_begun = False
        self._count = 0
        self._keys = ""
        self._alarmed = ""
        self._silences = 0
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._speaking = asyncio.Lock()
        self._is_closing = False

    async def take(self, frame: frames.Frame) -> None:
        """Act on one frame, in the order they come."""
        if isinstance(frame, frames.Setup):
            if not self._has_begun:
                await self._begin(frame)
            return
        if not self._has_begun:
            raise frames.BadFrame("nothing before setup")
        if not await self._voice.limiter.allows(f"voice:{self._sid}", MOST_A_MINUTE):
            raise frames.BadFrame("too many", is_final=True)
        match frame:
            case frames.Prompt():
                await self._hear(frame)
            case frames.Interrupt():
                await self._cut(frame.heard)
            case frames.Dtmf():
                await self._press(frame.digit)
            case frames.Failure():
                log.warning("the provider tells of an error in a call")

    async def close(self, outcome: str) -> None:
        """The socket is gone: what was not spoken any more is written. Safe to call twice."""
        # A cancellation that comes with an event may be swallowed (bpo-37658): the flag is not.
        self._is_closing = True
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=CLOSE_SECONDS)
        self._tasks.clear()
        if not self._has_begun:
            return
        async with self._voice.database.unit_of_work() as uow:
            call = await uow.session.get_one(VoiceCall, self._sid, with_for_update=True)
            await end_call(uow, self._voice.messages, call, outcome, self._voice.clock.now())

    async def trouble(self) -> None:
        """Say that something did not work and was not kept."""
        await self._speak(catalogue(self._language).text("voice-trouble"))

    async def _begin(self, frame: frames.Setup) -> None:
        if self._expected not in (None, frame.call_sid):
            raise frames.BadFrame("another call", is_final=True)
        number = parse_number(frame.caller, self._voice.region)
        address = ("phone", number) if number else ("caller", frame.call_sid)
        async with self._voice.database.unit_of_work() as uow:
            if await uow.session.get(VoiceCall, frame.call_sid) is not None:
                raise frames.BadFrame("this call has its socket", is_final=True)
        self._sid, self._address, now = frame.call_sid, address, self._voice.clock.now()
        self._point = await self._voice.inbox.greet(
            *address, "voice", self._language, self._voice.messages, Utterance(WELCOME), always=True
        )
        async with self._voice.database.unit_of_work() as uow:
            point = await uow.session.get_one(ContactPoint, self._point)
            found = await uow.session.scalars(
                select(Thread.id).where(Thread.correspondent_id == point.correspondent_id)
            )
            self._thread = found.one()
            uow.session.add(VoiceCall(sid=self._sid, contact_point_id=self._point, started_at=now, seen_at=now))
        self._has_begun = True
        self._tasks["pump"] = asyncio.create_task(self._pump())
        self._wait_for_a_word()

    def _own(self) -> tuple[ColumnElement[bool], ...]:
        return (
            Message.thread_id == self._thread, Message.contact_point_id == self._point, Message.direction == "outbound",
            Message.channel == "voice",
        )  # fmt: skip

    async def _hear(self, frame: frames.Prompt) -> None:
        words = frame.words.strip()
        if not words:
            return
        self._wait_for_a_word()
        self._silences = 0
        if not frame.last:
            # Words that mean danger are not waited out.
            if not self._alarmed and self._voice.screen.screen(words).level >= Level.crisis:
                self._alarmed = words
                await self._accept(words)
            return
        alarmed, self._alarmed = self._alarmed, ""
        if alarmed and fold(words).startswith(fold(alarmed)[:40]) and len(words) < 2 * len(alarmed):
            return
        if frame.language:
            self._language = as_language(frame.language[:2])
        if _AGAIN.fullmatch(fold(words)):
            await self._say_again()
            return
        await self._accept(words)

    async def _press(self, digit: str) -> None:
        self._wait_for_a_word()
        self._silences = 0
        if digit == "#":
            await self._keys_are_whole()
        elif digit == "0" and not self._keys:
            # The key that always leads to a person; a code or a date that begins with it has its pause and its "#".
            if await self._expects_digits():
                self._more_keys(digit)
            else:
                await self._accept("konsultant" if self._language == "pl" else "human")
        elif digit != "*":
            self._more_keys(digit)
            if not await self._expects_digits():
                await self._keys_are_whole()

    def _more_keys(self, digit: str) -> None:
        self._keys = (self._keys + digit)[:MOST_KEYS]
        self._later("keys", KEYS_PAUSE, self._keys_are_whole)

    async def _keys_are_whole(self) -> None:
        keys, self._keys = self._keys, ""
        task = self._tasks.pop("keys", None)
        if task is not None and task is not asyncio.current_task():
            task.cancel()
        if keys:
            await self._accept(keys)

    async def _expects_digits(self) -> bool:
        """True where the last question wants more digits than one: a code, a date, a number; with choices one is enough."""
        async with self._voice.database.unit_of_work() as uow:
            case_id, _ = await state_of_thread(uow, self._thread)
            content = await last_content(uow, case_id) if case_id else None
        key = str((content or {}).get("key", ""))
        return key.startswith(
            ("identity-code", "identity-who", "identity-born", "identity-own", "ask-referral", "ask-patient")
        )

    async def _accept(self, words: str) -> None:
        self._count += 1
        kind, address = self._address
        await self._voice.inbox.accept(
            InboundMessage(
                channel="voice", provider_id=f"{self._sid}:{self._count}", address_kind=kind, address=address, text=words,
                language_hint=self._language,
            )
        )  # fmt: skip

    async def _say_again(self) -> None:
        async with self._voice.database.unit_of_work() as uow:
            last = await uow.session.get(Message, self._last) if self._last is not None else None
            words = last.body if last is not None else ""
        if words:
            await self._speak(words)

    async def _cut(self, heard: str) -> None:
        """The caller spoke into our words: what was not heard is taken back, and what was about to be said is not said.

        Safety's words are said all the same.
        """
        async with self._voice.database.unit_of_work() as uow:
            for message, row in await self._unspoken(uow):
                if not message.goes_first:
                    row.state, row.error_code, row.updated_at = DeliveryState.withheld, CUT, self._voice.clock.now()
            last = await uow.session.get(Message, self._last) if self._last is not None else None
            if last is not None and (cut := heard_part(last.body, heard, as_language(last.language))) is not None:
                last.body, last.content = cut, {**(last.content or {}), "text": cut, "is_cut": True}
            await uow.publish("thread", id=str(self._thread), seq=last.seq if last is not None else 0)

    async def _pump(self) -> None:
        """Speak what is stored for this caller, in order, as soon as it is there. A database that is away is tried again."""
        with self._voice.bus.subscribe("thread", "case") as events:
            while not self._is_closing:
                try:
                    await self.speak_new()
                except Exception as error:
                    log.warning("not spoken", **describe(error))
                    await asyncio.sleep(AGAIN_SECONDS)
                    continue
                event = await events.get(PULSE_SECONDS)
                while event is not None and event["topic"] == "thread" and event.get("id") != str(self._thread):
                    event = await events.get(PULSE_SECONDS)

    async def _unspoken(self, uow: UnitOfWork) -> list[tuple[Message, Delivery]]:
        rows = await uow.session.execute(
            select(Message, Delivery)
            .join(Delivery, Delivery.message_id == Message.id)
            .where(*self._own(), Delivery.state.in_((DeliveryState.queued, DeliveryState.sent)))
            .order_by(Message.goes_first.desc(), Message.seq)
            .with_for_update(of=Delivery)
        )
        return [(row.Message, row.Delivery) for row in rows]

    async def speak_new(self) -> None:
        """Speak what was stored for this caller since the last time."""
        async with self._speaking:
            await self._speak_stored()

    async def _speak_stored(self) -> None:
        async with self._voice.database.unit_of_work() as uow:
            seen = update(VoiceCall).where(VoiceCall.sid == self._sid).values(seen_at=self._voice.clock.now())
            await uow.session.execute(seen)
            waiting = [message.id for message, _ in await self._unspoken(uow)]
            _, state = await state_of_thread(uow, self._thread)
            is_for_desk = bool(waiting) and state is CaseState.waiting and self._voice.desk is not None
            goes_to_desk = is_for_desk and await self._voice.is_open(uow)
        for message_id in waiting:
            await self._speak_one(message_id)
        if waiting and self._silences < ENDS_AT:
            self._wait_for_a_word()
        if goes_to_desk:
            await self._send(frames.end({"reason": "human"}))

    async def _speak_one(self, message_id: UUID) -> None:
        """Say one message, unless it was cut meanwhile; a booking is written too. The socket is never waited for in a transaction."""
        async with self._voice.database.unit_of_work() as uow:
            message = await uow.session.get_one(Message, message_id)
            row = await uow.session.get_one(Delivery, message_id)
            if row.state not in (DeliveryState.queued, DeliveryState.sent):
                return
            words, language = message.body, message.language
        if language and language != self._language:
            self._language = as_language(language)
            await self._send(frames.language(self._language))
        self._last = message_id
        await self._speak(words)
        now = self._voice.clock.now()
        async with self._voice.database.unit_of_work() as uow:
            await receipt(uow, message_id, "voice", None, DeliveryState.delivered, None, now)
            message = await uow.session.get_one(Message, message_id)
            if (message.content or {}).get("key") in KEPT_IN_WRITING and self._address[0] == "phone":
                case = await uow.session.get_one(Case, message.case_id)
                route = Route("sms", self._point, self._language)
                await self._voice.messages.say_again(uow, case, route, message.content or {}, now)

    async def _speak(self, words: str) -> None:
        """Sentence by sentence, in words for the ear."""
        sentences = [spoken(one, self._language) for one in _SENTENCE.split(words)]
        for number, sentence in enumerate(sentences, start=1):
            is_last = number == len(sentences)
            await self._send(frames.text(sentence if is_last else f"{sentence} ", last=is_last))

    def _wait_for_a_word(self) -> None:
        self._later("silence", SILENCE, self._silent)

    async def _silent(self) -> None:
        self._silences += 1
        if self._silences > ENDS_AT:
            return
        async with self._voice.database.unit_of_work() as uow:
            case_id, state = await state_of_thread(uow, self._thread)
            case = await uow.session.get(Case, case_id) if case_id else None
            route = await route_of(uow, case) if case is not None else None
            if case is None or route is None or state is not CaseState.bot:
                return
            key = "voice-still-there" if self._silences < ENDS_AT else "voice-goodbye"
            await self._voice.messages.say(
                uow, case, route, Utterance(key), {"by": "rule", "rule": key}, self._voice.clock.now()
            )
        if self._silences == ENDS_AT:
            await self.speak_new()
            await self._send(frames.end({"reason": "silence"}))

    def _later(self, name: str, seconds: float, act: Callable[[], Awaitable[None]]) -> None:
        """Do that after so long, unless it is put off again before."""
        running = self._tasks.pop(name, None)
        if running is not None and running is not asyncio.current_task():
            running.cancel()

        async def wait() -> None:
            await asyncio.sleep(seconds)
            try:
                await act()
            except (
                Exception
            ) as error:  # The socket has gone, or the database is away: the sweep writes what is unspoken.
                log.warning("not acted on", **describe(error))

        self._tasks[name] = asyncio.create_task(wait())
