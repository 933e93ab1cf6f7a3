"""Agents at work. Invariant: a case has one agent, the patient gets exactly what was meant for them, and everyone else is told."""

import asyncio
import re

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import func, select

from core.audit import AuditEvent
from tests.browser.conftest import Site

pytestmark = pytest.mark.browser
PHONE = "+48890002001"


async def accept(page: Page) -> None:
    """Take the open thread."""
    await page.locator("[data-act=accept]").click()
    await page.locator("#reply-text").wait_for()


async def test_of_two_agents_who_accept_at_once_one_wins_and_the_other_is_told(site: Site) -> None:
    thread_id = await site.waiting(PHONE)
    pages = [await site.agent("marta"), await site.agent("pawel")]
    for page in pages:
        await page.goto(f"{site.base}/console/threads/{thread_id}")
        await page.locator("[data-act=accept]").wait_for()
    await asyncio.gather(*(page.locator("[data-act=accept]").click(no_wait_after=True) for page in pages))
    for page in pages:
        await page.locator("[data-act=accept]").wait_for(state="detached")
    winners = [page for page in pages if await page.locator("#reply-text").count()]
    assert len(winners) == 1
    loser = next(page for page in pages if page is not winners[0])
    name = await winners[0].locator(".who").inner_text()
    await expect(loser.locator(".thread-state")).to_contain_text(name)
    await expect(loser.locator("#composer-why")).to_contain_text(name)
    assert await loser.locator("input[value=reply]").is_disabled()


async def test_a_late_accept_names_who_has_the_case(site: Site) -> None:
    await site.waiting(PHONE)
    marta = await site.agent("marta")
    await marta.goto(f"{site.base}/console")
    # Paweł's page hears nothing any more, so that its button is stale.
    pawel = await site.agent("pawel")
    await pawel.route("**/console/events", lambda route: route.abort())
    await pawel.goto(f"{site.base}/console")
    await marta.locator(".row form button").click()
    await marta.locator("#reply-text").wait_for()
    await pawel.locator(".row form button").click()
    await expect(pawel.locator("#work [role=alert]")).to_contain_text("Marta Zielińska")


async def test_a_reply_reaches_the_phone_and_a_note_does_not(site: Site) -> None:
    thread_id = await site.waiting(PHONE)
    phone = await site.visitor()
    await phone.goto(f"{site.base}/simulator/phone?number={PHONE.replace('+', '%2B')}")
    page = await site.agent("marta")
    await page.goto(f"{site.base}/console/threads/{thread_id}")
    await accept(page)
    await page.locator("input[value=note]").check()
    await page.locator("#note-text").fill("Zadzwonić do córki")
    await page.locator("#note-text").press("Control+Enter")
    await expect(page.locator(".message-note")).to_contain_text("Zadzwonić do córki")
    await page.locator("input[value=reply]").check()
    await page.locator("#reply-text").fill("Już sprawdzam grafik")
    await expect(page.locator("#reply-count")).to_have_text("1 SMS · 20/70 · UCS-2")
    await page.locator("#reply-text").press("Control+Enter")
    await expect(phone.locator("#sms-list")).to_contain_text("Już sprawdzam grafik")
    await expect(page.locator("#reply-text")).to_have_value("")
    await expect(page.locator(".message-agent").last).to_contain_text("doręczono")
    assert "Zadzwonić" not in await phone.content()


async def test_the_queue_and_an_open_thread_change_by_themselves_and_nobody_loses_their_place(site: Site) -> None:
    thread_id = await site.waiting(PHONE)
    page = await site.agent("marta")
    await page.goto(f"{site.base}/console/threads/{thread_id}")
    await accept(page)
    await page.locator("#reply-text").fill("zaczęta odpowiedź")
    for number in range(12):
        await site.text(PHONE, f"kolejna wiadomość {number}")
    await expect(page.locator("#log")).to_contain_text("kolejna wiadomość 11")
    await expect(page.locator("#reply-text")).to_have_value("zaczęta odpowiedź")
    await expect(page.locator("#reply-text")).to_be_focused()
    await page.locator("#log").evaluate("log => { log.scrollTop = 0 }")
    await site.text(PHONE, "jeszcze jedno")
    await expect(page.locator("[data-newer]")).to_be_visible()
    assert await page.locator("#log").evaluate("log => log.scrollTop") < 20
    await site.waiting("+48890002002")
    await expect(page.locator("#queue .row")).to_have_count(2)


async def test_a_draft_survives_a_reload(site: Site) -> None:
    thread_id = await site.waiting(PHONE)
    page = await site.agent("marta")
    await page.goto(f"{site.base}/console/threads/{thread_id}")
    await accept(page)
    await page.locator("#reply-text").fill("niedokończone")
    await page.reload()
    await expect(page.locator("#reply-text")).to_have_value("niedokończone")


async def test_a_red_flag_stands_on_every_page_until_someone_claims_it(site: Site) -> None:
    page, other = await site.agent("marta"), await site.agent("pawel")
    await site.text("+48890002002", "boli mnie w klatce piersiowej")
    for one in (page, other):
        await expect(one.locator(".alert")).to_contain_text("Możliwy nagły przypadek")
    await page.locator(".alert .button-alert").click()
    for one in (page, other):
        await expect(one.locator(".alert")).to_have_count(0)


async def test_a_message_that_was_given_up_says_so_and_a_supervisor_sends_it_again(site: Site) -> None:
    assert site.house.simulator is not None
    thread_id = await site.waiting(PHONE)
    page = await site.agent("sylwia")
    await page.goto(f"{site.base}/console/threads/{thread_id}")
    await accept(page)
    site.house.simulator.fault = "refuse"
    await page.locator("#reply-text").fill("Dzień dobry")
    await page.locator("#reply-text").press("Control+Enter")
    await expect(page.locator(".message-agent .delivery-dead")).to_contain_text("21211")
    site.house.simulator.fault = "none"
    await page.get_by_role("button", name="Wyślij ponownie").last.click()
    await expect(page.locator(".message-agent .delivery-delivered")).to_be_visible()


async def test_letters_are_shortcuts_only_outside_fields_and_can_be_switched_off(site: Site) -> None:
    await site.waiting(PHONE)
    await site.waiting("+48890002002")
    page = await site.agent("marta")
    await page.keyboard.press("j")
    await expect(page.locator("[data-row]").first).to_be_focused()
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await page.locator("#log").wait_for()
    await expect(page.locator("#thread-title")).to_be_focused()
    await page.keyboard.press("a")
    await page.locator("#reply-text").wait_for()
    await page.keyboard.press("r")
    await page.keyboard.type("jak się mamy, ąćęłńóśźż? a e b n")
    await expect(page.locator("#reply-text")).to_have_value("jak się mamy, ąćęłńóśźż? a e b n")
    await page.keyboard.press("Escape")
    await page.keyboard.press("?")
    await page.locator("[data-setting=keys]").uncheck()
    await page.keyboard.press("Escape")
    await page.locator("#thread-title").focus()
    await page.keyboard.press("e")
    await page.wait_for_timeout(300)
    assert await page.locator("#reply-text").count() == 1


async def test_what_people_write_is_shown_as_text_however_odd(site: Site) -> None:
    thread_id = await site.waiting(PHONE)
    await site.text(PHONE, "<img src=x onerror=\"document.title='pwned'\"><script>document.title='pwned'</script>")
    await site.text(PHONE, "\u202eabc مرحبا بالعالم \u202d")
    await site.text(PHONE, "W" * 100_000)
    page = await site.agent("marta")
    await page.goto(f"{site.base}/console/threads/{thread_id}")
    await expect(page.locator("#log")).to_contain_text("<img src=x onerror=")
    assert "pwned" not in await page.title()
    assert await page.locator("#log script, #log img").count() == 0
    await expect(page.locator("details.long")).to_have_count(1)
    assert await page.locator("#log").evaluate("log => log.scrollWidth <= log.clientWidth")
    assert await page.locator(".body").last.get_attribute("dir") == "auto"


async def test_opening_a_thread_is_audited_once_and_refreshing_it_is_not(site: Site) -> None:
    thread_id = await site.waiting(PHONE)
    page = await site.agent("marta")
    await page.goto(f"{site.base}/console/threads/{thread_id}")
    for number in range(3):
        await site.text(PHONE, f"wiadomość {number}")
        await expect(page.locator("#log")).to_contain_text(f"wiadomość {number}")
    async with site.house.database.unit_of_work() as uow:
        opened = await uow.session.scalar(
            select(func.count())
            .select_from(AuditEvent)
            .where(AuditEvent.action == "open", AuditEvent.subject_id == str(thread_id))
        )
    assert opened == 1
    answer = await page.request.get(f"{site.base}/console/fragments/threads/{thread_id}?opened=guess")
    assert answer.status == 200
    async with site.house.database.unit_of_work() as uow:
        again = await uow.session.scalar(
            select(func.count()).where(AuditEvent.action == "open", AuditEvent.subject_id == str(thread_id))
        )
    assert again == 2


async def test_two_tabs_of_one_browser_share_one_stream(site: Site) -> None:
    page = await site.agent("marta")
    second = await page.context.new_page()
    await second.goto(f"{site.base}/console")
    await site.waiting(PHONE)
    for one in (page, second):
        await expect(one.locator("#queue .row")).to_have_count(1)
    locks = await page.evaluate("navigator.locks.query().then(all => [all.held.length, all.pending.length])")
    assert locks == [1, 1]


async def test_on_a_phone_one_pane_is_shown_at_a_time_with_a_way_back(site: Site) -> None:
    await site.waiting(PHONE)
    page = await site.agent("marta", width=360)
    await page.locator("[data-row]").click()
    await page.locator("#log").wait_for()
    await expect(page.locator(".pane-queue")).to_be_hidden()
    await page.locator('a[href="#beside-pane"]').click()
    await expect(page.locator(".pane-thread")).to_be_hidden()
    await page.locator('a[href="#thread"]').click()
    await expect(page.locator(".pane-thread")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.get_by_role("link", name="Wróć do kolejki", exact=True).click()
    await page.wait_for_url(re.compile(r"/console$"))
    await expect(page.locator(".pane-queue")).to_be_visible()


async def test_a_clinician_without_a_queue_sees_an_open_thread_change_by_itself(site: Site) -> None:
    thread_id = await site.waiting("+48600100200")
    page = await site.agent("ewa")
    await page.goto(f"{site.base}/console/threads/{thread_id}")
    await page.evaluate("window.keptMark = true")
    refused: list[str] = []
    page.on("response", lambda answer: refused.append(answer.url) if answer.status >= 400 else None)
    async with page.expect_response(lambda answer: "/console/events" in answer.url):
        await page.reload()
    await page.evaluate("window.keptMark = true")
    await site.text("+48600100200", "jeszcze jedno słowo")
    await expect(page.locator("#log")).to_contain_text("jeszcze jedno słowo")
    await expect(page.locator("#queue")).to_have_count(0)
    await page.wait_for_timeout(1000)
    assert await page.evaluate("window.keptMark") is True, "the page was not made again"
    assert refused == []
