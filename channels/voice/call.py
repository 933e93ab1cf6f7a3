"""One call: frames in, words out. Knows no socket, so that captured frames can be played to it.

What is said to the caller are the thread's own messages; what they had not heard when they spoke is not in the transcript.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from sqlalchemy import select

from channels.voice import frames
from channels.voice.manners import Manner, goes_on, is_dictated, is_noise, manner_of
from channels.voice.mouth import Mouth, Voice
from conversations.after_call import end_call, is_open_question
from conversations.calls import VoiceCall
from conversations.inbox import open_case
from conversations.messages import Route, last_said, route_of
from conversations.models import Case, CaseState, ContactPoint, Thread
from conversations.protocols import InboundMessage, Utterance
from conversations.safety import Level
from conversations.transcript import state_of_thread
from conversations.understanding import fold
from core.db import UnitOfWork
from core.i18n import as_language
from core.logging import describe
from core.phone import parse_number

log = structlog.get_logger()
WELCOME = "voice-welcome"
PULSE_SECONDS = 15.0
CLOSE_SECONDS = 5.0
AGAIN_SECONDS = 1.0
MOST_A_MINUTE = 600
"""Frames of one call; unfinished sentences come several times a second."""
KEYS_A_MINUTE = 120
"""Twice as many as a number is typed with."""
KEYS_PAUSE = 2.5
"""Seconds after the last key, after which a number is whole."""
HELD = 2.2
"""Seconds that a sentence may pause in its middle."""
SILENCE = 20.0
"""Seconds without a word or a key after which the caller is asked, then offered keys, then given to a person."""
MOST_UNHEARD = 3
"""Silences and noises in a row: asked, offered keys, and then a person, or the end if nothing was ever said."""
MOST_KEYS = 16
MOST_HELD = 1_000
RESUMED_WITHIN = timedelta(minutes=30)


class Call:
    """The state of one call. `send` gives a frame to the socket."""

    def __init__(self, voice: Voice, send: Callable[[str], Awaitable[None]], expected_sid: str | None = None) -> None:
        """`expected_sid`: the call the handshake was signed for; None where that is not told."""
        self._voice = voice
        self._expected = expected_sid
        self._mouth = Mouth(voice, send)
        self._has_begun = False
        self._count = 0
        self._keys = ""
        self._held = ""
        self._alarmed = ""
        self._unheard = 0
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._is_closing = False

    async def take(self, frame: frames.Frame) -> None:
        """Act on one frame, in the order they come."""
        if isinstance(frame, frames.Setup):
            if not self._has_begun:
                await self._begin(frame)
            return
        if not self._has_begun:
            raise frames.BadFrame("nothing before setup")
        limiter, sid = self._voice.limiter, self._mouth.sid
        is_key = isinstance(frame, frames.Dtmf)
        if not await limiter.allows(f"voice:{sid}", MOST_A_MINUTE) or (
            is_key and not await limiter.allows(f"voice-keys:{sid}", KEYS_A_MINUTE)
        ):
            raise frames.BadFrame("too many", is_final=True)
        match frame:
            case frames.Prompt():
                await self._hear(frame)
            case frames.Interrupt():
                await self._mouth.cut(frame.heard)
            case frames.Dtmf():
                await self._press(frame.digit)
            case frames.Failure():
                log.warning("the provider tells of an error in a call")

    async def close(self, outcome: str) -> None:
        """The socket is gone: half a sentence is kept, what was not spoken any more is written. Safe to call twice."""
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
        held, self._held = self._held, ""
        if held:
            await self._accept(held)
        async with self._voice.database.unit_of_work() as uow:
            call = await uow.session.get_one(VoiceCall, self._mouth.sid, with_for_update=True)
            await end_call(uow, self._voice.messages, call, outcome, self._voice.clock.now())

    async def trouble(self) -> None:
        """Say that something did not work and was not kept."""
        await self._mouth.remark("voice-trouble")

    async def speak_new(self) -> None:
        """Speak what was stored for this caller since the last time."""
        if await self._mouth.speak_new() and self._unheard < MOST_UNHEARD:
            self._wait_for_a_word()

    async def _begin(self, frame: frames.Setup) -> None:
        if self._expected not in (None, frame.call_sid):
            raise frames.BadFrame("another call", is_final=True)
        number = parse_number(frame.caller, self._voice.region)
        address = ("phone", number) if number else ("caller", frame.call_sid)
        async with self._voice.database.unit_of_work() as uow:
            if await uow.session.get(VoiceCall, frame.call_sid) is not None:
                raise frames.BadFrame("this call has its socket", is_final=True)
        mouth, now = self._mouth, self._voice.clock.now()
        mouth.sid, mouth.address = frame.call_sid, address
        mouth.point = await self._voice.inbox.greet(
            *address, "voice", mouth.language, self._voice.messages, Utterance(WELCOME), always=True
        )
        async with self._voice.database.unit_of_work() as uow:
            point = await uow.session.get_one(ContactPoint, mouth.point)
            found = await uow.session.scalars(
                select(Thread.id).where(Thread.correspondent_id == point.correspondent_id)
            )
            mouth.thread = found.one()
            uow.session.add(VoiceCall(sid=mouth.sid, contact_point_id=mouth.point, started_at=now, seen_at=now))
            await self._resume(uow)
        self._has_begun = True
        self._tasks["pump"] = asyncio.create_task(self._pump())
        self._wait_for_a_word()

    async def _resume(self, uow: UnitOfWork) -> None:
        """A question that a broken call, or an SMS, left open is asked again."""
        mouth, now = self._mouth, self._voice.clock.now()
        case = await open_case(uow, mouth.thread)
        asked = await last_said(uow, case.id) if case is not None and case.state is CaseState.bot else None
        content = asked.content if asked is not None else None
        if case is None or asked is None or content is None or not is_open_question(content):
            return
        if asked.created_at + RESUMED_WITHIN < now:
            return
        route = Route("voice", mouth.point, mouth.language)
        provenance = {"by": "rule", "rule": "voice-resumed"}
        await self._voice.messages.say(uow, case, route, Utterance("voice-resumed"), provenance, now)
        await self._voice.messages.say_again(uow, case, route, content, now, provenance)

    async def _hear(self, frame: frames.Prompt) -> None:
        words = frame.words.strip()
        if not words:
            return
        self._wait_for_a_word()
        if not frame.last:
            self._put_off_the_end()
            # Words that mean danger are not waited out.
            if not self._alarmed and self._is_danger(f"{self._held} {words}"):
                self._alarmed, self._held = words, ""
                await self._accept(words)
            return
        alarmed, self._alarmed = self._alarmed, ""
        if alarmed and fold(words).startswith(fold(alarmed)[:40]) and len(words) < 2 * len(alarmed):
            return
        if frame.language:
            self._mouth.language = as_language(frame.language[:2])
        if is_noise(words) and not self._held:
            await self._not_heard("voice-noise")
            return
        self._unheard = 0
        joined = f"{self._held} {words}".strip()
        if not self._held and (manner := manner_of(words)) is not None:
            await self._mind(manner)
            return
        pause = await self._pause_after(joined)
        if pause and len(joined) < MOST_HELD and not self._is_danger(joined):
            self._held = joined
            self._later("held", pause, self._sentence_is_whole)
            return
        self._held = joined
        await self._sentence_is_whole()

    async def _mind(self, manner: Manner) -> None:
        """Do what is said about the call itself."""
        mouth = self._mouth
        match manner:
            case Manner.by_sms:
                await mouth.write_last()
                return
            case Manner.objects:
                await mouth.remark("voice-objection")
                return
            case Manner.slower:
                mouth.is_slow = True
                await mouth.remark("voice-slower")
            case Manner.louder:
                await mouth.remark("voice-louder")
            case Manner.again:
                pass
        await mouth.say_again()

    async def _pause_after(self, words: str) -> float:
        """How long a sentence is waited for that may go on; 0 for one that is whole."""
        if is_dictated(words) and await self._mouth.expects_digits():
            return KEYS_PAUSE
        return HELD if goes_on(words) else 0

    def _is_danger(self, words: str) -> bool:
        return self._voice.screen.screen(words.strip()).level >= Level.crisis

    def _put_off_the_end(self) -> None:
        if self._held:
            self._later("held", HELD, self._sentence_is_whole)

    async def _sentence_is_whole(self) -> None:
        self._stop("held")
        words, self._held = self._held, ""
        if words:
            await self._accept(words)

    async def _press(self, digit: str) -> None:
        self._wait_for_a_word()
        self._unheard = 0
        if digit == "#":
            await self._keys_are_whole()
        elif digit == "*":
            await self._mouth.say_again()
        elif await self._mouth.expects_digits():
            # A code or a date may begin with 0: the key that leads to a person has its pause there.
            self._more_keys(digit)
        elif digit == "9":
            await self._other_language()
        else:
            self._more_keys(digit)
            await self._keys_are_whole()

    async def _other_language(self) -> None:
        await self._mouth.switch("en" if self._mouth.language == "pl" else "pl")
        await self._accept("English please" if self._mouth.language == "en" else "po polsku")

    def _more_keys(self, digit: str) -> None:
        self._keys = (self._keys + digit)[:MOST_KEYS]
        self._later("keys", KEYS_PAUSE, self._keys_are_whole)

    async def _keys_are_whole(self) -> None:
        keys, self._keys = self._keys, ""
        self._stop("keys")
        if keys == "0":
            await self._ask_for_a_person()
        elif keys:
            await self._accept(keys)

    async def _ask_for_a_person(self) -> None:
        await self._accept("konsultant" if self._mouth.language == "pl" else "human")

    async def _accept(self, words: str) -> None:
        self._count += 1
        kind, address = self._mouth.address
        await self._voice.inbox.accept(
            InboundMessage(
                channel="voice", provider_id=f"{self._mouth.sid}:{self._count}", address_kind=kind, address=address, text=words,
                language_hint=self._mouth.language,
            )
        )  # fmt: skip

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
                while event is not None and event["topic"] == "thread" and event.get("id") != str(self._mouth.thread):
                    event = await events.get(PULSE_SECONDS)

    def _wait_for_a_word(self) -> None:
        self._later("silence", SILENCE, self._silent)

    async def _silent(self) -> None:
        await self._not_heard("voice-still-there")

    async def _not_heard(self, first: str) -> None:
        """Silence or noise: asked about, then keys are offered, then a person; who never said a word is let go instead."""
        self._unheard += 1
        async with self._voice.database.unit_of_work() as uow:
            case_id, state = await state_of_thread(uow, self._mouth.thread)
            case = await uow.session.get(Case, case_id) if case_id else None
            route = await route_of(uow, case) if case is not None else None
            if state is not CaseState.bot or self._unheard > MOST_UNHEARD:
                return
            has_spoken = case is not None and route is not None and self._count > 0
            if self._unheard == MOST_UNHEARD and has_spoken:
                key = ""
            else:
                key = (first, "voice-keys", "voice-goodbye")[self._unheard - 1]
                if case is not None:
                    route = Route("voice", self._mouth.point, self._mouth.language)
                    provenance = {"by": "rule", "rule": key}
                    await self._voice.messages.say(
                        uow, case, route, Utterance(key), provenance, self._voice.clock.now()
                    )
        if not key:
            await self._ask_for_a_person()
            return
        await self._mouth.speak_new()
        if key == "voice-goodbye":
            await self._mouth.send(frames.end({"reason": "silence"}))
        else:
            self._wait_for_a_word()

    def _stop(self, name: str) -> None:
        task = self._tasks.pop(name, None)
        if task is not None and task is not asyncio.current_task():
            task.cancel()

    def _later(self, name: str, seconds: float, act: Callable[[], Awaitable[None]]) -> None:
        """Do that after so long, unless it is put off again before."""
        self._stop(name)

        async def wait() -> None:
            await asyncio.sleep(seconds)
            try:
                await act()
            # The socket has gone, or the database is away: the sweep writes what is unspoken.
            except Exception as error:
                log.warning("not acted on", **describe(error))

        self._tasks[name] = asyncio.create_task(wait())
