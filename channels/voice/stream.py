"""One call whose sound comes here: what is said becomes words, and the words go the way of the relay's (`channels.voice.call`).

Reading never waits for words to be played: what is to be acted on stands in a queue of its own, and so does what is to be recognised.
Sound is thrown away once it has been recognised.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from channels.voice import frames
from channels.voice import stream_frames as wire
from channels.voice.call import Call
from channels.voice.frames import BadFrame
from channels.voice.playing import StreamLips
from channels.voice.speech.gate import Began, Ended, Gate
from channels.voice.speech.protocols import Speech, SpeechFailed
from channels.voice.speech.sound import RATE, seconds
from channels.voice.voice import Voice
from core.logging import describe

log = structlog.get_logger()
WAY = "stream"
NUMBER = "from"
"""The name under which the provider is given the caller's number, to tell it again at the start."""
MOST_AHEAD = 30.0
"""Seconds of sound that may come before their time: what waited on its way comes at once. More is a flood."""
MOST_A_SECOND = 200
"""Frames; the provider sends fifty."""
LAST_WORDS = 12.0
"""Seconds after a hang-up for what was being said to be understood."""
CLOSES = 5.0
"""Seconds for what is being done beside the call."""
PARTIAL_EVERY = 3.0
"""Seconds of a sentence without a breath after which it is looked for danger, and again."""
PATIENCE = 5.0
"""Seconds that we wait for a caller who is speaking, before we speak all the same: a noisy room never ends."""
ATTENDS = 0.5
SEEN = 15.0
NOTHING = "[noise]"


class StreamedCall:
    """One leg of a call over a media stream."""

    def __init__(
        self, voice: Voice, speech: Speech, send: Callable[[str], Awaitable[None]], sid: str, leg: int = 1,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self.lips = StreamLips(send, speech.synthesizer)
        self.call = Call(voice, self.lips, sid, leg, WAY)
        self._recognizer = speech.recognizer
        self._gate = Gate()
        self._clock = clock
        self._acts: asyncio.Queue[frames.Frame | None] = asyncio.Queue()
        self._heard: asyncio.Queue[bytes] = asyncio.Queue()
        self._workers: list[asyncio.Task[None]] = []
        self._passing: set[asyncio.Task[None]] = set()
        self._began = self._attended = self._seen = self._partial = 0.0
        self._sound = 0
        self._frames = 0
        self._is_understanding = self._is_looking = False
        self._failure: BadFrame | None = None
        self.has_stopped = False
        self._quiet = asyncio.Event()
        self._quiet.set()
        self.lips.wait = self._let_speak
        self.lips.manner = lambda: (self.call.mouth.language, self.call.mouth.is_slow)

    async def take(self, frame: wire.Frame) -> None:
        """Act on one frame, in the order they come. Raises `BadFrame`."""
        if self._failure is not None:
            raise self._failure
        if isinstance(frame, wire.Start):
            await self._start(frame)
            return
        if not self._workers:
            raise BadFrame("nothing before start")
        self._count()
        match frame:
            case wire.Media():
                await self._listen(frame.sound())
            case wire.Mark():
                self.lips.played(frame.mark.name)
            case wire.Dtmf():
                await self._break_in()
                self._acts.put_nowait(frames.Dtmf(type="dtmf", digit=frame.dtmf.digit))
            case wire.Stop():
                self.has_stopped = True
                self.lips.lose()

    async def trouble(self) -> None:
        """Say that something did not work and was not kept."""
        self._aside(self.call.trouble())

    async def close(self, outcome: str) -> None:
        """The socket is gone or is about to be: words that were being said are still understood. Safe to call twice."""
        self.lips.lose()
        self._quiet.set()
        if self._workers:
            if (left := self._gate.end()) is not None:
                self._heard.put_nowait(left.sound)
            try:
                async with asyncio.timeout(LAST_WORDS):
                    await self._heard.join()
                    await self._acts.join()
            except TimeoutError:
                log.warning("the last words were not understood in time")
        if self._passing:
            # What was not heard is taken back before the call is over.
            await asyncio.wait(self._passing, timeout=CLOSES)
        tasks = [*self._workers, *self._passing]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._workers.clear()
        await self.call.close(outcome)

    async def _start(self, frame: wire.Start) -> None:
        if self._workers:
            return
        self.lips.stream_sid = frame.stream_sid
        setup = frames.Setup(type="setup", call_sid=frame.start.call_sid, caller=frame.start.given.get(NUMBER, "")[:64])
        self._began = self._clock()
        await self.call.take(setup)
        self._workers = [asyncio.create_task(self._act()), asyncio.create_task(self._understand())]
        self._aside(self._recognizer.warm())

    def _count(self) -> None:
        self._frames += 1
        if self._frames > MOST_A_SECOND * (self._clock() - self._began + MOST_AHEAD):
            raise BadFrame("too many", is_final=True)

    async def _listen(self, sound: bytes) -> None:
        now = self._clock()
        self._sound += len(sound)
        if self._sound / RATE > now - self._began + MOST_AHEAD:
            raise BadFrame("more sound than time", is_final=True)
        for event in self._gate.hear(sound, over_ours=self.lips.is_playing):
            if isinstance(event, Began):
                self._partial = 0.0
                await self._break_in()
            elif isinstance(event, Ended):
                self._heard.put_nowait(event.sound)
        if self._gate.is_speaking:
            self._quiet.clear()
        else:
            self._quiet.set()
        self._look_for_danger()
        # By the sound that came, not by the clock: it comes twenty milliseconds at a time.
        at = self._sound / RATE
        if at - self._attended >= ATTENDS:
            self._attended = at
            if self._gate.is_speaking or self._is_understanding or self.lips.is_playing or not self._heard.empty():
                self.call.attend()
        if at - self._seen >= SEEN:
            self._seen = at
            self._aside(self.call.mouth.seen())

    async def _break_in(self) -> None:
        """The caller speaks, or presses a key, into our words: we stop, and the transcript keeps what was played."""
        if not self.lips.is_playing or not self.call.mouth.may_be_cut:
            return
        self.call.hush()
        heard = self.lips.stop()
        self._aside(self.call.mouth.take_back(heard))
        await self.lips.clear()

    async def _let_speak(self) -> None:
        """Nobody is talked over, but for safety's words."""
        if self.call.mouth.may_be_cut and not self._quiet.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._quiet.wait(), PATIENCE)

    def _look_for_danger(self) -> None:
        """A long sentence is looked at before its end, while nothing else is to be understood."""
        so_far = self._gate.so_far() if self._gate.is_speaking else b""
        is_busy = self._is_understanding or self._is_looking or not self._heard.empty()
        if seconds(so_far) - self._partial < PARTIAL_EVERY or is_busy:
            return
        self._partial = seconds(so_far)
        self._aside(self._partly(so_far))

    async def _partly(self, sound: bytes) -> None:
        self._is_looking = True
        try:
            words = await self._recognizer.recognise(sound, self.call.mouth.language)
        finally:
            self._is_looking = False
        if words:
            self._acts.put_nowait(frames.Prompt(type="prompt", words=words, last=False))

    async def _understand(self) -> None:
        """What was said becomes words, in order. What cannot be understood is told to the caller."""
        while True:
            sound = await self._heard.get()
            self._is_understanding = True
            try:
                words = await self._recognizer.recognise(sound, self.call.mouth.language)
                self._acts.put_nowait(frames.Prompt(type="prompt", words=words or NOTHING))
            except SpeechFailed as error:
                log.warning("speech was not recognised", reason=str(error))
                self._acts.put_nowait(None)
            except Exception as error:  # A recogniser of somebody else's: the call goes on by keys all the same.
                log.warning("the recogniser failed", **describe(error))
                self._acts.put_nowait(None)
            finally:
                self._is_understanding = False
                self._heard.task_done()

    async def _act(self) -> None:
        """Words and keys are acted on, in order; None stands for words that could not be had."""
        while True:
            frame = await self._acts.get()
            try:
                if frame is None:
                    await self.call.not_understood()
                else:
                    await self.call.take(frame)
            except BadFrame as error:
                log.warning("a frame that is none", reason=str(error))
                self._failure = error if error.is_final else None
            except Exception as error:
                log.warning("a frame was not taken", **describe(error))
                self._aside(self.call.trouble())
            finally:
                self._acts.task_done()

    def _aside(self, act: Awaitable[None]) -> None:
        """Beside what is read; a failure is noted."""

        async def run() -> None:
            try:
                await act
            except Exception as error:
                log.warning("not done beside a call", **describe(error))

        task = asyncio.create_task(run())
        self._passing.add(task)
        task.add_done_callback(self._passing.discard)
