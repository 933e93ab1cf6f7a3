"""The way to the provider of single sign-on and back. Where it is down, the password form says so and works."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict

from cryptography.exceptions import InvalidTag
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from core.access import Access
from core.accounts.signing_in import proceed
from core.audit import record
from core.crypto import keyring
from core.errors import ConfigurationError, Refused
from core.sign_on import Attempt, ProviderDown, SignOn, staff_of
from web.login.routes import ATTEMPTS_PER_MINUTE, LoginPage
from web.parts import House
from web.rendering import Pages, page_language
from web.session import LOGIN_PATH, Sessions, safe_next

START_PATH, BACK_PATH = "/login/sso", "/login/sso/back"
ATTEMPT_COOKIE = "poradnia_sso"
ATTEMPT_SECONDS = 600


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """`/login/sso` and the address the provider sends people back to."""
    routes = APIRouter(include_in_schema=False)
    page = LoginPage(house, pages, sessions)
    settings = house.settings
    sign_on = SignOn(
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret,
        f"{settings.public_url.rstrip('/')}{BACK_PATH}",
    )

    @routes.get(START_PATH)
    async def start(request: Request, next: str = "/console") -> Response:
        """To the provider, with state, nonce and a code challenge of this attempt alone."""
        attempt, language = Attempt.fresh(safe_next(next)), page_language(request)
        client = request.client.host if request.client else ""
        if not await house.limiter.allows(f"login:{client}", ATTEMPTS_PER_MINUTE):
            return page.show(request, language, attempt.target, "login-slow-down", "", 429)
        try:
            address = await sign_on.address(attempt)
        except ProviderDown:
            return page.show(request, language, attempt.target, "sso-down", "", 503)
        response = RedirectResponse(address, 303)
        response.set_cookie(
            ATTEMPT_COOKIE,
            _sealed(attempt),
            max_age=ATTEMPT_SECONDS,
            path=LOGIN_PATH,
            httponly=True,
            samesite="lax",
            secure=settings.is_https,
        )
        sessions.know(request, response)
        return response

    @routes.get(BACK_PATH)
    async def back(request: Request, code: str = "", state: str = "") -> Response:
        """In, if the provider vouches for somebody who works here; the attempt is used up either way."""
        response = await _back(request, code[:2000], state[:200])
        response.delete_cookie(ATTEMPT_COOKIE, path=LOGIN_PATH, httponly=True, secure=settings.is_https)
        return response

    async def _back(request: Request, code: str, state: str) -> Response:
        language, browser, now = page_language(request), sessions.browser(request), house.clock.now()
        attempt = _opened(request.cookies.get(ATTEMPT_COOKIE, ""))
        if attempt is None or not browser.key:
            return page.show(request, language, "/console", "sso-refused", "", 401)
        try:
            identity = await sign_on.identify(attempt, code, state, now)
        except ProviderDown:
            return page.show(request, language, attempt.target, "sso-down", "", 503)
        if isinstance(identity, Refused):
            return page.show(request, language, attempt.target, identity.reason, "", 401)
        async with house.database.unit_of_work() as uow:
            person = await staff_of(uow, identity)
            if person is None:
                record(uow, Access.system("sign-in"), "sign-on.refused", "staff", keyring.token(identity.subject), now)
                return page.show(request, language, attempt.target, "sso-unknown", "", 401)
            opened = await proceed(
                uow, person, browser, now, needs_second_factor=settings.mode == "production",
                is_proven=identity.has_second_factor,
            )  # fmt: skip
        return await page.go_on(request, opened, attempt.target)

    return routes


def _sealed(attempt: Attempt) -> str:
    return urlsafe_b64encode(keyring.seal(json.dumps(asdict(attempt)).encode(), ATTEMPT_COOKIE)).decode()


def _opened(value: str) -> Attempt | None:
    """The attempt in the cookie; None for one that is missing, changed, or names a key that never was."""
    try:
        return Attempt(**json.loads(keyring.open(urlsafe_b64decode(value.encode()), ATTEMPT_COOKIE)))
    except (ConfigurationError, InvalidTag, ValueError, TypeError, IndexError):
        return None
