"""Login and logout."""

import hmac
import secrets
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from core.accounts import sign_in, sign_out
from core.errors import Refused
from core.i18n import Language
from web.parts import House
from web.rendering import Pages, page_language
from web.session import LOGIN_PATH, ForgedForm, Sessions, is_same_origin, safe_next

ATTEMPTS_PER_MINUTE = 10
FORM_COOKIE = "poradnia_form"


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """`/login` and `/logout`."""
    routes = APIRouter(include_in_schema=False)
    is_secure = house.settings.public_url.startswith("https://")

    def form(
        request: Request, language: Language, target: str, notice: str | None, email: str, status: int
    ) -> Response:
        """The form, with a random token in it and in a cookie: a form from elsewhere cannot know both."""
        token = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(24)
        response = pages.respond(
            request, "login/page.html", language, status, token=token, target=target, notice=notice, email=email
        )
        response.set_cookie(FORM_COOKIE, token, httponly=True, samesite="strict", secure=is_secure, path=LOGIN_PATH)
        return response

    @routes.get(LOGIN_PATH)
    async def show(request: Request, next: str = "/console", over: bool = False) -> Response:
        """The form; someone already signed in goes straight on."""
        if await sessions.find(request) is not None:
            return RedirectResponse(safe_next(next), 303)
        notice = "login-session-over" if over and request.cookies.get(sessions.cookie) else None
        return form(request, page_language(request), safe_next(next), notice, "", 200)

    @routes.post(LOGIN_PATH)
    async def enter(
        request: Request,
        email: Annotated[str, Form(max_length=200)] = "",
        password: Annotated[str, Form(max_length=500)] = "",
        token: Annotated[str, Form(max_length=100)] = "",
        next: Annotated[str, Form(max_length=200)] = "/console",
    ) -> Response:
        """Sign in, or say no in the same words whatever was wrong."""
        language = page_language(request)
        known = request.cookies.get(FORM_COOKIE, "")
        if not known or not hmac.compare_digest(known.encode(), token.encode()):
            return form(request, language, safe_next(next), "login-form-stale", email, 403)
        client = request.client.host if request.client else ""
        if not await house.limiter.allows(f"login:{client}", ATTEMPTS_PER_MINUTE):
            return form(request, language, safe_next(next), "login-slow-down", email, 429)
        async with house.database.unit_of_work() as uow:
            result = await sign_in(uow, email, password, house.clock.now())
        if isinstance(result, Refused):
            return form(request, language, safe_next(next), "login-refused", email, 401)
        response = RedirectResponse(safe_next(next), 303)
        sessions.keep(response, result)
        return response

    @routes.post("/logout")
    async def leave(request: Request, csrf: Annotated[str, Form(max_length=100)] = "") -> Response:
        """End the session."""
        person = await sessions.find(request)
        if person is not None:
            is_genuine = hmac.compare_digest(csrf.encode(), person.csrf_token.encode())
            if not is_genuine or not is_same_origin(request, house.settings.public_url):
                raise ForgedForm
            async with house.database.unit_of_work() as uow:
                await sign_out(uow, request.cookies.get(sessions.cookie, ""))
        response = RedirectResponse(LOGIN_PATH, 303)
        sessions.forget(response)
        return response

    return routes
