"""Looking after people, in a real browser: the list grows by itself, a task is taken and done, and axe finds nothing to say."""

from playwright.async_api import expect

from tests.browser.conftest import Site
from tests.browser.test_accessible import SCHEMES, found


async def test_a_task_appears_is_taken_and_done_without_a_reload(site: Site) -> None:
    page = await site.agent("marta")
    await site.text("+48890002002", "mąż mnie bije")
    tasks = page.locator("#follow-ups")
    await expect(tasks).to_contain_text("Nie dzwonić bez uzgodnionej, bezpiecznej pory")
    await tasks.get_by_role("button", name="Biorę na siebie").click()
    note = tasks.get_by_label("Co zrobiono, w kilku słowach")
    await note.fill("umówiona bezpieczna pora")
    await site.text("+48890002004", "chcę się zabić")
    await expect(tasks.locator(".row")).to_have_count(2)
    await expect(note).to_have_value("umówiona bezpieczna pora")
    await tasks.get_by_role("button", name="Zrobione").click()
    await expect(tasks.locator(".row")).to_have_count(1)
    await expect(tasks).not_to_contain_text("Nie dzwonić")


async def test_axe_finds_nothing_in_the_list_nor_in_a_threat(site: Site) -> None:
    await site.text("+48890002002", "mąż mnie bije")
    await site.text("+48890002004", "zabiję lekarza")
    for lang, scheme in SCHEMES:
        page = await site.agent("marta", scheme=scheme, lang=lang)
        await page.goto(f"{site.base}/console?lang={lang}")
        await expect(page.locator(".alert")).to_have_count(2)
        await expect(page.locator(".alert .button-alert")).to_have_count(1)
        button = page.locator("#follow-ups form button")
        if await page.locator("#follow-ups input[name=note]").count() == 0:
            await button.click()
            await expect(page.locator("#follow-ups input[name=note]")).to_be_visible()
        assert await found(page) == [], (lang, scheme)
        await page.context.close()
