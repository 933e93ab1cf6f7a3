"""A transcript by link in a real browser: sent by keyboard beside the conversation, read on a phone after the code."""

import os
import re
from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select

from conversations.models import Message
from conversations.transcript_links import PAUSE
from tests.browser.conftest import Site
from tests.browser.test_accessible import SCHEMES, found

pytestmark = pytest.mark.browser
NUMBER = "+48890002013"


async def shot(page: Page, name: str) -> None:
    """A picture, where somebody wants to look."""
    if folder := os.environ.get("PORADNIA_SHOTS"):
        await page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


async def said(site: Site, thread_id: UUID, key: str) -> str:
    """The last thing said under a key."""
    async with site.house.database.unit_of_work() as uow:
        rows = await uow.session.scalars(
            select(Message).where(Message.thread_id == thread_id).order_by(Message.seq.desc())
        )
        return next(one.body for one in rows if (one.content or {}).get("key") == key)


async def checked(page: Page, name: str) -> None:
    """Nothing for axe to find, nothing beyond the edge."""
    assert await found(page) == [], name
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    await shot(page, name)


@pytest.mark.parametrize("width", [1440, 360])
async def test_an_agent_sends_the_link_and_the_patient_reads_after_the_code(site: Site, width: int) -> None:
    thread_id = await site.waiting(NUMBER)
    page = await site.agent("marta", width=width)
    await page.goto(f"{site.base}/console/threads/{thread_id}")
    if width < 800:
        await page.locator('a[href="#beside-pane"]').click()
    beside = page.locator(".pane-beside")
    await beside.get_by_role("button", name="Wyślij zapis rozmowy").focus()
    await page.keyboard.press("Enter")
    await expect(beside.get_by_role("button", name="Wyślij odnośnik")).to_be_focused()
    await checked(page, f"transcript-send-{width}")
    await page.keyboard.press("Enter")
    await expect(beside).to_contain_text("Odnośnik wysłany, działa do")
    await expect(page.locator("#log")).to_contain_text("•••")
    address = re.search(r"http\S+#\S+", await said(site, thread_id, "transcript-link"))
    assert address is not None and address[0].startswith(site.base)
    for lang, scheme in SCHEMES[:2]:
        reader = await site.visitor(width=width, scheme=scheme, lang=lang)
        await reader.goto(address[0])
        await reader.locator(f".languages a[lang={lang}]").click()
        await checked(reader, f"transcript-arrive-{lang}-{width}")
        await reader.locator("form[data-token] button").click()
        await expect(reader.locator("#code")).to_be_focused()
        await reader.locator("#code").fill("12")
        await reader.keyboard.press("Enter")
        await expect(reader.get_by_role("alert")).to_be_visible()
        await checked(reader, f"transcript-code-{lang}-{width}")
        code = re.search(r"\d{6}", await said(site, thread_id, "transcript-code"))
        assert code is not None
        await reader.locator("#code").fill(code[0])
        await reader.keyboard.press("Enter")
        await expect(reader.locator("main")).to_contain_text("chcę rozmawiać z człowiekiem")
        await expect(reader.locator("main")).to_contain_text(
            "rejestracja – otwarcie rozmowy" if lang == "pl" else "reception – opened the conversation"
        )
        await checked(reader, f"transcript-read-{lang}-{width}")
        await reader.reload()
        await expect(reader.locator(".transcript-line").first).to_be_visible()
        await reader.locator("form[action='/transcript/leave'] button").click()
        await expect(reader.locator(".transcript-line")).to_have_count(0)
        await checked(reader, f"transcript-over-{lang}-{width}")
        await reader.context.close()
        site.clock.instant += PAUSE


async def test_an_address_that_lost_its_end_says_so(site: Site) -> None:
    page = await site.visitor(width=360)
    await page.goto(f"{site.base}/transcript?lang=pl")
    await expect(page.locator("#no-token")).to_contain_text("W adresie brakuje końcówki")
    await expect(page.locator("form[data-token] button")).to_be_disabled()
    await checked(page, "transcript-no-token")
