"""The wire of ConversationRelay, apart from any socket. Source: Twilio, "ConversationRelay WebSocket messages"."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

MAX_FRAME = 64_000
"""Characters; what is longer ends the call."""
LOCALES = {"pl": "pl-PL", "en": "en-US"}


class _Frame(BaseModel):
    model_config = ConfigDict(populate_by_name=True, extra="ignore")


class Setup(_Frame):
    """The first frame of a call: who calls whom. `caller` is E.164, or a word where the number is withheld."""

    type: Literal["setup"]
    call_sid: str = Field(alias="callSid", min_length=2, max_length=64, pattern=r"^[A-Za-z0-9-]+$")
    caller: str = Field("", alias="from", max_length=64)


class Prompt(_Frame):
    """What the caller said; with `last` false it is still going on."""

    type: Literal["prompt"]
    words: str = Field(alias="voicePrompt")
    language: str = Field("", alias="lang", max_length=20)
    last: bool = True


class Interrupt(_Frame):
    """The caller spoke into our words: what they had heard until then."""

    type: Literal["interrupt"]
    heard: str = Field("", alias="utteranceUntilInterrupt")


class Dtmf(_Frame):
    """A key was pressed."""

    type: Literal["dtmf"]
    digit: str = Field(pattern=r"^[0-9*#]$")


class Failure(_Frame):
    """The provider tells of an error on its side."""

    type: Literal["error"]
    description: str = Field("", max_length=2_000)


Frame = Setup | Prompt | Interrupt | Dtmf | Failure
_FRAMES: TypeAdapter[Frame] = TypeAdapter(Annotated[Frame, Field(discriminator="type")])
_KNOWN = frozenset({"setup", "prompt", "interrupt", "dtmf", "error"})


F = TypeVar("F")


class BadFrame(ValueError):
    """A frame that is none: too long, no JSON, or a known one with wrong fields. The message names what, never the words.

    After one that `is_final` the socket is closed.
    """

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.is_final = is_final


def read(text: str) -> Frame | None:
    """The frame of a text; None for a kind we do not know, which later versions of the protocol may send."""
    return parse(text, "type", _FRAMES, _KNOWN)


def parse(text: str, names: str, adapter: TypeAdapter[F], known: frozenset[str], begins: str = "") -> F | None:
    """The frame of a text in a protocol whose field `names` says the kind; None for a kind that is not `known`.

    Raises `BadFrame`, a final one for a kind that `begins` everything: without it there is nothing to go on with.
    """
    if len(text) > MAX_FRAME:
        raise BadFrame("too long", is_final=True)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadFrame("no JSON") from error
    if not isinstance(data, dict) or not isinstance(data.get(names), str):
        raise BadFrame(f"no {names}")
    kind = data[names]
    if kind not in known:
        return None
    try:
        return adapter.validate_python(data)
    except ValidationError as error:
        raise BadFrame(f"{kind}: {error.error_count()} wrong fields", is_final=kind == begins) from error


def text(words: str, *, last: bool) -> str:
    """Words to speak; `last` ends what is said in one go."""
    return _json({"type": "text", "token": words, "last": last})


def language(code: str) -> str:
    """Speak and listen in that language from now on ("pl", "en")."""
    locale = LOCALES.get(code, LOCALES["pl"])
    return _json({"type": "language", "ttsLanguage": locale, "transcriptionLanguage": locale})


def play(source: str, *, loop: int) -> str:
    """Play a sound from an address, so many times, until words follow or the caller speaks."""
    return _json({"type": "play", "source": source, "loop": loop, "preemptible": True, "interruptible": True})


def send_digits(digits: str) -> str:
    """Press keys towards the caller's side; a `w` waits half a second."""
    return _json({"type": "sendDigits", "digits": digits})


def end(handoff: Mapping[str, str]) -> str:
    """End the session; the provider gives the data to the address that ends the call."""
    return _json({"type": "end", "handoffData": json.dumps(dict(handoff))})


def _json(frame: dict[str, Any]) -> str:
    return json.dumps(frame, ensure_ascii=False)
