"""The service's own way in: Rasa's REST channel, whose answer also says what was understood and by which model."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from action_answers import check_schema_once
from components.witness import understood
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.channels.rest import RestInput
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

check_schema_once()


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

        @routes.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            noted: dict[str, Any] = {}
            understood.set(noted)
            collected = CollectingOutputChannel()
            body = request.json
            await on_new_message(
                UserMessage(
                    body["message"], collected, body["sender"], input_channel=self.name(), metadata=body.get("metadata")
                )
            )
            model = getattr(getattr(request.app.ctx, "agent", None), "model_id", None)
            return response.json({"messages": collected.messages, "model": model, **noted})

        return routes
