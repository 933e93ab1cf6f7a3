"""Counts and times every answer of the public application by its route template, and opens its trace. Plain ASGI, no paths kept."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core import metrics
from core.tracing import tracing

QUIET = frozenset({"/healthz", "/readyz"})
"""Asked every few seconds by machines: counted, not traced."""


class Watched:
    """Adds nothing to an answer. The template is known only after routing; what no route took is `/assets` or `other`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on and look at the start of the answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, method, status = time.perf_counter(), metrics.bounded("method", scope["method"]), 500

        async def start(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                metrics.http_seconds.labels(template(scope)).observe(time.perf_counter() - began)
            await send(message)

        try:
            if tracing.is_on and scope["path"] not in QUIET:
                with tracing.span("http", method=method) as span:
                    await self._app(scope, receive, start)
                    span.set_attribute("route", template(scope))
                    span.set_attribute("status", str(status))
            else:
                await self._app(scope, receive, start)
        finally:
            metrics.http_requests.labels(method, template(scope), str(status)).inc()


def template(scope: Scope) -> str:
    """The route that took the request, as it was declared; never the path that was asked for."""
    path = getattr(scope.get("route"), "path", None)
    if isinstance(path, str):
        return metrics.bounded("route", path)
    return "/assets" if scope["path"].startswith("/assets/") else metrics.OTHER
