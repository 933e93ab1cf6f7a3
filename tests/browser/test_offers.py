"""Offers in the console. Invariant: whoever an offer is for sees it at once, and nobody else has to guess."""

import asyncio
from datetime import timedelta

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select

from core.clock import FixedClock
from handoff.canned import seed
from handoff.models import AgentState
from tests.browser.conftest import Site

pytestmark = pytest.mark.browser
PHONE = "+48890002001"


async def available(page: Page) -> None:
    """Say that one takes conversations."""
    await page.get_by_role("button", name="Przyjmuję rozmowy").click()
    await expect(page.locator(".mine-mode")).to_contain_text("Na stanowisku")


async def test_an_offer_pops_up_is_taken_passed_on_and_written_up(site: Site) -> None:
    marta, pawel = await site.agent("marta"), await site.agent("pawel")
    await available(marta)
    thread_id = await site.waiting(PHONE)
    await site.house.router.look()
    offer = marta.locator(".offer")
    await expect(offer).to_contain_text("everyone-else")
    await expect(pawel.locator("#queue .row")).to_contain_text("Propozycja: Marta Zielińska")
    await offer.get_by_role("button", name="Przyjmuję").click()
    await marta.locator("#reply-text").wait_for()
    await expect(offer).to_have_count(0)
    await available(pawel)
    await marta.locator("#thread-title").focus()
    await marta.keyboard.press("t")
    await marta.locator("#pass-on-to").select_option(label="Paweł Lis (0/4)")
    await marta.locator("#pass-on-why").fill("pytanie o receptę")
    await marta.get_by_role("button", name="Przekaż", exact=True).last.click()
    await expect(marta.locator(".thread-state")).to_contain_text("Czekamy na odpowiedź: Paweł Lis")
    await expect(pawel.locator(".offer")).to_contain_text("Marta Zielińska chce przekazać rozmowę")
    await pawel.keyboard.press("a")
    await pawel.locator("#reply-text").wait_for()
    await expect(pawel.locator("#log")).to_contain_text("pytanie o receptę")
    await expect(marta.locator(".thread-state")).to_contain_text("Rozmowę prowadzi: Paweł Lis")
    await pawel.locator("[data-act=close]").click()
    await pawel.locator(".write-up").get_by_role("button", name="Recepta lub lek").click()
    await expect(pawel.locator(".write-up")).to_have_count(0)
    await marta.goto(f"{site.base}/console/threads/{thread_id}")
    await marta.get_by_role("button", name="Dlaczego ta osoba?").click()
    steps = marta.locator(".steps")
    await expect(steps).to_contain_text("Podsumowanie: Recepta lub lek")
    await steps.locator("summary").first.click()
    await expect(steps).to_contain_text("daje ten sam wynik")


async def test_a_conversation_set_aside_leaves_the_list_and_a_message_brings_it_back(site: Site) -> None:
    thread_id = await site.waiting(PHONE)
    marta = await site.agent("marta")
    await marta.goto(f"{site.base}/console/threads/{thread_id}")
    await marta.locator("[data-act=accept]").click()
    await marta.locator("#reply-text").fill("Oddzwonimy jutro")
    await marta.locator("#reply-text").press("Control+Enter")
    await expect(marta.locator(".message-agent").last).to_contain_text("Oddzwonimy jutro")
    await marta.locator("[data-act=snooze]").click()
    await marta.locator(".pass-on button[name=until]").first.click()
    await expect(marta.locator("#aside-title")).to_be_visible()
    await site.text(PHONE, "mam jeszcze pytanie")
    await site.house.keeping.look()
    await expect(marta.locator("#aside-title")).to_have_count(0)
    await expect(marta.locator("#queue .due").first).to_contain_text("Odpowiedź")


async def test_a_key_can_be_changed_and_commands_are_found_without_diacritics(site: Site) -> None:
    thread_id = await site.waiting(PHONE)
    page = await site.agent("marta")
    await page.goto(f"{site.base}/console/threads/{thread_id}")
    await page.locator("#log").wait_for()
    await page.keyboard.press("?")
    await page.locator("[data-key=accept]").fill("r")
    await expect(page.locator("[data-keys-told]")).to_contain_text("ma już")
    await page.locator("[data-key=accept]").fill("ą")
    await expect(page.locator("[data-keys-told]")).to_contain_text("litera")
    await page.locator("[data-key=accept]").fill("g")
    await page.keyboard.press("Escape")
    await page.locator("#thread-title").focus()
    await page.keyboard.press("a")
    assert await page.locator("#reply-text").count() == 0
    await page.keyboard.press("g")
    await page.locator("#reply-text").wait_for()
    await page.keyboard.press("Control+k")
    await page.keyboard.type("odloz")
    await expect(page.locator(".palette [role=option]")).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(page.locator(".pass-on")).to_contain_text("Inna pora")


async def test_a_slash_lists_ready_replies_and_what_comes_after_sending(site: Site) -> None:
    async with site.house.database.unit_of_work() as uow:
        await seed(uow, site.house.clock.now())
    thread_id = await site.waiting(PHONE)
    page = await site.agent("marta")
    await page.goto(f"{site.base}/console/threads/{thread_id}")
    await page.locator("[data-act=accept]").click()
    await page.locator("#reply-text").press_sequentially("/")
    await expect(page.locator("#ready-replies [role=option]")).to_have_count(5)
    # A long reply in the list is cut, and does not push the pane under its neighbour.
    is_inside = "list => list.getBoundingClientRect().right <= document.querySelector('.pane-beside').getBoundingClientRect().left"
    assert await page.locator("#ready-replies").evaluate(is_inside)
    await page.locator("#reply-text").press_sequentially("koniec")
    await page.keyboard.press("Enter")
    await expect(page.locator("#reply-text")).to_have_value(
        "Dziękujemy za kontakt. Gdyby coś było potrzebne, wystarczy napisać."
    )
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".thread-state")).to_contain_text("Sprawa zakończona")
    await expect(page.locator(".write-up")).to_be_visible()


async def test_whoever_works_in_another_window_is_still_there_while_the_stream_is_open(
    site: Site, clock: FixedClock
) -> None:
    page = await site.agent("marta")
    await available(page)
    # As in a hidden tab: nothing that a timer asks for arrives any more.
    await page.route("**/console/fragments/mine", lambda route: route.abort())
    clock.instant += timedelta(seconds=44)
    for _ in range(400):
        async with site.house.database.unit_of_work() as uow:
            row = await uow.session.scalar(select(AgentState).where(AgentState.seen_at == clock.now()))
        if row is not None:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the open stream did not count as being there")
