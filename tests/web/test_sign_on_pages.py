"""Single sign-on over HTTP. Invariant: it lets in only whom the provider vouches for and who works here already."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from core.access import Role
from core.accounts import Staff, StaffSession
from core.clock import FixedClock
from tests.conftest import emptied
from tests.house import TestHouse, open_house
from tests.oidc_provider import CLIENT_ID, CLIENT_SECRET, Provider, running_provider
from tests.serving import free_port
from tests.web.browsers import COOKIE, SECRET, browser, enter, marta, said


@pytest.fixture
async def provider(clock: FixedClock) -> AsyncIterator[Provider]:
    """A provider of single sign-on on loopback."""
    async with running_provider(clock) as running:
        yield running


@asynccontextmanager
async def house_with(
    provider: Provider, url: str, folder: Path, clock: FixedClock, issuer: str = ""
) -> AsyncIterator[TestHouse]:
    """A house that offers single sign-on there."""
    settings = {
        "oidc_issuer": issuer or provider.issuer,
        "oidc_client_id": CLIENT_ID,
        "oidc_client_secret": CLIENT_SECRET,
    }
    async with open_house(emptied(url), folder, clock, **settings) as opened:
        yield opened


async def come_back(client: httpx.AsyncClient, provider: Provider, **changed: str) -> httpx.Response:
    """To the provider, sign in there, and back."""
    sent = await client.get("/login/sso")
    assert sent.status_code == 303, sent.text
    given, state = provider.authorise(sent.headers["location"])
    return await client.get("/login/sso/back", params={"code": given, "state": state, **changed})


async def test_single_sign_on_lets_an_existing_person_in_and_creates_nobody(
    provider: Provider, house_url: str, tmp_path: Path, clock: FixedClock
) -> None:
    async with house_with(provider, house_url, tmp_path, clock) as house, browser(house) as client:
        unknown = await come_back(client, provider)
        assert unknown.status_code == 401 and COOKIE not in client.cookies and await house.rows(Staff) == []
        await marta(house)
        assert (await come_back(client, provider)).status_code == 303
        assert (await client.get("/console")).status_code == 200


async def test_a_forged_state_and_an_unverified_address_get_a_clear_page_in_the_persons_language(
    provider: Provider, house_url: str, tmp_path: Path, clock: FixedClock
) -> None:
    async with house_with(provider, house_url, tmp_path, clock) as house, browser(house) as client:
        await marta(house)
        forged = await come_back(client, provider, state="forged")
        assert forged.status_code == 401 and said(forged.text)
        direct = await client.get("/login/sso/back", params={"code": "x", "state": "y"})
        assert direct.status_code == 401 and said(direct.text)
        provider.is_verified = False
        english = await come_back(client, provider)
        client.headers["accept-language"] = "pl"
        polish = await come_back(client, provider)
        assert english.status_code == polish.status_code == 401 and said(english.text) != said(polish.text)
        assert await house.rows(StaffSession) == [] and COOKIE not in client.cookies


async def test_while_the_provider_is_down_the_password_works_and_the_page_says_so(
    provider: Provider, house_url: str, tmp_path: Path, clock: FixedClock
) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    async with house_with(provider, house_url, tmp_path, clock, nowhere) as house, browser(house) as client:
        await marta(house)
        down = await client.get("/login/sso")
        assert down.status_code == 503 and said(down.text) and 'name="password"' in down.text
        assert (await enter(client)).headers["location"] == "/console"
        async with house.house.database.unit_of_work() as uow:
            assert (await uow.session.scalars(select(Staff.signed_in_at))).one() == clock.now()


async def test_an_attempt_begun_in_another_browser_lets_nobody_in(
    provider: Provider, house_url: str, tmp_path: Path, clock: FixedClock
) -> None:
    async with (
        house_with(provider, house_url, tmp_path, clock) as house,
        browser(house) as mine,
        browser(house) as other,
    ):
        await marta(house)
        sent = await mine.get("/login/sso")
        given, state = provider.authorise(sent.headers["location"])
        await other.get("/login/sso")
        answer = await other.get("/login/sso/back", params={"code": given, "state": state})
        assert answer.status_code == 401 and COOKIE not in other.cookies
        assert (await mine.get("/login/sso/back", params={"code": given, "state": state})).status_code == 303
        again = await mine.get("/login/sso/back", params={"code": given, "state": state})
        assert again.status_code == 401


async def test_the_second_factor_is_asked_for_here_unless_the_provider_did(
    provider: Provider, house_url: str, tmp_path: Path, clock: FixedClock
) -> None:
    async with house_with(provider, house_url, tmp_path, clock) as house:
        await marta(house, secret=SECRET)
        async with browser(house) as client:
            assert (await come_back(client, provider)).headers["location"].startswith("/login/code")
            assert (await client.get("/console")).headers["location"].startswith("/login/code")
        provider.change = lambda claims: claims | {"amr": ["pwd", "otp"]}
        async with browser(house) as client:
            assert (await come_back(client, provider)).headers["location"] == "/console"
            assert (await client.get("/console")).status_code == 200


async def test_groups_at_the_provider_give_no_roles(
    provider: Provider, house_url: str, tmp_path: Path, clock: FixedClock
) -> None:
    provider.change = lambda claims: claims | {"groups": ["admin", "supervisor"], "roles": ["admin"]}
    async with house_with(provider, house_url, tmp_path, clock) as house, browser(house) as client:
        await marta(house)
        assert (await come_back(client, provider)).status_code == 303
        assert (await client.get("/staff")).status_code == 404
        assert (await house.rows(Staff))[0].held == {Role.agent}
