"""Files and the scanner in a real browser: what waits is not to be opened, what is clean appears, what is infected is named."""

import os
from pathlib import Path

import pytest
from anyio import Path as AsyncPath
from playwright.async_api import Page, expect

from core.settings import Settings
from tests.browser.conftest import Site
from tests.browser.test_accessible import found
from tests.contracts.clamd import EICAR, SimulatedClamd
from tests.serving import free_port, until

pytestmark = pytest.mark.browser
CLEAN, INFECTED = b"%PDF-1.4\nwyniki", b"%PDF-1.4\n" + EICAR


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """With a scanner, which is away until a test lets it listen."""
    return settings.model_copy(update={"scanner": "clamd", "clamd": f"127.0.0.1:{free_port()}"})


async def checked(page: Page, name: str) -> None:
    """Nothing for axe to find, nothing beyond the edge; a picture, where somebody wants to look."""
    assert await found(page) == [], name
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    if folder := os.environ.get("PORADNIA_SHOTS"):
        await page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


async def test_an_agent_sees_files_wait_then_open_or_blocked_and_the_sender_is_told(site: Site) -> None:
    visitor = await site.visitor(width=360)
    await visitor.goto(f"{site.base}/widget/frame?lang=pl")
    await expect(visitor.locator(".said")).to_have_count(2)
    for content in (CLEAN, INFECTED):
        await visitor.locator("input[type=file]").set_input_files(
            {"name": "wyniki.pdf", "mimeType": "application/pdf", "buffer": content}
        )
        await expect(visitor.locator(".said-patient .foot").last).to_contain_text("odebrano")
    pages = []
    thread = await site.only_thread()
    for width, lang in ((1440, "pl"), (360, "en")):
        page = await site.agent("marta", width=width, lang=lang)
        await page.goto(f"{site.base}/console/threads/{thread}?lang={lang}")
        await expect(page.locator("#log .file-refused")).to_have_count(2)
        await expect(page.locator("#log .file-refused").first).to_contain_text(
            "nie można" if lang == "pl" else "cannot"
        )
        await expect(page.locator("#log a.file")).to_have_count(0)
        await checked(page, f"files-wait-{lang}-{width}")
        pages.append((page, lang, width))
    _, _, port = site.house.settings.clamd.rpartition(":")
    async with SimulatedClamd().listening(int(port)):
        assert await site.house.attachments.judge_waiting() == 2
    for page, lang, width in pages:
        await expect(page.locator("#log a.file")).to_have_count(1)
        await expect(page.locator("#log .file-refused")).to_contain_text("zablokowany" if lang == "pl" else "blocked")
        await checked(page, f"files-judged-{lang}-{width}")
    await expect(visitor.locator(".said").last).to_contain_text("szkodliwe oprogramowanie")
    if folder := os.environ.get("PORADNIA_SHOTS"):
        await visitor.screenshot(path=str(Path(folder) / "files-widget-pl-360.png"))


async def test_an_agent_sends_a_file_and_the_patient_downloads_it_in_the_chat(site: Site) -> None:
    visitor = await site.visitor(width=360)
    await visitor.goto(f"{site.base}/widget/frame?lang=pl")
    await expect(visitor.locator(".said")).to_have_count(2)
    await visitor.locator("textarea").fill("konsultant")
    await visitor.locator("textarea").press("Enter")
    await expect(visitor.locator(".said").last).to_contain_text("kolejce", timeout=15_000)
    page = await site.agent("marta", width=1440, lang="pl")
    await page.goto(f"{site.base}/console/threads/{await site.only_thread()}?lang=pl")
    await page.locator("[data-act=accept]").click()
    # The work pane is drawn once more when the queue tells of the acceptance: a file chosen before that is not there any more.
    await expect(page.locator("#queue")).not_to_contain_text("Przyjmij")
    await expect(page.locator("#work")).to_contain_text("Rozmowę prowadzi: Marta")
    await until(lambda: _holds_a_file(page), 20)
    await page.get_by_role("button", name="Wyślij plik").click()
    await expect(page.locator("#work")).to_contain_text("nie da się teraz sprawdzić")
    _, _, port = site.house.settings.clamd.rpartition(":")
    async with SimulatedClamd().listening(int(port)):
        await page.locator("#reply-file").set_input_files(
            {"name": "ulotka.pdf", "mimeType": "application/pdf", "buffer": CLEAN}
        )
        await checked(page, "file-composer-pl-1440")
        await page.get_by_role("button", name="Wyślij plik").click()
        await expect(page.locator("#log a.file")).to_have_count(1)
    button = visitor.get_by_role("button", name="Pobierz plik: PDF")
    await expect(button).to_be_visible(timeout=15_000)
    await checked(visitor, "file-widget-pl-360")
    async with visitor.expect_download() as waiting:
        await button.click()
    file = AsyncPath(await (await waiting.value).path())
    assert await file.read_bytes() == CLEAN


async def _holds_a_file(page: Page) -> bool:
    """Choose the leaflet; whether it is still chosen a second later."""
    await page.locator("#reply-file").set_input_files(
        {"name": "ulotka.pdf", "mimeType": "application/pdf", "buffer": CLEAN}
    )
    await page.wait_for_timeout(1000)
    return bool(await page.locator("#reply-file").evaluate("input => input.files.length"))
