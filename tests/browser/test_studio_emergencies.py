"""Withdrawing safety content in a browser. Invariant: two people, or one with a reason and another one's last word."""

import pytest
from playwright.async_api import expect

from core.access import Access
from knowledge.emergencies import CONFIRM_WITHIN, Emergency
from knowledge.gate.models import BotRun
from knowledge.intents import versions
from knowledge.service import import_articles, publish
from tests.browser.conftest import Site
from tests.browser.test_accessible import SCHEMES, found
from tests.browser.test_clinical import WIDTHS, is_too_wide
from tests.browser.test_studio_plans import ARTICLE, shot
from tests.knowledge.test_intents import FEW

pytestmark = pytest.mark.browser
REASON = "Odpowiedź podaje złą dawkę, pacjenci dzwonią."


async def test_an_emergency_is_declared_seen_and_settled(site: Site) -> None:
    now, system = site.house.clock.now(), Access.system("test")
    marta = await site.staff_id("marta")
    async with site.house.database.unit_of_work() as uow:
        await import_articles(uow, system, [ARTICLE | {"is_safety": True}], now, "Ola")
        await publish(uow, system, "guide-dog", now)
        await versions.seed(uow, FEW | {("pl", "emergency"): ["ktoś tu zemdlał"]}, "d1", now)
        await versions.publish_draft(uow, "d2", "Nowe zdania", "Ola", {}, now)
        await versions.adopt(uow, {("pl", "emergency"): ["dziecko się dusi"]}, now)
        await versions.publish_draft(uow, "d3", "Nowe zdania", "Ola", {}, now)
        run = BotRun(kind="rollback", state="live", author="Marta", note=REASON, asked_at=now, steps=[], report={})
        uow.session.add(run)
        await uow.session.flush()
        uow.session.add(
            Emergency(
                kind="return", run_id=run.id, before=2, staff_id=marta, name="Marta", reason=REASON, at=now - CONFIRM_WITHIN,
                confirm_by=now,
            )
        )  # fmt: skip
    site.clock.instant = now.replace(minute=30)
    page = await site.agent("ola")
    await page.goto(f"{site.base}/studio/articles/guide-dog?lang=pl")
    await page.get_by_role("link", name="Wycofaj").click()
    await page.get_by_label("Co się dzieje").fill(REASON)
    await looked_at(site, "articles/guide-dog/withdraw", "versions/1")
    await page.get_by_role("button", name="Wycofaj natychmiast").press("Enter")
    await expect(page.get_by_text("Wycofane")).to_be_visible()
    await page.goto(f"{site.base}/studio/articles?lang=pl")
    await page.get_by_role("link", name="Pilne zmiany czekające na drugą osobę: 2").click()
    await expect(page.get_by_text("To własna zmiana.")).to_be_visible()
    await looked_at(site, "emergencies", "articles", "checks")
    await page.get_by_role("button", name="Potwierdź").click()
    await expect(page.get_by_text("potwierdzona")).to_be_visible()
    await expect(page.get_by_role("button", name="Potwierdź")).to_have_count(0)
    await looked_at(site, "emergencies", name="settled")


async def looked_at(site: Site, *paths: str, name: str = "emergency") -> None:
    """Those pages, at every width and in two schemes."""
    for width in WIDTHS:
        for lang, scheme in SCHEMES[:2]:
            page = await site.agent("ola", width=width, scheme=scheme, lang=lang)
            for path in paths:
                await page.goto(f"{site.base}/studio/{path}?lang={lang}")
                assert not await is_too_wide(page) and await found(page) == [], (path, width, lang)
                await shot(page, f"{name}-{path.replace('/', '-')}-{lang}-{width}")
            await page.context.close()
