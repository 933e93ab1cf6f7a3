"""The patient's ways to the running product, for `./poradnia talk`: a phone that texts, a browser, a call."""

import asyncio
import contextlib
import json
import os
import time
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import httpx
import websockets
from sqlalchemy import select

from channels.voice.routes import simulated_path
from conversations.models import Delivery, DeliveryState, Direction, Message, Turn, TurnState
from core.settings import Settings
from service.bootstrap import House

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
        await _wait_until(lambda: self._is_delivered(sid), self._timeout)
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

    await _wait_until(is_answered, seconds)
    assert found is not None, "the wait has seen it"
    return found


class VoiceLine:
    """A call: the frames of the provider's relay over the real socket; digits alone are pressed as keys."""

    def __init__(self, house: House, settings: Settings, number: str, timeout: float) -> None:
        self._house = house
        self._number = number
        self._timeout = timeout
        self._sid = "CA" + uuid4().hex
        path = simulated_path(settings.public_url, house.twilio_token, self._sid)
        self._address = settings.local_url.replace("http", "ws", 1) + path
        self._count = 0

    async def __aenter__(self) -> "VoiceLine":
        self._socket = await websockets.connect(self._address)
        setup = {"type": "setup", "sessionId": "VX" + uuid4().hex, "callSid": self._sid, "from": self._number}
        await self._socket.send(json.dumps(setup))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._socket.close()

    async def open(self) -> list[str]:
        """The first words of the call."""
        return await self._heard()

    async def say(self, text: str) -> list[str]:
        """Speak, or press keys; wait for the turn and for the words."""
        if text.isdecimal():
            frames: list[dict[str, Any]] = [{"type": "dtmf", "digit": digit} for digit in text]
            frames += [{"type": "dtmf", "digit": "#"}] if len(text) > 1 else []
        else:
            frames = [{"type": "prompt", "voicePrompt": text, "lang": "pl-PL", "last": True}]
        for frame in frames:
            await self._socket.send(json.dumps(frame))
        sid = f"{self._sid}:{self._count + 1}"
        with contextlib.suppress(NoAnswer):  # "Halo?" is answered without a turn.
            await _wait_until(lambda: self._is_stored(sid), 3)
            self._count += 1
            await until_quiet(self._house, sid, self._timeout)
        return await self._heard()

    async def _is_stored(self, sid: str) -> bool:
        async with self._house.database.unit_of_work() as uow:
            return await uow.session.scalar(select(Message.id).where(Message.provider_id == sid)) is not None

    async def _heard(self) -> list[str]:
        """What is said until it is quiet for a second."""
        said: list[str] = []
        words = ""
        while True:
            try:
                frame = json.loads(await asyncio.wait_for(self._socket.recv(), 1.5 if said or words else 5))
            except (TimeoutError, websockets.ConnectionClosed):
                return said
            if frame["type"] == "text":
                words += frame["token"]
                if frame["last"]:
                    said.append(words)
                    words = ""
            elif frame["type"] == "end":
                said.append(f"({frame['handoffData']})")


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
        return [] if known == self._token else shown(data["messages"])

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

        await _wait_until(is_quiet, self._timeout)
        self._seen = max([self._seen, *(one["seq"] for one in found["messages"])])
        return shown(found["messages"])

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


async def _wait_until(is_done: Any, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not await is_done():
        if time.monotonic() > deadline:
            raise NoAnswer(f"no answer within {seconds:.0f} s")
        await asyncio.sleep(POLL_SECONDS)


def shown(messages: list[dict[str, Any]]) -> list[str]:
    """What the clinic said, with its choices numbered as the widget's buttons stand."""
    said = []
    for one in messages:
        if one["author"] == "patient":
            continue
        labels = [f"  [{number}] {choice['label']}" for number, choice in enumerate(one["choices"], start=1)]
        said.append("\n".join([one["text"], *labels]))
    return said
