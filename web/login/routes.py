"""Login by password, logout, and the way to whatever step of a sign-in is missing."""

import hmac
import secrets
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from core.accounts import Opened, Stage, sign_in, sign_out
from core.accounts.people import stolen_notice
from core.errors import Refused
from core.i18n import Language
from web.parts import House
from web.rendering import Pages, page_language
from web.session import (
    CODE_PATH,
    ENROL_PATH,
    LOGIN_PATH,
    ForgedForm,
    Sessions,
    door_of,
    is_in,
    is_same_origin,
    safe_next,
)

ATTEMPTS_PER_MINUTE = 10
FORM_COOKIE = "poradnia_form"


class LoginPage:
    """The login form, for the routes that show it: password login and single sign-on."""

    def __init__(self, house: House, pages: Pages, sessions: Sessions) -> None:
        self._house, self._pages, self._sessions = house, pages, sessions

    def show(
        self, request: Request, language: Language, target: str, notice: str | None, email: str = "", status: int = 200
    ) -> Response:
        """The form, with a random token in it and in a cookie: a form from elsewhere cannot know both."""
        token = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(24)
        response = self._pages.respond(
            request, "login/page.html", language, status, token=token, target=target, notice=notice, email=email,
            has_sign_on=bool(self._house.settings.oidc_issuer),
        )  # fmt: skip
        response.set_cookie(
            FORM_COOKIE,
            token,
            httponly=True,
            samesite="strict",
            secure=self._house.settings.is_https,
            path=LOGIN_PATH,
        )
        self._sessions.know(request, response)
        return response

    async def go_on(self, request: Request, opened: Opened, target: str) -> Response:
        """Into the house, or to the next step; an owner whose session was stolen is told first."""
        door = {Stage.code: CODE_PATH, Stage.enrol: ENROL_PATH}.get(opened.stage)
        if door is None:
            async with self._house.database.unit_of_work() as uow:
                is_told = await stolen_notice(uow, opened.token) is not None
            address = "/account" if is_told else safe_next(target)
        else:
            address = f"{door}?next={safe_next(target)}"
        response = RedirectResponse(address, 303)
        self._sessions.keep(response, opened.token)
        return response


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """`/login` and `/logout`."""
    routes = APIRouter(include_in_schema=False)
    page = LoginPage(house, pages, sessions)
    needs_second_factor = house.settings.mode == "production"

    @routes.get(LOGIN_PATH)
    async def show(request: Request, next: str = "/console", over: bool = False, ready: bool = False) -> Response:
        """The form; someone already signed in goes straight on, someone half-way to their next step."""
        found = await sessions.look(request)
        if found is not None:
            address = safe_next(next) if is_in(found) else f"{door_of(found)}?next={safe_next(next)}"
            return RedirectResponse(address, 303)
        notice = "login-session-over" if over and sessions.token(request) else None
        notice = "login-ready" if ready else notice
        return page.show(request, page_language(request), safe_next(next), notice)

    @routes.post(LOGIN_PATH)
    async def enter(
        request: Request,
        email: Annotated[str, Form(max_length=200)] = "",
        password: Annotated[str, Form(max_length=500)] = "",
        token: Annotated[str, Form(max_length=100)] = "",
        next: Annotated[str, Form(max_length=200)] = "/console",
    ) -> Response:
        """Sign in, or say no in the same words whatever was wrong."""
        language, target, browser = page_language(request), safe_next(next), sessions.browser(request)
        known = request.cookies.get(FORM_COOKIE, "")
        if not known or not browser.key or not hmac.compare_digest(known.encode(), token.encode()):
            return page.show(request, language, target, "login-form-stale", email, 403)
        client = request.client.host if request.client else ""
        if not await house.limiter.allows(f"login:{client}", ATTEMPTS_PER_MINUTE):
            return page.show(request, language, target, "login-slow-down", email, 429)
        async with house.database.unit_of_work() as uow:
            await sign_out(uow, sessions.token(request))
            result = await sign_in(
                uow, email, password, browser, house.clock.now(), needs_second_factor=needs_second_factor
            )
        if isinstance(result, Refused):
            return page.show(request, language, target, result.reason, email, 401)
        return await page.go_on(request, result, target)

    @routes.post("/logout")
    async def leave(request: Request, csrf: Annotated[str, Form(max_length=100)] = "") -> Response:
        """End the session, at whatever step it is."""
        person = await sessions.look(request)
        if person is not None:
            is_genuine = hmac.compare_digest(csrf.encode(), person.csrf_token.encode())
            if not is_genuine or not is_same_origin(request, house.settings.public_url):
                raise ForgedForm
            async with house.database.unit_of_work() as uow:
                await sign_out(uow, sessions.token(request))
        response = RedirectResponse(LOGIN_PATH, 303)
        sessions.forget(response)
        return response

    return routes
