"""Browsers over HTTP, without scripts: what signs in, and what tries to."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pyotp

from core.access import Role
from core.accounts import Staff, hash_password
from service.app import create_app
from tests.house import PUBLIC, TestHouse

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/141.0 Safari/537.36"
PASSWORD, SECRET = "a long enough sentence", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
COOKIE, DEVICE = "__Host-poradnia", "__Host-poradnia-device"
MARTA = "marta@example.org"


@asynccontextmanager
async def browser(house: TestHouse, agent: str = FIREFOX) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that keeps its own cookies. An error of the application raises here."""
    transport = httpx.ASGITransport(create_app(house.house))
    headers = {"user-agent": agent, "accept-language": "en", "sec-fetch-site": "same-origin"}
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC, headers=headers) as client:
        yield client


async def marta(house: TestHouse, *roles: Role, secret: str | None = None) -> Staff:
    """Somebody with a password and, if wanted, a second factor."""
    person = Staff(
        email=MARTA,
        name="Marta",
        password_hash=hash_password(PASSWORD),
        roles=[role.value for role in roles or (Role.agent,)],
        totp_secret=secret,
        totp_since=house.clock.now() if secret else None,
    )
    async with house.house.database.unit_of_work() as uow:
        uow.session.add(person)
    return person


async def enter(client: httpx.AsyncClient, email: str = MARTA, password: str = PASSWORD, **more: str) -> httpx.Response:
    """Open the login page and send its form."""
    page = (await client.get("/login")).text
    return await client.post("/login", data={"token": hidden(page, "token"), "email": email, "password": password, **more})  # fmt: skip


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, page
    return found[1]


def said(page: str) -> str:
    """What the notice says."""
    found = re.search(r'role="alert"[^>]*>(.*?)</p>', page, re.S)
    assert found is not None, page
    return re.sub(r"<[^>]+>", "", found[1]).strip()


def code(house: TestHouse) -> str:
    """What the app shows now."""
    return str(pyotp.TOTP(SECRET).at(house.clock.now()))
