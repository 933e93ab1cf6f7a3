"""Two records of one person in a real browser: found, compared, put together and taken apart by a supervisor."""

import os
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from care.patients.models import Patient
from care.patients.repository import Patients
from core.access import Access
from tests.browser.conftest import Site
from tests.browser.test_accessible import SCHEMES, found
from tests.privacy.planting import BORN

pytestmark = pytest.mark.browser


async def checked(page: Page, name: str) -> None:
    """Nothing for axe to find, nothing beyond the edge; a picture, where somebody wants to look."""
    assert await found(page) == [], name
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    if folder := os.environ.get("PORADNIA_SHOTS"):
        await page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


@pytest.mark.parametrize("width", [1440, 360])
async def test_a_supervisor_puts_two_records_together_and_takes_them_apart(site: Site, width: int) -> None:
    async with site.house.database.unit_of_work() as uow:
        of = Patients(uow, Access.system("test"))
        now = site.house.clock.now()
        stays = of.add(
            Patient(given_name="Zyta", family_name="Podwójna", birth_date=BORN, phone="+48600711001", created_at=now)
        )
        of.add(
            Patient(
                given_name="Zyta", family_name="Podwojna-Lis", birth_date=BORN, mail="zyta@example.org", created_at=now
            )
        )
        await uow.session.flush()
        record = f"{site.base}/console/patients/{stays.id}"
    for lang, scheme in SCHEMES[:2]:
        page = await site.agent("sylwia", width=width, lang=lang, scheme=scheme)
        await page.goto(f"{record}?lang={lang}")
        await page.locator("a[href$='/merge']").click()
        await page.locator("#query").fill("Podwojna-Lis")
        await page.keyboard.press("Enter")
        await expect(page.locator(".found a")).to_have_count(1)
        await checked(page, f"merge-find-{lang}-{width}")
        await page.locator(".found a").click()
        await expect(page.locator(".merge-differs")).to_have_count(3)
        await page.locator("#reason").fill("Ten sam dowód osobisty, pokazany w rejestracji.")
        await checked(page, f"merge-both-{lang}-{width}")
        await page.locator("form[action*='/merge/'] button").click()
        await expect(page.locator("#record")).to_contain_text("Podwojna-Lis")
        await checked(page, f"merge-done-{lang}-{width}")
        await page.locator("form[action$='/undo'] button").click()
        await expect(page.locator("#record")).not_to_contain_text("Podwojna-Lis")
        await expect(page.locator("#record")).to_contain_text("Podwójna")
        await page.context.close()
    agent = await site.agent("marta", width=width)
    await agent.goto(record)
    await expect(agent.locator("#record")).to_contain_text("Podwójna")
    await expect(agent.locator("a[href$='/merge']")).to_have_count(0)
