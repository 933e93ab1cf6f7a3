"""A small OpenID Connect provider for tests: real HTTP on loopback, real RS256, and faults a bad or broken one would have.

It checks what a good provider checks: the client's secret, the redirect address, the code (once), and the PKCE verifier.
"""

import base64
import hashlib
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from core.clock import Clock
from tests.serving import free_port, serve

CLIENT_ID, CLIENT_SECRET = "poradnia-test", "a-secret-of-the-tests"
Claims = dict[str, Any]


@dataclass
class Provider:
    """The provider and the person who sits at its login page."""

    issuer: str
    clock: Clock
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"}))
    signing_key: RSAKey | None = None
    subject: str = "subject-1"
    email: str = "marta@example.org"
    is_verified: object = True
    change: Callable[[Claims], Claims] = field(default=lambda claims: claims)
    status: int = 200
    forge: Callable[[Claims], str] | None = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)

    def authorise(self, address: str) -> tuple[str, str]:
        """The person signs in at the address they were sent to; the code and state their browser brings back."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert query["response_type"] == "code" and query["client_id"] == CLIENT_ID
        assert query["code_challenge_method"] == "S256" and "openid" in query["scope"].split()
        assert len(query["state"]) >= 20 and len(query["nonce"]) >= 20
        self.asked.append(query)
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        return code, query["state"]

    def token(self, nonce: str) -> str:
        """The identity token, with whatever a test has changed in it."""
        now = int(self.clock.now().timestamp())
        claims = self.change(
            {
                "iss": self.issuer,
                "aud": CLIENT_ID,
                "sub": self.subject,
                "email": self.email,
                "email_verified": self.is_verified,
                "nonce": nonce,
                "iat": now,
                "exp": now + 300,
            }
        )
        if self.forge is not None:
            return self.forge(claims)
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.signing_key or self.key)


def create_provider(provider: Provider) -> FastAPI:
    """Its HTTP side."""
    app = FastAPI()

    @app.middleware("http")
    async def broken(request: Request, call_next: Any) -> Response:
        """Answers with a fault while one is set."""
        if provider.status != 200:
            return Response("trouble", status_code=provider.status)
        answer: Response = await call_next(request)
        return answer

    @app.get("/.well-known/openid-configuration")
    async def discovery() -> dict[str, str]:
        return {
            "issuer": provider.issuer,
            "authorization_endpoint": f"{provider.issuer}/authorize",
            "token_endpoint": f"{provider.issuer}/token",
            "jwks_uri": f"{provider.issuer}/keys",
        }

    @app.get("/keys")
    async def keys() -> dict[str, Any]:
        return dict(KeySet([provider.key]).as_dict(private=False))

    @app.get("/authorize")
    async def authorize(request: Request) -> Response:
        """A browser's way: signs in at once and goes back."""
        code, state = provider.authorise(str(request.url))
        return RedirectResponse(
            f"{request.query_params['redirect_uri']}?{urlencode({'code': code, 'state': state})}", 303
        )

    @app.post("/token")
    async def token(request: Request) -> JSONResponse:
        form = await request.form()
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {basic}":
            return JSONResponse({"error": "invalid_client"}, 401)
        asked = provider.codes.pop(str(form.get("code")), None)
        digest = hashlib.sha256(str(form.get("code_verifier", "")).encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if asked is None or challenge != asked["code_challenge"] or form.get("redirect_uri") != asked["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse(
            {
                "access_token": secrets.token_urlsafe(8),
                "token_type": "Bearer",
                "expires_in": 300,
                "id_token": provider.token(asked["nonce"]),
            }
        )

    return app


@asynccontextmanager
async def running_provider(clock: Clock) -> AsyncIterator[Provider]:
    """The provider while the block lasts."""
    port = free_port()
    provider = Provider(f"http://127.0.0.1:{port}", clock)
    async with serve(create_provider(provider), port):
        yield provider
