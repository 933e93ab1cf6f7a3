"""The preview in a browser. Invariant: readable at any width by eye and machine; a message is seen answered and explained."""

import os
from pathlib import Path

import pytest
from playwright.async_api import expect

from knowledge.seed import seed as seed_knowledge
from tests.browser.conftest import Site
from tests.browser.test_accessible import found
from tests.browser.test_clinical import WIDTHS, is_too_wide

pytestmark = pytest.mark.browser
ASKED = "gdzie mogę zaparkować samochód w poniedziałek o 10"
LOOKED_AT = os.environ.get("PORADNIA_SCREENSHOTS", "")


async def test_a_message_is_seen_answered_and_explained(site: Site) -> None:
    async with site.house.database.unit_of_work() as uow:
        await seed_knowledge(uow, site.house.clock.now())
    async with site.house.database.unit_of_work() as uow:
        await site.house.library.warm(uow)
    for width in WIDTHS:
        page = await site.agent("ola", width=width, scheme="dark" if width == 360 else "light", lang="pl")
        await page.goto(f"{site.base}/studio/preview?lang=pl")
        assert not await is_too_wide(page) and await found(page) == [], width
        await page.get_by_label("Wiadomość pacjenta").fill(ASKED)
        await page.get_by_label("Kanał").select_option("sms")
        await page.get_by_role("button", name="Pokaż odpowiedź").click()
        await expect(page.get_by_role("heading", name="Dlaczego")).to_be_visible()
        await expect(page.get_by_text("91%")).to_be_visible()
        assert ASKED not in page.url
        assert not await is_too_wide(page) and await found(page) == [], width
        if LOOKED_AT:
            await page.screenshot(path=Path(LOOKED_AT) / f"preview-{width}.png", full_page=True)
        await page.context.close()
