"""The database: declarative base, engine and the unit of work. Only the unit of work commits."""

import enum
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import DateTime, Enum, MetaData, Uuid, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from core.notices import PostgresNotices


class Base(DeclarativeBase):
    """All tables. Instants are always stored with their zone."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own shape
        datetime: DateTime(timezone=True),
        UUID: Uuid(as_uuid=True),
        enum.Enum: Enum(
            enum.Enum, native_enum=False, length=30, values_callable=lambda kind: [one.value for one in kind]
        ),
    }


class Publisher(Protocol):
    """Carries notices to other processes once they are true."""

    async def publish(self, payloads: list[str]) -> None:
        """Send them, in order. Must not raise: what is not heard is found by those who look for missed work."""
        ...


class UnitOfWork:
    """One transaction: `session` reads and writes, `publish` wakes others once (and only if) it commits."""

    def __init__(self, session: AsyncSession, publisher: Publisher, *, is_audited: bool = True) -> None:
        self.session = session
        self.is_audited = is_audited
        self._publisher = publisher
        self._notices: dict[str, None] = {}
        self._afterwards: list[Callable[[], object]] = []

    async def publish(self, topic: str, **ids: str | int) -> None:
        """Tell the bus after commit. Ids only, never health data. The same notice twice is sent once."""
        self._notices[json.dumps({"topic": topic, **ids}, separators=(",", ":"))] = None

    async def lock(self, name: str) -> None:
        """Wait until no other transaction holds this name; it is let go when this one ends."""
        await self.session.execute(select(func.pg_advisory_xact_lock(func.hashtext(name))))

    async def commit(self) -> None:
        """The notices go out right after the transaction: inside it, NOTIFY would make all commits wait for one another."""
        notices, self._notices = list(self._notices), {}
        await self.session.commit()
        if notices:
            await self._publisher.publish(notices)
        for call in self._afterwards:
            call()
        self._afterwards.clear()

    def afterwards(self, call: Callable[[], object]) -> None:
        """Call it once this is committed, and never if it is not: for counting what really happened."""
        self._afterwards.append(call)

    async def connection(self) -> AsyncConnection:
        """The transaction's own connection, for libraries that must join it."""
        return await self.session.connection()


class Database:
    """A pool of connections and the maker of units of work."""

    def __init__(
        self, url: str, pool_size: int = 10, publisher: Publisher | None = None, *, is_audited: bool = True
    ) -> None:
        """`is_audited` is for benchmarks, which measure what the audit costs; no setting reaches it."""
        self.url = url
        self._notices = PostgresNotices(url)
        self._publisher = publisher or self._notices
        self._is_audited = is_audited
        # The connection given back last is taken first: a few stay busy, with their statements prepared.
        self.engine = create_async_engine(
            url, pool_size=pool_size, max_overflow=10, pool_pre_ping=False, pool_use_lifo=True
        )
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)

    @asynccontextmanager
    async def unit_of_work(self) -> AsyncIterator[UnitOfWork]:
        """Commit at the end of the block, roll back if it raises."""
        async with self._sessions() as session:
            try:
                uow = UnitOfWork(session, self._publisher, is_audited=self._is_audited)
                yield uow
                await uow.commit()
            except BaseException:
                await session.rollback()
                raise

    async def warm(self, connections: int = 6) -> None:
        """Open connections before they are needed: the first messages do not wait for them."""
        async with AsyncExitStack() as stack:
            for _ in range(connections):
                await stack.enter_async_context(self.engine.connect())

    async def close(self) -> None:
        """Send the last notices and give the connections back."""
        await self._notices.close()
        await self.engine.dispose()


def as_json(value: Any) -> Any:
    """UUIDs and datetimes as text inside a structure, for JSON columns and provenance."""
    return json.loads(json.dumps(value, default=str))
