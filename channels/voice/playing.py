"""Our words on a media stream: made into sound here, played by the provider, and known as heard once its marks come back."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from channels.voice import stream_frames as wire
from channels.voice.speech.protocols import SpeechFailed, Synthesizer
from channels.voice.speech.sound import FRAME, seconds
from channels.voice.tones import WAITING_SECONDS, keys, waiting
from core.i18n import Language

MARKED = 25 * FRAME
"""Bytes between two marks, half a second: so exactly is it known what was heard."""
SLACK = 8.0
"""Seconds beyond its length after which sound that was not reported as played is taken as lost with its line."""

MOST_FAILURES = 3
"""Sentences in a row without sound; then the call goes on by the provider's voice."""
LOST, SPEECHLESS = "line-lost", "speechless"


class LineLost(Exception):
    """The words did not reach the caller's ear: the line is gone, or was cut before they were played."""


class _Going:
    """One sentence that is being played."""

    def __init__(self, words: str, marks: int) -> None:
        self.words = words
        self.marks = marks
        self.played = 0
        self.is_cut = False
        self.is_over = asyncio.Event()

    def heard(self) -> str:
        """The words played, to the last whole one."""
        if self.played >= self.marks:
            return self.words
        part = self.words[: len(self.words) * self.played // self.marks]
        return part.rpartition(" ")[0]


class StreamLips:
    """Speak into one stream, a sentence at a time: the next one is not sent before the last one was heard, so that nothing is told as
    heard that was not. `manner` tells the language and whether to speak slowly; `wait` returns when the caller lets us speak.
    """

    def __init__(self, send: Callable[[str], Awaitable[None]], synthesizer: Synthesizer, slack: float = SLACK) -> None:
        self._send = send
        self._synthesizer = synthesizer
        self._slack = slack
        self.stream_sid = ""
        self.manner: Callable[[], tuple[Language, bool]] = lambda: ("pl", False)
        self.wait: Callable[[], Awaitable[None]] = _no_wait
        self.is_over = asyncio.Event()
        """Nothing more is to be said here: the call has ended, leads elsewhere, or must go on another way."""
        self.lost_by: str | None = None
        self._before = ""
        self._going: _Going | None = None
        self._chime: asyncio.Task[None] | None = None
        self._count = self._failures = 0
        self._lock = asyncio.Lock()

    @property
    def is_playing(self) -> bool:
        """True while the caller hears us."""
        return self._going is not None

    async def say(self, words: str, *, last: bool) -> None:
        """Play; returns once it was heard or cut. Raises `LineLost` if it will never be, `SpeechFailed` if there is no sound for it."""
        async with self._lock:
            await self.wait()
            if self.lost_by is not None:
                raise LineLost
            language, is_slow = self.manner()
            try:
                sound = await self._synthesizer.synthesise(words, language, slowly=is_slow)
            except SpeechFailed:
                self._failures += 1
                if self._failures >= MOST_FAILURES:
                    self.lose(SPEECHLESS)
                raise
            self._failures = 0
            if sound:
                await self._still()
                await self._play(words, sound)
            if last:
                self._before = ""

    async def switch(self, language: Language) -> None:
        """The voice asks for the language at each sentence."""

    async def chime(self) -> None:
        """Play the waiting sound, round after round, until words follow. The caller may speak into it."""
        if self._chime is None and not self.is_over.is_set():
            self._chime = asyncio.create_task(self._rounds())

    async def press(self, digits: str) -> None:
        """Play the tones of keys."""
        async with self._lock:
            await self._send_sound(keys(digits))

    async def end(self, handoff: Mapping[str, str]) -> None:
        """What was to be heard has been; the socket is closed by who holds it."""
        self._over()

    def played(self, name: str) -> None:
        """A mark came back. Those of what was cut come back too, and mean nothing."""
        sentence, _, part = name.partition(".")
        going = self._going
        if going is None or going.is_cut or sentence != str(self._count) or not part.isdecimal():
            return
        going.played = max(going.played, min(int(part), going.marks))
        if going.played == going.marks:
            going.is_over.set()

    def stop(self) -> str:
        """Stop speaking at once; the words of this go that were heard. Follow it with `clear`."""
        going = self._going
        if going is None:
            return ""
        going.is_cut = True
        heard = f"{self._before}{going.heard()}"
        going.is_over.set()
        return heard.replace(" ... ", ", ")

    async def clear(self) -> None:
        """Have the provider throw away what it has not played."""
        await self._send(wire.clear(self.stream_sid))

    def lose(self, how: str = LOST) -> None:
        """No more words reach the caller here: whoever waits for some to be heard learns that they were not."""
        self.lost_by = self.lost_by or how
        self._over()
        if self._going is not None:
            self._going.is_over.set()

    async def _play(self, words: str, sound: bytes) -> None:
        self._count += 1
        pieces = [sound[at : at + MARKED] for at in range(0, len(sound), MARKED)]
        going = self._going = _Going(words, len(pieces))
        try:
            for number, piece in enumerate(pieces, start=1):
                await self._send_sound(piece)
                await self._send(wire.mark(self.stream_sid, f"{self._count}.{number}"))
                if going.is_over.is_set():
                    break
            await asyncio.wait_for(going.is_over.wait(), seconds(sound) + self._slack)
        except TimeoutError:
            self.lose()
        finally:
            self._going = None
            self._before = "" if going.is_cut else f"{self._before}{words}"
        if not going.is_cut and going.played < going.marks:
            raise LineLost

    async def _rounds(self) -> None:
        while True:
            async with self._lock:
                await self._send_sound(waiting())
            await asyncio.sleep(WAITING_SECONDS)

    async def _still(self) -> None:
        """No waiting sound beside words."""
        if self._chime is not None:
            self._end_chime()
            await self.clear()

    def _end_chime(self) -> None:
        if self._chime is not None:
            self._chime.cancel()
            self._chime = None

    def _over(self) -> None:
        self.is_over.set()
        self._end_chime()

    async def _send_sound(self, sound: bytes) -> None:
        for at in range(0, len(sound), FRAME):
            await self._send(wire.media(self.stream_sid, sound[at : at + FRAME]))


async def _no_wait() -> None:
    """Speak at once."""
