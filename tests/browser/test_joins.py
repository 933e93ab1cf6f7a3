"""Two conversations of one person in a real browser: an agent finds, compares, joins and separates them; the widget goes on."""

import os
from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select

from conversations.models import ContactPoint, Thread
from tests.browser.conftest import Site
from tests.browser.test_accessible import SCHEMES, found

pytestmark = pytest.mark.browser
PHONE = "+48 600 100 999"
REASON = "Numer podany w czacie i potwierdzony przez telefon."


async def checked(page: Page, name: str) -> None:
    """Nothing for axe to find, nothing beyond the edge; a picture, where somebody wants to look."""
    assert await found(page) == [], name
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    if folder := os.environ.get("PORADNIA_SHOTS"):
        await page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


async def thread_of_browser(site: Site) -> UUID:
    """The only widget's conversation."""
    async with site.house.database.unit_of_work() as uow:
        return (
            await uow.session.scalars(
                select(Thread.id)
                .join(ContactPoint, ContactPoint.correspondent_id == Thread.correspondent_id)
                .where(ContactPoint.kind == "browser")
            )
        ).one()


@pytest.mark.parametrize("width", [1440, 360])
async def test_an_agent_joins_a_web_chat_with_the_sms_of_the_same_person_and_separates_them(
    site: Site, width: int
) -> None:
    visitor = await site.visitor(width=360)
    await visitor.goto(f"{site.base}/widget/frame?lang=pl")
    await expect(visitor.locator(".said")).to_have_count(2)
    await visitor.locator("textarea").fill("dzień dobry, pisałam już SMS-em")
    await visitor.locator("textarea").press("Enter")
    await expect(visitor.locator("[data-part=choices] button")).to_have_count(2)
    web = await thread_of_browser(site)
    sms = await site.waiting(PHONE)
    for lang, scheme in SCHEMES[:2]:
        page = await site.agent("marta", width=width, lang=lang, scheme=scheme)
        await page.goto(f"{site.base}/console/threads/{sms}?lang={lang}")
        if width < 500:
            await page.locator('a[href="#beside-pane"]').click()
        await page.locator("#beside a[href$='/join']").click()
        await page.locator("#query").fill("600 999 999")
        await page.keyboard.press("Enter")
        await expect(page.locator("[role=status]")).to_be_visible()
        await page.goto(f"{site.base}/console/threads/{web}/join")
        await page.locator("#query").fill(PHONE)
        await page.keyboard.press("Enter")
        await expect(page.locator(".found a")).to_have_count(1)
        await checked(page, f"join-find-{lang}-{width}")
        await page.locator(".found a").click()
        await page.locator(f"a[href='/console/threads/{sms}/join/{web}']").click()
        await checked(page, f"join-both-{lang}-{width}")
        await page.locator("#reason").fill(REASON)
        await page.locator("form[action*='/join/'] button").click()
        await page.wait_for_url(f"**/console/threads/{sms}")
        await expect(page.locator("#log")).to_contain_text("pisałam już SMS-em")
        await expect(page.locator("#log")).to_contain_text("chcę rozmawiać z człowiekiem")
        await checked(page, f"join-done-{lang}-{width}")
        await page.goto(f"{site.base}/console/threads/{web}")
        assert page.url.endswith(f"/console/threads/{sms}")
        # The widget read everything anew under its new numbers: each bubble once.
        await expect(visitor.get_by_text("pisałam już SMS-em")).to_have_count(1)
        await expect(visitor.get_by_text("nie zostało dokończone")).not_to_have_count(0)
        await expect(visitor.get_by_text("chcę rozmawiać z człowiekiem")).to_have_count(0)
        if width < 500:
            await page.locator('a[href="#beside-pane"]').click()
            await checked(page, f"join-beside-{lang}-{width}")
        async with page.expect_navigation():
            await page.locator("#beside form[action$='/undo'] button").click()
        await expect(page.locator("#log")).not_to_contain_text("pisałam już SMS-em")
        await expect(visitor.get_by_text("pisałam już SMS-em")).to_have_count(1)
        await page.context.close()
    await visitor.locator("textarea").fill("to ja znowu")
    await visitor.locator("textarea").press("Enter")
    await expect(visitor.get_by_text("to ja znowu")).to_have_count(1)
    assert await thread_of_browser(site) == web
