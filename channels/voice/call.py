"""One call: frames in, words out. Knows no socket, so that captured frames can be played to it.

What is said to the caller are the thread's own messages; what they had not heard when they spoke is not in the transcript.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog

from channels.voice import frames
from channels.voice.caller import MOST_UNHEARD, Caller
from channels.voice.manners import Manner, goes_on, is_dictated, is_hum, is_noise, manner_of
from channels.voice.mouth import LISTENS, Lips, Mouth
from channels.voice.voice import Voice
from conversations.understanding import fold
from core.i18n import Language, as_language
from core.logging import describe

log = structlog.get_logger()
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
ROUNDS = 600
"""Of the waiting sound: an hour."""
MOST_KEYS = 16
MOST_HELD = 1_000


class RelayLips:
    """Words leave as frames over a socket."""

    def __init__(self, send: Callable[[str], Awaitable[None]], waiting_sound: str) -> None:
        """`waiting_sound`: the address under which the provider fetches it."""
        self._send = send
        self._waiting_sound = waiting_sound

    async def say(self, words: str, *, last: bool) -> None:
        """A text frame."""
        await self._send(frames.text(words, last=last))

    async def switch(self, language: Language) -> None:
        """A language frame."""
        await self._send(frames.language(language))

    async def chime(self) -> None:
        """A play frame, which words that follow take the place of."""
        await self._send(frames.play(self._waiting_sound, loop=ROUNDS))

    async def press(self, digits: str) -> None:
        """A frame with keys."""
        await self._send(frames.send_digits(digits))

    async def end(self, handoff: Mapping[str, str]) -> None:
        """An end frame; the provider gives the data to the webhook that follows."""
        await self._send(frames.end(handoff))


class Call:
    """The state of one leg of a call. What is said leaves by `lips`; `way` is how, for the call's row."""

    def __init__(
        self, voice: Voice, lips: Lips, expected_sid: str | None = None, leg: int = 1, way: str = "relay"
    ) -> None:
        """`expected_sid`: the call the handshake was signed for; None where that is not told."""
        self._voice = voice
        self._expected = expected_sid
        self._leg = leg
        self._way = way
        self._caller = Caller(voice, lips)
        self._mouth = self._caller.mouth
        self._count = 0
        self._keys = ""
        self._held = ""
        self._alarmed = ""
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._acting: set[asyncio.Task[None]] = set()
        """What waited long enough and is being done: nothing puts that off any more."""
        self._is_closing = False

    async def take(self, frame: frames.Frame) -> None:
        """Act on one frame, in the order they come."""
        if isinstance(frame, frames.Setup):
            if not self._caller.has_begun:
                await self._begin(frame)
            return
        if not self._caller.has_begun:
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
                self.hush()
                await self._mouth.take_back(frame.heard)
            case frames.Dtmf():
                await self._press(frame.digit)
            case frames.Failure():
                log.warning("the provider tells of an error in a call")

    async def close(self, outcome: str) -> None:
        """The socket is gone: half a sentence is kept, what was not spoken any more is written. Safe to call twice."""
        # A cancellation that comes with an event may be swallowed (bpo-37658): the flag is not.
        self._is_closing = True
        tasks = [*self._tasks.values(), *self._acting]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=CLOSE_SECONDS)
        self._tasks.clear()
        if not self._caller.has_begun:
            return
        held, self._held = self._held, ""
        if held:
            await self._accept(held)
        await self._caller.end(outcome)

    async def trouble(self) -> None:
        """Say that something did not work and was not kept."""
        await self._mouth.remark("voice-trouble")

    @property
    def mouth(self) -> Mouth:
        """What speaks here."""
        return self._mouth

    def attend(self) -> None:
        """Somebody is speaking, the caller or we: neither half a sentence nor silence ends meanwhile."""
        if self._caller.has_begun and not self._is_closing:
            self._put_off_the_end()
            if "silence" in self._tasks:
                self._wait_for_a_word()

    def hush(self) -> None:
        """The caller speaks into our words: no more of them, but for safety's. `mouth.take_back` must follow."""
        self._mouth.hush()
        self._listen()

    async def not_understood(self) -> None:
        """What hears for us failed: said, then keys are offered, then a person, as when nothing was heard."""
        self._caller.has_spoken = True
        await self._not_heard("voice-deaf")

    async def speak_new(self) -> None:
        """Speak what was stored for this caller since the last time; who waits for people hears meanwhile that the line is alive."""
        if await self._mouth.speak_new() and self._caller.unheard < MOST_UNHEARD:
            self._wait_for_a_word()
        await self._mouth.chime()

    async def _begin(self, frame: frames.Setup) -> None:
        if self._expected not in (None, frame.call_sid):
            raise frames.BadFrame("another call", is_final=True)
        await self._caller.begin(frame.call_sid, frame.caller, self._leg, self._way)
        self._tasks["pump"] = asyncio.create_task(self._pump())
        self._wait_for_a_word()

    async def _hear(self, frame: frames.Prompt) -> None:
        words = frame.words.strip()
        if not words:
            return
        self._wait_for_a_word()
        self._listen()
        if not frame.last:
            self._put_off_the_end()
            # Words that mean danger are not waited out.
            if not self._alarmed and self._caller.is_danger(f"{self._held} {words}"):
                self._alarmed, self._held = words, ""
                await self._accept(words)
            return
        alarmed, self._alarmed = self._alarmed, ""
        if alarmed and fold(words).startswith(fold(alarmed)[:40]) and len(words) < 2 * len(alarmed):
            return
        if frame.language:
            self._mouth.language = as_language(frame.language[:2])
        if is_hum(words) and not self._held:
            return
        if is_noise(words) and not self._held:
            await self._not_heard("voice-noise")
            return
        if not self._held and await self._caller.lets_through(words):
            return
        self._caller.unheard = 0
        joined = f"{self._held} {words}".strip()
        manner = manner_of(words) if not self._held else None
        if manner is not None and (manner is not Manner.calls_back or await self._caller.is_waiting()):
            await self._caller.mind(manner)
            return
        pause = await self._pause_after(joined)
        if pause and len(joined) < MOST_HELD and not self._caller.is_danger(joined):
            self._held = joined
            self._later("held", pause, self._sentence_is_whole)
            return
        self._held = joined
        await self._sentence_is_whole()

    async def _pause_after(self, words: str) -> float:
        """How long a sentence is waited for that may go on; 0 for one that is whole."""
        if is_dictated(words) and await self._mouth.expects_digits():
            return KEYS_PAUSE
        return HELD if goes_on(words) else 0

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
        self._caller.unheard = 0
        if digit == "#":
            await self._keys_are_whole()
        elif digit == "*":
            await self._mouth.say_again()
        elif await self._mouth.expects_digits():
            # A code or a date may begin with 0: the key that leads to a person has its pause there.
            self._more_keys(digit)
        elif digit == "1" and await self._caller.is_waiting():
            await self._caller.call_back()
        elif digit == "9":
            await self._accept(await self._caller.other_language())
        else:
            self._more_keys(digit)
            await self._keys_are_whole()

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
        await self._accept(self._caller.words_for_a_person())

    async def _accept(self, words: str) -> None:
        self._count += 1
        ident = str(self._count) if self._leg == 1 else f"{self._leg}.{self._count}"
        await self._caller.accept(words, ident, is_listening=not self._is_closing)

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

    def _listen(self) -> None:
        """No sound into what the caller says; if they say nothing that is answered, it is there again."""
        self._mouth.listen()
        self._later("sound", LISTENS, self._mouth.chime)

    def _wait_for_a_word(self) -> None:
        self._later("silence", SILENCE, self._silent)

    async def _silent(self) -> None:
        await self._not_heard("voice-still-there")

    async def _not_heard(self, first: str) -> None:
        """Bear with it; a person is asked for at last."""
        done = await self._caller.bear(first)
        if done == "person":
            await self._ask_for_a_person()
        elif done not in (None, "voice-goodbye"):
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
            if self._tasks.get(name) is task:
                del self._tasks[name]
            self._acting.add(task)
            try:
                await act()
            # The socket has gone, or the database is away: the sweep writes what is unspoken.
            except Exception as error:
                log.warning("not acted on", **describe(error))
            finally:
                self._acting.discard(task)

        task = self._tasks[name] = asyncio.create_task(wait())
