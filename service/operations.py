"""What operators see of a process, on a port of its own that patients never reach: health, readiness in detail, metrics."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import structlog
import uvicorn
from sqlalchemy import QueuePool, text
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core import metrics
from core.heartbeat import keep_beating, leave
from core.logging import describe
from core.processors import is_recorded
from core.tracing import tracing
from service.bootstrap import House
from service.health import OK, Readiness

log = structlog.get_logger()
ASKED_EVERY = 10.0
"""Seconds until an ended record stops the traces."""
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
_AGES = (
    (metrics.turns_open, metrics.turns_oldest_seconds,
     "SELECT count(*), extract(epoch FROM now() - min(created_at)) FROM turns WHERE state <> 'done'"),
    (metrics.queue_waiting, metrics.queue_oldest_seconds,
     "SELECT count(*), extract(epoch FROM now() - min(requested_at)) FROM handoffs WHERE state = 'queued'"),
    (metrics.alerts_unclaimed, metrics.alerts_oldest_seconds,
     "SELECT count(*), extract(epoch FROM now() - min(raised_at)) FROM safety_alerts WHERE claimed_at IS NULL"),
    (None, metrics.deliveries_oldest_seconds,
     "SELECT count(*), extract(epoch FROM now() - min(m.created_at)) FROM deliveries d JOIN messages m ON m.id = d.message_id "
     "WHERE d.state = 'queued'"),
    (None, metrics.audit_unsealed_seconds,
     "SELECT count(*), extract(epoch FROM now() - min(at)) FROM audit_events WHERE batch IS NULL"),
)  # fmt: skip
_STATES = (
    (metrics.deliveries, ("queued", "sent", "delivered", "read", "dead"),
     "SELECT state, count(*) FROM deliveries WHERE state = 'queued' OR updated_at > now() - interval '1 day' GROUP BY state"),
    (metrics.jobs, ("todo", "doing", "failed"), "SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY status"),
)  # fmt: skip


def operations_app(house: House, kind: str, readiness: Readiness) -> Starlette:
    """`/healthz`, `/readyz` and `/metrics` of a process."""

    async def health(_: Request) -> Response:
        return JSONResponse({"status": OK})

    async def ready(_: Request) -> Response:
        found = await readiness.examine()
        return JSONResponse({"status": found.status, "parts": found.parts}, found.code)

    async def measures(_: Request) -> Response:
        await refresh(house, kind, readiness)
        return Response(metrics.exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return Starlette(
        routes=[Route("/healthz", health), Route("/readyz", ready), Route("/metrics", measures)], debug=False
    )


async def refresh(house: House, kind: str, readiness: Readiness) -> None:
    """Read what the database knows; whatever cannot be read keeps its last value, and `poradnia_part_up` says so."""
    pool = house.database.engine.pool
    if isinstance(pool, QueuePool):
        metrics.database_connections.labels("in_use").set(pool.checkedout())
        metrics.database_connections.labels("idle").set(pool.checkedin())
    found = await readiness.examine()
    for part, says in found.parts.items():
        metrics.part_up.labels(part).set(says == OK)
    if kind != "worker" or found.parts["database"] != OK:
        return
    try:
        async with asyncio.timeout(10), house.database.unit_of_work() as uow:

            async def row(statement: str) -> Any:
                return (await uow.session.execute(text(statement))).first()

            for number, age, statement in _AGES:
                count, seconds = await row(statement)
                if number is not None:
                    number.set(count)
                age.set(max(0.0, float(seconds or 0)))
            for gauge, states, statement in _STATES:
                counted = {str(state): count for state, count in await uow.session.execute(text(statement))}
                for state in states:
                    gauge.labels(state).set(counted.get(state, 0))
            metrics.dead_letters.set((await row("SELECT count(*) FROM deliveries WHERE state = 'dead'"))[0])
            metrics.database_bytes.set((await row("SELECT pg_database_size(current_database())"))[0])
    except Exception as error:
        log.warning("metrics not read", **describe(error))


def may_see_detail(request: Request) -> bool:
    """True for somebody on this very machine who does not come through a proxy on it."""
    client, host = request.client, request.url.hostname or ""
    if client is None or any(name in request.headers for name in _FORWARDED):
        return False
    return _is_loopback(client.host) and (host == "localhost" or _is_loopback(host))


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


class TracingGate:
    """Lets spans go to a collector on another machine only while the processor `tracing` is recorded."""

    def __init__(self, house: House) -> None:
        self._house = house
        host = urlsplit(house.settings.otlp_endpoint).hostname or ""
        self._is_here = host == "localhost" or _is_loopback(host)

    async def look(self) -> None:
        """Ask the record. One that cannot be read lets nothing go."""
        is_allowed = self._is_here
        if not is_allowed:
            with contextlib.suppress(SQLAlchemyError):
                async with self._house.database.unit_of_work() as uow:
                    is_allowed = await is_recorded(uow, "tracing", self._house.clock.now().date())
        tracing.may_leave = is_allowed

    async def watch(self) -> None:
        """Ask again every few seconds until cancelled."""
        while True:
            await asyncio.sleep(ASKED_EVERY)
            await self.look()


@asynccontextmanager
async def observed(house: House, kind: str, readiness: Readiness) -> AsyncIterator[None]:
    """While the block lasts the process beats, measures itself, and answers on its operations port (0: none)."""
    settings, process = house.settings, uuid4()
    await house.model.warm()
    gate = TracingGate(house)
    if settings.otlp_endpoint:
        await gate.look()
        tracing.configure(kind, settings.otlp_endpoint)
    port = settings.worker_metrics_port if kind == "worker" else settings.web_metrics_port
    server = _server(operations_app(house, kind, readiness))
    tasks = [
        asyncio.create_task(keep_beating(house.database, process, kind)),
        asyncio.create_task(metrics.watch_loop()),
    ]
    watching = asyncio.create_task(gate.watch()) if settings.otlp_endpoint else None
    listening = _listen(settings.metrics_host, port) if port else None
    if listening is not None:
        tasks.append(asyncio.create_task(server.serve([listening])))
    try:
        yield
    finally:
        server.should_exit = True
        for task in tasks[:2]:
            task.cancel()
        if watching is not None:
            watching.cancel()
            tasks.append(watching)
        await asyncio.gather(*tasks, return_exceptions=True)
        with contextlib.suppress(Exception):
            await leave(house.database, process)
        tracing.shut_down()


def _server(app: Starlette) -> uvicorn.Server:
    config = uvicorn.Config(
        app, log_level="critical", access_log=False, lifespan="off", server_header=False, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment] # the process has its own
    return server


def _listen(host: str, port: int) -> socket.socket | None:
    """The port, or None where another process of this machine has it: serving patients comes first."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        log.warning("no operations port", port=port, **describe(error))
        return None
    return listening
