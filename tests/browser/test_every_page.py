"""Every page the navigation leads to, with something on it. Invariant: axe finds nothing, nothing is wider than the screen.

Pictures of all of them, where somebody wants to look: PORADNIA_SHOTS names a folder.
"""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import delete

from core.settings import Secrets, Settings
from handoff.slack.models import SlackLink
from tests.browser.conftest import Site
from tests.browser.quality_parts import drawn
from tests.browser.test_accessible import a_full_thread, found
from tests.browser.test_complaints import shot, take_down
from tests.conftest import free_port
from web.session import _PAGES

pytestmark = pytest.mark.browser
PEOPLE = ("sylwia", "ola", "ewa", "igor")
"""Who together may open every page: supervisor, admin, clinician, privacy officer."""
NOT_IN_THE_NAVIGATION = {
    "/clinical/triage",
    "/quality/figures",
    "/studio/closed-days",
    "/studio/documents",
    "/studio/facts/prices",
}
"""They are led to from a page that is; their own tests look at them."""
WIDTHS = {"pl": (1440, 1024, 360), "en": (1440, 1024)}


@pytest.fixture
def settings() -> Iterator[Settings]:
    """With Slack set up, though nothing is asked of it: its pages are the clinic's own."""
    folder = Path(tempfile.mkdtemp(prefix="poradnia-browser-"))
    Secrets.make(folder / "secrets.json")
    port = free_port()
    yield Settings(
        data_folder=folder, web_port=port, public_url=f"http://127.0.0.1:{port}", undo_seconds=0, slack_bot_token="xoxb-test",
        slack_signing_secret="a-signing-secret", slack_channel="C0TEST", slack_base_url="http://127.0.0.1:9/api/",
    )  # fmt: skip
    shutil.rmtree(folder, ignore_errors=True)


async def looked_at(page: Page, name: str, lang: str) -> list[str]:
    """What is wrong with a page at any width."""
    wrong = []
    for width in WIDTHS[lang]:
        await page.set_viewport_size({"width": width, "height": 900})
        if not await page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
            wrong.append(f"{name} {lang} {width}: wider than the screen")
        await shot(page, f"page-{name}-{lang}-{width}")
    return wrong + [f"{name} {lang}: {one}" for one in await found(page)]


async def test_every_page_of_the_navigation_is_accessible_and_fits(site: Site) -> None:
    await drawn(site, "marta", "+48890002031")
    thread_id = await a_full_thread(site)
    await (await take_down(site)).context.close()
    wrong: list[str] = []
    opened: set[tuple[str, str]] = set()
    for lang, scheme in (("pl", "light"), ("en", "dark")):
        for name in PEOPLE:
            page = await site.agent(name, lang=lang, scheme=scheme)
            await page.goto(f"{site.base}/account?lang={lang}")
            links = await page.locator(".page-nav a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
            for path in links:
                if (path, lang) in opened:
                    continue
                answer = await page.goto(f"{site.base}{path}")
                assert answer is not None and answer.status == 200, (path, name)
                opened.add((path, lang))
                wrong += await looked_at(page, path.strip("/").replace("/", "-"), lang)
            await page.context.close()
        page = await site.agent("sylwia", lang=lang, scheme=scheme)
        await page.goto(f"{site.base}/console/threads/{thread_id}?lang={lang}")
        await expect(page.locator("#reply-text")).to_be_visible()
        wrong += await looked_at(page, "thread", lang)
        await page.context.close()
    assert not wrong, "\n".join(wrong)
    reached = {path for path, _ in opened}
    assert _PAGES - reached == NOT_IN_THE_NAVIGATION and reached <= _PAGES


async def test_a_narrow_screen_has_the_navigation_in_a_menu_and_a_wide_one_as_it_is(site: Site) -> None:
    page = await site.agent("ola")
    await page.goto(f"{site.base}/studio/intents?lang=pl")
    links, menu = page.locator(".page-nav a"), page.locator(".page-nav summary")
    assert await links.count() > 15 and await links.last.is_visible() and not await menu.is_visible()
    await page.set_viewport_size({"width": 360, "height": 800})
    assert await menu.inner_text() == "Menu: Intencje" and not await links.first.is_visible()
    heading = await page.locator("h1").bounding_box()
    assert heading is not None and heading["y"] < 200
    await shot(page, "menu-closed-360")
    await menu.press("Enter")
    await expect(links.last).to_be_visible()
    await shot(page, "menu-open-360")
    assert await found(page) == []


async def test_the_pages_of_slack_are_accessible_from_recording_it_to_linking_an_account(site: Site) -> None:
    for lang, scheme in (("pl", "light"), ("en", "dark")):
        officer = await site.agent("igor", lang=lang, scheme=scheme)
        await officer.goto(f"{site.base}/privacy/processors?lang={lang}")
        form = officer.locator("form:has(select[name=name])")
        await form.locator("[name=name]").select_option("slack")
        for name, words in (
            ("company", "Slack"),
            ("country", "Irlandia"),
            ("agreement", "12/2026"),
            ("retention", "30 dni"),
        ):
            await form.locator(f"[name={name}]").fill(words)
        await form.locator("[name=since]").fill(site.clock.now().date().isoformat())
        await form.locator("button[type=submit]").click()
        await expect(officer.locator("main")).to_contain_text("12/2026")
        assert await looked_at(officer, "slack-processor", lang) == []
        marta = await site.agent("marta", lang=lang, scheme=scheme)
        await marta.goto(f"{site.base}/account?lang={lang}")
        assert await looked_at(marta, "slack-account", lang) == []
        await marta.locator("form[action='/account/slack'] button").focus()
        await marta.keyboard.press("Enter")
        await marta.wait_for_url("**/account/slack")
        assert await looked_at(marta, "slack-code", lang) == []
        async with site.house.database.unit_of_work() as uow:
            await uow.session.execute(delete(SlackLink))
            uow.session.add(
                SlackLink(staff_id=await site.staff_id("marta"), slack_user_id="U0MARTA", linked_at=site.clock.now())
            )
        await marta.goto(f"{site.base}/account?lang={lang}")
        await expect(marta.locator("form[action='/account/slack/unlink']")).to_be_visible()
        assert await looked_at(marta, "slack-linked", lang) == []
        await marta.locator("form[action='/account/slack/unlink'] button").click()
        await expect(marta.locator("form[action='/account/slack']")).to_be_visible()
