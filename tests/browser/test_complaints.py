"""Complaints in a real browser: taken down beside the conversation, shared out and answered on the supervisor's page."""

import os
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.test_accessible import SCHEMES, found

pytestmark = pytest.mark.browser
NUMBER = "+48890002011"


async def shot(page: Page, name: str) -> None:
    """A picture, where somebody wants to look."""
    if folder := os.environ.get("PORADNIA_SHOTS"):
        await page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


async def take_down(site: Site, *, width: int = 1440) -> Page:
    """Marta takes a complaint down by keyboard; the page after that."""
    thread_id = await site.waiting(NUMBER)
    page = await site.agent("marta", width=width)
    await page.goto(f"{site.base}/console/threads/{thread_id}")
    if width < 800:
        await page.locator('a[href="#beside-pane"]').click()
    beside = page.locator(".pane-beside")
    await beside.get_by_role("button", name="Skarga").focus()
    await page.keyboard.press("Enter")
    await expect(beside.get_by_label("Czego dotyczy skarga")).to_be_focused()
    await page.keyboard.type("Czekanie na badanie trwało trzy godziny.")
    assert await found(page) == []
    await shot(page, f"complaint-form-{width}")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(beside.get_by_role("status")).to_contain_text("Skarga S/")
    return page


async def test_an_agent_takes_a_complaint_down_by_keyboard_and_the_patient_is_told_live(site: Site) -> None:
    page = await take_down(site)
    await expect(page.locator("#log")).to_contain_text("Skarga przyjęta, numer S/")
    assert await found(page) == []
    await shot(page, "complaint-taken-1440")


async def test_a_supervisor_answers_it_on_a_telephone_too_and_axe_finds_nothing(site: Site) -> None:
    agent = await take_down(site, width=360)
    assert await agent.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for lang, scheme in SCHEMES:
        page = await site.agent("sylwia", scheme=scheme, lang=lang, width=1440 if scheme == "dark" else 360)
        await page.goto(f"{site.base}/board/complaints?lang={lang}")
        assert await found(page) == [], (lang, scheme)
        await shot(page, f"complaints-{lang}-{scheme}")
        await page.get_by_role("link", name="S/").first.click()
        await expect(page.locator("#words")).to_be_visible()
        assert await found(page) == [], (lang, scheme)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await shot(page, f"complaint-{lang}-{scheme}")
        await page.context.close()
    page = await site.agent("sylwia", width=360)
    await page.goto(f"{site.base}/board/complaints?lang=pl")
    await page.get_by_role("link", name="S/").first.click()
    await page.get_by_label("Rozstrzygnięcie").select_option("partly")
    await page.get_by_label("Co ustalono i co z tego wynika").fill("Przepraszamy za czekanie.")
    await page.get_by_role("button", name="Zakończ z tą odpowiedzią").click()
    await expect(page.locator("main")).to_contain_text("Zasadna w części")
    await shot(page, "complaints-after-360")
    await expect(agent.locator("#log")).to_contain_text("uznajemy ją w części za zasadną. Przepraszamy za czekanie.")
