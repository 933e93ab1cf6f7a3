"""A visitor in the chat. Invariant: what is shown is what happened, said once, and nothing meant for staff ever arrives."""

import pytest
from playwright.async_api import FrameLocator, Page, Route, expect

from tests.browser.conftest import Site
from tests.browser.test_accessible import found
from tests.browser.test_complaints import shot

pytestmark = pytest.mark.browser

# Notes every text that appears in a live region, the way a screen reader would hear of it.
LISTEN = """() => {
  window.heard = [];
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) {
      const element = node.nodeType === 1 ? node : node.parentElement;
      const region = element?.closest('[aria-live], [role=log], [role=status], [role=alert]');
      const live = region?.getAttribute('aria-live') ?? (region ? 'polite' : 'off');
      if (live !== 'off') window.heard.push(node.textContent.trim());
    }
  }).observe(document.body, {childList: true, subtree: true});
}"""


async def opened(site: Site, page: Page) -> FrameLocator:
    """The demo clinic's page with the chat open and the first words said."""
    await page.goto(f"{site.base}/")
    await page.locator("poradnia-launcher button").click()
    frame = page.frame_locator("poradnia-launcher iframe")
    await expect(frame.locator(".said")).to_have_count(2)
    return frame


async def test_the_first_words_say_that_this_is_an_ai_and_a_quick_reply_is_one_tap(site: Site) -> None:
    page = await site.visitor()
    frame = await opened(site, page)
    await expect(frame.locator(".said").first).to_contain_text("asystent AI")
    await frame.get_by_role("button", name="Umówić wizytę").click()
    await expect(frame.locator(".said-patient")).to_contain_text("Umówić wizytę")
    await expect(frame.locator(".said-patient .foot")).to_contain_text("odebrano")
    await expect(frame.locator(".said").last).to_contain_text("Na kiedy ma być wizyta?")
    await frame.get_by_role("button", name="Najbliższy wolny termin").click()
    await expect(frame.locator(".said")).to_have_count(6)
    assert [turn.payload for turn in site.dialogue.asked] == ["/book", "/inform"]


async def test_the_dots_show_only_while_an_answer_is_being_made(site: Site) -> None:
    page = await site.visitor()
    frame = await opened(site, page)
    await expect(frame.locator(".typing")).to_be_hidden()
    site.dialogue.gate.clear()
    await frame.locator("textarea").fill("kardiolog")
    await frame.locator("textarea").press("Enter")
    await expect(frame.locator(".typing")).to_be_visible()
    site.dialogue.gate.set()
    await expect(frame.locator(".said").last).to_contain_text("Na kiedy")
    await expect(frame.locator(".typing")).to_be_hidden()
    await frame.locator("textarea").fill("konsultant")
    await frame.locator("textarea").press("Enter")
    await expect(frame.locator("[data-part=state]")).to_contain_text("czeka na człowieka")
    await expect(frame.locator(".typing")).to_be_hidden()


async def test_a_reload_resumes_the_conversation_and_reads_nothing_out_again(site: Site) -> None:
    page = await site.visitor()
    await page.goto(f"{site.base}/widget/frame")
    await expect(page.locator(".said")).to_have_count(2)
    await page.locator("textarea").fill("dzień dobry")
    await page.locator("textarea").press("Enter")
    await expect(page.locator(".said")).to_have_count(4)
    await page.add_init_script(f"document.addEventListener('DOMContentLoaded', {LISTEN})")
    await page.reload()
    await expect(page.locator(".said")).to_have_count(4)
    assert not [text for text in await page.evaluate("window.heard") if "dzień dobry" in text]


async def test_each_new_message_is_announced_once(site: Site) -> None:
    page = await site.visitor()
    await page.goto(f"{site.base}/widget/frame")
    await expect(page.locator(".said")).to_have_count(2)
    await page.wait_for_timeout(500)
    await page.evaluate(LISTEN)
    await page.locator("textarea").fill("kardiolog poproszę")
    await page.locator("textarea").press("Enter")
    await expect(page.locator(".said")).to_have_count(4)
    await page.wait_for_timeout(300)
    heard = await page.evaluate("window.heard")
    assert len([text for text in heard if "kardiolog poproszę" in text]) == 1
    assert len([text for text in heard if "Na kiedy ma być wizyta?" in text]) == 1
    assert not [text for text in heard if "Najbliższy wolny termin" in text]


async def test_a_person_answers_in_the_chat_and_their_note_stays_inside(site: Site) -> None:
    page = await site.visitor()
    frame = await opened(site, page)
    await frame.locator("textarea").fill("konsultant")
    await frame.locator("textarea").press("Enter")
    await expect(frame.locator("[data-part=state]")).to_contain_text("czeka")
    agent = await site.agent("marta")
    await agent.locator("[data-row]").click()
    await agent.locator("[data-act=accept]").click()
    await agent.locator("#reply-text").wait_for()
    await agent.locator("input[value=note]").check()
    await agent.locator("#note-text").fill("tajna notatka")
    await agent.locator("#note-text").press("Control+Enter")
    await expect(agent.locator(".message-note")).to_have_count(1)
    await agent.locator("input[value=reply]").check()
    await agent.locator("#reply-text").fill("Dzień dobry, tu Marta <b>z rejestracji</b>")
    await agent.locator("#reply-text").press("Control+Enter")
    await expect(frame.locator(".said-agent")).to_contain_text("tu Marta <b>z rejestracji</b>")
    await expect(frame.locator(".said-agent .who")).to_have_text("Marta Zielińska")
    await expect(frame.locator("[data-part=state]")).to_contain_text("prowadzi człowiek")
    await expect(agent.locator(".message-agent .delivery-read")).to_be_visible()
    assert "tajna" not in await frame.locator("body").inner_text()


async def test_a_closed_chat_counts_what_was_not_read(site: Site) -> None:
    page = await site.visitor()
    frame = await opened(site, page)
    site.dialogue.gate.clear()
    await frame.locator("textarea").fill("kardiolog")
    await frame.locator("textarea").press("Enter")
    await expect(frame.locator(".typing")).to_be_visible()
    await frame.locator("textarea").press("Escape")
    launcher = page.locator("poradnia-launcher > button, poradnia-launcher button").first
    await expect(launcher).to_be_focused()
    site.dialogue.gate.set()
    await expect(page.locator("poradnia-launcher b")).to_have_text("1")
    await launcher.click()
    await expect(page.locator("poradnia-launcher b")).to_be_hidden()
    await expect(frame.locator("textarea")).to_be_focused()


async def test_a_message_that_failed_is_sent_again_and_stored_once(site: Site) -> None:
    page = await site.visitor()
    await page.goto(f"{site.base}/widget/frame")
    await expect(page.locator(".said")).to_have_count(2)
    ids: list[str] = []

    async def unreliable(route: Route) -> None:
        """The first sending never arrives, the second arrives but its answer is lost."""
        if route.request.method != "POST":
            await route.continue_()
            return
        ids.append((route.request.post_data_json or {})["id"])
        if len(ids) == 2:
            await route.fetch()
        await route.abort()

    await page.route("**/chat/messages", unreliable)
    await page.locator("textarea").fill("kardiolog")
    await page.locator("textarea").press("Enter")
    await page.get_by_role("button", name="Ponów").click()
    await expect(page.locator(".said")).to_have_count(4)
    await expect(page.locator(".said-patient .foot")).to_contain_text("odebrano")
    assert len(ids) == 2 and len(set(ids)) == 1
    assert len(site.dialogue.asked) == 1


async def test_the_whole_chat_works_with_the_keyboard_alone(site: Site) -> None:
    page = await site.visitor()
    await page.goto(f"{site.base}/")
    for _ in range(30):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement?.localName") == "poradnia-launcher":
            break
    await page.keyboard.press("Enter")
    frame = page.frame_locator("poradnia-launcher iframe")
    await expect(frame.locator("textarea")).to_be_focused()
    await expect(frame.locator(".said")).to_have_count(2)
    await page.keyboard.type("pierwsza linia")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("druga linia")
    await page.keyboard.press("Enter")
    await expect(frame.locator(".said-patient .text")).to_have_text("pierwsza linia\ndruga linia")
    await expect(frame.locator(".choices button")).to_have_count(2)
    for _ in range(2):
        await page.keyboard.press("Shift+Tab")
    await expect(frame.locator(".choices button").last).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(frame.locator(".said-patient")).to_have_count(2)
    await page.keyboard.press("Escape")
    await expect(page.locator("poradnia-launcher button")).to_be_focused()


async def test_the_chat_fits_320_pixels_and_large_type(site: Site) -> None:
    page = await site.visitor(width=320, height=568)
    await page.goto(f"{site.base}/widget/frame")
    await expect(page.locator(".said")).to_have_count(2)
    await page.locator("textarea").fill("W" * 400)
    await page.locator("textarea").press("Enter")
    await expect(page.locator(".said")).to_have_count(4)
    for size in ("100%", "200%"):
        await page.evaluate(f"document.documentElement.style.fontSize = '{size}'")
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert await page.locator(".chat-log").evaluate("log => log.scrollWidth <= log.clientWidth")
    small = await page.evaluate(
        "[...document.querySelectorAll('button')].filter(b => b.offsetParent && b.getBoundingClientRect().height < 24).length"
    )
    assert small == 0


async def test_the_language_changes_without_losing_anything(site: Site) -> None:
    page = await site.visitor()
    await page.goto(f"{site.base}/widget/frame?lang=pl")
    await expect(page.locator(".said")).to_have_count(2)
    await page.locator("[data-language=en]").click()
    await expect(page.locator("textarea")).to_have_attribute("placeholder", "Write a message")
    assert await page.evaluate("document.documentElement.lang") == "en"
    await expect(page.locator(".said")).to_have_count(2)


async def test_a_picture_is_sent_and_seen_by_the_agent(site: Site) -> None:
    pixel = bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
        "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
    )
    page = await site.visitor()
    await page.goto(f"{site.base}/widget/frame")
    await expect(page.locator(".said")).to_have_count(2)
    await page.locator("input[type=file]").set_input_files(
        {"name": "skierowanie.png", "mimeType": "image/png", "buffer": pixel}
    )
    await expect(page.locator(".said-patient")).to_contain_text("skierowanie.png")
    await expect(page.locator("[data-part=state]")).to_contain_text("czeka")
    agent = await site.agent("marta")
    await agent.locator("[data-row]").click()
    address = await agent.locator(".thumbnail").get_attribute("href")
    answer = await agent.request.get(f"{site.base}{address}")
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"].startswith("inline")
    assert "sandbox" in answer.headers["content-security-policy"]


async def test_without_scripts_there_is_a_telephone_number(site: Site) -> None:
    context = await site.browser.new_context(java_script_enabled=False)
    site.contexts.append(context)
    page = await context.new_page()
    for path in ("/", "/widget/frame"):
        await page.goto(f"{site.base}{path}")
        assert await page.locator(".no-script a[href^='tel:']").first.is_visible()


@pytest.mark.parametrize(("lang", "scheme", "width"), [("pl", "light", 1280), ("en", "dark", 360)])
async def test_the_transcript_is_asked_for_with_one_button_by_keyboard(
    site: Site, lang: str, scheme: str, width: int
) -> None:
    page = await site.visitor(lang=lang, scheme=scheme, width=width)
    await page.goto(f"{site.base}/widget/frame?lang={lang}")
    await expect(page.locator(".said")).to_have_count(2)
    name = "Wyślij mi zapis rozmowy" if lang == "pl" else "Send me a transcript of this conversation"
    await page.get_by_role("button", name=name).focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".said-patient")).to_contain_text(name)
    why = "nie znamy numeru telefonu" if lang == "pl" else "we know no phone number"
    await expect(page.locator(".said").last).to_contain_text(why)
    assert site.dialogue.asked == [], "by rule"
    assert await found(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await shot(page, f"widget-transcript-{lang}-{width}")
