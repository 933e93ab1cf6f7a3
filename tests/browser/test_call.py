"""The call simulator. Invariant: it speaks and hears over the socket a provider opens, and typing into the words stops them."""

import time

import httpx
import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select

from conversations.calls import VoiceCall
from conversations.models import Direction, Message
from tests.browser.conftest import Site
from tests.serving import until

pytestmark = pytest.mark.browser


async def calling(site: Site, *, lang: str = "pl", width: int = 1280, number: str = "") -> Page:
    """A page whose call goes on, after its first words."""
    page = await site.visitor(lang=lang, width=width)
    await page.goto(f"{site.base}/simulator/call?lang={lang}{number}")
    await page.locator("[data-start]").click()
    await expect(page.locator("[data-log]")).to_contain_text("press nine", timeout=15_000)
    return page


async def test_a_patient_calls_types_and_hears_the_answer(site: Site) -> None:
    page = await calling(site)
    await expect(page.locator("[data-state]")).to_have_text("Połączenie trwa")
    await page.locator("#words").fill("chcę się umówić do kardiologa")
    await page.locator("#words").press("Enter")
    await expect(page.locator(".sms-mine")).to_contain_text("chcę się umówić do kardiologa")
    await expect(page.locator("[data-log]")).to_contain_text("Na kiedy ma być wizyta?", timeout=15_000)
    await page.locator("[data-end]").click()
    await expect(page.locator("[data-state]")).to_have_text("Połączenie zakończone")
    await expect(page.locator("#words")).to_be_disabled()
    async with site.house.database.unit_of_work() as uow:
        heard = list(await uow.session.scalars(select(Message).where(Message.direction == Direction.inbound)))
    assert [(one.channel, one.body) for one in heard] == [("voice", "chcę się umówić do kardiologa")]

    async def is_hung_up() -> bool:
        async with site.house.database.unit_of_work() as uow:
            return list(await uow.session.scalars(select(VoiceCall.outcome))) == ["hung-up"]

    await until(is_hung_up, 5)  # The page says so before it is noted.


async def test_typing_into_the_words_stops_them_and_the_transcript_keeps_what_was_heard(site: Site) -> None:
    page = await site.visitor()
    await page.goto(f"{site.base}/simulator/call")
    await page.locator("[data-start]").click()
    await expect(page.locator("[data-log]")).to_contain_text("automatyczny", timeout=15_000)
    await page.locator("#words").press_sequentially("a", delay=0)
    words = page.locator("[data-log] .text").first
    await expect(words).to_contain_text("…")
    cut = await words.inner_text()
    await page.wait_for_timeout(1_500)
    assert await words.inner_text() == cut and "press nine" not in cut
    async with site.house.database.unit_of_work() as uow:
        said = (await uow.session.scalars(select(Message).order_by(Message.seq))).first()
    assert said is not None and said.body.endswith("…") and "press nine" not in said.body


async def test_keys_change_the_language_and_lead_to_a_person(site: Site) -> None:
    page = await calling(site, lang="en")
    await page.locator("[data-key='9']").click()
    await expect(page.locator(".sms-mine")).to_have_text("Key 9")
    await page.locator("[data-key='0']").click()
    await expect(page.locator("[data-log]")).to_contain_text("place in the queue", timeout=15_000)


async def test_who_waits_for_a_person_sees_that_the_sound_is_played_until_words_follow(site: Site) -> None:
    page = await calling(site)
    played: list[int] = []
    page.on(
        "response", lambda answer: played.append(answer.status) if answer.url.endswith("/voice/waiting.wav") else None
    )
    await page.locator("[data-key='0']").click()
    await expect(page.locator("[data-state]")).to_have_text("Słychać sygnał oczekiwania na człowieka", timeout=15_000)
    assert await page.evaluate("document.querySelector('[data-state]').getAttribute('role')") == "status"
    await page.locator("#words").press_sequentially("chodzi o mamę", delay=0)
    await expect(page.locator("[data-state]")).to_have_text("Połączenie trwa")
    await page.locator("#words").press("Enter")
    await expect(page.locator("[data-log]")).to_contain_text("Dopisane", timeout=15_000)
    await expect(page.locator("[data-state]")).to_have_text("Słychać sygnał oczekiwania na człowieka", timeout=15_000)
    assert played and set(played) <= {200, 206}, "the browser may fetch it"
    await page.locator("[data-end]").click()
    await expect(page.locator("[data-state]")).to_have_text("Połączenie zakończone")


async def test_a_machine_that_asks_for_a_key_gets_it(site: Site) -> None:
    page = await calling(site, lang="en")
    await page.locator("#words").fill("to accept this call press one")
    await page.locator("#words").press("Enter")
    await expect(page.locator("[data-log]")).to_contain_text("The clinic presses key 1", timeout=15_000)


async def test_a_withheld_number_calls_too_and_nonsense_is_refused(site: Site) -> None:
    page = await calling(site, number="&number=anonymous")
    async with site.house.database.unit_of_work() as uow:
        assert len(list(await uow.session.scalars(select(VoiceCall)))) == 1
    await page.goto(f"{site.base}/simulator/call?number=hello")
    await expect(page.locator("#number-refused")).to_be_visible()


async def test_no_other_site_may_ring_and_the_microphone_is_allowed_on_this_page_alone(site: Site) -> None:
    async with httpx.AsyncClient(base_url=site.base) as client:
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}, {}):
            answer = await client.post("/simulator/call/ring", data={"number": "+48601234567"}, headers=headers)
            assert answer.status_code == 403
        here, there = await client.get("/simulator/call"), await client.get("/simulator/phone")
    assert "microphone=(self)" in here.headers["permissions-policy"]
    assert "microphone=()" in there.headers["permissions-policy"]


@pytest.mark.parametrize("width", [360, 1440])
async def test_the_page_fits_the_screen(site: Site, width: int) -> None:
    page = await calling(site, width=width)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.quiet
async def test_a_call_stands_on_the_console_within_two_seconds_with_the_earlier_messages_one_click_away(
    site: Site,
) -> None:
    await site.text("+48890002001", "kiedy mam wizytę")
    agent = await site.agent("marta")
    await expect(agent.locator("[data-live-state]")).to_be_hidden()
    page = await site.visitor()
    await page.goto(f"{site.base}/simulator/call")
    await page.locator("[data-start]").click()
    await expect(page.locator("[data-state]")).to_have_text("Połączenie trwa")
    began = time.monotonic()
    await expect(agent.locator("#calls")).to_contain_text("+48 89 000 20 01", timeout=10_000)
    assert time.monotonic() - began <= 2.0
    await expect(agent.locator("#calls")).to_contain_text("SMS")
    await agent.locator("#calls a").click()
    await expect(agent.locator("#thread")).to_contain_text("kiedy mam wizytę")
    await expect(agent.locator("#thread")).to_contain_text("automatyczny asystent")
    await page.locator("[data-end]").click()
    await expect(agent.locator("#calls")).not_to_contain_text("+48 89 000 20 01")
