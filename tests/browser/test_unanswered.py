"""The unanswered inbox in a browser. Invariant: readable at any width by eye and machine; one click ignores and one brings back."""

import pytest
from playwright.async_api import expect
from sqlalchemy import select

from conversations.models import Message
from conversations.unanswered import note
from knowledge.unanswered import prepare
from tests.browser.conftest import Site
from tests.browser.test_accessible import SCHEMES, found
from tests.browser.test_clinical import WIDTHS, is_too_wide

pytestmark = pytest.mark.browser
ASKED = "czy jest u państwa parking dla rowerów"


async def test_a_question_is_read_ignored_and_brought_back(site: Site) -> None:
    thread_id = await site.text("+48890002041", ASKED)
    async with site.house.database.unit_of_work() as uow:
        message = (
            await uow.session.scalars(select(Message).where(Message.thread_id == thread_id, Message.seq == 1))
        ).one()
        await note(uow, message.id, "pl", "sms", "not-understood", message.created_at)
    assert await prepare(site.house.database, site.house.nearness) == 1
    for width in WIDTHS:
        for lang, scheme in SCHEMES[:2]:
            page = await site.agent("ola", width=width, scheme=scheme, lang=lang)
            await page.goto(f"{site.base}/studio/unanswered?lang={lang}")
            assert not await is_too_wide(page) and await found(page) == [], (width, lang)
            await page.get_by_role("link", name=ASKED).click()
            await expect(page.locator("#words")).to_have_value(ASKED)
            assert not await is_too_wide(page) and await found(page) == [], (width, lang)
            await page.context.close()
    page = await site.agent("ola", lang="en")
    await page.goto(f"{site.base}/studio/unanswered?lang=en")
    await page.get_by_role("button", name="Ignore").click()
    await expect(page.get_by_role("link", name=ASKED)).to_have_count(0)
    await page.get_by_role("link", name="Ignored (1)").click()
    await page.get_by_role("button", name="Put back to decide").click()
    await expect(page.get_by_role("link", name=ASKED)).to_have_count(1)
