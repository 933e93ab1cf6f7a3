"""One caller's telephone on a media stream: its sound goes to the clinic as the provider sends it, and what the clinic plays is taken.

Sound is played at once, not in its own time: a mark comes back as soon as it was sent, unless the telephone `holds` it.
"""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import websockets
from twilio.request_validator import RequestValidator

from channels.voice.speech.sound import FRAME, SILENCE, seconds
from channels.voice.stream import NUMBER
from channels.voice.stream_routes import stream_url

PAUSE = SILENCE * 8_000
"""A second of quiet, after which a sentence has ended."""
STREAM = "MZ" + "1" * 32


class Telephone:
    """The provider's side of one leg of a call."""

    def __init__(self, socket: websockets.ClientConnection, sid: str, number: str) -> None:
        self._socket = socket
        self._sid = sid
        self._number = number
        self._count = 0
        self.frames: list[dict[str, Any]] = []
        """All that the clinic sent."""
        self.held: list[str] = []
        """Marks that were not sent back yet."""
        self.holds = False
        self.came = asyncio.Event()
        self.closed: int | None = None
        self._hearing = asyncio.create_task(self._hear())

    async def start(self, **wrong: Any) -> None:
        """The greeting and the start frame; `wrong` replaces parts of the latter."""
        await self.send({"event": "connected", "protocol": "Call", "version": "1.0.0"})
        start = {
            "accountSid": "AC" + "b" * 32, "streamSid": STREAM, "callSid": self._sid, "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": {NUMBER: self._number},
        } | wrong  # fmt: skip
        await self.send({"event": "start", "sequenceNumber": "1", "streamSid": STREAM, "start": start})

    async def speak(self, sound: bytes) -> None:
        """Sound in pieces of 20 ms."""
        for at in range(0, len(sound), FRAME):
            await self.media(base64.b64encode(sound[at : at + FRAME].ljust(FRAME, SILENCE)).decode())

    async def media(self, payload: str, track: str = "inbound") -> None:
        """One media frame."""
        self._count += 1
        await self.send(
            {
                "event": "media", "sequenceNumber": str(self._count + 1), "streamSid": STREAM,
                "media": {"track": track, "chunk": str(self._count), "timestamp": str(self._count * 20), "payload": payload},
            }
        )  # fmt: skip

    async def press(self, keys: str) -> None:
        """Keys, one after the other."""
        for key in keys:
            await self.send({"event": "dtmf", "streamSid": STREAM, "dtmf": {"track": "inbound_track", "digit": key}})

    async def hang_up(self) -> None:
        """The stop frame, and the end of the socket."""
        await self.send({"event": "stop", "streamSid": STREAM, "stop": {"callSid": self._sid}})
        await self._socket.close()

    async def send(self, frame: dict[str, Any]) -> None:
        """Any frame."""
        await self._socket.send(json.dumps(frame))

    async def release(self, most: int = 1_000_000) -> None:
        """Send back marks that were held, the first ones."""
        for name in self.held[:most]:
            await self._mark(name)
        del self.held[:most]

    def sound(self) -> bytes:
        """All sound that came, µ-law."""
        return b"".join(base64.b64decode(one["media"]["payload"]) for one in self.frames if one["event"] == "media")

    async def until(self, *events: str, more: int = 0, within: float = 60) -> None:
        """Wait until more than so many frames of one of these kinds have come."""
        async with asyncio.timeout(within):
            while sum(one["event"] in events for one in self.frames) <= more:
                self.came.clear()
                await self.came.wait()

    async def hears(self, within: float = 60) -> None:
        """Wait for sound that waits to be played, while the telephone holds it."""
        async with asyncio.timeout(within):
            while not self.held:
                self.came.clear()
                await self.came.wait()

    async def ended(self, within: float = 60) -> int | None:
        """The code that the clinic closes the socket with."""
        await asyncio.wait_for(asyncio.shield(self._hearing), within)
        return self.closed

    @property
    def heard_seconds(self) -> float:
        """How much came."""
        return seconds(self.sound())

    async def _hear(self) -> None:
        try:
            async for text in self._socket:
                frame = json.loads(text)
                self.frames.append(frame)
                if frame["event"] == "mark":
                    self.held.append(frame["mark"]["name"])
                if frame["event"] == "clear" or not self.holds:
                    await self.release()
                self.came.set()
        except websockets.ConnectionClosed:
            pass
        self.closed = self._socket.close_code

    async def _mark(self, name: str) -> None:
        try:
            await self.send({"event": "mark", "streamSid": STREAM, "mark": {"name": name}})
        except websockets.ConnectionClosed:
            self.held.clear()


@asynccontextmanager
async def telephone(
    local_url: str, public_url: str, token: str, sid: str, number: str, leg: int = 1
) -> AsyncIterator[Telephone]:
    """A telephone whose handshake is signed; what is open at the end is closed without a word."""
    signature = RequestValidator(token).compute_signature(stream_url(public_url, sid, leg), {})
    address = stream_url(local_url, sid, leg)
    async with websockets.connect(address, additional_headers={"X-Twilio-Signature": signature}) as socket:
        yield Telephone(socket, sid, number)
