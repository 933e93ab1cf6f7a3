"""Signing in through the pages. Invariant: nobody gets further than what they have proven, whatever a form says."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from html import unescape
from pathlib import Path

import httpx
import pyotp
import pytest
from sqlalchemy import select

from core.access import Access, Role
from core.accounts import Staff, StaffSession, hash_password
from core.accounts.people import take_on
from core.audit import AuditEvent
from core.clock import FixedClock
from core.errors import Refused
from core.settings import ROOT
from tests.conftest import emptied
from tests.house import TestHouse, open_house
from web.limits import MAX_FORM_BYTES
from web.session import safe_next

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "trzy-zielone-rowery"
CALLER = "__Host-poradnia"


@asynccontextmanager
async def browser(house: TestHouse, agent: str = AGENT) -> AsyncIterator[httpx.AsyncClient]:
    """A fresh browser profile."""
    async with house.web() as client:
        client.headers.update({"user-agent": agent, "accept": "text/html", "accept-language": "en"})
        yield client


async def marta(house: TestHouse, **more: object) -> None:
    """Marta works here."""
    async with house.house.database.unit_of_work() as uow:
        uow.session.add(
            Staff(
                email="marta@example.org",
                name="Marta",
                language="en",
                password_hash=hash_password(PASSWORD),
                roles=["agent"],
                **more,
            )
        )


def field(page: str, name: str) -> str:
    """A hidden field of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, page
    return unescape(found[1])


async def enter(client: httpx.AsyncClient, password: str = PASSWORD, target: str = "/console") -> httpx.Response:
    """The login form, filled in and sent."""
    page = await client.get("/login", params={"next": target})
    form = {"email": "marta@example.org", "password": password, "next": target}
    return await client.post("/login", data={**form, "token": field(page.text, "token")})


async def press(client: httpx.AsyncClient, shown: str, path: str, **fields: str) -> httpx.Response:
    """Send a form of a page with that page's token."""
    return await client.post(path, data={"csrf": field(shown, "csrf"), **fields})


@pytest.fixture
async def strict(house_url: str, tmp_path: Path, clock: FixedClock) -> AsyncIterator[TestHouse]:
    """A house in production mode."""
    async with open_house(
        emptied(house_url), tmp_path, clock, mode="production", twilio_account_sid="AC1", twilio_auth_token="t",
    ) as opened:  # fmt: skip
        yield opened


async def test_the_cookies_are_bound_to_the_host_and_out_of_reach_of_scripts(house: TestHouse) -> None:
    await marta(house)
    async with browser(house) as client:
        first = await client.get("/login")
        assert any(line.startswith("__Host-poradnia-device=") for line in first.headers.get_list("set-cookie"))
        answer = await enter(client)
    (line,) = (one for one in answer.headers.get_list("set-cookie") if one.startswith(f"{CALLER}="))
    assert {"HttpOnly", "Path=/", "SameSite=lax", "Secure"} <= set(line.split("; ")) and "Domain" not in line


async def test_with_a_second_factor_a_password_alone_opens_nothing(house: TestHouse) -> None:
    await marta(house, totp_secret=SECRET)
    async with browser(house) as client:
        answer = await enter(client, target="/account")
        assert answer.headers["location"].startswith("/login/code")
        assert (await client.get("/console")).headers["location"].startswith("/login/code")
        assert (await client.get("/account")).headers["location"].startswith("/login/code")
        shown = (await client.get("/login/code", params={"next": "/account"})).text
        wrong = await press(client, shown, "/login/code", code="000000")
        assert wrong.status_code == 401 and "works once" in wrong.text
        code = pyotp.TOTP(SECRET).at(house.clock.now())
        right = await press(client, shown, "/login/code", code=code, next="/account")
        assert right.headers["location"] == "/account"
        assert (await client.get("/account")).status_code == 200
    async with browser(house) as other:
        await enter(other)
        shown = (await other.get("/login/code")).text
        assert (await press(other, shown, "/login/code", code=code)).status_code == 401, "replayed"
        house.clock.instant += timedelta(seconds=30)
        code = pyotp.TOTP(SECRET).at(house.clock.now())
        assert (await press(other, shown, "/login/code", code=code)).status_code == 303


async def test_in_production_the_first_sign_in_sets_up_a_second_factor_before_anything_else(strict: TestHouse) -> None:
    await marta(strict)
    async with browser(strict) as client:
        assert (await enter(client)).headers["location"].startswith("/login/second-factor")
        assert (await client.get("/console")).headers["location"].startswith("/login/second-factor")
        shown = (await client.get("/login/second-factor")).text
        assert "<svg" in shown
        secret = "".join(re.findall(r'class="secret">([^<]*)<', shown)[0].split())
        assert (await press(client, shown, "/login/second-factor", code="12345")).status_code == 401
        done = await press(client, shown, "/login/second-factor", code=pyotp.TOTP(secret).at(strict.clock.now()))
        assert done.status_code == 200 and len(re.findall(r"<li><code>", done.text)) == 10
        assert (await client.get("/console")).status_code == 200
        shown = (await client.get("/account")).text
        kept = await press(client, shown, "/account/second-factor/off", code=pyotp.TOTP(secret).at(strict.clock.now()))
        assert kept.status_code == 400
    (person,) = await strict.rows(Staff)
    assert person.totp_secret == secret


async def test_a_cookie_carried_to_another_browser_opens_nothing_and_its_owner_is_told(house: TestHouse) -> None:
    await marta(house)
    async with browser(house) as client:
        await enter(client)
        stolen = client.cookies[CALLER]
        async with browser(house, "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0") as thief:
            thief.cookies.set(CALLER, stolen)
            assert (await thief.get("/console")).headers["location"].startswith("/login?")
        assert (await client.get("/console")).headers["location"].startswith("/login?")
        assert (await enter(client)).headers["location"] == "/account"
        shown = (await client.get("/account")).text
        assert "taken over" in shown
        await press(client, shown, "/account/stolen")
        assert "taken over" not in (await client.get("/account")).text
    assert len(await house.rows(AuditEvent, AuditEvent.action == "session.stolen")) == 1


async def test_a_locked_screen_shows_nothing_until_the_password(house: TestHouse) -> None:
    await marta(house)
    async with browser(house) as client:
        await enter(client)
        shown = (await client.get("/account")).text
        assert (await press(client, shown, "/account/lock")).headers["location"] == "/login/unlock"
        assert (await client.get("/console")).headers["location"].startswith("/login/unlock")
        shown = (await client.get("/login/unlock")).text
        assert (await press(client, shown, "/login/unlock", password="no")).status_code == 401
        assert (await press(client, shown, "/login/unlock", password=PASSWORD)).headers["location"] == "/console"
        assert (await client.get("/console")).status_code == 200


async def test_one_sees_and_ends_ones_own_sessions_and_nobody_elses(house: TestHouse) -> None:
    await marta(house)
    async with browser(house) as desk, browser(house) as home:
        await enter(desk)
        await enter(home)
        shown = (await desk.get("/account")).text
        assert shown.count("Firefox, Linux") >= 2
        await press(desk, shown, "/account/sessions/01900000-0000-7000-8000-000000000000/end")
        assert len(await house.rows(StaffSession)) == 2
        await press(desk, shown, "/account/sessions/end-all")
        assert (await home.get("/account")).status_code == 303 and (await desk.get("/account")).status_code == 200


async def test_a_second_factor_is_set_up_and_its_recovery_codes_shown_once(house: TestHouse) -> None:
    await marta(house)
    async with browser(house) as client, browser(house) as other:
        await enter(client)
        await enter(other)
        before, shown = client.cookies[CALLER], (await client.get("/account")).text
        assert (await press(client, shown, "/account/second-factor", password="no")).status_code == 400
        shown = (await press(client, shown, "/account/second-factor", password=PASSWORD)).text
        secret = "".join(re.findall(r'class="secret">([^<]*)<', shown)[0].split())
        code = pyotp.TOTP(secret).at(house.clock.now())
        done = await press(client, shown, "/account/second-factor/confirm", code=code)
        assert len(re.findall(r"<li><code>", done.text)) == 10 and client.cookies[CALLER] != before
        assert (await other.get("/account")).status_code == 303, "the other session ended"
        shown = (await client.get("/account")).text
        assert (await press(client, shown, "/account/recovery-codes", code=code)).status_code == 400, "replayed"


async def test_a_one_time_link_survives_a_preview_and_works_once(house: TestHouse) -> None:
    async with house.house.database.unit_of_work() as uow:
        made = await take_on(
            uow, Access.system("test"), "ela@example.org", "Ela", [(Role.agent, None)], house.clock.now()
        )
        assert not isinstance(made, Refused)
    path = f"/login/link/{made[1]}"
    async with browser(house) as client:
        assert (await client.get(path)).status_code == (await client.get(path)).status_code == 200
        short = await client.post(path, data={"password": "short", "again": "short"})
        assert short.status_code == 400 and "12" in short.text
        done = await client.post(path, data={"password": PASSWORD, "again": PASSWORD})
        assert done.status_code == 303
        assert (await client.get(path)).status_code == (await client.post(path, data={})).status_code == 404
    async with house.house.database.unit_of_work() as uow:
        made = await take_on(uow, Access.system("test"), "a@example.org", "A", [(Role.agent, None)], house.clock.now())
        assert not isinstance(made, Refused)
    house.clock.instant += timedelta(days=4)
    async with browser(house) as client:
        assert (await client.get(f"/login/link/{made[1]}")).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/account/lock", "/account/password", "/account/sessions/end-all", "/account/second-factor", "/logout"],
)
async def test_a_form_without_the_sessions_own_token_does_nothing(house: TestHouse, path: str) -> None:
    await marta(house)
    async with browser(house) as client:
        await enter(client)
        for data in ({}, {"csrf": "guess"}, {"csrf": "ż" * 40}):
            assert (await client.post(path, data=data)).status_code == 403
        assert (await client.get("/account")).status_code == 200


async def test_a_giant_form_is_refused_unread_and_unknown_fields_change_nothing(house: TestHouse) -> None:
    await marta(house)
    async with browser(house) as client:
        big = "x" * (MAX_FORM_BYTES + 1)
        assert (await client.post("/login", data={"email": big})).status_code == 413

        async def pieces() -> AsyncIterator[bytes]:
            for _ in range(MAX_FORM_BYTES // 1000 + 2):
                yield b"x" * 1000

        assert (await client.post("/login", content=pieces())).status_code == 413
        assert (await client.post("/login", data={"email": "x" * 300})).status_code == 422
        page = await client.get("/login")
        answer = await client.post(
            "/login",
            data={
                "email": "marta@example.org",
                "password": PASSWORD,
                "token": field(page.text, "token"),
                "roles": "admin",
                "stage": "whole",
                "staff_id": "1",
            },
        )
        assert answer.status_code == 303
    (person,) = await house.rows(Staff)
    assert list(person.roles) == ["agent"]


async def test_a_login_form_from_elsewhere_or_without_the_browsers_key_is_refused(house: TestHouse) -> None:
    await marta(house)
    form = {"email": "marta@example.org", "password": PASSWORD}
    async with browser(house) as client:
        assert (await client.post("/login", data=form)).status_code == 403
        token = field((await client.get("/login")).text, "token")
        assert (await client.post("/login", data={**form, "token": token + "x"})).status_code == 403
        del client.cookies["__Host-poradnia-device"]
        assert (await client.post("/login", data={**form, "token": token})).status_code == 403
        async with house.house.database.unit_of_work() as uow:
            assert (await uow.session.scalars(select(StaffSession))).all() == []


def test_whoever_followed_a_link_of_the_navigation_is_there_after_signing_in() -> None:
    linked = re.findall(r'^ +\("(/[^"]+)", ', (ROOT / "web" / "account" / "head.html").read_text("utf-8"), re.MULTILINE)
    assert len(linked) > 15 and [one for one in linked if safe_next(one) != one] == []
