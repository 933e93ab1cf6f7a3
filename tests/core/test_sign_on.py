"""Single sign-on. Invariant: only what the provider signed, for us, now and for this very attempt lets an existing person in."""

import base64
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from core.accounts import Staff
from core.clock import FixedClock
from core.db import Database
from core.errors import Refused
from core.sign_on import Attempt, Identity, ProviderDown, SignOn, staff_of
from tests.oidc_provider import CLIENT_ID, CLIENT_SECRET, Claims, Provider, running_provider
from tests.serving import free_port

BACK = "https://clinic.example/login/sso/back"


@pytest.fixture
async def provider(clock: FixedClock) -> AsyncIterator[Provider]:
    """A provider on loopback."""
    async with running_provider(clock) as running:
        yield running


def sign_on(provider: Provider, **other: str) -> SignOn:
    """Our side of it."""
    known = {"issuer": provider.issuer, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "redirect_uri": BACK}
    return SignOn(**(known | other))


async def sign_in_at(provider: Provider, clock: FixedClock, **other: str) -> Identity | Refused:
    """The whole way there and back."""
    ours, attempt = sign_on(provider, **other), Attempt.fresh("/console")
    code, state = provider.authorise(await ours.address(attempt))
    return await ours.identify(attempt, code, state, clock.now())


async def test_a_person_signed_in_there_comes_back_with_a_verified_address(
    provider: Provider, clock: FixedClock
) -> None:
    provider.email = "Marta@Example.org"
    found = await sign_in_at(provider, clock)
    assert found == Identity(f"{provider.issuer}|subject-1", "marta@example.org", False)
    assert provider.asked[0]["redirect_uri"] == BACK


async def test_a_second_factor_asked_for_there_is_known_here(provider: Provider, clock: FixedClock) -> None:
    provider.change = lambda claims: claims | {"amr": ["pwd", "otp"]}
    found = await sign_in_at(provider, clock)
    assert isinstance(found, Identity) and found.has_second_factor
    provider.change = lambda claims: claims | {"amr": ["pwd"]}
    found = await sign_in_at(provider, clock)
    assert isinstance(found, Identity) and not found.has_second_factor


def _without(name: str) -> Any:
    return lambda claims: {key: value for key, value in claims.items() if key != name}


def _with(**changed: Any) -> Any:
    return lambda claims: claims | changed


def _moved(name: str, by: timedelta) -> Any:
    def change(claims: Claims) -> Claims:
        return claims | {name: claims[name] + int(by.total_seconds())}

    return change


BAD_TOKENS = {
    "wrong nonce": _with(nonce="another attempt's"),
    "no nonce": _without("nonce"),
    "for another client": _with(aud="somebody-else"),
    "for nobody": _without("aud"),
    "for several, another acting": _with(aud=[CLIENT_ID, "somebody-else"], azp="somebody-else"),
    "for several, nobody acting": _with(aud=[CLIENT_ID, "somebody-else"]),
    "of another issuer": _with(iss="https://elsewhere.example"),
    "without an issuer": _without("iss"),
    "without a subject": _without("sub"),
    "expired": _moved("exp", timedelta(minutes=-10)),
    "without an end": _without("exp"),
    "of the future": _moved("iat", timedelta(minutes=10)),
}


@pytest.mark.parametrize("fault", BAD_TOKENS)
async def test_a_token_that_does_not_fit_lets_nobody_in(provider: Provider, clock: FixedClock, fault: str) -> None:
    provider.change = BAD_TOKENS[fault]
    assert await sign_in_at(provider, clock) == Refused("sso-refused")


async def test_a_token_signed_with_another_key_lets_nobody_in(provider: Provider, clock: FixedClock) -> None:
    provider.signing_key = RSAKey.generate_key(2048, {"kid": "one"})
    assert await sign_in_at(provider, clock) == Refused("sso-refused")


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
async def test_a_token_without_a_signature_of_the_provider_lets_nobody_in(
    provider: Provider, clock: FixedClock, algorithm: str
) -> None:
    def part(content: bytes) -> str:
        return base64.urlsafe_b64encode(content).decode().rstrip("=")

    def forged(claims: Claims) -> str:
        said = f"{part(json.dumps({'alg': algorithm, 'kid': 'one'}).encode())}.{part(json.dumps(claims).encode())}"
        public = provider.key.as_pem(private=False)
        sealed = hmac.digest(public, said.encode(), "sha256") if algorithm == "HS256" else b""
        return f"{said}.{part(sealed)}"

    provider.forge = forged
    assert await sign_in_at(provider, clock) == Refused("sso-refused")


@pytest.mark.parametrize("verified", [False, None, "true", 1])
async def test_an_address_that_is_not_verified_lets_nobody_in(
    provider: Provider, clock: FixedClock, verified: object
) -> None:
    provider.is_verified = verified
    assert await sign_in_at(provider, clock) == Refused("sso-unverified")


async def test_a_forged_state_a_foreign_verifier_and_a_used_code_let_nobody_in(
    provider: Provider, clock: FixedClock
) -> None:
    ours, attempt = sign_on(provider), Attempt.fresh("/console")
    code, state = provider.authorise(await ours.address(attempt))
    assert await ours.identify(attempt, code, "forged", clock.now()) == Refused("sso-refused")
    assert await ours.identify(attempt, "", state, clock.now()) == Refused("sso-refused")
    assert isinstance(await ours.identify(attempt, code, state, clock.now()), Identity)
    assert await ours.identify(attempt, code, state, clock.now()) == Refused("sso-refused")
    code, state = provider.authorise(await ours.address(attempt))
    stolen = replace(attempt, verifier=Attempt.fresh("/").verifier)
    assert await ours.identify(stolen, code, state, clock.now()) == Refused("sso-refused")


async def test_a_wrong_secret_of_ours_lets_nobody_in(provider: Provider, clock: FixedClock) -> None:
    assert await sign_in_at(provider, clock, client_secret="wrong") == Refused("sso-refused")


async def test_a_provider_that_is_down_or_broken_is_said_to_be(provider: Provider, clock: FixedClock) -> None:
    nowhere = sign_on(provider, issuer=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(ProviderDown):
        await nowhere.address(Attempt.fresh("/console"))
    ours, attempt = sign_on(provider), Attempt.fresh("/console")
    code, state = provider.authorise(await ours.address(attempt))
    provider.status = 503
    for asking in (ours.address(attempt), ours.identify(attempt, code, state, clock.now())):
        with pytest.raises(ProviderDown):
            await asking


async def test_a_configuration_that_names_another_issuer_is_not_trusted(provider: Provider) -> None:
    ours = sign_on(provider)
    provider.issuer = "https://elsewhere.example"
    with pytest.raises(ProviderDown):
        await ours.address(Attempt.fresh("/console"))


async def test_only_an_existing_active_person_is_found_and_then_stays_bound_to_the_subject(database: Database) -> None:
    async with database.unit_of_work() as uow:
        uow.session.add(Staff(email="marta@example.org", name="Marta", password_hash="", roles=["agent"]))
        uow.session.add(Staff(email="old@example.org", name="Old", password_hash="", roles=["agent"], is_active=False))
    mine = Identity("issuer|1", "marta@example.org", False)
    async with database.unit_of_work() as uow:
        assert await staff_of(uow, Identity("issuer|9", "nobody@example.org", True)) is None
        assert await staff_of(uow, Identity("issuer|8", "old@example.org", True)) is None
        first = await staff_of(uow, mine)
    async with database.unit_of_work() as uow:
        renamed = await staff_of(uow, replace(mine, email="new.name@example.org"))
        assert first is not None and renamed is not None and renamed.id == first.id
        assert await staff_of(uow, replace(mine, subject="issuer|2")) is None
