"""A shift: two agents, a supervisor and three patients at once. Invariant: each patient is answered by one person and hears only that.

The second test is the script of an agent's day without a mouse: only keys are pressed, no element is clicked or focused by the test.
"""

import asyncio
from uuid import UUID

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select

from conversations.models import Author, Case, Message
from handoff.canned import seed
from handoff.models import Handoff, HandoffState
from service.setup import DEMO_PASSWORD
from tests.browser.conftest import Site
from tests.browser.test_accessible import found
from tests.browser.test_complaints import shot
from tests.browser.test_offers import available

pytestmark = pytest.mark.browser
PATIENTS = ("+48890002041", "+48890002042", "+48890002043")


async def said_by_staff(site: Site, thread_id: UUID) -> list[str]:
    """What people of the clinic wrote to a patient."""
    async with site.house.database.unit_of_work() as uow:
        rows = await uow.session.scalars(
            select(Message)
            .where(Message.thread_id == thread_id, Message.author == Author.agent, Message.direction == "outbound")
            .order_by(Message.seq)
        )
        return [str((one.content or {}).get("text", one.body)) for one in rows]


async def owner_of(site: Site, thread_id: UUID) -> UUID | None:
    """Who has the thread's conversation."""
    async with site.house.database.unit_of_work() as uow:
        return await uow.session.scalar(
            select(Case.agent_id).where(Case.thread_id == thread_id).order_by(Case.opened_at.desc()).limit(1)
        )


async def reply(page: Page, words: str) -> None:
    """Answer in the open thread."""
    await page.locator("#reply-text").fill(words)
    await page.locator("#reply-text").press("Control+Enter")
    await expect(page.locator(".message-agent").last).to_contain_text(words)


async def test_two_agents_and_a_supervisor_serve_three_patients_at_once(site: Site) -> None:
    marta, pawel, sylwia = await asyncio.gather(
        site.agent("marta", width=1440), site.agent("pawel", width=1024), site.agent("sylwia", width=1440)
    )
    await sylwia.goto(f"{site.base}/board")
    first, second, third = await asyncio.gather(*(site.waiting(number) for number in PATIENTS))
    for page in (marta, pawel):
        await expect(page.locator("#queue [data-row]")).to_have_count(3)
    # Both reach for the same conversation at the same moment, and each then takes one of their own.
    for page in (marta, pawel):
        await page.goto(f"{site.base}/console/threads/{first}")
    await asyncio.gather(*(page.locator("[data-act=accept]").click() for page in (marta, pawel)))
    winner_id = None
    for _ in range(200):
        winner_id = await owner_of(site, first)
        if winner_id is not None:
            break
        await asyncio.sleep(0.05)
    by_id = {await site.staff_id("marta"): (marta, pawel), await site.staff_id("pawel"): (pawel, marta)}
    assert winner_id is not None
    winner, other = by_id[winner_id]
    name = "Marta Zielińska" if winner is marta else "Paweł Lis"
    await expect(other.locator(".thread-state")).to_contain_text(name)
    await winner.locator("#reply-text").wait_for()
    await other.goto(f"{site.base}/console/threads/{second}")
    await other.locator("[data-act=accept]").click()
    await other.locator("#reply-text").wait_for()
    # All three patients write while both agents type.
    await asyncio.gather(
        reply(winner, "Odpowiedź dla pierwszej osoby."),
        reply(other, "Odpowiedź dla drugiej osoby."),
        *(site.text(number, f"jeszcze jedno pytanie {index}") for index, number in enumerate(PATIENTS)),
    )
    await expect(winner.locator("#log")).to_contain_text("jeszcze jedno pytanie 0")
    await expect(other.locator("#log")).to_contain_text("jeszcze jedno pytanie 1")
    # The supervisor sees who waits, and gives the third to whoever is there; it appears without a reload.
    await available(other)
    await expect(sylwia.locator("#now")).to_contain_text("Na stanowisku")
    await sylwia.goto(f"{site.base}/console/threads/{third}")
    await sylwia.get_by_role("button", name="Przydziel").first.click()
    await sylwia.locator("#pass-on-to").select_option(
        value=str(next(one for one, (page, _) in by_id.items() if page is other))
    )
    await sylwia.locator("form.pass-on button[formaction$='/assign']").click()
    await expect(other.locator("#queue")).to_contain_text("20 43")
    await other.goto(f"{site.base}/console/threads/{third}")
    await reply(other, "Odpowiedź dla trzeciej osoby.")
    # She reads along live, and her note is for colleagues alone.
    await expect(sylwia.locator("#log")).to_contain_text("Odpowiedź dla trzeciej osoby.")
    await sylwia.locator("#note-text").fill("Proszę dopytać o skierowanie.")
    await sylwia.locator("#note-text").press("Control+Enter")
    await expect(other.locator("#log")).to_contain_text("Proszę dopytać o skierowanie.")
    for page, name in ((winner, "winner"), (other, "other"), (sylwia, "supervisor")):
        assert await found(page) == [], name
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        await shot(page, f"shift-{name}")
    for page, thread_id in ((winner, first), (other, second), (other, third)):
        await page.goto(f"{site.base}/console/threads/{thread_id}")
        await page.locator("[data-act=close]").click()
        await expect(page.locator(".thread-state")).to_contain_text("Sprawa zakończona")
    assert [await said_by_staff(site, one) for one in (first, second, third)] == [
        ["Odpowiedź dla pierwszej osoby."], ["Odpowiedź dla drugiej osoby."], ["Odpowiedź dla trzeciej osoby."],
    ]  # fmt: skip
    async with site.house.database.unit_of_work() as uow:
        states = set(await uow.session.scalars(select(Handoff.state)))
    assert states <= {HandoffState.wrap_up, HandoffState.closed}, "nobody is left waiting"


class Keys:
    """A keyboard, and nothing else."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def press(self, *keys: str) -> None:
        """These keys, one after another."""
        for key in keys:
            await self.page.keyboard.press(key)

    async def type(self, words: str) -> None:
        """Into whatever has the focus."""
        await self.page.keyboard.type(words)

    async def reach(self, words: str, key: str = "Tab", most: int = 60) -> None:
        """Go on with Tab until what has the focus is called so; as a person would, looking where the focus is."""
        for _ in range(most):
            name = await self.page.evaluate(
                "() => { const one = document.activeElement; if (!one?.matches('a, button, input, select, textarea, summary')) return ''; "
                "return `${one?.getAttribute('aria-label') ?? ''} ${one?.labels?.[0]?.innerText ?? ''} ${one?.innerText ?? ''}`; }"
            )
            if words in name:
                return
            await self.page.keyboard.press(key)
        raise AssertionError(f"{words!r} cannot be reached by {key}")

    async def at_title(self) -> None:
        """The thread is open and no field has the focus."""
        await expect(self.page.locator("#thread-title")).to_be_visible()
        await self.page.keyboard.press("Escape")
        await self.page.wait_for_function("!document.activeElement?.closest('input, textarea, select, dialog')")


async def test_an_agents_day_goes_by_keyboard_alone(site: Site) -> None:
    async with site.house.database.unit_of_work() as uow:
        await seed(uow, site.house.clock.now())
    page = await site.visitor(width=1440)
    keys = Keys(page)
    # 7:55 she signs in and takes conversations.
    await page.goto(f"{site.base}/login?lang=pl")
    await keys.reach("Adres e-mail")
    await keys.type("marta@demo.example")
    await keys.press("Tab")
    await keys.type(DEMO_PASSWORD)
    await keys.press("Enter")
    await page.wait_for_url("**/console")
    await expect(page.locator(".mine-line")).to_be_visible()
    await keys.reach("Przyjmuję rozmowy")
    await keys.press("Enter")
    await expect(page.locator(".mine-mode")).to_contain_text("Na stanowisku")
    # 8:00 the first offer comes and one letter takes it.
    first = await site.waiting(PATIENTS[0])
    await site.house.router.look()
    await expect(page.locator(".offer")).to_be_visible()
    await page.wait_for_function("!document.activeElement?.closest('input, textarea, select, dialog')")
    await keys.press("a")
    await expect(page.locator("#reply-text")).to_be_visible()
    await expect(page.locator("#thread-title")).to_be_focused()
    # 8:03 she answers with a ready reply, changed by hand.
    await keys.press("r")
    await expect(page.locator("#reply-text")).to_be_focused()
    await keys.type("/zaraz")
    await expect(page.locator("#ready-replies [role=option]")).to_have_count(1)
    await keys.press("Enter")
    await keys.press("Control+a")
    await keys.type("Dzień dobry, już sprawdzam termin.")
    await keys.press("Control+Enter")
    await expect(page.locator(".message-agent").last).to_contain_text("już sprawdzam termin")
    # 8:40 a private note that names a colleague.
    await keys.at_title()
    await keys.press("n")
    await expect(page.locator("#note-text")).to_be_focused()
    await keys.type("@Paweł proszę o sprawdzenie skierowania")
    await keys.press("Control+Enter")
    await expect(page.locator(".message-note").last).to_contain_text("@Paweł")
    # 11:00 she sets it aside, finds it again with the palette, and takes it up.
    await keys.at_title()
    await keys.press("s")
    await expect(page.locator("form.pass-on")).to_be_visible()
    await page.wait_for_function("document.activeElement?.closest('form.pass-on') !== null")
    await keys.press("Enter")
    await expect(page.locator(".thread-state")).to_contain_text("odłożona: pon 23.11 11:00")
    await keys.press("Control+k")
    await keys.type("odloz")
    await keys.press("Enter")
    await expect(page.locator("form.pass-on")).to_be_visible()
    await keys.reach("Nie odkładaj")
    await keys.press("Enter")
    await expect(page.locator("form.pass-on")).to_have_count(0)
    # A second patient: up the list with k, open with Enter, take with a letter.
    await site.waiting(PATIENTS[1])
    await expect(page.locator("#queue")).to_contain_text("20 42")
    await keys.press("Escape")
    for _ in range(6):
        await keys.press("k")
        if "20 42" in await page.evaluate("document.activeElement?.innerText ?? ''"):
            break
    await keys.press("Enter")
    await expect(page.locator("#thread-title")).to_contain_text("20 42")
    await expect(page.locator("#thread-title")).to_be_focused()
    await keys.press("a")
    await expect(page.locator("#reply-text")).to_be_visible()
    # 15:40 she ends the contact and says what it was about.
    await expect(page.locator("#thread-title")).to_be_focused()
    await keys.press("e")
    await expect(page.locator(".write-up")).to_be_visible()
    await keys.reach("Informacja")
    await keys.press("Enter")
    await expect(page.locator(".write-up")).to_have_count(0)
    # 15:55 what is left goes to the queue with a word for whoever comes next.
    await page.goto(f"{site.base}/console/threads/{first}")
    await expect(page.locator("#reply-text")).to_be_visible()
    await keys.press("t")
    await expect(page.locator("#pass-on-to")).to_be_focused()
    await keys.press("Tab")
    await keys.type("czeka na termin, koniec zmiany")
    await keys.press("Tab", "Enter")
    await expect(page.locator(".thread-state")).to_contain_text("Czeka")
    assert await owner_of(site, first) is None
    await page.goto(f"{site.base}/console")
    await keys.reach("Kończę")
    await keys.press("Enter")
    await expect(page.locator(".mine-mode")).to_contain_text("Bez propozycji")
    await keys.reach("Wyloguj")
    await keys.press("Enter")
    await page.wait_for_url("**/login**")
