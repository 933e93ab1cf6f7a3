"""Quality evaluation in a real browser: evaluated by keyboard alone, read and answered by the agent, the form edited; axe finds nothing."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.quality_parts import drawn
from tests.browser.test_accessible import SCHEMES, found
from tests.browser.test_complaints import shot

pytestmark = pytest.mark.browser


async def fits(page: Page) -> bool:
    """Nothing is wider than the screen."""
    return bool(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


async def evaluate_by_keyboard(page: Page) -> None:
    """From the list to the next list without a mouse: the first choice of each question, "yes" or the middle of the scale."""
    await page.get_by_role("link", name="Otwórz rozmowę").first.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Ocena rozmowy")).to_be_visible()
    questions = page.locator(".quality-question")
    for index in range(await questions.count()):
        await questions.nth(index).locator("input").first.focus()
        await page.keyboard.press("Space")
        if await questions.nth(index).locator("input").count() > 3:
            await page.keyboard.press("ArrowRight")
            await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Tab")
    await expect(page.get_by_label("Co było dobre")).to_be_focused()
    await page.keyboard.type("Konkretny termin od razu.")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Zapisz ocenę")).to_be_focused()


async def test_a_supervisor_evaluates_by_keyboard_and_the_agent_reads_it_and_answers_once(site: Site) -> None:
    await drawn(site, "marta", "+48890002001")
    page = await site.agent("sylwia", width=1440)
    await page.goto(f"{site.base}/quality")
    assert await found(page) == []
    await evaluate_by_keyboard(page)
    assert await found(page) == []
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/quality")
    await expect(page.locator("main")).to_contain_text("82 %")
    marta = await site.agent("marta", width=1440)
    await marta.goto(f"{site.base}/console")
    await marta.get_by_role("link", name="Jest 1 nowa ocena rozmowy").click()
    await marta.get_by_role("link", name="Ocena z dnia").click()
    await expect(marta.locator("main")).to_contain_text("Konkretny termin od razu.")
    assert await found(marta) == []
    await marta.get_by_role("textbox", name="Odpowiedź na ocenę").fill("Dziękuję, zapamiętam.")
    await shot(marta, "quality-own-1440")
    await marta.get_by_role("button", name="Wyślij odpowiedź").click()
    await expect(marta.locator("main")).to_contain_text("Odpowiedź z")
    await expect(marta.get_by_role("button", name="Wyślij odpowiedź")).to_have_count(0)
    await page.goto(f"{site.base}/quality")
    await page.get_by_role("link", name="Otwórz rozmowę").first.click()
    await expect(page.locator("main")).to_contain_text("Dziękuję, zapamiętam.")
    await shot(page, "quality-done-1440")


async def test_axe_finds_nothing_on_any_of_its_pages_and_they_fit_a_telephone(site: Site) -> None:
    await drawn(site, "marta", "+48890002001", "+48890002002")
    for (lang, scheme), width in zip(SCHEMES, (1440, 1024, 360, 360), strict=True):
        page = await site.agent("sylwia", scheme=scheme, lang=lang, width=width)
        for path in ("/quality", "/quality/form", "/quality/figures", "/quality/own"):
            await page.goto(f"{site.base}{path}?lang={lang}")
            assert await found(page) == [], (path, lang, scheme)
            assert await fits(page), (path, width)
            await shot(page, f"{path[1:].replace('/', '-')}-{lang}-{width}")
        await page.goto(f"{site.base}/quality?lang={lang}")
        await page.locator("main th a").first.click()
        await expect(page.locator(".quality-question").first).to_be_visible()
        assert await found(page) == [], ("evaluation", lang, scheme)
        assert await fits(page), ("evaluation", width)
        await shot(page, f"quality-evaluation-{lang}-{width}")
        await page.context.close()


async def test_a_question_added_to_the_form_is_asked_next(site: Site) -> None:
    await drawn(site, "marta", "+48890002001")
    page = await site.agent("sylwia", width=1024)
    await page.goto(f"{site.base}/quality/form")
    new = page.get_by_role("group", name="Nowe pytanie").first
    await new.get_by_label("Po polsku").fill("Podziękowanie za cierpliwość")
    await new.get_by_label("Po angielsku").fill("Thanks for waiting")
    await new.get_by_label("Kolejność").fill("1")
    await page.get_by_role("button", name="Zapisz nową wersję").click()
    await expect(page.locator("main")).to_contain_text("Wersja 1")
    await page.goto(f"{site.base}/quality")
    await page.get_by_role("link", name="Otwórz rozmowę").first.click()
    await expect(page.get_by_role("group", name="Podziękowanie za cierpliwość")).to_be_visible()
