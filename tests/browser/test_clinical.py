"""The clinical pages in a browser. Invariant: readable on a telephone and on a desk, by eye and by machine; a signature takes effect."""

import pyotp
import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select

from core.accounts import Staff
from tests.browser.conftest import Site
from tests.browser.test_accessible import SCHEMES, found

pytestmark = pytest.mark.browser
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
CLINICIAN = "ewa"
WIDTHS = (360, 1440)


async def is_too_wide(page: Page) -> bool:
    """True if the page scrolls sideways."""
    return bool(await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


async def test_the_clinical_pages_are_readable_at_any_width_and_axe_finds_nothing(site: Site) -> None:
    for width in WIDTHS:
        for lang, scheme in SCHEMES[:2]:
            page = await site.agent(CLINICIAN, width=width, scheme=scheme, lang=lang)
            for path in ("/clinical", "/clinical/triage"):
                await page.goto(f"{site.base}{path}?lang={lang}")
                assert not await is_too_wide(page), (path, width, lang)
                assert await found(page) == [], (path, width, lang, scheme)
            await page.context.close()


async def test_a_clinician_signs_and_throws_the_switch_and_the_desk_sees_it(site: Site) -> None:
    page = await site.agent(CLINICIAN, lang="en")
    async with site.house.database.unit_of_work() as uow:
        person = (await uow.session.scalars(select(Staff).where(Staff.email == f"{CLINICIAN}@demo.example"))).one()
        person.totp_secret = SECRET
    await page.goto(f"{site.base}/clinical?lang=en")
    signing = page.locator("section[aria-labelledby=triage]")
    await expect(signing.locator(".badge").first).to_have_text("not signed")
    await signing.locator("summary").click()
    await signing.get_by_label("Given and family name").fill("Ewa Nowak")
    await signing.get_by_label("Licence number").fill("1234567")
    await signing.get_by_label("Code your app shows now").fill(pyotp.TOTP(SECRET).at(site.house.clock.now()))
    await signing.get_by_role("button", name="Sign", exact=True).click()
    await expect(signing.locator(".badge").first).to_have_text("signed")
    await page.get_by_label("Reason").fill("the rules are being corrected")
    await page.get_by_role("button", name="Send everything to people").click()
    await expect(page.locator("h2#switch .badge")).to_contain_text("off")
    desk = await site.agent("sylwia", lang="en")
    await expect(desk.locator("[data-degraded=automation]")).to_contain_text("every message goes to people")
    await site.text("+48890002009", "chcę się umówić do kardiologa")
    await expect(desk.locator("#queue")).to_contain_text("Automation is switched off")
    assert site.dialogue.asked == []
