"""The public application: webhooks, widget API, pages, health. Runs in the web process; answers nobody's questions itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy import text
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as ASGIMessage

from channels.sms.routes import router as sms_router
from channels.sms.simulator.routes import router as simulator_router
from channels.webchat.routes import WebChat
from channels.webchat.routes import router as webchat_router
from core.errors import Forbidden, NotFound
from core.logging import describe
from core.settings import Settings
from service.bootstrap import House, settle_memory
from web.pages import mount_pages

log = structlog.get_logger()


def create_app(house: House) -> FastAPI:
    """The application of a house."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await house.bus.start()
        await house.database.warm()
        settle_memory()
        yield
        await house.bus.stop()
        await house.close()

    app = FastAPI(title="Poradnia", version="0.1.0", lifespan=lifespan, docs_url=None, redoc_url=None)
    settings = house.settings
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
            )
        )
    )
    if house.simulator is not None:
        app.include_router(simulator_router(house.simulator))
    mount_pages(app, house)

    @app.get("/healthz", include_in_schema=False)
    async def health() -> dict[str, str]:
        """The process is alive."""
        return {"status": "ok"}

    @app.get("/readyz", include_in_schema=False)
    async def ready() -> JSONResponse:
        """The database answers."""
        try:
            async with house.database.unit_of_work() as uow:
                await uow.session.execute(text("SELECT 1"))
        except Exception as error:
            log.warning("not ready", **describe(error))
            return JSONResponse({"status": "database unavailable"}, status_code=503)
        return JSONResponse({"status": "ok"})

    _guard(app, house)
    return app


def _guard(app: FastAPI, house: House) -> None:
    """Security headers on everything, and the three kinds of error every route may raise."""
    app.add_middleware(SecurityHeaders, settings=house.settings)

    @app.exception_handler(NotFound)
    @app.exception_handler(Forbidden)
    async def hidden(_: Request, __: Exception) -> JSONResponse:
        """Unknown and forbidden look the same."""
        return JSONResponse({"detail": "Not Found"}, status_code=404)


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
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-src 'self'; manifest-src 'self'; "
        f"frame-ancestors {ancestors}"
    )
