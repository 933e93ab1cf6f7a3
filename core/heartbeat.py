"""Processes say that they live: a row each, by the database's clock, so that no process's own clock matters."""

import asyncio
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import delete, func, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Database
from core.logging import describe

log = structlog.get_logger()
EVERY_SECONDS = 10.0
FRESH_SECONDS = 35
"""Three beats may be missed."""


class ProcessBeat(Base):
    """A running process of a kind (`web`, `worker`)."""

    __tablename__ = "process_beats"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    started_at: Mapped[datetime]
    beat_at: Mapped[datetime]


async def beat(database: Database, process: UUID, kind: str) -> None:
    """Say once that the process lives; rows of processes that are long gone are swept out."""
    fresh = insert(ProcessBeat).values(id=process, kind=kind, started_at=func.now(), beat_at=func.now())
    async with database.unit_of_work() as uow:
        await uow.session.execute(
            fresh.on_conflict_do_update(index_elements=[ProcessBeat.id], set_={"beat_at": func.now()})
        )
        await uow.session.execute(
            delete(ProcessBeat).where(ProcessBeat.beat_at < func.now() - text("interval '1 day'"))
        )


async def keep_beating(database: Database, process: UUID, kind: str, every_seconds: float = EVERY_SECONDS) -> None:
    """Until cancelled. A database that does not answer is tried again: who asks sees the beat grow old meanwhile."""
    while True:
        try:
            await beat(database, process, kind)
        except Exception as error:
            log.warning("heartbeat not written", process=kind, **describe(error))
        await asyncio.sleep(every_seconds)


async def leave(database: Database, process: UUID) -> None:
    """The process ends in order."""
    async with database.unit_of_work() as uow:
        await uow.session.execute(delete(ProcessBeat).where(ProcessBeat.id == process))
