"""A colleague named in a note sees it at once, without a reload, and ticks it off by keyboard."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Site
from tests.browser.test_accessible import found
from tests.browser.test_complaints import shot

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1440, 360])
async def test_a_mention_appears_live_and_is_ticked_off(site: Site, width: int) -> None:
    thread_id = await site.waiting("+48890002012")
    marta, pawel = await site.agent("marta", width=1440), await site.agent("pawel", width=width)
    await expect(pawel.locator(".mine-line")).to_be_visible()
    await marta.goto(f"{site.base}/console/threads/{thread_id}")
    await marta.locator("#note-text").fill("@Paweł, proszę oddzwonić")
    await marta.get_by_role("button", name="Zapisz notatkę").click()
    named = pawel.locator(".mentions li")
    await expect(named).to_contain_text("Marta")
    assert await found(pawel) == []
    await shot(pawel, f"mention-{width}")
    await named.get_by_role("button").focus()
    await pawel.keyboard.press("Enter")
    await expect(named).to_have_count(0)
