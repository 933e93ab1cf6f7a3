"""Those who should not get in. Invariant: no bad input opens, keeps or tells anything; each has its answer."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from core.access import Access, Role
from core.accounts import Staff, StaffSession
from core.accounts.models import EnrolmentLink
from core.accounts.people import make_link
from core.audit import AuditEvent
from tests.house import TestHouse
from tests.web.browsers import (
    CHROME,
    COOKIE,
    DEVICE,
    FIREFOX,
    MARTA,
    PASSWORD,
    SECRET,
    browser,
    code,
    enter,
    hidden,
    marta,
    said,
)

TARGETS = ["https://evil.example", "//evil.example", "/\\evil.example", "/console/threads//x", "javascript:1"]


async def test_cookies_are_bound_to_the_host_secure_and_out_of_reach_of_scripts(house: TestHouse) -> None:
    await marta(house)
    async with browser(house) as client:
        given = (await client.get("/login")).headers.get_list("set-cookie")
        given += (await enter(client)).headers.get_list("set-cookie")
    by_name = {one.split("=", 1)[0]: one.lower() for one in given}
    for name in (COOKIE, DEVICE):
        cookie = by_name[name]
        assert "httponly" in cookie and "secure" in cookie and "path=/;" in f"{cookie};" and "domain" not in cookie
        assert "samesite=lax" in cookie or "samesite=strict" in cookie


async def test_a_code_is_asked_for_and_the_same_code_never_works_twice(house: TestHouse) -> None:
    await marta(house, secret=SECRET)
    async with browser(house) as client, browser(house) as other:
        halfway = await enter(client)
        assert halfway.status_code == 303 and halfway.headers["location"].startswith("/login/code")
        assert (await client.get("/console")).headers["location"].startswith("/login/code")
        before = client.cookies[COOKIE]
        page = (await client.get("/login/code")).text
        form = {"csrf": hidden(page, "csrf"), "code": code(house)}
        assert (await client.post("/login/code", data=form)).headers["location"] == "/console"
        assert client.cookies[COOKIE] != before
        assert (await client.get("/console")).status_code == 200
        await enter(other)
        page = (await other.get("/login/code")).text
        form["csrf"] = hidden(page, "csrf")
        replayed = await other.post("/login/code", data=form)
        assert replayed.status_code == 401
        wrong = await other.post("/login/code", data={**form, "code": "000000"})
        assert said(replayed.text) == said(wrong.text)
        assert (await other.get("/console")).status_code == 303


async def test_after_five_wrong_codes_the_password_is_asked_for_again(house: TestHouse) -> None:
    await marta(house, secret=SECRET)
    async with browser(house) as client:
        await enter(client)
        csrf = hidden((await client.get("/login/code")).text, "csrf")
        for _ in range(5):
            last = await client.post("/login/code", data={"csrf": csrf, "code": "000000"})
        assert last.status_code == 401
        assert (await client.get("/login/code")).headers["location"].startswith("/login?")
        assert await house.rows(StaffSession) == []


@pytest.mark.parametrize("takes", ["cookie alone", "cookie and browser key", "cookie and kind of browser"])
async def test_a_stolen_session_ends_is_audited_and_told_to_its_owner(house: TestHouse, takes: str) -> None:
    person = await marta(house)
    async with browser(house) as client:
        await enter(client)
        assert (await client.get("/console")).status_code == 200
        async with browser(house, FIREFOX if takes == "cookie and kind of browser" else CHROME) as thief:
            thief.cookies.set(COOKIE, client.cookies[COOKIE])
            if takes == "cookie and browser key":
                thief.cookies.set(DEVICE, client.cookies[DEVICE])
            answer = await thief.get("/console")
            assert answer.status_code == 303 and answer.headers["location"].startswith("/login")
        assert (await client.get("/console")).status_code == 303
        assert len(await house.rows(AuditEvent, AuditEvent.action == "session.stolen")) == 1
        client.cookies.delete(COOKIE)
        told = await enter(client)
        assert told.headers["location"] == "/account"
        page = (await client.get("/account")).text
        assert "/account/stolen" in page
        await client.post("/account/stolen", data={"csrf": hidden(page, "csrf")})
        assert "/account/stolen" not in (await client.get("/account")).text
    assert (await house.rows(Staff, Staff.id == person.id))[0].stolen_at is None


async def test_an_update_of_the_browser_in_the_middle_of_a_shift_is_no_theft(house: TestHouse) -> None:
    await marta(house)
    async with browser(house) as client:
        await enter(client)
        client.headers["user-agent"] = FIREFOX.replace("140.0", "141.0")
        assert (await client.get("/console")).status_code == 200


async def test_whatever_is_wrong_the_words_the_status_and_the_headers_are_the_same(house: TestHouse) -> None:
    person = await marta(house)
    seen = set()
    async with browser(house) as client:
        for email, password in ((MARTA, "wrong"), ("nobody@example.org", PASSWORD), ("nonsense\x00", PASSWORD)):
            answer = await enter(client, email, password)
            seen.add((answer.status_code, said(answer.text), tuple(sorted(answer.headers.keys()))))
        async with house.house.database.unit_of_work() as uow:
            (await uow.session.get_one(Staff, person.id)).locked_until = house.clock.now() + timedelta(minutes=5)
        answer = await enter(client)
        seen.add((answer.status_code, said(answer.text), tuple(sorted(answer.headers.keys()))))
        async with house.house.database.unit_of_work() as uow:
            closed = await uow.session.get_one(Staff, person.id)
            closed.locked_until, closed.is_active = None, False
        answer = await enter(client)
        seen.add((answer.status_code, said(answer.text), tuple(sorted(answer.headers.keys()))))
    assert len(seen) == 1 and next(iter(seen))[0] == 401
    assert await house.rows(StaffSession) == []


async def test_many_attempts_from_one_address_are_slowed_down(house: TestHouse) -> None:
    house.hold_limits()
    async with browser(house) as client:
        statuses = [(await enter(client, f"nobody{n}@example.org", "x")).status_code for n in range(12)]
    assert statuses[0] == 401 and statuses[-1] == 429


@pytest.mark.parametrize("fields", [{}, {"csrf": ""}, {"csrf": "guess"}, {"csrf": "żółć\x00"}])
async def test_a_form_without_the_sessions_token_changes_nothing(house: TestHouse, fields: dict[str, str]) -> None:
    person = await marta(house)
    async with browser(house) as client:
        await enter(client)
        paths = (
            "/logout", "/account/lock", "/account/stolen", "/account/sessions/end-all", "/account/password",
            "/account/second-factor", "/account/second-factor/confirm", "/account/second-factor/off",
            "/account/recovery-codes", "/console/here",
        )  # fmt: skip
        more = {"password": PASSWORD, "new": "another long sentence", "again": "another long sentence"}
        for path in paths:
            assert (await client.post(path, data={**more, **fields})).status_code == 403, path
        assert (await client.get("/console")).status_code == 200
    assert (await house.rows(Staff, Staff.id == person.id))[0].password_hash == person.password_hash


async def test_a_login_form_from_elsewhere_is_refused(house: TestHouse) -> None:
    await marta(house)
    async with browser(house) as client:
        await client.get("/login")
        for token in ("", "guess", "żółć\x00"):
            answer = await client.post("/login", data={"token": token, "email": MARTA, "password": PASSWORD})
            assert answer.status_code == 403 and COOKIE not in client.cookies
    async with browser(house) as fresh:
        answer = await fresh.post("/login", data={"token": "", "email": MARTA, "password": PASSWORD})
        assert answer.status_code == 403 and COOKIE not in fresh.cookies


@pytest.mark.parametrize("path", ["/login", "/login/code", "/account/password", "/staff", "/login/link/x"])
async def test_a_giant_form_is_turned_away_unread(house: TestHouse, path: str) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"a=" + b"x" * 65_536 + b"&"

    form = {"content-type": "application/x-www-form-urlencoded"}
    async with browser(house) as client:
        assert (await client.post(path, content=b"a=" + b"x" * 2_000_000, headers=form)).status_code == 413
        assert (await client.post(path, content=endless(), headers=form)).status_code == 413


async def test_too_long_values_and_unknown_fields_have_defined_answers(house: TestHouse) -> None:
    await marta(house)
    async with browser(house) as client:
        assert (await enter(client, "x" * 5_000)).status_code == 422
        assert (await enter(client, MARTA, "x" * 5_000)).status_code == 422
        odd = await enter(client, roles="admin", stage="whole", staff_id="1", csrf="x")
        assert odd.status_code == 303 and odd.headers["location"] == "/console"
    assert (await house.rows(Staff))[0].held == {Role.agent}


@pytest.mark.parametrize("target", TARGETS)
async def test_after_login_nobody_is_sent_elsewhere(house: TestHouse, target: str) -> None:
    await marta(house)
    async with browser(house) as client:
        assert (await enter(client, next=target)).headers["location"] == "/console"


async def test_an_idle_screen_locks_and_only_the_password_opens_it(house: TestHouse) -> None:
    await marta(house)
    async with browser(house) as client:
        await enter(client)
        house.clock.instant += timedelta(minutes=16)
        assert (await client.get("/console")).headers["location"].startswith("/login/unlock")
        fragment = await client.get("/console/fragments/queue", headers={"hx-request": "true"})
        assert fragment.status_code == 401 and fragment.headers["hx-redirect"].startswith("/login/unlock")
        page = (await client.get("/login/unlock")).text
        form = {"csrf": hidden(page, "csrf"), "password": "wrong"}
        assert (await client.post("/login/unlock", data=form)).status_code == 401
        assert (await client.get("/console")).status_code == 303
        opened = await client.post("/login/unlock", data={**form, "password": PASSWORD})
        assert opened.status_code == 303 and (await client.get("/console")).status_code == 200
        house.clock.instant += timedelta(minutes=61)
        assert (await client.get("/console")).headers["location"].startswith("/login?")


async def test_a_link_survives_being_looked_at_and_works_once(house: TestHouse) -> None:
    person = await marta(house)
    async with house.house.database.unit_of_work() as uow:
        token = await make_link(uow, Access.system("setup"), person, house.clock.now())
    new = "quite another sentence"
    async with browser(house) as client:
        for _ in range(3):
            assert (await client.get(f"/login/link/{token}")).status_code == 200
            assert (await client.head(f"/login/link/{token}")).status_code in (200, 405)
        short = await client.post(f"/login/link/{token}", data={"password": "short", "again": "short"})
        assert short.status_code == 400 and len(await house.rows(EnrolmentLink)) == 1
        done = await client.post(f"/login/link/{token}", data={"password": new, "again": new})
        assert done.status_code == 303
        used = await client.post(f"/login/link/{token}", data={"password": new, "again": new})
        unknown = await client.get("/login/link/guess")
        assert used.status_code == unknown.status_code == 404
        assert (await enter(client, password=PASSWORD)).status_code == 401
        assert (await enter(client, password=new)).status_code == 303


async def test_ending_a_session_ends_it_and_anothers_id_does_nothing(house: TestHouse) -> None:
    await marta(house)
    other = await house.staff("Jan")
    async with browser(house) as here, browser(house, CHROME) as there:
        await enter(here)
        await enter(there)
        (elsewhere,) = [one for one in await house.rows(StaffSession) if one.browser_name.startswith("Chrome")]
        csrf = hidden((await here.get("/account")).text, "csrf")
        assert (await there.get("/console")).status_code == 200
        await here.post(f"/account/sessions/{other.staff_id}/end", data={"csrf": csrf})
        assert (await there.get("/console")).status_code == 200
        await here.post(f"/account/sessions/{elsewhere.id}/end", data={"csrf": csrf})
        assert (await there.get("/console")).status_code == 303
        assert (await here.get("/console")).status_code == 200
