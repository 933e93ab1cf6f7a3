"""`./poradnia talk`: a conversation with the running product, typed or read from a script.

SMS leave a simulated phone over the signed webhook; the web chat uses the widget's API. Nothing here answers by itself.
"""

import argparse
import asyncio
import contextlib
import io
import json
import os
import re
import sys
import time
import unicodedata
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import httpx
from sqlalchemy import select

from conversations.models import Delivery, DeliveryState, Direction, Message, Turn, TurnState
from conversations.understanding import fold
from core.errors import ConfigurationError
from core.phone import parse_number
from core.settings import Settings
from service.bootstrap import House, build, database_url

NO_CHANNEL = 3
"""Exit code for a channel that this installation does not have."""
POLL_SECONDS = 0.1
SILENT_SECONDS = 8.0
"""Who waits for a person and hears nothing for so long is not being answered by the bot any more."""


class NoAnswer(Exception):
    """The product took too long, or did not take the message; the text says which."""


class Line(Protocol):
    """One patient's way to the clinic."""

    async def open(self) -> list[str]:
        """What stands there before anything is said."""
        ...

    async def say(self, text: str) -> list[str]:
        """Send, wait until the product is quiet; what it said. Raises `NoAnswer`."""
        ...


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
    """0 when all went as expected; 1 for a wrong or missing answer; 2 if the product is away; 3 for no such channel."""
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    if options.channel == "voice":
        print(
            "talk: there is no voice channel in this installation yet; sms and webchat can be talked to",
            file=sys.stderr,
        )
        return NO_CHANNEL
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


class SmsLine:
    """A simulated phone: signed webhooks in, the simulator's inbox out."""

    def __init__(self, house: House, number: str, timeout: float) -> None:
        self._house = house
        self._number = number
        self._timeout = timeout
        self._shown = 0

    async def open(self) -> list[str]:
        """Nothing: what came earlier is not shown again."""
        self._shown = len(await self._inbox())
        return []

    async def say(self, text: str) -> list[str]:
        """Send; wait for the turn and for every delivery of its answers."""
        assert self._house.simulator is not None
        sid = await self._house.simulator.send_from_phone(self._number, text)
        await until_quiet(self._house, sid, self._timeout)
        await _until(lambda: self._is_delivered(sid), self._timeout)
        bodies = await self._inbox()
        fresh, self._shown = bodies[self._shown :], len(bodies)
        return fresh

    async def _inbox(self) -> list[str]:
        assert self._house.simulator is not None
        messages = await self._house.simulator.phone_messages(self._number)
        return [one.body for one in messages if not one.is_from_phone]

    async def _is_delivered(self, sid: str) -> bool:
        async with self._house.database.unit_of_work() as uow:
            asked = (await uow.session.scalars(select(Message).where(Message.provider_id == sid))).one()
            waiting = await uow.session.scalar(
                select(Message.id)
                .join(Delivery, Delivery.message_id == Message.id)
                .where(
                    Message.thread_id == asked.thread_id,
                    Message.seq > asked.seq,
                    Message.direction == Direction.outbound,
                    Message.channel == "sms",
                    Delivery.state == DeliveryState.queued,
                )
                .limit(1)
            )
            return waiting is None


async def until_quiet(house: House, sid: str, seconds: float) -> Message:
    """Wait until the message of that provider's id is answered; the message. Raises `NoAnswer`."""
    found: Message | None = None

    async def is_answered() -> bool:
        nonlocal found
        async with house.database.unit_of_work() as uow:
            row = (
                await uow.session.execute(
                    select(Turn, Message).join(Message, Message.id == Turn.message_id).where(Message.provider_id == sid)
                )
            ).first()
            found = row.Message if row is not None else None
            return row is not None and row.Turn.state is TurnState.done

    await _until(is_answered, seconds)
    assert found is not None, "the wait has seen it"
    return found


class WebchatLine:
    """A browser with the widget: its API over HTTP, with the token kept so that the same name comes back as the same visitor."""

    def __init__(
        self, client: httpx.AsyncClient, name: str, language: str, timeout: float, tokens: Path | None
    ) -> None:
        self._client = client
        self._name = name
        self._language = language
        self._timeout = timeout
        self._tokens = tokens
        self._token = ""
        self._seen = 0

    async def open(self) -> list[str]:
        """Open the widget; for a new visitor the first words, for one who comes back nothing new."""
        known = self._kept().get(self._name)
        data = (await self._call("POST", "/chat/session", {"language": self._language, "token": known})).json()
        self._token = data["token"]
        self._keep()
        self._seen = max((one["seq"] for one in data["messages"]), default=0)
        return [] if known == self._token else _shown(data["messages"])

    async def say(self, text: str) -> list[str]:
        """Send; wait until nothing is being worked on."""
        body = {"id": uuid4().hex, "text": text, "language": self._language}
        sent_at = time.monotonic()
        sent = (await self._call("POST", "/chat/messages", body)).json()
        self._seen = max(self._seen, sent["seq"])
        found: dict[str, Any] = {}

        async def is_quiet() -> bool:
            nonlocal found
            found = (await self._call("GET", f"/chat/messages?after={self._seen}")).json()
            # An action may have queued the case while the words of its turn are still on their way.
            is_on_its_way = found["state"] == "waiting" and not found["messages"]
            return not found["working"] and not (is_on_its_way and time.monotonic() < sent_at + SILENT_SECONDS)

        await _until(is_quiet, self._timeout)
        self._seen = max([self._seen, *(one["seq"] for one in found["messages"])])
        return _shown(found["messages"])

    async def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        """One call; too many a minute are waited for, anything else that is no success is `NoAnswer`."""
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        until = time.monotonic() + max(self._timeout, 70)
        while True:
            try:
                response = await self._client.request(method, path, json=body, headers=headers)
            except httpx.TransportError as error:
                raise NoAnswer(f"the web process does not answer ({type(error).__name__})") from error
            if response.status_code != 429 or time.monotonic() > until:
                break
            await asyncio.sleep(2)
        if not response.is_success:
            raise NoAnswer(f"the web process answers {response.status_code}")
        return response

    def _kept(self) -> dict[str, str]:
        if self._tokens is None or not self._tokens.exists():
            return {}
        try:
            kept: dict[str, str] = json.loads(self._tokens.read_text("utf-8"))
        except ValueError:
            return {}
        return kept

    def _keep(self) -> None:
        if self._tokens is None:
            return
        kept = {**self._kept(), self._name: self._token}
        with os.fdopen(
            os.open(self._tokens, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
        ) as file:
            json.dump(kept, file)


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


async def _until(is_done: Any, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not await is_done():
        if time.monotonic() > deadline:
            raise NoAnswer(f"no answer within {seconds:.0f} s")
        await asyncio.sleep(POLL_SECONDS)


def _script(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"the script {file} cannot be read as UTF-8: {error}") from error


def _shown(messages: list[dict[str, Any]]) -> list[str]:
    """What the clinic said, with its choices numbered as the widget's buttons stand."""
    said = []
    for one in messages:
        if one["author"] == "patient":
            continue
        labels = [f"  [{number}] {choice['label']}" for number, choice in enumerate(one["choices"], start=1)]
        said.append("\n".join([one["text"], *labels]))
    return said


def _print_answer(heard: list[str]) -> None:
    for one in heard:
        first, *rest = one.splitlines() or [""]
        print(f"clinic: {first}", flush=True)
        for line in rest:
            print(f"        {line}", flush=True)


def _plain(text: str) -> str:
    return " ".join(fold(unicodedata.normalize("NFC", text)).split())
