"""The wire of bidirectional media streams, apart from any socket. Source: Twilio, "Media Streams WebSocket messages"."""

import base64
import binascii
import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from channels.voice.frames import BadFrame, parse

MOST_SOUND = 8_000
"""Bytes of one media frame, a second; the provider sends 160."""


class _Frame(BaseModel):
    model_config = ConfigDict(populate_by_name=True, extra="ignore")


class Format(_Frame):
    """The only sound there is."""

    encoding: Literal["audio/x-mulaw"]
    rate: Literal[8000] = Field(alias="sampleRate")
    channels: Literal[1]


class Began(_Frame):
    """Of the start frame: which call it is, and what we gave the provider to tell us again."""

    call_sid: str = Field(alias="callSid", min_length=2, max_length=64, pattern=r"^[A-Za-z0-9-]+$")
    given: dict[str, str] = Field(default_factory=dict, alias="customParameters")
    format: Format = Field(alias="mediaFormat")


class Start(_Frame):
    """The first frame with something in it."""

    event: Literal["start"]
    stream_sid: str = Field(alias="streamSid", min_length=2, max_length=64)
    start: Began


class Sound(_Frame):
    """Of the media frame."""

    track: Literal["inbound"] = "inbound"
    payload: str


class Media(_Frame):
    """What the caller's telephone hears."""

    event: Literal["media"]
    media: Sound

    def sound(self) -> bytes:
        """The µ-law bytes. Raises `BadFrame` for what is none, or too much."""
        try:
            sound = base64.b64decode(self.media.payload, validate=True)
        except (binascii.Error, ValueError) as error:
            raise BadFrame("media: no base64") from error
        if not 0 < len(sound) <= MOST_SOUND:
            raise BadFrame(f"media: {len(sound)} bytes")
        return sound


class Key(_Frame):
    """Of the dtmf frame."""

    digit: str = Field(pattern=r"^[0-9*#]$")


class Dtmf(_Frame):
    """A key was pressed."""

    event: Literal["dtmf"]
    dtmf: Key


class Name(_Frame):
    """Of the mark frame."""

    name: str = Field(max_length=64)


class Mark(_Frame):
    """Our sound has been played up to there, or was cleared."""

    event: Literal["mark"]
    mark: Name


class Stop(_Frame):
    """The stream is over: the caller hung up, or the call goes on elsewhere."""

    event: Literal["stop"]


Frame = Start | Media | Dtmf | Mark | Stop
_FRAMES: TypeAdapter[Frame] = TypeAdapter(Annotated[Frame, Field(discriminator="event")])
_KNOWN = frozenset({"start", "media", "dtmf", "mark", "stop"})


def read(text: str) -> Frame | None:
    """The frame of a text; None for the greeting, and for a kind we do not know, which later versions may send."""
    return parse(text, "event", _FRAMES, _KNOWN, begins="start")


def media(stream_sid: str, sound: bytes) -> str:
    """Sound to play."""
    return _json("media", stream_sid, media={"payload": base64.b64encode(sound).decode("ascii")})


def mark(stream_sid: str, name: str) -> str:
    """Ask to be told when everything before it has been played."""
    return _json("mark", stream_sid, mark={"name": name})


def clear(stream_sid: str) -> str:
    """Throw away what has not been played yet; its marks come back at once."""
    return _json("clear", stream_sid)


def _json(event: str, stream_sid: str, **more: Any) -> str:
    return json.dumps({"event": event, "streamSid": stream_sid, **more})
