"""The description of every route of the public application (OpenAPI), forms and pages included, with all it may answer.

FastAPI knows the parameters; what a route may answer stands here by family of addresses, since errors come from what a family
shares: sessions, signatures, limits. A test asks every route far more than it expects and accepts no answer that is not here.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import RouteContext, iter_route_contexts

HTML, JSON, XML, STREAM = "text/html", "application/json", "application/xml", "text/event-stream"
EVERYWHERE = (400, 422, 503)
"""What cannot be read, what is not as described, and a database that is away: come again."""


@dataclass(frozen=True)
class Family:
    """Addresses that begin alike: what they answer when all is well, in which form, and which errors they know."""

    prefix: str
    good: tuple[int, ...]
    media: tuple[str, ...]
    errors: tuple[int, ...] = ()


FAMILIES = (
    Family("/console/events", (200, 303), (STREAM,), (401, 403)),
    Family("/console", (200, 204, 303), (HTML, "*/*"), (401, 403, 404, 413)),
    Family("/login", (200, 303), (HTML,), (403, 404, 413, 429)),
    Family("/logout", (303,), (HTML,), (403, 413)),
    Family("/chat/stream", (200,), (STREAM,), (401, 429)),
    Family("/chat", (200, 202, 204), (JSON,), (401, 404, 413, 429)),
    Family("/webhooks/twilio", (200, 204), (XML,), (403, 413)),
    Family("/webhooks/slack", (200, 204), (JSON,), (403, 413)),
    Family("/simulator/phone/events", (200,), (STREAM,)),
    Family("/simulator/phone", (200, 303), (HTML,), (403, 413)),
    Family("/simulator/twilio", (200, 201), (JSON, "*/*"), (401, 404)),
    Family("/widget", (200,), (HTML, "text/javascript")),
    Family("/healthz", (200,), (JSON,)),
    Family("/readyz", (200,), (JSON,)),
    Family("/", (200, 204, 303), (HTML, JSON, "*/*"), (401, 403, 404, 413, 429)),
)
"""The first that fits. The last is for pages that have no family of their own."""


class _Described(RouteContext):
    """A route that is described although it is left out of FastAPI's own description."""

    include_in_schema = True


def declare(app: FastAPI) -> None:
    """Let the application describe every one of its routes, once asked."""

    def description() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = describe(app)
        return app.openapi_schema

    app.openapi = description  # type: ignore[method-assign] # FastAPI's own way of extending the description


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI of the application."""
    routes = [_Described(one.route, one._route_context) for one in iter_route_contexts(app.routes)]
    made = get_openapi(title=app.title, version=app.version, openapi_version=app.openapi_version, routes=routes)
    for path, methods in made["paths"].items():
        family = next(one for one in FAMILIES if path.startswith(one.prefix))
        for operation in methods.values():
            operation["responses"] = _answers(family, operation["responses"])
    return made


def _answers(family: Family, known: dict[str, Any]) -> dict[str, Any]:
    """What FastAPI knows wins where it knows a schema; the family says the rest."""
    answers: dict[str, Any] = {}
    for status in family.good:
        answers[str(status)] = _answer(status, () if status in (204, 303) else family.media)
    for status in sorted({*EVERYWHERE, *family.errors}):
        answers[str(status)] = _answer(status, (JSON,) if family.media == (JSON,) else (JSON, HTML))
    for code, answer in known.items():
        schema = answer.get("content", {}).get(JSON, {}).get("schema")
        if schema and code != "422" and code in answers:
            answers[code]["content"] = {JSON: {"schema": schema}}
    return answers


def _answer(status: int, media: tuple[str, ...]) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    return answer | ({"content": {one: {} for one in media}} if media else {})
