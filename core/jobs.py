"""Jobs that run later or again: procrastinate on our PostgreSQL. Only this module knows the library.

A job is deferred on the caller's own transaction: if that rolls back, the job never was. Due times compare with the
database's clock, so a job only wakes its handler; the handler decides with `core.clock`.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import procrastinate
from procrastinate import exceptions, types
from procrastinate.connector import BaseAsyncConnector

from core.db import UnitOfWork
from core.postgres import libpq_url

Handler = Callable[..., Awaitable[None]]


class Jobs:
    """The job queue of a process: register handlers, defer inside a unit of work, run in the worker."""

    def __init__(self, database_url: str) -> None:
        self._url = libpq_url(database_url)
        self._app = procrastinate.App(
            connector=procrastinate.PsycopgConnector(conninfo=self._url, min_size=1, max_size=4)
        )
        self._tasks: dict[str, Any] = {}

    def register(self, name: str, handler: Handler) -> None:
        """Name a handler; it must be safe to run twice."""

        async def run(**arguments: Any) -> None:
            await handler(**arguments)

        self._tasks[name] = self._app.task(
            name=name, retry=procrastinate.RetryStrategy(max_attempts=5, exponential_wait=3)
        )(run)

    def periodic(self, name: str, cron: str, handler: Handler) -> None:
        """Run a handler by the clock: five cron fields, or six with seconds last."""

        async def run(timestamp: int) -> None:
            await handler()

        self._tasks[name] = self._app.periodic(cron=cron)(self._app.task(name=name, queueing_lock=name)(run))

    async def defer(
        self,
        uow: UnitOfWork,
        name: str,
        *,
        at: datetime | None = None,
        after: timedelta | None = None,
        unique: str | None = None,
        **arguments: types.JSONValue,
    ) -> None:
        """Queue a job in the caller's transaction: for now, `at` an instant, or `after` a while by the machine's clock.

        With `unique`, one waiting job of that key is enough.
        """
        connection = await uow.connection()
        raw = (await connection.get_raw_connection()).driver_connection
        wait = None if after is None else {"seconds": max(1, round(after.total_seconds()))}
        deferrer = self._tasks[name].configure(schedule_at=at, schedule_in=wait, queueing_lock=unique)
        job = deferrer.job.evolve(task_kwargs=arguments)
        if unique is None:
            await self._app.job_manager.batch_defer_jobs_async([job], connection=raw)
            return
        savepoint = await connection.begin_nested()
        try:
            await self._app.job_manager.batch_defer_jobs_async([job], connection=raw)
        except exceptions.AlreadyEnqueued:
            await savepoint.rollback()
        else:
            await savepoint.commit()

    async def open(self) -> None:
        """Connect; needed before `defer` and `run`."""
        await self._app.open_async()

    async def close(self) -> None:
        """Let the connections go."""
        await self._app.close_async()

    async def run(self) -> None:
        """Work until cancelled."""
        await self._app.run_worker_async(
            fetch_job_polling_interval=0.5,
            concurrency=4,
            install_signal_handlers=False,
            delete_jobs="successful",
        )


def schema_sql() -> str:
    """The library's own tables, for the first migration."""
    from procrastinate.schema import SchemaManager

    connector: BaseAsyncConnector = procrastinate.PsycopgConnector()
    return SchemaManager(connector).get_schema()
