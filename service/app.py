"""The public application: webhooks, widget API, pages, health. Runs in the web process; answers nobody's questions itself."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy import text

from channels.sms.routes import router as sms_router
from channels.sms.simulator.routes import router as simulator_router
from channels.webchat.routes import WebChat
from channels.webchat.routes import router as webchat_router
from core.errors import Forbidden, NotFound
from core.logging import describe
from service.bootstrap import House
from web.pages import mount_pages

log = structlog.get_logger()


def create_app(house: House) -> FastAPI:
    """The application of a house."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await house.bus.start()
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
    origins = " ".join(["'self'", *house.settings.widget_origins])

    @app.middleware("http")
    async def headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await call_next(request)
        is_frame = request.url.path.startswith("/widget/frame")
        response.headers.setdefault(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
            "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-src 'self'; manifest-src 'self'; "
            f"frame-ancestors {origins if is_frame else chr(39) + 'none' + chr(39)}",
        )
        if not is_frame:
            response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        response.headers.setdefault("Permissions-Policy", "geolocation=(), camera=(), microphone=()")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if house.settings.public_url.startswith("https://"):
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        if not request.url.path.startswith("/assets/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    @app.exception_handler(NotFound)
    @app.exception_handler(Forbidden)
    async def hidden(_: Request, __: Exception) -> JSONResponse:
        """Unknown and forbidden look the same."""
        return JSONResponse({"detail": "Not Found"}, status_code=404)
