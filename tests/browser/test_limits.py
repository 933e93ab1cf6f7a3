"""Limiting an abusive contact in a real browser: by keyboard beside the conversation, seen and lifted on the board."""

import os
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.test_accessible import SCHEMES, found

pytestmark = pytest.mark.browser
NUMBER = "+48890002012"


async def shot(page: Page, name: str) -> None:
    """A picture, where somebody wants to look."""
    if folder := os.environ.get("PORADNIA_SHOTS"):
        await page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


@pytest.mark.parametrize("width", [1440, 360])
async def test_an_agent_limits_a_contact_by_keyboard_and_a_supervisor_lifts_it(site: Site, width: int) -> None:
    thread_id = await site.waiting(NUMBER)
    page = await site.agent("marta", width=width)
    await page.goto(f"{site.base}/console/threads/{thread_id}")
    if width < 800:
        await page.locator('a[href="#beside-pane"]').click()
    beside = page.locator(".pane-beside")
    await beside.get_by_role("button", name="Ogranicz obraźliwy kontakt").focus()
    await page.keyboard.press("Enter")
    await expect(beside.get_by_label("Co zrobić")).to_be_focused()
    await beside.get_by_label("Na jak długo").select_option("24")
    await beside.get_by_label("Co się stało").fill("Obelgi wobec rejestracji, mimo próśb.")
    assert await found(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await shot(page, f"limit-form-{width}")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(beside.locator("#limited")).to_contain_text("Kontakt ograniczony do")
    await expect(page.locator("#log")).to_contain_text(
        "Ze względu na przebieg rozmowy konsultanci nie będą tu odpowiadać"
    )
    await expect(beside.get_by_role("button", name="Ogranicz obraźliwy kontakt")).to_have_count(0)
    assert await found(page) == []
    await beside.locator("#limited").scroll_into_view_if_needed()
    await shot(page, f"limit-set-{width}")
    for lang, scheme in SCHEMES:
        board = await site.agent("sylwia", width=width, lang=lang, scheme=scheme)
        await board.goto(f"{site.base}/board?lang={lang}")
        await expect(board.locator("#board-limits")).to_be_visible()
        assert await found(board) == [], (lang, scheme)
        assert await board.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await shot(board, f"limit-board-{lang}-{scheme}-{width}")
        await board.context.close()
    board = await site.agent("sylwia", width=width)
    await board.goto(f"{site.base}/board?lang=pl")
    await board.get_by_role("button", name="Znieś").first.click()
    await expect(board.locator("main")).to_contain_text("Żaden kontakt nie jest ograniczony.")
    await expect(page.locator("#log")).to_contain_text("Konsultanci znów odpowiadają w tej rozmowie.")
    await expect(beside.locator("#limited")).to_have_count(0)
