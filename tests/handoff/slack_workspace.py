"""Slack as the house meets it: its Web API on loopback for the real SDK, and its events, signed as Slack signs them."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from slack_sdk.signature import SignatureVerifier

from core.access import Role
from core.accounts import SignedIn
from core.clock import FixedClock
from core.processors import Entry, enter
from handoff.slack.models import SlackPost
from tests.house import TestHouse, open_house
from tests.serving import serve

SECRET, TOKEN, CHANNEL = "8f742231b10e8888abcd99yyyzzz85a5", "xoxb-not-a-real-token", "C024BE91L"
MARTA_IN_SLACK = "U2147483697"


@dataclass
class Workspace:
    """What Slack was asked, word for word, and what it answers next."""

    asked: list[dict[str, Any]] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)
    """Every request as it came over the wire: headers and body."""
    next_answers: list[Response] = field(default_factory=list)
    """Taken first, one each; then everything is well."""

    def app(self) -> FastAPI:
        """The part of the Web API that is called."""
        app = FastAPI()

        @app.post("/api/{method}")
        async def call(method: str, request: Request) -> Response:
            body = (await request.body()).decode()
            self.raw.append(f"{request.url} {dict(request.headers)} {body}")
            if self.next_answers:
                return self.next_answers.pop(0)
            if request.headers.get("authorization") != f"Bearer {TOKEN}":
                return JSONResponse({"ok": False, "error": "invalid_auth"})
            form = dict(await request.form()) if "json" not in request.headers["content-type"] else json.loads(body)
            if method != "chat.postMessage" or not form.get("channel") or not form.get("text"):
                return JSONResponse({"ok": False, "error": "invalid_arguments"})
            ts = f"1764000000.{len(self.asked) + 1:06}"
            self.asked.append({**form, "ts": ts})
            return JSONResponse({"ok": True, "channel": form["channel"], "ts": ts, "message": {"text": form["text"]}})

        return app

    def texts(self) -> list[str]:
        """The words that were posted."""
        return [str(one["text"]) for one in self.asked]


@dataclass
class SlackHouse:
    """A house that talks to the workspace."""

    house: TestHouse
    workspace: Workspace

    async def look(self) -> int:
        """The worker's turn; how many lines were posted."""
        return await self.house.house.slack.posts.look()

    async def record(self) -> SignedIn:
        """The privacy officer records Slack."""
        officer = await self.house.staff("Iga", Role.privacy_officer)
        entry = Entry("slack", "Slack", "Irlandia", "umowa 12/2026", "30 dni", self.house.clock.now().date())
        async with self.house.house.database.unit_of_work() as uow:
            assert await enter(uow, officer, entry, self.house.clock.now()) is None
        return officer

    async def link(self, client: httpx.AsyncClient, person: SignedIn, user: str = MARTA_IN_SLACK) -> None:
        """Somebody links their account by a code sent to the bot."""
        async with self.house.house.database.unit_of_work() as uow:
            code = await self.house.house.slack.links.new_code(uow, person, self.house.clock.now())
        assert (await self.event(client, message(code, user, "D0PNCRP9N", channel_type="im"))).status_code == 204

    async def event(
        self, client: httpx.AsyncClient, payload: dict[str, Any], *, secret: str = SECRET, age: float = 0
    ) -> httpx.Response:
        """Slack calls, signed with its own verifier."""
        body = json.dumps(payload)
        timestamp = str(int(self.house.clock.now().timestamp() - age))
        signature = SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body)
        headers = {
            "X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": str(signature), "Content-Type": "application/json"
        }  # fmt: skip
        return await client.post("/webhooks/slack/events", content=body, headers=headers)

    async def posts(self) -> list[SlackPost]:
        """The outbox."""
        return sorted(await self.house.rows(SlackPost), key=lambda one: one.seq)

    def thread(self) -> str:
        """The first message of the newest thread in the channel."""
        return next(
            str(one["ts"])
            for one in reversed(self.workspace.asked)
            if not one.get("thread_ts") and one["channel"] == CHANNEL
        )


def message(
    text: str, user: str = MARTA_IN_SLACK, channel: str = CHANNEL, thread: str | None = None, **more: Any
) -> dict[str, Any]:
    """The envelope of one line, as the Events API sends it."""
    event = {
        "type": "message", "user": user, "text": text, "channel": channel, "ts": "1764000100.000100",
        "event_ts": "1764000100.000100", "channel_type": "channel", **({"thread_ts": thread} if thread else {}), **more,
    }  # fmt: skip
    return {
        "token": "XXYYZZ", "team_id": "T1H9RESGL", "api_app_id": "A2H9RFS1A", "event": event, "type": "event_callback",
        "event_id": f"Ev{uuid4().hex[:10].upper()}", "event_time": 1764000100, "authed_users": ["U0BOT"],
    }  # fmt: skip


@asynccontextmanager
async def slack_house(url: str, folder: Path, clock: FixedClock, **settings: Any) -> AsyncIterator[SlackHouse]:
    """A house set up for a workspace on loopback; nothing is recorded yet."""
    workspace = Workspace()
    async with (
        serve(workspace.app()) as address,
        open_house(
            url, folder, clock, slack_bot_token=TOKEN, slack_signing_secret=SECRET, slack_channel=CHANNEL,
            slack_base_url=f"{address}/api/", **settings,
        ) as house,
    ):  # fmt: skip
        yield SlackHouse(house, workspace)
