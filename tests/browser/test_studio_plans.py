"""Planning a publication in a browser. Invariant: planned by keyboard, read at any width by eye and machine, called off by one click."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from core.access import Access
from knowledge.schedules import PlannedPublication
from knowledge.service import import_articles
from tests.browser.conftest import Site
from tests.browser.test_accessible import SCHEMES, found
from tests.browser.test_clinical import WIDTHS, is_too_wide

pytestmark = pytest.mark.browser
ARTICLE = {
    "id": "guide-dog", "source": "regulamin",
    "pl": {"question": "Czy można wejść z psem przewodnikiem?", "answer": "Tak, pies asystujący może wejść wszędzie."},
    "en": {"question": "May I bring a guide dog?", "answer": "Yes, assistance dogs may enter everywhere."},
}  # fmt: skip
AGAINST = [["article-problem-price", {"price": "120", "tongue": "pl"}]]


async def shot(page: Page, name: str) -> None:
    """A picture, where somebody wants to look."""
    if folder := os.environ.get("PORADNIA_SHOTS"):
        await page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


async def test_a_publication_is_planned_read_and_called_off(site: Site) -> None:
    now = site.house.clock.now()
    async with site.house.database.unit_of_work() as uow:
        await import_articles(uow, Access.system("test"), [ARTICLE], now, "Ola")
    page = await site.agent("ola")
    await page.goto(f"{site.base}/studio/articles/guide-dog/publish?lang=pl")
    await page.get_by_label("Dzień i godzina").fill((now + timedelta(days=2)).strftime("%Y-%m-%dT06:00"))
    await page.get_by_role("button", name="Zaplanuj publikację").press("Enter")
    await expect(page.get_by_role("heading", name="Zaplanowana publikacja")).to_be_visible(timeout=60_000)
    await looked_at(site, "planned")
    await page.get_by_role("button", name="Odwołaj plan").click()
    await expect(page.get_by_role("heading", name="Zaplanowana publikacja")).to_have_count(0)
    ola = await site.staff_id("ola")
    async with site.house.database.unit_of_work() as uow:
        uow.session.add(
            PlannedPublication(
                article_id="guide-dog", version=1, at=now - timedelta(hours=1), staff_id=ola, author="Ola", made_at=now - timedelta(days=3),
                state="refused", ended_at=now, against=AGAINST,
            )
        )  # fmt: skip
    await looked_at(site, "refused")
    await page.reload()
    await page.get_by_role("button", name="Zamknij tę wiadomość").click()
    await expect(page.get_by_role("heading", name="Planu nie udało się wykonać")).to_have_count(0)


async def looked_at(site: Site, name: str) -> None:
    """The list, the editor and the page of publishing, at every width and in every scheme."""
    for width in WIDTHS:
        for lang, scheme in SCHEMES[:2]:
            page = await site.agent("ola", width=width, scheme=scheme, lang=lang)
            for path in ("articles", "articles/guide-dog", "articles/guide-dog/publish"):
                await page.goto(f"{site.base}/studio/{path}?lang={lang}")
                assert not await is_too_wide(page) and await found(page) == [], (path, width, lang)
                await shot(page, f"plan-{name}-{path.replace('/', '-')}-{lang}-{width}")
            await page.context.close()
