"""One caller's side of a call over the real socket: signed as the provider signs, its frames in its order.

A script's line is spoken as it stands, or holds marks:

- ` / ` between parts of a sentence: a pause of 1.2 s, as of somebody who thinks;
- `(keys 12#)`: keys; `(code)`: the one-time code that came by SMS, by keys;
- `(noise)`: sound that is no word; `(silence)`: nothing, until the clinic speaks;
- `(cut) words`: speaks into what is being said;
- `(hang up)`: hangs up and calls again.
"""

import asyncio
import json
import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import websockets
from twilio.request_validator import RequestValidator

from channels.voice.frames import LOCALES
from channels.voice.routes import socket_url
from core.i18n import LANGUAGES, catalogue
from service.talk_lines import NoAnswer

THINKS = 1.2
QUIET = 0.6
"""Seconds without a word after which an answer is taken as whole: what is stored together is spoken together."""
HOLD = [catalogue(language).text("voice-hold") for language in LANGUAGES]
UNSPOKEN = 4.0
"""Seconds after which the first words of a call are taken as missing."""
_KEYS = re.compile(r"\(keys ([0-9*#]+)\)")
_CODE = re.compile(r"(?<!\d)(\d{6})(?!\d)")


class Call:
    """A telephone that calls. `texts` tells what SMS came to the number; None where none are looked at."""

    def __init__(
        self,
        public_url: str,
        token: str,
        number: str,
        language: str,
        wait_seconds: float,
        texts: Callable[[str], list[str]],
        question_of: Callable[[list[str]], str | None],
    ) -> None:
        self._public_url = public_url
        self._token = token
        self._number = number
        self._language = language
        self._wait = wait_seconds
        self._texts = texts
        self._question_of = question_of
        self._before: list[str] = []
        self._socket: websockets.ClientConnection | None = None
        self.sids: list[str] = []
        self.first_tokens: list[float] = []
        """Seconds from each final prompt frame to the first token of its answer."""
        self.log: list[str] = []
        """What was said, by seconds since the call began."""
        self._began = time.perf_counter()
        self.states_lost = 0
        """Calls back in which the question that was open was not asked again."""

    async def open(self) -> list[str]:
        """Call; who speaks English presses 9 first. What is said at once."""
        heard = await self._dial()
        if self._language == "en":
            heard += await self._press("9")
        return heard

    async def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            await self._socket.close()
            self._socket = None

    async def say(self, text: str) -> list[str]:
        """Do what a line of the script says; the answer, a message each. Raises `NoAnswer`."""
        if self._socket is None:
            raise NoAnswer("the call is over")
        self._note("caller", text)
        if text == "(hang up)":
            heard = await self._again()
        elif text == "(silence)":
            heard = await self._hear(self._wait)
        elif text == "(code)":
            heard = await self._press(await self._code())
        elif found := _KEYS.fullmatch(text):
            heard = await self._press(found[1])
        else:
            heard = await self._speak(text)
        self._before = heard or self._before
        return heard

    async def prompt(self, words: str, *, last: bool = True) -> None:
        """One frame of recognised speech."""
        locale = LOCALES[self._language]
        await self.send({"type": "prompt", "voicePrompt": words, "lang": locale, "last": last})

    async def send(self, frame: dict[str, Any]) -> None:
        """One frame, as the provider sends it."""
        assert self._socket is not None, "the call is open"
        await self._socket.send(json.dumps(frame))

    async def receive(self, seconds: float) -> dict[str, Any] | None:
        """The next frame; None if none came. Raises `NoAnswer` if the socket was closed."""
        assert self._socket is not None, "the call is open"
        try:
            frame: dict[str, Any] = json.loads(await asyncio.wait_for(self._socket.recv(), seconds))
        except TimeoutError:
            return None
        except websockets.ConnectionClosed as closed:
            raise NoAnswer(f"the socket was closed ({closed.code})") from closed
        return frame

    async def _dial(self) -> list[str]:
        sid = "CA" + uuid4().hex
        self._began = time.perf_counter()
        self.sids.append(sid)
        address = f"{socket_url(self._public_url)}?{urlencode({'call': sid})}"
        signature = RequestValidator(self._token).compute_signature(address, {})
        self._socket = await websockets.connect(address, additional_headers={"X-Twilio-Signature": signature})
        await self.send(
            {
                "type": "setup", "sessionId": "VX" + uuid4().hex, "accountSid": "AC" + "b" * 32, "callSid": sid,
                "from": self._number, "to": "+48732100200", "direction": "inbound", "callStatus": "RINGING",
            }
        )  # fmt: skip
        heard = await self._hear(self._wait)
        return heard

    async def _again(self) -> list[str]:
        """Hang up, and call back after a moment: what was asked must be asked again."""
        before = self._question_of(self._before)
        await self.close()
        await asyncio.sleep(THINKS)
        heard = await self._dial()
        # The question may come a moment after the first words.
        heard += await self._hear(UNSPOKEN, must=False)
        self.states_lost += before is not None and self._question_of(heard) != before
        return heard

    async def _speak(self, text: str) -> list[str]:
        if text.startswith("(cut) "):
            text = text.removeprefix("(cut) ")
            await self.send({"type": "interrupt", "utteranceUntilInterrupt": "", "durationUntilInterruptMs": 200})
        parts = ["[noise]"] if text == "(noise)" else text.split(" / ")
        for number, part in enumerate(parts):
            if number:
                await asyncio.sleep(THINKS)
            # Half of the words as a sentence that still goes on, then the whole of it.
            words = part.split()
            if len(words) > 2:
                await self.prompt(" ".join(words[: len(words) // 2]), last=False)
            await self.prompt(part)
        return await self._hear(self._wait, since=time.perf_counter())

    async def _press(self, keys: str) -> list[str]:
        for key in keys:
            await self.send({"type": "dtmf", "digit": key})
        return await self._hear(self._wait)

    def _note(self, who: str, words: str) -> None:
        self.log.append(f"{time.perf_counter() - self._began:7.2f} s  {who}: {words}")

    async def _code(self) -> str:
        deadline = time.monotonic() + self._wait
        while time.monotonic() < deadline:
            for body in reversed(self._texts(self._number)):
                if found := _CODE.search(body):
                    return f"{found[1]}#"
            await asyncio.sleep(0.2)
        raise NoAnswer("no code came by SMS")

    async def _hear(self, seconds: float, *, since: float | None = None, must: bool = True) -> list[str]:
        """What is said until it is quiet, waiting so long for the first word; who is asked to hold does."""
        said, words = list[str](), ""
        while True:
            frame = await self.receive(QUIET if said or words else seconds)
            if frame is None:
                break
            if frame["type"] == "text":
                if since is not None:
                    self.first_tokens.append(time.perf_counter() - since)
                    since = None
                words += frame["token"]
                if frame["last"] and words in HOLD:
                    words = ""
                elif frame["last"]:
                    self._note("clinic", words)
                    said.append(words)
                    words = ""
            elif frame["type"] == "end":
                said.append(f"(end {frame.get('handoffData', '')})")
                await self.close()
                return said
        said += [words] if words else []
        if must and not said:
            raise NoAnswer(f"nothing was said within {seconds:.0f} s")
        return said
