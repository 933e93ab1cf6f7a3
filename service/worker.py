"""The worker process: turns, deliveries, timed jobs, and the action route that Rasa calls on loopback."""

import asyncio
import contextlib
import signal
from datetime import timedelta

import structlog
import uvicorn
from sqlalchemy import delete, select

from actions.registry import build_actions
from actions.server import create_app
from conversations.models import ActionResult, Turn, TurnState
from core.accounts import SESSION_LIFETIME, StaffSession
from service.bootstrap import House, settle_memory
from service.health import Readiness
from service.operations import observed

log = structlog.get_logger()


async def run(house: House) -> None:
    """Work until told to stop; what is under way is finished first."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    house.jobs.periodic("housekeeping", "17 3 * * *", lambda: housekeeping(house))
    await house.bus.start()
    await house.jobs.open()
    async with house.database.unit_of_work() as uow:
        await house.library.warm(uow)
    await house.database.warm()
    settle_memory()
    server = action_server(house)
    tasks = [asyncio.create_task(runner.run()) for runner in house.runners()]
    tasks += [asyncio.create_task(house.jobs.run()), asyncio.create_task(server.serve())]
    tasks += [asyncio.create_task(house.sealer.run()), asyncio.create_task(house.rotation.run())]
    async with observed(house, "worker", Readiness(house)):
        log.info("worker ready", process="worker")
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait([stopped, *tasks], return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    with contextlib.suppress(Exception):
        await house.jobs.close()
    await house.bus.stop()
    await house.close()
    for result in results:
        if isinstance(result, Exception):
            raise result


def action_server(house: House) -> uvicorn.Server:
    """The action route, loopback only, without its own signal handling."""
    app = create_app(
        build_actions(house.database, house.clock, house.cases, house.library),
        house.settings.secrets["actions"],
        house.database,
    )
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=house.settings.actions_port,
        log_level="warning",
        access_log=False,
        lifespan="off",
        server_header=False,
    )
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
    return server


async def housekeeping(house: House) -> None:
    """Once a night: sessions that are over, and the working notes of turns done a month ago."""
    now = house.clock.now()
    month_ago = now - timedelta(days=30)
    async with house.database.unit_of_work() as uow:
        await uow.session.execute(delete(StaffSession).where(StaffSession.created_at + SESSION_LIFETIME < now))
        old = select(Turn.message_id).where(Turn.state == TurnState.done, Turn.done_at < month_ago)
        await uow.session.execute(delete(ActionResult).where(ActionResult.message_id.in_(old)))
        await uow.session.execute(delete(Turn).where(Turn.state == TurnState.done, Turn.done_at < month_ago))
