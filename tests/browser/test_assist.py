"""Help for agents in the browser. Invariant: a suggested reply stands in the composer as a draft; nobody but the agent sends it."""

import json
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect
from sqlalchemy import select

from core.access import Role
from core.accounts import SignedIn, Staff
from core.ids import StaffId
from core.processors import Entry, enter
from core.settings import Secrets, Settings
from knowledge.service import import_articles, publish
from tests.browser.conftest import Site
from tests.browser.test_accessible import found
from tests.conftest import free_port
from tests.model.provider import Provider, provider
from tests.model.test_assist import EDITOR, GOOD, PARKING

pytestmark = pytest.mark.browser


@pytest.fixture
async def model() -> AsyncIterator[Provider]:
    """A provider on loopback."""
    async with provider() as one:
        one.answer = lambda _: json.dumps(GOOD)
        yield one


@pytest.fixture
async def settings(model: Provider) -> AsyncIterator[Settings]:
    """An installation that names it."""
    folder = Path(tempfile.mkdtemp(prefix="poradnia-browser-"))
    Secrets.make(folder / "secrets.json")
    port = free_port()
    yield Settings(
        data_folder=folder, web_port=port, public_url=f"http://127.0.0.1:{port}",
        llm="openai:small-test", llm_base_url=model.url, llm_key="sk-not-a-real-key", llm_timeout_seconds=7.5, llm_rephrase=False,
    )  # fmt: skip
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize(("width", "lang"), [(1440, "pl"), (360, "en")])
async def test_a_draft_is_put_into_the_composer_and_a_summary_is_read(
    site: Site, model: Provider, width: int, lang: str
) -> None:
    clock = site.house.clock
    async with site.house.database.unit_of_work() as uow:
        somebody = (await uow.session.scalars(select(Staff))).first()
        assert somebody is not None
        officer = SignedIn(
            StaffId(somebody.id), "Iga", "iga@example.org", frozenset({Role.privacy_officer}), "pl", "csrf"
        )
        assert (
            await enter(uow, officer, Entry("model", "M Ltd", "PL", "1/2026", "0 dni", clock.now().date()), clock.now())
            is None
        )
        await import_articles(uow, EDITOR, [PARKING], clock.now())
        await publish(uow, EDITOR, "parking", clock.now())
    thread_id = await site.waiting("+48890002001")
    await site.text("+48890002001", "Gdzie mogę zaparkować samochód?")
    page = await site.agent("marta", width=width, lang=lang)
    await page.goto(f"{site.base}/console/threads/{thread_id}")
    await page.locator("[data-act=accept]").click()
    beside = page.locator("[id^=assist-]").first
    if width < 1000:
        await page.locator('a[href="#beside-pane"]').click()
    await beside.locator("form[action$='/summary'] button").click()
    await expect(beside).to_contain_text("Parking.")
    await beside.locator("form[action$='/draft'] button").click()
    await beside.locator("[data-draft]").click()
    await expect(page.locator("#reply-text")).to_have_value("Parking jest za budynkiem poradni.")
    assert await found(page) == []
    overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert overflow <= 0
