"""Booking beside the conversation, in a real browser."""

from datetime import date

import pytest
from playwright.async_api import expect
from sqlalchemy import select

from care.patients.service import register
from conversations.models import Case, ContactPoint
from core.access import Access
from tests.browser.conftest import Site
from tests.browser.test_accessible import found

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "lang"), [(1440, "pl"), (360, "en")])
async def test_a_visit_is_booked_moved_and_called_off_beside_the_conversation(
    site: Site, width: int, lang: str
) -> None:
    thread_id = await site.waiting("+48890002001")
    async with site.house.database.unit_of_work() as uow:
        case = (await uow.session.scalars(select(Case).where(Case.thread_id == thread_id))).one()
        if case.patient_id is None:
            point = (await uow.session.scalars(select(ContactPoint))).first()
            assert point is not None
            who = await register(
                uow,
                Access.system("test"),
                "Anna",
                "Testowa",
                date(1990, 5, 1),
                point.id,
                "self",
                site.house.clock.now(),
            )
            case.patient_id = who.id
        case_id = case.id
    page = await site.agent("marta", width=width, lang=lang)
    await page.goto(f"{site.base}/console/threads/{thread_id}")
    await page.locator("[data-act=accept]").click()
    if width < 1000:
        await page.locator('a[href="#beside-pane"]').click()
    panel = page.locator(f"#booking-{case_id}")
    await panel.locator("button").click()
    await panel.locator("#booking-specialty").select_option("dermatology")
    await panel.locator("button[value=look]").click()
    await panel.locator("input[name=offer]").nth(1).check()
    assert await found(page) == []
    await panel.locator("button[value=book]").click()
    await expect(panel.locator("[role=status]")).to_be_visible()
    assert await found(page) == []
    await panel.locator("#booking-visit").select_option(index=1)
    await panel.locator("button[value=look]").click()
    await panel.locator("button[value=move]").click()
    await expect(panel.locator("[role=status]")).to_contain_text("przeniesiona" if lang == "pl" else "moved")
    await panel.locator("summary").click()
    await panel.locator("button[value=cancel]").click()
    await expect(panel.locator("[role=status]")).to_contain_text("odwołana" if lang == "pl" else "cancelled")
    overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert overflow <= 0


async def test_a_visit_for_a_child_is_booked_beside_the_conversation(site: Site) -> None:
    thread_id = await site.waiting("+48890002001")
    async with site.house.database.unit_of_work() as uow:
        case_id = (await uow.session.scalars(select(Case.id).where(Case.thread_id == thread_id))).one()
    page = await site.agent("marta", width=1024, lang="pl")
    await page.goto(f"{site.base}/console/threads/{thread_id}")
    await page.locator("[data-act=accept]").click()
    await page.locator('a[href="#beside-pane"]:visible, #booking-' + str(case_id)).first.click()
    panel = page.locator(f"#booking-{case_id}")
    await panel.locator("button").first.click()
    await panel.locator("#booking-specialty").select_option("dermatology")
    await panel.locator("button[value=look]").click()
    await expect(panel.locator("input[name=offer]").first).to_be_checked()
    if not await panel.locator("#booking-name").is_visible():
        await panel.locator("summary", has_text="kogoś innego").click()
    await panel.locator("#booking-name").fill("Zosia")
    await panel.locator("#booking-born").fill("2020-03-12")
    await panel.locator("#booking-role").select_option("child")
    assert await found(page) == []
    await panel.locator("button[value=book]").click()
    await expect(panel.locator("[role=alert]")).to_contain_text("imię i nazwisko")
    await expect(panel.locator("#booking-name")).to_have_value("Zosia")
    await panel.locator("#booking-name").fill("Zosia Testowa")
    await panel.locator("button[value=book]").click()
    await expect(panel.locator("[role=status]")).to_contain_text("umówiona")
    overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert overflow <= 0
