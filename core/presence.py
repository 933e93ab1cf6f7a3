"""Who of the staff is looking at a thread or writing in it. Short-lived, never health data, never proof of anything."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Database

LASTS = timedelta(seconds=20)
"""How long a person counts as there after the last sign."""


class Doing(StrEnum):
    """What they do there."""

    viewing = "viewing"
    writing = "writing"


@dataclass(frozen=True)
class Present:
    """One person in a thread."""

    staff_id: UUID
    doing: Doing


class Presence(Protocol):
    """Remembers who is where, for as long as they go on saying so; shared by all processes."""

    async def note(self, thread_id: UUID, staff_id: UUID, doing: Doing) -> None:
        """Someone is there, until the time runs out or they are noted again."""
        ...

    async def leave(self, thread_id: UUID, staff_id: UUID) -> None:
        """Someone went."""
        ...

    async def who(self, thread_id: UUID) -> list[Present]:
        """Those who are there, by their ids."""
        ...


class PresenceRow(Base):
    """One person in one thread, until a time of the database's clock."""

    __tablename__ = "presence"
    thread_id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(primary_key=True)
    doing: Mapped[str]
    until: Mapped[datetime] = mapped_column(index=True)


class PostgresPresence:
    """Presence in a table, by the database's clock. Each note sweeps away what is over."""

    def __init__(self, database: Database, lasts: timedelta) -> None:
        self._database = database
        self._lasts = lasts

    async def note(self, thread_id: UUID, staff_id: UUID, doing: Doing) -> None:
        """Someone is there, until the time runs out or they are noted again."""
        until = func.clock_timestamp() + self._lasts
        row = insert(PresenceRow).values(thread_id=thread_id, staff_id=staff_id, doing=doing.value, until=until)
        async with self._database.unit_of_work() as uow:
            await uow.session.execute(delete(PresenceRow).where(PresenceRow.until < func.clock_timestamp()))
            await uow.session.execute(
                row.on_conflict_do_update(
                    index_elements=[PresenceRow.thread_id, PresenceRow.staff_id],
                    set_={"doing": doing.value, "until": until},
                )
            )

    async def leave(self, thread_id: UUID, staff_id: UUID) -> None:
        """Someone went."""
        async with self._database.unit_of_work() as uow:
            await uow.session.execute(
                delete(PresenceRow).where(PresenceRow.thread_id == thread_id, PresenceRow.staff_id == staff_id)
            )

    async def who(self, thread_id: UUID) -> list[Present]:
        """Those who are there, by their ids."""
        async with self._database.unit_of_work() as uow:
            rows = await uow.session.scalars(
                select(PresenceRow)
                .where(PresenceRow.thread_id == thread_id, PresenceRow.until >= func.clock_timestamp())
                .order_by(PresenceRow.staff_id)
            )
            return [Present(row.staff_id, Doing(row.doing)) for row in rows]
