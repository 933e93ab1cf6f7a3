"""A tiny Rasa on loopback with the real one's measured habits: `[]` with 200 when an action or a store fails, HTML with 500,
slowness, a tracker that lists events.
"""

import asyncio
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse


class FakeRasa:
    """Answers as scripted by the message's text, and keeps trackers."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.trackers: dict[str, list[dict[str, Any]]] = {}
        self.raw: dict[str, Response] = {}
        self.texts: dict[str, list[str]] = {}
        self.habit: dict[str, str] = {}
        self.app = FastAPI()
        self.app.add_api_route("/webhooks/service/webhook", self.webhook, methods=["POST"], response_model=None)
        self.app.add_api_route("/conversations/{sender}/tracker", self.tracker, methods=["GET"], response_model=None)

        self.app.add_api_route("/model/parse", self.parse, methods=["POST"], response_model=None)

    def forget(self) -> None:
        """Begin anew."""
        for kept in (self.calls, self.trackers, self.raw, self.texts, self.habit):
            kept.clear()

    async def webhook(self, request: Request) -> Response:
        """One turn."""
        call = await request.json()
        self.calls.append(call)
        text, habit = call["message"], self.habit.get(call["message"], "")
        if text in self.raw:
            return self.raw[text]
        if habit == "slow":
            await asyncio.sleep(30)
        said = [] if habit == "silent" else self.texts.get(text, [f"echo {text}"])
        events = self.trackers.setdefault(call["sender"], [])
        events.append({"event": "user", "text": text, "metadata": call["metadata"]})
        custom = [{"key": "answer-article", "args": {"text": one}} for one in said]
        events += [{"event": "bot", "data": {"custom": one}} for one in custom]
        if habit != "cut off":
            events.append({"event": "action", "name": "action_listen"})
        return JSONResponse(
            {"messages": [{"custom": one} for one in custom], "intent": "inform", "confidence": 0.9, "model": "fake"}
        )

    async def parse(self, request: Request) -> Response:
        """What a text is taken for; no tracker is touched."""
        text = (await request.json())["text"]
        if text in self.raw:
            return self.raw[text]
        if self.habit.get(text) == "slow":
            await asyncio.sleep(30)
        ranking = [{"name": "nlu_fallback", "confidence": 0.7}, {"name": "inform", "confidence": 0.9}]
        return JSONResponse({"text": text, "intent": ranking[1], "intent_ranking": ranking})

    async def tracker(self, sender: str) -> Response:
        """The events of a conversation."""
        if sender in self.raw:
            return self.raw[sender]
        head = [{"event": "action", "name": "action_session_start"}, {"event": "action", "name": "action_listen"}]
        return JSONResponse({"sender_id": sender, "events": head + self.trackers.get(sender, [])})
