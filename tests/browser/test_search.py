"""Looking for a patient or a message. Invariant: found as people type, opened only with a trace, and no name in an address."""

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select

from core.audit import AuditEvent
from tests.browser.conftest import Site
from tests.browser.test_accessible import SCHEMES, found

pytestmark = pytest.mark.browser
PHONE = "+48890002001"


async def search(page: Page, text: str) -> None:
    """Type and press Enter."""
    await page.locator("#query").fill(text)
    await page.locator("#query").press("Enter")
    await page.locator("#people").wait_for()


async def audited(site: Site, action: str) -> list[str]:
    async with site.house.database.unit_of_work() as uow:
        return list(await uow.session.scalars(select(AuditEvent.subject_id).where(AuditEvent.action == action)))


async def test_an_agent_finds_by_keyboard_alone_and_opens_a_record_beside_the_list(site: Site) -> None:
    page = await site.agent("marta")
    await page.set_viewport_size({"width": 1440, "height": 800})
    before = len(await audited(site, "patient.read"))
    await page.keyboard.press("/")
    await expect(page.locator("#find")).to_be_focused()
    await page.keyboard.type("prob")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/console/search")
    await expect(page.locator(".found a").first).to_contain_text("Prób")
    await expect(page.locator(".found a")).to_have_count(2)
    assert page.url == f"{site.base}/console/search"
    assert await audited(site, "search") == ["2 rows", "0 rows"] and len(await audited(site, "patient.read")) == before
    await page.keyboard.press("Escape")
    await page.locator("h1").click()
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await expect(page.locator("#record h3")).to_be_focused()
    await expect(page.locator("#record")).to_contain_text("Prób")
    assert len(await audited(site, "patient.read")) == before + 1
    await page.keyboard.press("/")
    await expect(page.locator("#query")).to_be_focused()
    assert page.url == f"{site.base}/console/search"


async def test_patients_are_found_by_number_and_birth_date_and_messages_by_their_words(site: Site) -> None:
    await site.text(PHONE, "boli mnie żołądek")
    page = await site.agent("marta")
    await page.goto(f"{site.base}/console/search")
    for text, people in (("89 000 20 02", 1), ("30.07.1995", 1), ("Przykladowy Bogdan", 1), ("nikt taki", 0)):
        await search(page, text)
        await expect(page.locator("[aria-labelledby=people] .found a")).to_have_count(people)
    await search(page, "zoladek")
    await page.locator("[aria-labelledby=messages] .found a", has_text="żołądek").click()
    await page.wait_for_url("**/console/threads/*")


async def test_a_record_has_an_address_of_its_own_for_browsers_without_scripts(site: Site) -> None:
    page = await site.agent("ewa")  # A clinician, who has no queue.
    await page.goto(f"{site.base}/console/search")
    await search(page, "próbna")
    address = await page.locator(".found a").first.get_attribute("href")
    await page.goto(f"{site.base}{address}")
    await expect(page.locator("#record")).to_contain_text("Alicja Próbna")


async def test_what_is_found_never_becomes_markup(site: Site) -> None:
    await site.text(PHONE, "<img src=x onerror=alert(1)> zastrzyk")
    page = await site.agent("marta")
    await page.goto(f"{site.base}/console/search")
    await search(page, "zastrzyk")
    await expect(page.locator("[aria-labelledby=messages] .found a")).to_contain_text("<img src=x")
    await search(page, '"><b>x')
    assert await page.locator("#query").input_value() == '"><b>x' and await page.locator("main b").count() == 0


async def test_axe_finds_nothing_on_the_search_wide_and_narrow(site: Site) -> None:
    await site.text(PHONE, "próbny ból")
    for lang, scheme in SCHEMES:
        page = await site.agent("marta", scheme=scheme, lang=lang)
        for width in (1440, 360):
            await page.set_viewport_size({"width": width, "height": 800})
            await page.goto(f"{site.base}/console?lang={lang}")
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, (lang, width)
            assert await found(page) == [], ("console", lang, scheme, width)
            await page.goto(f"{site.base}/console/search?lang={lang}")
            assert await found(page) == [], ("empty", lang, scheme, width)
            await search(page, "prob")
            await page.locator(".found a").first.click()
            await expect(page.locator("#record h3")).to_be_focused()
            assert await found(page) == [], ("found", lang, scheme, width)
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, (lang, width)
        await page.context.close()


async def test_where_the_box_has_no_room_the_key_leads_to_the_page_that_has_it(site: Site) -> None:
    page = await site.agent("marta", width=800)
    await expect(page.locator("#find")).to_be_hidden()
    await page.keyboard.press("/")
    await page.wait_for_url("**/console/search")
    await page.keyboard.press("/")
    await expect(page.locator("#query")).to_be_focused()
