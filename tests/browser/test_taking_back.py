"""A reply is taken back: into the composer before it left, off the patient's screen after."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.async_api import expect

from conversations.models import DeliveryState
from core.clock import FixedClock
from core.settings import Settings
from tests.browser.conftest import Site
from tests.browser.test_accessible import found
from tests.browser.test_complaints import shot

pytestmark = pytest.mark.browser


@pytest.fixture
def settings(settings: Settings) -> Iterator[Settings]:
    """Here a reply waits."""
    yield settings.model_copy(update={"undo_seconds": 10})


@pytest.mark.parametrize("width", [1440, 360])
async def test_a_reply_is_edited_before_it_leaves_and_retracted_after(site: Site, width: int) -> None:
    visitor = await site.visitor(width=360)
    await visitor.goto(f"{site.base}/widget/frame?lang=pl")
    await expect(visitor.locator(".said-bot").first).to_be_visible()
    await visitor.locator("textarea").fill("chcę rozmawiać z człowiekiem")
    await visitor.keyboard.press("Enter")
    await expect(visitor.locator(".said-patient .foot")).to_contain_text("odebrano")
    thread_id = await site.only_thread()
    await site.house.turns.take(thread_id)
    marta = await site.agent("marta", width=width)
    await expect(marta.locator("#queue [data-row]").first).to_be_attached(timeout=20_000)
    await marta.goto(f"{site.base}/console/threads/{thread_id}")
    await marta.locator("[data-act=accept]").click()
    await marta.locator("#reply-text").fill("Wizyta jest jutro o 8.")
    await marta.keyboard.press("Control+Enter")
    await expect(marta.locator(".delivery-queued").last).to_contain_text("można jeszcze cofnąć")
    assert await found(marta) == []
    await shot(marta, f"undo-{width}")
    await marta.get_by_role("button", name="Cofnij i popraw").click()
    await expect(marta.locator(".delivery-undone")).to_be_visible()
    await expect(marta.locator("#reply-text")).to_have_value("Wizyta jest jutro o 8.")
    await marta.locator("#reply-text").fill("Wizyta jest jutro o 9.")
    await marta.keyboard.press("Control+Enter")
    await expect(marta.get_by_role("button", name="Cofnij wysłanie")).to_be_visible()
    await expect(visitor.get_by_text("Wizyta jest jutro")).to_have_count(0)
    assert isinstance(site.house.clock, FixedClock)
    site.house.clock.instant += timedelta(seconds=11)
    await site.house.deliverer.drain(thread_id)
    await expect(visitor.get_by_text("Wizyta jest jutro o 9.")).to_be_visible()
    await marta.get_by_role("button", name="Cofnij u pacjenta").click()
    await expect(visitor.get_by_text("Wiadomość została cofnięta")).to_be_visible()
    await expect(visitor.get_by_text("Wizyta jest jutro")).to_have_count(0)
    await expect(marta.locator(f".delivery-{DeliveryState.retracted}")).to_be_visible()
    assert await found(marta) == [] and await found(visitor) == []
    await shot(marta, f"retracted-{width}")
    await shot(visitor, f"widget-retracted-{width}")
    await visitor.reload()
    await expect(visitor.get_by_text("Wiadomość została cofnięta")).to_be_visible()
    await expect(visitor.get_by_text("Wizyta jest jutro")).to_have_count(0)
