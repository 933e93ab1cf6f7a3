"""The public application: webhooks, widget API, pages, health. Runs in the web process; answers nobody's questions itself."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as ASGIMessage

from channels.sms.routes import router as sms_router
from channels.sms.simulator.routes import router as simulator_router
from channels.voice.routes import router as voice_router
from channels.voice.voice import Voice
from channels.webchat.routes import WebChat
from channels.webchat.routes import router as webchat_router
from core.access import Permission
from core.db import UnitOfWork
from core.errors import Forbidden, NotFound, Retriable
from core.i18n import catalogue
from core.logging import describe
from core.settings import Settings
from service.answers import declare
from service.bootstrap import House, settle_memory
from service.health import OK, Readiness
from service.operations import may_see_detail, observed
from service.watching import Watched, template
from web.pages import mount_pages
from web.rendering import page_language
from web.session import Sessions

log = structlog.get_logger()
RETRY_SECONDS = 5
NO_NUL = "cannot contain NUL"
"""How the database's driver says it."""
PASSING = frozenset({"08", "25", "53", "57"})
"""Classes of SQLSTATE that pass: connection, read-only standby, resources (disk full is 53100), operator intervention."""


def create_app(house: House) -> FastAPI:
    """The application of a house. Its description is served in demo mode only."""
    settings, readiness = house.settings, Readiness(house)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await house.bus.start()
        await house.database.warm()
        settle_memory()
        async with observed(house, "web", readiness):
            yield
        await house.bus.stop()
        await house.close()

    description = "/openapi.json" if settings.mode == "demo" else None
    app = FastAPI(
        title="Poradnia", version="0.1.0", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=description
    )
    app.include_router(
        sms_router(
            house.inbox, house.database, house.clock, house.twilio_token, settings.public_url, settings.default_region
        )
    )
    app.include_router(
        webchat_router(
            WebChat(
                house.inbox,
                house.messages,
                house.database,
                house.bus,
                house.clock,
                house.limiter,
                settings.max_upload_bytes,
                house.links,
            )
        )
    )
    app.include_router(
        voice_router(
            _voice(house),
            house.twilio_token,
            settings.public_url,
            may_simulate=house.simulator is not None,
            has_relay=settings.voice_relay,
            speech=house.speech,
        )
    )
    if house.simulator is not None:
        app.include_router(simulator_router(house.simulator))

    async def parts() -> Mapping[str, str]:
        return (await readiness.examine()).parts

    mount_pages(app, house, parts)

    _health_routes(app, house, readiness)
    _guard(app, house)
    declare(app)
    return app


def _voice(house: House) -> Voice:
    async def is_open(uow: UnitOfWork) -> bool:
        return await house.hours.is_open(uow, house.clock.now())

    settings = house.settings
    return Voice(
        house.inbox, house.messages, house.database, house.bus, house.clock, house.screen.screen, settings.default_region,
        is_open, house.limiter, house.telephones, settings.desk_phone or None,
    )  # fmt: skip


def _health_routes(app: FastAPI, house: House, readiness: Readiness) -> None:
    """`/healthz` and `/readyz`: one word for everybody; the parts for this machine and for who watches over deliveries."""
    sessions = Sessions(house)

    @app.get("/healthz", include_in_schema=False)
    async def health() -> dict[str, str]:
        """The process is alive."""
        return {"status": OK}

    @app.get("/readyz", include_in_schema=False)
    async def ready(request: Request) -> JSONResponse:
        """The process can serve (503 if not), and whether something it uses is broken."""
        found = await readiness.examine()
        body: dict[str, object] = {"status": found.status}
        is_known = may_see_detail(request)
        if not is_known and found.is_ready:
            person = await sessions.find(request, is_automatic=True)
            is_known = person is not None and person.access.allows(Permission.replay_delivery)
        return JSONResponse(body | ({"parts": found.parts} if is_known else {}), status_code=found.code)


def _guard(app: FastAPI, house: House) -> None:
    """Security headers on everything, and the three kinds of error every route may raise."""
    app.add_middleware(SecurityHeaders, settings=house.settings)
    app.add_middleware(Watched)

    @app.exception_handler(NotFound)
    @app.exception_handler(Forbidden)
    async def hidden(_: Request, __: Exception) -> JSONResponse:
        """Unknown and forbidden look the same."""
        return JSONResponse({"detail": "Not Found"}, status_code=404)

    @app.exception_handler(DBAPIError)
    @app.exception_handler(NoConnection)
    @app.exception_handler(Retriable)
    async def later(_: Request, error: Exception) -> JSONResponse:
        """Nothing was stored, and it may work soon: providers and pages are asked to come again. Other errors stay errors."""
        if not may_pass(error):
            raise error
        log.warning("database not available", **describe(error))
        return JSONResponse({"detail": "Try again"}, status_code=503, headers={"Retry-After": str(RETRY_SECONDS)})

    @app.exception_handler(DataError)
    async def unkept(request: Request, error: Exception) -> Response:
        """A character that no database keeps (NUL) stood in an address or a form: said in words, and nothing was stored."""
        if not isinstance(error, DataError) or NO_NUL not in str(error.orig):
            raise error
        return PlainTextResponse(catalogue(page_language(request)).text("refused-unkept"), 422)

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> PlainTextResponse:
        """A fault of ours: its kind and place for who watches, never its words. The server's own logger would quote them, and is silent."""
        log.error("a request failed", method=request.method, route=template(request.scope), **describe(error))
        return PlainTextResponse("Internal Server Error", 500)


def may_pass(error: Exception) -> bool:
    """True for a database that is away, full, shutting down or out of connections; false for a statement that is wrong."""
    if isinstance(error, (OperationalError, InterfaceError, NoConnection, Retriable)):
        return True
    return isinstance(error, DBAPIError) and (error.connection_invalidated or _sqlstate(error)[:2] in PASSING)


def _sqlstate(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", "") or "")


class SecurityHeaders:
    """Adds the security headers to every answer that has none of its own. Plain ASGI: every webhook passes here."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        everywhere = {
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
            "Cross-Origin-Opener-Policy": "same-origin",
        }
        if settings.public_url.startswith("https://"):
            everywhere["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        ours = " ".join(["'self'", *settings.widget_origins])
        self._page = {**everywhere, "Content-Security-Policy": _policy("'none'"), "X-Frame-Options": "DENY"}
        self._frame = {**everywhere, "Content-Security-Policy": _policy(ours)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; only the start of an answer is changed."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        added = self._frame if path.startswith("/widget/frame") else self._page

        async def start(message: ASGIMessage) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in added.items():
                    headers.setdefault(name, value)
                if not path.startswith("/assets/"):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, start)


def _policy(ancestors: str) -> str:
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
        "connect-src 'self'; media-src 'self'; form-action 'self'; base-uri 'none'; frame-src 'self'; manifest-src 'self'; "
        f"frame-ancestors {ancestors}"
    )
