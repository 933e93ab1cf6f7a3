"""The worker process: turns, deliveries, timed jobs, and the action route that Rasa calls on loopback."""

import asyncio
import contextlib
import signal

import structlog
import uvicorn

from actions.registry import build_actions
from actions.server import create_app
from care.triage.engine import FhirEngine
from conversations.after_call import end_unseen
from conversations.unsafe.service import write_locked
from core.settings import Settings
from knowledge import emergencies
from knowledge.model.rephrasing import Rephrasing
from knowledge.scheduling import Punctual
from knowledge.unanswered import prepare
from service.bootstrap import House, settle_memory
from service.bot_content import settle
from service.gate_watch import GateWatch
from service.health import Readiness
from service.operations import observed
from service.shadow import ShadowWatch

log = structlog.get_logger()


async def run(house: House) -> None:
    """Work until told to stop; what is under way is finished first."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    house.jobs.periodic("housekeeping", "17 3 * * *", lambda: housekeeping(house))
    house.jobs.periodic("erasures", "* * * * *", lambda: erasures(house))
    house.jobs.periodic("reminders", "* * * * *", lambda: reminders(house))
    house.jobs.periodic("alerts", "* * * * * */15", lambda: alerts(house))
    house.jobs.periodic("routing-sweep", "* * * * * */5", house.router.look)
    house.jobs.periodic("promises", "* * * * * */10", lambda: promises(house))
    house.jobs.periodic("slack", "* * * * * */5", lambda: slack(house))
    house.jobs.periodic("unanswered", "* * * * * */20", lambda: unanswered(house))
    house.jobs.periodic("emergencies", "* * * * *", lambda: unconfirmed(house))
    house.jobs.periodic("files", "* * * * * */15", lambda: files(house))
    house.jobs.periodic("calls", "* * * * * */15", lambda: calls(house))
    await house.bus.start()
    await house.jobs.open()
    async with house.database.unit_of_work() as uow:
        await house.library.warm(uow)
    await house.database.warm()
    await write_locked(house.database, house.settings.data_folder)
    await settle(house.database, house.clock)
    settle_memory()
    server = action_server(house)
    tasks = [asyncio.create_task(runner.run()) for runner in house.runners()]
    tasks += [asyncio.create_task(house.jobs.run()), asyncio.create_task(server.serve())]
    tasks.append(asyncio.create_task(GateWatch(house.database, house.clock).run()))
    tasks.append(asyncio.create_task(ShadowWatch(house.database, house.clock).run()))
    tasks.append(asyncio.create_task(Punctual(house.database, house.library, house.clock).run()))
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


def triage_engine(settings: Settings) -> FhirEngine | None:
    """The certified engine, where one is configured."""
    return FhirEngine(settings.triage_engine_url, settings.triage_engine_token) if settings.triage_engine_url else None


def action_server(house: House) -> uvicorn.Server:
    """The action route, loopback only, without its own signal handling."""
    app = create_app(
        build_actions(
            house.database,
            house.clock,
            house.cases,
            house.library,
            house.identity,
            house.triage,
            house.alerts,
            triage_engine(house.settings),
            house.complexity,
            Rephrasing(house.model),
        ),
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
    """Once a night: what is over, by the register of copies, is let go."""
    counts = await house.privacy.retention.enforce()
    log.info("retention", count=sum(counts.values()))


async def erasures(house: House) -> None:
    """Once a minute: what the privacy officer confirmed, from where it was cut off."""
    await house.privacy.erasures.run_open()


async def alerts(house: House) -> None:
    """Four times a minute: red flags that nobody claims, and the on-call telephone where it could not be reached."""
    count = await house.watch.sweep()
    if count:
        log.info("alerts", count=count)


async def promises(house: House) -> None:
    """Six times a minute: what is due to those who wait, and what is done where it was not kept."""
    count = await house.keeping.look()
    if count:
        log.warning("promises broken", count=count)


async def slack(house: House) -> None:
    """Twelve times a minute: what is new is told in Slack, where that is set up and recorded."""
    count = await house.slack.posts.look()
    if count:
        log.info("slack", count=count)


async def unanswered(house: House) -> None:
    """Three times a minute: what was not answered is prepared for the studio, without the patient."""
    count = await prepare(house.database, house.nearness)
    if count:
        log.info("unanswered", count=count)


async def unconfirmed(house: House) -> None:
    """Once a minute: what one person did to safety content and nobody confirmed in time."""
    count = await emergencies.look(house.database, house.clock)
    if count:
        log.warning("safety content was changed by one person and not confirmed in time", count=count)


async def files(house: House) -> None:
    """Files that wait for the scanner are looked at again."""
    await house.attachments.judge_waiting()


async def calls(house: House) -> None:
    """Four times a minute: calls whose process has died end, and what was not spoken in them is written."""
    count = await end_unseen(house.database, house.messages, house.clock)
    if count:
        log.info("calls ended", count=count)


async def reminders(house: House) -> None:
    """Once a minute: reminders of visits and medicines that are due. What was missed while nobody looked is made up for."""
    counts = await house.reminders.look()
    if counts:
        log.info("reminders", count=counts["sent"])
    doses = await house.doses.look()
    if doses:
        log.info("dose reminders", count=doses["sent"])
