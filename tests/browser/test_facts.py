"""The clinic's facts in a browser. Invariant: changed by keyboard, told before it is saved, read at any width by eye and machine."""

from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from care.appointments.models import Site as Place
from core.access import Access
from knowledge.service import import_articles, publish
from tests.browser.conftest import Site
from tests.browser.test_accessible import found
from tests.browser.test_clinical import is_too_wide
from tests.browser.test_complaints import shot

pytestmark = pytest.mark.browser
VIEWS = (("pl", 1440), ("pl", 360), ("en", 1440))
HOURS = {
    "id": "hours", "source": "regulamin",
    "pl": {"question": "W jakich godzinach jest czynne?", "answer": "Godziny: {hours}"},
    "en": {"question": "What are the opening hours?", "answer": "Hours: {hours}"},
}  # fmt: skip
ECG = {
    "id": "ecg-price", "source": "cennik",
    "pl": {"question": "Ile kosztuje EKG?", "answer": "EKG kosztuje 60 zł."},
    "en": {"question": "How much is an ECG?", "answer": "An ECG is PLN 60."},
}  # fmt: skip


async def is_fine(page: Page, name: str) -> None:
    """As wide as the screen, and axe finds nothing."""
    await shot(page, f"facts-{name}")
    assert not await is_too_wide(page) and await found(page) == [], name


@pytest.mark.parametrize(("lang", "width"), VIEWS)
async def test_hours_and_prices_are_changed_by_keyboard(site: Site, lang: str, width: int) -> None:
    now = site.house.clock.now()
    async with site.house.database.unit_of_work() as uow:
        await import_articles(uow, Access.system("test"), [HOURS, ECG], now, "Ola")
        for one in ("hours", "ecg-price"):
            await publish(uow, Access.system("test"), one, now)
    page = await site.agent("ola", width=width, lang=lang)
    view = f"{lang}-{width}"
    await page.goto(f"{site.base}/studio/facts?lang={lang}")
    await is_fine(page, f"sites-{view}")
    await page.locator('a[href^="/studio/facts/sites/"]').first.click()
    await is_fine(page, f"site-{view}")
    day = page.locator("#day-0")
    await day.fill("18-8")
    await day.press("Enter")
    await expect(page.locator("#day-0-fault")).to_be_visible()
    await is_fine(page, f"site-fault-{view}")
    for number in range(5):
        await page.locator(f"#day-{number}").fill("5:00-5:30")
    await page.locator("#day-4").press("Enter")
    await expect(page.locator("#before")).to_be_visible()
    await page.locator(".rewordings summary").first.click()
    await is_fine(page, f"site-told-{view}")
    await page.locator("#before").locator("xpath=..").locator("button").last.press("Enter")
    await expect(page.locator("main [role=status]")).to_be_visible()
    await expect(page.locator("#outside")).to_be_visible()
    await is_fine(page, f"site-saved-{view}")
    await changed_elsewhere(site, page, view)
    await page.goto(f"{site.base}/studio/facts/prices?lang={lang}")
    await page.locator("a", has_text="EKG" if lang == "pl" else "ECG").first.press("Enter")
    await page.locator("#amount").fill("640")
    await page.locator("#valid_from").fill((now + timedelta(days=40)).date().isoformat())
    await page.locator("#amount").press("Enter")
    await expect(page.locator("#before")).to_be_visible()
    await is_fine(page, f"price-told-{view}")
    await page.locator("#before").locator("xpath=..").locator("button").last.press("Enter")
    await expect(page.locator("main [role=status]")).to_be_visible()
    await is_fine(page, f"price-saved-{view}")
    await page.goto(f"{site.base}/studio/facts/prices?lang={lang}")
    await is_fine(page, f"prices-{view}")
    await page.goto(f"{site.base}/studio/closed-days?lang={lang}")
    await is_fine(page, f"closed-{view}")


async def changed_elsewhere(site: Site, page: Page, view: str) -> None:
    """Somebody else saves while the form is open; the address of what is on the page already."""
    async with site.house.database.unit_of_work() as uow:
        place = await uow.session.get_one(Place, page.url.split("/")[-1].split("?")[0])
        place.address = "ul. Zmieniona 7"
    await page.locator("#name").press("Enter")
    await expect(page.locator("#theirs")).to_be_visible()
    await is_fine(page, f"site-theirs-{view}")
