"""Signing in. Invariant: nothing of the console is shown to someone who is not signed in, and no answer tells what was wrong."""

import asyncio
import re

import httpx
import pyotp
import pytest
from playwright.async_api import Route
from sqlalchemy import select

from core.accounts import Staff, StaffSession
from tests.browser.conftest import Site
from tests.browser.test_accessible import SCHEMES, found

pytestmark = pytest.mark.browser


async def test_a_wrong_password_and_an_unknown_address_are_refused_in_the_same_words(site: Site) -> None:
    page = await site.visitor()
    said = []
    for email, password in (("marta@demo.example", "wrong"), ("nobody@demo.example", "demo-demo-demo")):
        await page.goto(f"{site.base}/login")
        await page.locator("#email").fill(email)
        await page.locator("#password").fill(password)
        await page.locator("main button[type=submit]").click()
        said.append(await page.locator("[role=alert]").inner_text())
    assert said[0] == said[1] != ""
    assert not await page.context.cookies() or all(one["name"] != "poradnia" for one in await page.context.cookies())


async def test_an_agent_signs_in_and_out_and_the_cookie_is_out_of_reach_of_scripts(site: Site) -> None:
    page = await site.agent("marta")
    assert await page.locator("#queue-title").is_visible()
    cookie = next(one for one in await page.context.cookies() if one["name"] == "poradnia")
    assert cookie["httpOnly"] and cookie["sameSite"] == "Lax" and cookie["path"] == "/"
    await page.get_by_role("button", name="Wyloguj").click()
    await page.wait_for_url("**/login")
    await page.goto(f"{site.base}/console")
    assert "/login" in page.url


async def test_what_a_page_still_asks_while_someone_signs_out_is_not_taken_for_a_session_that_was_lost(
    site: Site,
) -> None:
    page = await site.agent("marta")
    has_left = asyncio.Event()

    async def part(route: Route) -> None:
        await has_left.wait()
        await route.continue_()

    async def leave(route: Route) -> None:
        headers = {**route.request.headers, "sec-fetch-site": "same-origin"}
        answer = await route.fetch(max_redirects=0, headers=headers)
        async with page.expect_event("response", lambda one: one.status == 401):
            has_left.set()
        await asyncio.sleep(0.3)  # The refusal is read while the way to the sign-in is not yet known.
        await route.fulfill(response=answer)

    await page.route("**/console/fragments/*", part)
    await page.route("**/logout", leave)
    async with page.expect_event("request", lambda one: "/fragments/" in one.url):
        await page.reload()
    await page.get_by_role("button", name="Wyloguj").click(no_wait_after=True)
    await page.wait_for_url("**/login")


async def test_a_session_that_ended_leads_back_to_the_login_with_a_kind_word(site: Site) -> None:
    page = await site.agent("marta")
    async with site.house.database.unit_of_work() as uow:
        for session in await uow.session.scalars(select(StaffSession)):
            await uow.session.delete(session)
    await page.goto(f"{site.base}/console")
    await page.wait_for_url(re.compile(r"/login\?over=1"))
    assert "ponownie" in await page.locator("[role=alert]").inner_text()


async def test_an_admin_without_access_to_threads_is_told_so_and_sees_none(site: Site) -> None:
    thread_id = await site.waiting("+48890002001")
    page = await site.visitor()
    await page.goto(f"{site.base}/login")
    await page.locator("#email").fill("ola@demo.example")
    await page.locator("#password").fill("demo-demo-demo")
    await page.locator("main button[type=submit]").click()
    await page.wait_for_url("**/studio/articles")
    answer = await page.goto(f"{site.base}/console/threads/{thread_id}")
    assert answer is not None and answer.status == 403
    assert "nie ma dostępu" in await page.locator("main").inner_text()


async def test_a_form_without_the_sessions_token_does_nothing(site: Site) -> None:
    page = await site.agent("marta")
    thread_id = await site.waiting("+48890002001")
    cookies = {one["name"]: one["value"] for one in await page.context.cookies()}
    agent = {"User-Agent": await page.evaluate("navigator.userAgent")}
    async with httpx.AsyncClient(base_url=site.base, cookies=cookies, headers=agent) as client:
        queue = (await client.get("/console")).text
        case = queue.split("/console/cases/")[1].split("/")[0]
        assert (await client.post(f"/console/cases/{case}/accept", data={"csrf": "guess"})).status_code == 403
        assert (await client.post("/logout", data={"csrf": "guess"})).status_code == 403
        unknown = await client.get("/console/threads/01900000-0000-7000-8000-000000000000")
        assert unknown.status_code == 404
        other = await client.get(f"/console/threads/{thread_id}/files/01900000-0000-7000-8000-000000000000")
        assert other.status_code == 404 and other.json() == unknown.json()


SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


async def test_someone_with_a_second_factor_signs_in_with_keys_alone(site: Site) -> None:
    async with site.house.database.unit_of_work() as uow:
        (await uow.session.scalars(select(Staff).where(Staff.email == "marta@demo.example"))).one().totp_secret = SECRET
    page = await site.visitor()
    await page.goto(f"{site.base}/login")
    await page.locator("#email:focus").wait_for()  # The page sets it; typed sooner, the first letter would be nobody's.
    await page.keyboard.type("marta@demo.example")
    await page.keyboard.press("Tab")
    await page.keyboard.type("demo-demo-demo")
    await page.keyboard.press("Enter")
    await page.locator("#code:focus").wait_for()
    await page.keyboard.type("000000")
    await page.keyboard.press("Enter")
    await page.locator("[role=alert]").wait_for()
    assert await found(page) == []
    await page.locator("#code:focus").wait_for()
    await page.keyboard.type(pyotp.TOTP(SECRET).at(site.house.clock.now()))
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/console")
    assert await page.locator("#queue-title").is_visible()


async def test_a_second_factor_is_set_up_locked_and_unlocked_in_the_browser(site: Site) -> None:
    page = await site.agent("pawel", width=360, lang="en")
    await page.goto(f"{site.base}/account")
    await page.locator("#factor-password").fill("demo-demo-demo")
    await page.get_by_role("button", name="Turn on the second factor").click()
    await page.get_by_role("img", name="QR code").wait_for()
    assert await found(page) == []
    await page.locator("main summary").click()
    secret = "".join((await page.locator(".secret").inner_text()).split())
    await page.locator("#code").fill(pyotp.TOTP(secret).at(site.house.clock.now()))
    await page.keyboard.press("Enter")
    await page.locator(".codes").wait_for()
    assert await page.locator(".codes li").count() == 10 and await found(page) == []
    await page.get_by_role("link", name="The codes are kept").click()
    await page.get_by_role("button", name="Lock the screen").click()
    await page.wait_for_url("**/login/unlock*")
    assert await found(page) == []
    await page.keyboard.type("demo-demo-demo")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/console")


async def test_axe_finds_nothing_on_the_account_and_staff_pages_at_both_widths(site: Site) -> None:
    for (lang, scheme), width in zip(SCHEMES, (360, 1440, 1440, 360), strict=True):
        page = await site.visitor(width=width, scheme=scheme, lang=lang)
        await page.goto(f"{site.base}/login?lang={lang}")
        await page.locator("#email").fill("ola@demo.example")
        await page.locator("#password").fill("demo-demo-demo")
        await page.locator("main button[type=submit]").click()
        await page.locator("main h1").wait_for()
        for path in ("/account", "/staff", "/staff/review"):
            await page.goto(f"{site.base}{path}")
            assert await found(page) == [], (path, lang, scheme)
            overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert overflow <= 0, (path, width, overflow)
        await page.goto(f"{site.base}/staff")
        await page.locator(f"a[href$='{await site.staff_id('pawel')}']").first.click()
        await page.locator("main h1").wait_for()
        assert await found(page) == [], ("person", lang, scheme)
        await page.context.close()


async def test_axe_finds_nothing_on_the_door_of_break_glass(site: Site) -> None:
    page = await site.agent("marta")
    answer = await page.goto(f"{site.base}/console/threads/01900000-0000-7000-8000-000000000000")
    assert answer is not None and answer.status == 404
    assert await found(page) == []
    await page.locator("#reason").fill("Pacjent dzwonił z oddziału")
    await page.locator("main button[type=submit]").click()
    assert "Nie ma" in await page.locator("h1").inner_text()
