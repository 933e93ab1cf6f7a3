"""Single sign-on with an OpenID Connect provider: code flow with PKCE, state and nonce. Existing staff only.

The provider is asked outside any transaction. Its groups decide nothing: roles are given here. Source: OpenID Connect
Core 1.0, sections 3.1.2 and 3.1.3.7; RFC 7636.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import select, update

from core.accounts.models import Staff
from core.db import UnitOfWork
from core.errors import Refused

TIMEOUT_SECONDS = 5.0
ALGORITHMS = ["RS256", "PS256", "ES256"]
LEEWAY_SECONDS = 60
SECOND_FACTORS = frozenset({"mfa", "otp", "hwk", "sc", "fpt", "face", "swk"})
"""Values of `amr` (RFC 8176) that say the provider itself asked for a second factor."""


class ProviderDown(Exception):
    """The provider does not answer, or not in a form that can be used."""


@dataclass(frozen=True)
class Attempt:
    """What the browser must bring back; kept sealed in its own cookie."""

    state: str
    nonce: str
    verifier: str
    target: str

    @classmethod
    def fresh(cls, target: str) -> "Attempt":
        """Three random values and where to go afterwards."""
        return cls(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48), target)


@dataclass(frozen=True)
class Identity:
    """What the provider vouches for."""

    subject: str
    email: str
    has_second_factor: bool


class SignOn:
    """One provider and our registration there."""

    def __init__(self, issuer: str, client_id: str, client_secret: str, redirect_uri: str) -> None:
        self._issuer = issuer.rstrip("/")
        self._client_id, self._client_secret, self._redirect_uri = client_id, client_secret, redirect_uri

    async def address(self, attempt: Attempt) -> str:
        """Where to send the browser. Raises `ProviderDown`."""
        known = await self._discover()
        async with self._client() as client:
            address, _ = client.create_authorization_url(
                known["authorization_endpoint"],
                state=attempt.state,
                nonce=attempt.nonce,
                code_verifier=attempt.verifier,
            )
        return str(address)

    async def identify(self, attempt: Attempt, code: str, state: str, now: datetime) -> Identity | Refused:
        """Who came back. Refused: `sso-refused` for anything that does not fit, `sso-unverified` without a verified mail."""
        if not code or not secrets.compare_digest(state.encode(), attempt.state.encode()):
            return Refused("sso-refused")
        known = await self._discover()
        try:
            async with self._client() as client:
                tokens = await client.fetch_token(
                    known["token_endpoint"], code=code, code_verifier=attempt.verifier, grant_type="authorization_code"
                )
        except httpx.HTTPError as error:
            raise ProviderDown from error
        except Exception:  # Authlib has no common root for what a provider may answer; nobody is let in by it
            return Refused("sso-refused")
        keys = await self._json(known["jwks_uri"])
        claims = self._claims(str(tokens.get("id_token", "")), keys, attempt, now)
        if claims is None:
            return Refused("sso-refused")
        email = claims.get("email")
        if claims.get("email_verified") is not True or not isinstance(email, str):
            return Refused("sso-unverified")
        proofs = claims.get("amr")
        proven = isinstance(proofs, list) and not SECOND_FACTORS.isdisjoint(str(one) for one in proofs)
        return Identity(f"{self._issuer}|{claims['sub']}", email.strip().lower(), proven)

    def _claims(self, token: str, keys: Mapping[str, Any], attempt: Attempt, now: datetime) -> Mapping[str, Any] | None:
        """The claims of a token that is signed, for us, of this attempt and of now; else None."""
        wanted: dict[str, Any] = {
            "iss": {"essential": True, "value": self._issuer},
            "aud": {"essential": True, "value": self._client_id},
            "nonce": {"essential": True, "value": attempt.nonce},
            "sub": {"essential": True},
            "exp": {"essential": True},
            "iat": {"essential": True},
        }
        try:
            claims = jwt.decode(token, KeySet.import_key_set(keys), algorithms=ALGORITHMS).claims  # type: ignore[arg-type]  # a mapping read from JSON
            jwt.JWTClaimsRegistry(now=int(now.timestamp()), leeway=LEEWAY_SECONDS, **wanted).validate(claims)
        except (JoseError, ValueError, KeyError, TypeError):
            return None
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (several or "azp" in claims) and claims.get("azp") != self._client_id:
            return None
        return claims

    def _client(self) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            self._client_id,
            self._client_secret,
            scope="openid email profile",
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
            timeout=TIMEOUT_SECONDS,
        )

    async def _discover(self) -> Mapping[str, Any]:
        known = await self._json(f"{self._issuer}/.well-known/openid-configuration")
        needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if str(known.get("issuer", "")).rstrip("/") != self._issuer or not all(known.get(name) for name in needed):
            raise ProviderDown
        return known

    async def _json(self, address: str) -> Mapping[str, Any]:
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as client:
                answer = await client.get(address)
            found = answer.raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            raise ProviderDown from error
        if not isinstance(found, dict):
            raise ProviderDown
        return found


async def staff_of(uow: UnitOfWork, identity: Identity) -> Staff | None:
    """The person of that subject; else the one of that verified address who has no subject yet, who is then bound to it."""
    known = await uow.session.scalar(select(Staff).where(Staff.oidc_subject == identity.subject).with_for_update())
    if known is not None:
        return known if known.is_active else None
    person = await uow.session.scalar(select(Staff).where(Staff.email == identity.email).with_for_update())
    if person is None or not person.is_active or person.oidc_subject is not None:
        return None
    await uow.session.execute(update(Staff).where(Staff.id == person.id).values(oidc_subject=identity.subject))
    return person
