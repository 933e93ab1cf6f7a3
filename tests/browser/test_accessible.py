"""Accessibility, by machine. Invariant: axe finds nothing on any page, in either language and either colour scheme.

A machine finds perhaps half of what can be wrong; keyboard, focus and announcements have tests of their own.
"""

from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import AXE, Site

pytestmark = pytest.mark.browser
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCHEMES = [("pl", "light"), ("en", "dark"), ("pl", "dark"), ("en", "light")]


async def found(page: Page) -> list[str]:
    """What axe objects to, one line each. The library is evaluated, not loaded: the page allows no foreign script."""
    await page.evaluate(AXE.read_text("utf-8") + ";0")
    result = await page.evaluate("rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES)
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in result["violations"]
        for node in one["nodes"]
    ]


async def a_full_thread(site: Site) -> UUID:
    """A thread with everything in it: patient, bot, choices, agent, note, failure."""
    assert site.house.simulator is not None
    await site.text("+48890002001", "kardiolog")
    thread_id = await site.waiting("+48890002001")
    page = await site.agent("sylwia")
    await page.goto(f"{site.base}/console/threads/{thread_id}")
    await page.locator("[data-act=accept]").click()
    await page.locator("#reply-text").wait_for()
    site.house.simulator.fault = "refuse"
    await page.locator("#reply-text").fill("Dzień dobry")
    await page.locator("#reply-text").press("Control+Enter")
    await expect(page.locator(".delivery-dead").last).to_be_visible()
    await page.locator("input[value=note]").check()
    await page.locator("#note-text").fill("notatka")
    await page.locator("#note-text").press("Control+Enter")
    await expect(page.locator(".message-note")).to_be_visible()
    site.house.simulator.fault = "none"
    await site.text("+48890002002", "boli mnie w klatce piersiowej")
    await page.context.close()
    return thread_id


async def test_axe_finds_nothing_on_the_public_pages(site: Site) -> None:
    await site.text("+48890002001", "kardiolog")
    for lang, scheme in SCHEMES:
        page = await site.visitor(scheme=scheme, lang=lang)
        for path in ("/", "/login", "/simulator/phone", "/simulator/call", "/widget/frame"):
            await page.goto(f"{site.base}{path}?lang={lang}")
            if path == "/widget/frame":
                await expect(page.locator(".said")).to_have_count(2)
            assert await found(page) == [], (path, lang, scheme)
        await page.context.close()


async def test_axe_finds_nothing_in_the_console(site: Site) -> None:
    thread_id = await a_full_thread(site)
    for lang, scheme in SCHEMES:
        page = await site.agent("sylwia", scheme=scheme, lang=lang)
        for path in ("", f"/threads/{thread_id}"):
            await page.goto(f"{site.base}/console{path}?lang={lang}")
            await expect(page.locator(".alert")).to_have_count(1)
            for summary in await page.locator(".why summary").all():
                await summary.click()
            assert await found(page) == [], (path, lang, scheme)
        await page.locator("[data-help-open]").click()
        assert await found(page) == [], ("help", lang, scheme)
        await page.set_viewport_size({"width": 360, "height": 740})
        await page.keyboard.press("Escape")
        assert await found(page) == [], ("narrow", lang, scheme)
        await page.context.close()
