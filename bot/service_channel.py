"""The service's own way in: Rasa's REST channel, whose answer also says what was understood and by which model."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

from action_answers import check_schema_once
from asked_again import ask_again
from components.witness import understood
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.channels.rest import RestInput
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

check_schema_once()
ask_again()

REMEMBERED = 2_000
"""Answers kept for those who ask again: far more than can be on their way at once."""
Answer = dict[str, Any]


class Once:
    """A message is heard once, however often it is sent: who asks again meanwhile, or soon after, gets the same answer.

    A worker that dies leaves its question here; the next one looks into the tracker, where the message does not stand before it
    is answered, and asks again. Empty answers are Rasa's way of failing and are not kept.
    """

    def __init__(self) -> None:
        self._tasks: OrderedDict[str, asyncio.Task[Answer]] = OrderedDict()

    async def ask(self, message_id: str, hear: Callable[[], Awaitable[Answer]]) -> Answer:
        """The answer to the message. It is worked out to its end even if nobody waits for it any more."""
        task = self._tasks.get(message_id)
        if task is None:
            task = asyncio.ensure_future(hear())
            self._tasks[message_id] = task
            task.add_done_callback(lambda done: self._forget(message_id, done))
        return await asyncio.shield(task)

    def _forget(self, message_id: str, done: asyncio.Task[Answer]) -> None:
        if done.cancelled() or done.exception() is not None or not done.result()["messages"]:
            self._tasks.pop(message_id, None)
        while len(self._tasks) > REMEMBERED and next(iter(self._tasks.values())).done():
            self._tasks.popitem(last=False)


class ServiceInput(RestInput):
    """`POST /webhooks/service/webhook {sender, message, metadata}` → `{messages, intent, confidence, ranking, model}`."""

    @classmethod
    def name(cls) -> str:
        """The part of the address that is ours."""
        return "service"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The two routes."""
        routes = Blueprint("service_channel", __name__)

        @routes.route("/", methods=["GET"])
        async def health(_: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        once = Once()

        @routes.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            body = request.json
            metadata = body.get("metadata") or {}

            async def hear() -> Answer:
                noted: dict[str, Any] = {}
                understood.set(noted)
                collected = CollectingOutputChannel()
                await on_new_message(
                    UserMessage(
                        body["message"], collected, body["sender"], input_channel=self.name(), metadata=metadata
                    )
                )
                model = getattr(getattr(request.app.ctx, "agent", None), "model_id", None)
                return {"messages": collected.messages, "model": model, **noted}

            message_id = metadata.get("message_id")
            return response.json(await (once.ask(message_id, hear) if message_id else hear()))

        return routes
