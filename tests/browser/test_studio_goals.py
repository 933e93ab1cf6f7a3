"""Names and merges of goals in a browser. Invariant: done by keyboard, read at any width by eye and machine."""

import pytest
from playwright.async_api import expect

from knowledge.intents import versions
from tests.browser.conftest import Site
from tests.browser.test_accessible import SCHEMES, found
from tests.browser.test_clinical import WIDTHS, is_too_wide
from tests.browser.test_studio_plans import shot
from tests.knowledge.test_goals import FEW

pytestmark = pytest.mark.browser


async def test_a_goal_is_named_and_merged(site: Site) -> None:
    async with site.house.database.unit_of_work() as uow:
        await versions.seed(uow, FEW, "d1", site.house.clock.now())
    page = await site.agent("ola")
    await page.goto(f"{site.base}/studio/intents/documents?lang=pl")
    polish, english = (page.get_by_role("group", name=name, exact=True) for name in ("Polski", "Angielski"))
    await polish.get_by_label("Nazwa").fill("Papiery")
    await english.get_by_label("Nazwa").fill("Papers")
    await polish.get_by_label("Opis dla zespołu").fill("Zaświadczenia i kopie dokumentacji")
    await page.get_by_role("button", name="Zapisz w szkicu").press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Papiery")
    await page.goto(f"{site.base}/studio/intents/results?lang=pl")
    await page.get_by_label("Połącz z").select_option("documents")
    await page.get_by_role("button", name="Połącz w szkicu").press("Enter")
    await expect(page.get_by_text("Przykłady tej sprawy należą do: Papiery.")).to_be_visible()
    for width in WIDTHS:
        for lang, scheme in SCHEMES[:2]:
            other = await site.agent("ola", width=width, scheme=scheme, lang=lang)
            for path in ("intents", "intents/results", "intents/documents", "intents/human"):
                await other.goto(f"{site.base}/studio/{path}?lang={lang}")
                assert not await is_too_wide(other) and await found(other) == [], (path, width, lang)
                await shot(other, f"goals-{path.replace('/', '-')}-{lang}-{width}")
            await other.context.close()
    await page.get_by_role("button", name="Rozłącz i zwróć przykłady").press("Enter")
    await expect(page.get_by_role("button", name="Połącz w szkicu")).to_be_visible()
