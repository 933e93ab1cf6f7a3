"""The simulated phone. Invariant: what it shows went over the same signed webhooks as a real provider's messages."""

import httpx
import pytest
from playwright.async_api import expect

from tests.browser.conftest import Site

pytestmark = pytest.mark.browser


async def test_a_patient_texts_from_the_page_and_reads_the_answer(site: Site) -> None:
    page = await site.visitor()
    await page.goto(f"{site.base}/simulator/phone")
    await page.locator("textarea").fill("kardiolog")
    await expect(page.locator("[data-count]")).to_have_text("GSM-7 · 9/160 · 1 SMS")
    await page.locator("textarea").press("Enter")
    await expect(page.locator(".sms-mine")).to_contain_text("doręczono")
    await expect(page.locator(".sms").last).to_contain_text("Na kiedy ma byc wizyta?")
    await expect(page.locator("textarea")).to_have_value("")


async def test_any_number_can_be_taken_and_nonsense_is_refused(site: Site) -> None:
    page = await site.visitor()
    await page.goto(f"{site.base}/simulator/phone")
    await page.locator("#number").fill("601 234 567")
    await page.locator(".add button").click()
    await expect(page.locator(".numbers [aria-current]")).to_have_text("+48 601 234 567")
    await page.locator("#number").fill("hello")
    await page.locator(".add button").click()
    await expect(page.locator("#number-refused")).to_be_visible()


async def test_the_provider_can_be_broken_and_mended(site: Site) -> None:
    assert site.house.simulator is not None
    page = await site.visitor()
    await page.goto(f"{site.base}/simulator/phone")
    await page.locator("input[value=refuse]").check()
    await expect(page.locator("input[value=refuse]")).to_be_checked()
    await page.wait_for_load_state()
    assert site.house.simulator.fault == "refuse"


async def test_no_other_site_may_press_its_buttons(site: Site) -> None:
    async with httpx.AsyncClient(base_url=site.base) as client:
        form = {"number": "+48601234567", "body": "x", "fault": "down"}
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}, {}):
            for path in ("send", "fault"):
                assert (await client.post(f"/simulator/phone/{path}", data=form, headers=headers)).status_code == 403
