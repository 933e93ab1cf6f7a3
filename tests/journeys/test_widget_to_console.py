"""The first conversation in the browser: an English visitor at 360 px and an agent at her console, with the real bot.

Invariant: both see the same conversation at once; what the bot understood is there when the agent looks; nobody repeats anything.
"""

import pytest
from playwright.async_api import Browser, FrameLocator, expect

from tests.journeys.conftest import Clinic

pytestmark = [pytest.mark.rasa, pytest.mark.browser]
expect.set_options(timeout=15_000)


async def say(frame: FrameLocator, text: str) -> None:
    """Type and send."""
    await frame.locator("textarea").fill(text)
    await frame.locator("textarea").press("Enter")


async def last(frame: FrameLocator, text: str) -> None:
    """The last bubble holds that text."""
    await expect(frame.locator(".said").last).to_contain_text(text)


async def test_an_english_visitor_books_in_the_widget_and_talks_to_a_person(
    clinic: Clinic,
    chromium: Browser,
    assets: None,
) -> None:
    visitor = await (await chromium.new_context(viewport={"width": 360, "height": 740}, locale="en-GB")).new_page()
    await visitor.goto(f"{clinic.base}/?lang=en")
    await visitor.locator("poradnia-launcher button").click()
    frame = visitor.frame_locator("poradnia-launcher iframe")
    await expect(frame.locator(".said").first).to_contain_text("AI assistant")
    await say(frame, "I need to see an orthopedist next week, as early as possible")
    await last(frame, "ree times")
    await frame.locator("button", has_text="Tue").first.click()
    await last(frame, "public (NFZ) or private")
    assert await frame.locator(".offered li:visible").count() >= 2, "what was offered can be read back"
    await frame.get_by_role("button", name="Private").click()
    await last(frame, "first visit")
    await say(frame, "how much is it?")
    await expect(frame.locator(".said", has_text="PLN").first).to_be_visible()
    await frame.get_by_role("button", name="First visit").click()
    await last(frame, "date of birth")
    await say(frame, "Mary O'Neil, 7 July 1985")
    await last(frame, "Shall we book it?")
    await frame.get_by_role("button", name="Yes, book it").click()
    await last(frame, "Your visit is booked")
    await say(frame, "can I talk to a human")
    await last(frame, "connecting you with a person")

    desk = await (await chromium.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")).new_page()
    await desk.goto(f"{clinic.base}/console?lang=en")
    await desk.fill("input[name=email]", "pawel@demo.example")
    await desk.fill("input[name=password]", "demo-demo-demo")
    await desk.keyboard.press("Enter")
    await desk.locator("#queue .row a").filter(has_not_text="+48").first.click()  # not a phone: the widget
    log = desk.get_by_role("log")
    await expect(log).to_contain_text("I need to see an orthopedist next week")
    await expect(log).to_contain_text("Your visit is booked")
    await desk.locator("[data-act=accept]").click()
    await expect(frame.locator("body")).to_contain_text("Paweł Lis")
    await desk.locator("#reply-text").fill("Hello Mary, how can I help?")
    await desk.locator("#reply-text").press("Control+Enter")
    await last(frame, "Hello Mary, how can I help?")
    await say(frame, "is there parking?")
    await expect(log).to_contain_text("is there parking?")
    await last(frame, "is there parking?")
    await desk.locator("[data-act=hand-back]").click()
    await last(frame, "AI assistant")
    await say(frame, "where can I park my car?")
    await expect(frame.locator(".said").last).to_contain_text("park")
    width = await visitor.evaluate("document.documentElement.scrollWidth")
    assert width <= 360, "nothing sticks out at 360 px"
