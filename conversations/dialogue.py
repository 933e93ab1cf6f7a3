"""Rasa over its REST channel. An empty answer is a failure: Rasa gives HTTP 200 and `[]` when an action or a store fails."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from conversations.protocols import DialogueFailed, DialogueReply, DialogueTurn, Understood
from conversations.rendering import from_json

FALLBACK = "nlu_fallback"


class RasaDialogue:
    """The trained bot on loopback. One client, kept alive."""

    def __init__(
        self, url: str, token: str, timeout_seconds: float, address: Callable[[], Awaitable[str]] | None = None
    ) -> None:
        """`address` says before each question where the bot answers, so that another process can take over; else `url`."""
        self._url = url
        self._address = address
        self._client = httpx.AsyncClient(timeout=timeout_seconds, params={"token": token})

    async def address(self) -> str:
        """Where the next question goes."""
        return self._url if self._address is None else await self._address()

    async def respond(self, turn: DialogueTurn) -> DialogueReply:
        """Ask Rasa; raises `DialogueFailed` with reason `down`, `slow`, `refused`, `silent` or `garbled`."""
        body = {
            "sender": str(turn.case_id),
            "message": turn.payload if turn.payload is not None else turn.text,
            "metadata": {
                "message_id": str(turn.message_id), "lease": turn.lease, "channel": turn.channel, "language": turn.language,
            },
        }  # fmt: skip
        return _reply(await self._posted("/webhooks/service/webhook", body))

    async def _posted(self, path: str, body: dict[str, Any]) -> Any:
        """What it answers. Raises `DialogueFailed`: `slow`, `down`, `refused` or `garbled`."""
        try:
            response = await self._client.post(f"{await self.address()}{path}", json=body)
        except httpx.TimeoutException as error:
            raise DialogueFailed("slow") from error
        except httpx.TransportError as error:
            raise DialogueFailed("down") from error
        if response.status_code != 200:
            raise DialogueFailed("refused")
        return _data(response)

    async def recall(self, turn: DialogueTurn) -> DialogueReply | None:
        """What the tracker holds for this message id: its replies if the turn came to its end, None if it never arrived."""
        try:
            response = await self._client.get(
                f"{await self.address()}/conversations/{turn.case_id}/tracker", params={"include_events": "ALL"}
            )
        except httpx.TransportError as error:
            raise DialogueFailed("down") from error
        if response.status_code != 200:
            raise DialogueFailed("refused")
        try:
            arrived, replies, is_complete = _told(_data(response), str(turn.message_id))
        except (AttributeError, KeyError, TypeError) as error:
            raise DialogueFailed("garbled") from error
        if not arrived:
            return None
        if not is_complete:
            raise DialogueFailed("incomplete")
        return _reply(replies)

    async def understand(self, text: str) -> Understood:
        """Ask for the parse alone; raises `DialogueFailed` with reason `down`, `slow`, `refused` or `garbled`."""
        told = await self._posted("/model/parse", {"text": text})
        try:
            ranking = [(str(one["name"]), float(one["confidence"])) for one in told["intent_ranking"]]
            return Understood(str(told["intent"]["name"]), tuple(one for one in ranking if one[0] != FALLBACK))
        except (KeyError, TypeError, ValueError) as error:
            raise DialogueFailed("garbled") from error

    async def close(self) -> None:
        """Let the connections go."""
        await self._client.aclose()


def _data(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError as error:
        raise DialogueFailed("garbled") from error


def _told(tracker: Any, message_id: str) -> tuple[bool, list[dict[str, Any]], bool]:
    """Whether a message arrived in the tracker, what was said to it, and whether its turn came to an end."""
    replies: list[dict[str, Any]] = []
    arrived = found = is_complete = False
    for event in tracker["events"] or ():
        if event["event"] == "user":
            found = (event.get("metadata") or {}).get("message_id") == message_id
            if found:
                arrived, replies, is_complete = True, [], False
        elif found and event["event"] == "bot":
            replies.append({"custom": (event.get("data") or {}).get("custom")})
        elif found and event["event"] == "action" and event["name"] == "action_listen":
            is_complete = True
    return arrived, replies, is_complete


def _reply(data: Any) -> DialogueReply:
    """The reply from plain REST (a list) or from our channel (an object that also tells what was understood)."""
    understood: dict[str, Any] = {}
    if isinstance(data, dict):
        understood, data = data, data.get("messages")
    try:
        utterances = tuple(from_json(one["custom"]) for one in data)
    except (KeyError, TypeError, ValueError) as error:
        raise DialogueFailed("garbled") from error
    if not utterances:
        raise DialogueFailed("silent")
    return DialogueReply(utterances, understood.get("intent"), understood.get("confidence"), understood.get("model"))
