"""Where speech begins and ends in a caller's sound, by its loudness above the line's own noise. Pure: frames in, what happened out.

Measured on frames of 20 ms. The noise is the quietest level of the last seconds: it sinks at once and rises slowly. Over our own words a
caller has to be louder and to go on longer, since some lines send our words back.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np

from channels.voice.speech.sound import FRAME, from_mulaw

_SECOND = 50
PAUSE = int(0.7 * _SECOND)
"""Frames of quiet that end a stretch of speech. Whether the sentence goes on is for `Call` to say."""
BEFORE = int(0.3 * _SECOND)
"""Frames kept from before the first loud one: words begin softly."""
LONGEST = 25 * _SECOND
SHORTEST = int(0.12 * _SECOND)
"""Loud frames without which it was a click."""
QUIETEST, LOUDEST_NOISE = -65.0, -30.0
"""dB below full scale between which the noise of a line lies."""
ABOVE, ABOVE_OURS = 10.0, 16.0
LEAST = -45.0
RISES = 1.0 / _SECOND
"""dB a frame: a caller who speaks for ten seconds without a breath does not become noise."""


@dataclass(frozen=True)
class Began:
    """Somebody speaks."""


@dataclass(frozen=True)
class Ended:
    """They have stopped: the sound, µ-law, with a little quiet around it."""

    sound: bytes


class Gate:
    """Hears one caller."""

    def __init__(self) -> None:
        self._left = b""
        self._noise = LOUDEST_NOISE
        self._before: deque[bytes] = deque(maxlen=BEFORE)
        self._recent: deque[bool] = deque(maxlen=14)
        self._speech: list[bytes] = []
        self._loud = self._quiet = 0

    @property
    def is_speaking(self) -> bool:
        """True from the beginning of speech to the end of the pause after it."""
        return bool(self._speech)

    def hear(self, sound: bytes, *, over_ours: bool) -> list[Began | Ended]:
        """Take sound in pieces of any length. `over_ours`: we are speaking too."""
        found: list[Began | Ended] = []
        self._left += sound
        while len(self._left) >= FRAME:
            frame, self._left = self._left[:FRAME], self._left[FRAME:]
            event = self._take(frame, self._is_loud(frame, over_ours), 10 if over_ours else 5)
            if event is not None:
                found.append(event)
        return found

    def so_far(self) -> bytes:
        """What is being said, as far as it was heard."""
        return b"".join(self._speech)

    def end(self) -> Ended | None:
        """The line is cut: what was being said, if it was something."""
        sound, loud = self.so_far(), self._loud
        self._forget()
        return Ended(sound) if loud >= SHORTEST else None

    def _is_loud(self, frame: bytes, over_ours: bool) -> bool:
        power = float(np.mean(np.square(from_mulaw(frame))))
        level = max(QUIETEST, 10 * float(np.log10(power + 1e-12)))
        self._noise = min(max(min(level, self._noise + RISES), QUIETEST), LOUDEST_NOISE)
        return level > max(self._noise + (ABOVE_OURS if over_ours else ABOVE), LEAST)

    def _take(self, frame: bytes, is_loud: bool, needed: int) -> Began | Ended | None:
        self._recent.append(is_loud)
        if not self._speech:
            self._before.append(frame)
            if sum(self._recent) < needed:
                return None
            self._speech, self._loud, self._quiet = [*self._before], sum(self._recent), 0
            return Began()
        self._speech.append(frame)
        self._loud, self._quiet = self._loud + is_loud, 0 if is_loud else self._quiet + 1
        if self._quiet < PAUSE and len(self._speech) < LONGEST:
            return None
        return self.end()

    def _forget(self) -> None:
        self._speech, self._loud, self._quiet = [], 0, 0
        self._before.clear()
        self._recent.clear()
