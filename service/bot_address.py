"""Where the bot of this machine answers just now: read from the database at most once a second, so that a switch needs no restart."""

import asyncio
import socket
import time

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from core.db import Database
from core.logging import describe

log = structlog.get_logger()
KEPT_SECONDS = 1.0
"""A process that is no longer to answer goes on for much longer (`service.keeper.OUTLIVES`)."""


class BotAddress:
    """The address for the next turn. Without a bot that tells of itself: the configured port."""

    def __init__(self, database: Database, otherwise: str) -> None:
        self._database = database
        self._known = otherwise
        self._otherwise = otherwise
        self._asked_at = 0.0
        self._lock = asyncio.Lock()

    async def __call__(self) -> str:
        """`http://127.0.0.1:PORT`."""
        if time.monotonic() - self._asked_at < KEPT_SECONDS:
            return self._known
        async with self._lock:
            if time.monotonic() - self._asked_at >= KEPT_SECONDS:
                await self._ask()
        return self._known

    async def _ask(self) -> None:
        try:
            async with self._database.unit_of_work() as uow:
                port = await uow.session.scalar(
                    text("SELECT port FROM bot.places WHERE place = :place"), {"place": socket.gethostname()}
                )
        except (SQLAlchemyError, OSError) as error:  # The last one known is as good as any.
            log.warning("the bot's address cannot be read", **describe(error))
            return
        self._known = f"http://127.0.0.1:{port}" if port else self._otherwise
        self._asked_at = time.monotonic()
