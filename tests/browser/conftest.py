"""A real house on a real database, a real server and a real Chromium. Only the dialogue core and the opening hours are ours."""

import asyncio
import contextlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
import uvicorn
from playwright.async_api import Browser, BrowserContext, Page, async_playwright
from sqlalchemy import select

from care.seed import seed as seed_clinic
from conversations.models import Case, Message, Thread
from conversations.protocols import Choice, DialogueReply, DialogueTurn, Understood, Utterance
from core.accounts import Staff
from core.clock import FixedClock
from core.db import UnitOfWork
from core.settings import Secrets, Settings
from service.app import create_app
from service.bootstrap import House, build
from service.setup import DEMO_PASSWORD, _seed_staff, build_assets
from tests.conftest import free_port

pytestmark = pytest.mark.browser
AXE = Path(__file__).parents[2] / "web" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
CHOICES = (
    Choice("soonest", "choice-soonest", "/inform"),
    Choice("other_time", "choice-other-time", "/inform"),
)


class ScriptedDialogue:
    """Answers every message with the same question; holds its answer back while `gate` is closed."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        self.asked: list[DialogueTurn] = []

    async def respond(self, turn: DialogueTurn) -> DialogueReply:
        """One utterance with two choices, understood as a wish to book."""
        self.asked.append(turn)
        await self.gate.wait()
        return DialogueReply((Utterance("ask-time-window", {}, CHOICES),), "book", 0.93, "scripted")

    async def recall(self, turn: DialogueTurn) -> DialogueReply | None:
        """Nothing was answered before."""
        return None

    async def understand(self, text: str) -> Understood:
        """Everything is a question about the clinic."""
        return Understood("clinic_info", (("clinic_info", 0.91), ("price", 0.05)))


class AlwaysOpen:
    """Someone is always on duty."""

    async def is_open(self, uow: UnitOfWork, now: datetime) -> bool:
        """Yes."""
        return True

    async def next_opening(self, uow: UnitOfWork, now: datetime) -> datetime | None:
        """Nothing to wait for."""
        return None

    async def blocks(self, uow: UnitOfWork, since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
        """All the time."""
        return [(since, until)]


@dataclass
class Site:
    """A running installation and the browser that visits it."""

    house: House
    dialogue: ScriptedDialogue
    clock: FixedClock
    base: str
    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)

    async def visitor(self, *, width: int = 1280, height: int = 800, scheme: str = "light", lang: str = "pl") -> Page:
        """A new browser profile with one empty page."""
        context = await self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            locale="en-GB" if lang == "en" else "pl-PL",
            timezone_id="Europe/Warsaw",
        )
        context.set_default_timeout(20_000)  # A busy machine is slow, not wrong.
        self.contexts.append(context)
        return await context.new_page()

    async def agent(self, name: str, *, width: int = 1280, scheme: str = "light", lang: str = "pl") -> Page:
        """Someone of the demo staff, signed in through the form."""
        page = await self.visitor(width=width, scheme=scheme, lang=lang)
        await page.goto(f"{self.base}/login?lang={lang}")
        await page.locator("#email").fill(f"{name}@demo.example")
        await page.locator("#password").fill(DEMO_PASSWORD)
        await page.locator("main button[type=submit]").click()
        await page.wait_for_url(lambda url: "/login" not in url)
        return page

    async def text(self, phone: str, body: str, media: tuple[str, bytes] | None = None) -> UUID:
        """An SMS from a simulated phone; returns its thread once the message is there."""
        assert self.house.simulator is not None
        sid = await self.house.simulator.send_from_phone(phone, body, media)
        async with self.house.database.unit_of_work() as uow:
            found = await uow.session.scalar(select(Message.thread_id).where(Message.provider_id == sid))
        assert found is not None
        return found

    async def waiting(self, phone: str, body: str = "chcę rozmawiać z człowiekiem") -> UUID:
        """A patient who asked for a person and stands in the queue; returns the thread."""
        thread_id = await self.text(phone, body)
        for _ in range(200):
            async with self.house.database.unit_of_work() as uow:
                state = await uow.session.scalar(
                    select(Case.state).where(Case.thread_id == thread_id).order_by(Case.opened_at.desc()).limit(1)
                )
            if state is not None and state.value == "waiting":
                return thread_id
            await asyncio.sleep(0.05)
        raise AssertionError("the case did not reach the queue")

    async def only_thread(self) -> UUID:
        """The thread, when there is one."""
        async with self.house.database.unit_of_work() as uow:
            return (await uow.session.scalars(select(Thread.id))).one()

    async def staff_id(self, name: str) -> UUID:
        """The id of someone of the demo staff."""
        async with self.house.database.unit_of_work() as uow:
            return (await uow.session.scalars(select(Staff.id).where(Staff.email == f"{name}@demo.example"))).one()


@pytest.fixture(scope="session")
def assets() -> None:
    """The bundles, built from this tree."""
    build_assets()


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """One browser for the run."""
    found = os.environ.get("PORADNIA_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium on this machine: browser tests need one (PORADNIA_CHROMIUM names it)")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=found,
            args=["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        await browser.close()


@pytest.fixture
def settings() -> Iterator[Settings]:
    """Settings of a throw-away installation."""
    folder = Path(tempfile.mkdtemp(prefix="poradnia-browser-"))
    Secrets.make(folder / "secrets.json")
    port = free_port()
    yield Settings(data_folder=folder, web_port=port, public_url=f"http://127.0.0.1:{port}", undo_seconds=0)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def site(
    settings: Settings, database_url: str, clock: FixedClock, chromium: Browser, assets: None
) -> AsyncIterator[Site]:
    """The whole thing, running in this loop."""
    dialogue = ScriptedDialogue()
    house = build(settings, database_url, clock=clock, dialogue=dialogue, hours=AlwaysOpen())
    async with house.database.unit_of_work() as uow:
        await seed_clinic(uow, clock.now())
        await _seed_staff(uow)
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(house),
            host="127.0.0.1",
            port=settings.web_port,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=0,
        )
    )
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.02)
    runners = [asyncio.create_task(runner.run()) for runner in house.runners()]
    made = Site(house, dialogue, clock, settings.public_url, chromium)
    yield made
    for context in made.contexts:
        await context.close()
    for runner in runners:
        runner.cancel()
    await asyncio.gather(*runners, return_exceptions=True)
    server.should_exit = True
    await asyncio.gather(serving, return_exceptions=True)
