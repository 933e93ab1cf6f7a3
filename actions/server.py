"""The action route Rasa calls: rasa-sdk's executor behind FastAPI, on loopback, with a secret header.

What an action may do comes from the turn's lease in the database, never from the request's body.
"""

import hmac
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import structlog
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import Action, ActionExecutionRejection, ActionNotFoundException

from core.db import Database
from core.errors import Forbidden
from core.logging import describe
from core.tracing import tracing

log = structlog.get_logger()
SECRET_HEADER = "X-Poradnia-Secret"  # noqa: S105 - the header's name


def create_app(actions: Sequence[Action], secret: str, database: Database) -> FastAPI:
    """The application with these actions. Each is registered by itself: one that cannot be built stops the start."""
    executor = ActionExecutor()
    for action in actions:
        executor.register_action(action)
    app = FastAPI(title="Poradnia actions", docs_url=None, redoc_url=None, openapi_url=None)

    @app.post("/webhook")
    async def webhook(request: Request) -> JSONResponse:
        """Run one action. 403 without the secret or a leased turn, 404 for an unknown action, 400 for what is no call and
        when a form lets the question go.
        """
        if not hmac.compare_digest(request.headers.get(SECRET_HEADER, "").encode(), secret.encode()):
            return JSONResponse({"error": "forbidden"}, status_code=403)
        call = await _call(request)
        if call is None:
            return JSONResponse({"error": "no call"}, status_code=400)
        try:
            with tracing.span("action", _message_of(call), action=str(call["next_action"])):
                result = await executor.run(call)
        except ActionExecutionRejection as error:
            return JSONResponse({"error": str(error), "action_name": error.action_name}, status_code=400)
        except ActionNotFoundException as error:
            return JSONResponse({"error": str(error), "action_name": error.action_name}, status_code=404)
        except Forbidden:
            log.warning("action without its turn", step=str(call.get("next_action")))
            return JSONResponse({"error": "forbidden", "action_name": call.get("next_action")}, status_code=403)
        except Exception as error:
            log.error("action failed", step=str(call.get("next_action")), **describe(error))
            return JSONResponse({"error": "failed", "action_name": call.get("next_action")}, status_code=500)
        return JSONResponse(result.model_dump() if result is not None else {"events": [], "responses": []})

    @app.get("/health")
    async def health() -> dict[str, str]:
        """Alive."""
        return {"status": "ok"}

    return app


async def _call(request: Request) -> dict[str, Any] | None:
    """The call in a request's body, or None if it holds none."""
    try:
        body = await request.json()
    except ValueError:
        return None
    if not isinstance(body, dict) or not body.get("next_action") or not isinstance(body.get("tracker"), dict):
        return None
    return {"domain": {}, **body}  # Rasa need not send it: no action of ours reads the domain.


def _message_of(call: dict[str, Any]) -> UUID | None:
    """The message a call says it is about, for its trace only: what it may do comes from the lease."""
    latest = call["tracker"].get("latest_message")
    metadata = latest.get("metadata") if isinstance(latest, dict) else None
    try:
        return UUID(metadata["message_id"]) if isinstance(metadata, dict) else None
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
