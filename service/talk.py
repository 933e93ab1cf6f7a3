"""`./poradnia talk`: a conversation with the running product, typed or read from a script.

SMS leave a simulated phone over the signed webhook, the web chat uses the widget's API, a call its frames over the real socket.
Nothing here answers by itself.
"""

import argparse
import asyncio
import contextlib
import io
import re
import sys
import unicodedata
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from conversations.understanding import fold
from core.errors import ConfigurationError
from core.phone import parse_number
from core.settings import Settings
from service.bootstrap import build, database_url
from service.talk_lines import Line, NoAnswer, SmsLine, VoiceLine, WebchatLine


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `talk`."""
    parser.add_argument("--channel", choices=["sms", "webchat", "voice"], default="sms")
    parser.add_argument(
        "--from", dest="address", required=True, help="a phone number; for webchat any name of a browser"
    )
    parser.add_argument(
        "--script", type=Path, help="a message a line; '# …' is a comment, '> …' is expected in the answer"
    )
    parser.add_argument("--lang", choices=["pl", "en"], default="pl", help="the language of the page with the web chat")
    parser.add_argument("--timeout", type=float, default=60.0, help="seconds to wait for an answer")


def main(options: argparse.Namespace) -> int:
    """0 when all went as expected; 1 for a wrong or missing answer; 2 if the product is away."""
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    steps = list(read_script(_script(options.script))) if options.script else typed()
    return asyncio.run(_hold(options, steps))


@dataclass(frozen=True)
class Say:
    """A message of the patient."""

    text: str


@dataclass(frozen=True)
class Expect:
    """What the last answer must hold: these words (case and Polish marks aside), or this regular expression."""

    text: str
    line: int

    def fits(self, heard: list[str]) -> bool:
        """True if the answer holds it."""
        answer = "\n".join(heard)
        if _plain(self.text) in _plain(answer):
            return True
        try:
            return re.search(self.text, answer, re.IGNORECASE | re.DOTALL) is not None
        except re.error:
            return False


def read_script(text: str) -> Iterator[Say | Expect]:
    """The steps of a script. A backslash before '#', '>' or '\\' sends that mark itself."""
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith(">"):
            yield Expect(line[1:].strip(), number)
        else:
            yield Say(line[1:] if line[:2] in ("\\#", "\\>", "\\\\") else line)


def typed() -> Iterator[Say]:
    """What is typed, until the end of input."""
    while True:
        if sys.stdin.isatty():
            print("> ", end="", flush=True)
        line = sys.stdin.readline()
        if not line:
            return
        if line.strip():
            yield Say(line.strip())


async def play(line: Line, steps: Iterator[Say | Expect] | list[Say] | list[Say | Expect], *, echo: bool) -> int:
    """Hold the conversation and print both sides; returns how many expectations were not met or answers missed."""
    wrong = 0
    heard = await line.open()
    _print_answer(heard)
    for step in steps:
        if isinstance(step, Expect):
            if not step.fits(heard):
                print(f"!! line {step.line}: expected {step.text!r}", flush=True)
                wrong += 1
            continue
        if echo:
            print(f"patient: {step.text}", flush=True)
        try:
            heard = await line.say(step.text)
        except NoAnswer as failure:
            print(f"!! {failure}", flush=True)
            return wrong + 1  # Whatever came now would answer an earlier message.
        _print_answer(heard)
        if not heard:
            print("clinic: (nothing)", flush=True)
    return wrong


async def _hold(options: argparse.Namespace, steps: Any) -> int:
    try:
        async with _line(options) as line:
            wrong = await play(line, steps, echo=bool(options.script) or not sys.stdin.isatty())
    except NoAnswer as failure:
        print(f"!! {failure}", flush=True)
        return 1
    return 1 if wrong else 0


@contextlib.asynccontextmanager
async def _line(options: argparse.Namespace) -> AsyncIterator[Line]:
    settings = Settings()
    await _require_running(settings)
    if options.channel == "webchat":
        async with httpx.AsyncClient(base_url=settings.local_url, timeout=options.timeout) as client:
            tokens = settings.data_folder / "talk.json"
            yield WebchatLine(client, options.address, options.lang, options.timeout, tokens)
        return
    number = parse_number(options.address)
    if number is None:
        raise ConfigurationError(f"{options.address} is no phone number: write it like +48600100200")
    house = build(settings, database_url(settings))
    if house.simulator is None:
        raise ConfigurationError(
            "a provider's account is configured: use a phone, or run without it to use the simulator"
        )
    try:
        if options.channel == "voice":
            async with VoiceLine(house, settings, number, options.timeout) as line:
                yield line
        else:
            yield SmsLine(house, number, options.timeout)
    finally:
        await house.close()


async def _require_running(settings: Settings) -> None:
    try:
        async with httpx.AsyncClient(timeout=10) as client:
            response = await client.get(f"{settings.local_url}/healthz")
    except httpx.TransportError as error:
        raise ConfigurationError(f"nothing answers at {settings.local_url}: start it with ./poradnia up") from error
    if response.status_code != 200:
        raise ConfigurationError(f"{settings.local_url} is not well: it answers {response.status_code}")


def _script(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"the script {file} cannot be read as UTF-8: {error}") from error


def _print_answer(heard: list[str]) -> None:
    for one in heard:
        first, *rest = one.splitlines() or [""]
        print(f"clinic: {first}", flush=True)
        for line in rest:
            print(f"        {line}", flush=True)


def _plain(text: str) -> str:
    return " ".join(fold(unicodedata.normalize("NFC", text)).split())
