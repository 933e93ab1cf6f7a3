"""The steps after the password: a code, setting up a second factor, opening a locked screen; and one-time links."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from core.accounts import Opened, SignedIn, Staff, Stage, answer_code
from core.accounts.people import find_link, use_link
from core.accounts.second_factor import confirm, offer
from core.accounts.sessions import renew
from core.accounts.signing_in import finish, unlock
from core.errors import NotFound, Refused
from web.login.routes import ATTEMPTS_PER_MINUTE, LoginPage
from web.parts import House
from web.rendering import Pages, page_language
from web.session import CODE_PATH, ENROL_PATH, LOGIN_PATH, UNLOCK_PATH, SessionOver, Sessions, safe_next

ISSUER = "Poradnia"
Code = Annotated[str, Form(max_length=40)]
Password = Annotated[str, Form(max_length=500)]
Target = Annotated[str, Form(max_length=200)]


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """`/login/…`."""
    routes = APIRouter(include_in_schema=False)
    page = LoginPage(house, pages, sessions)

    async def at(request: Request, stage: Stage, *, is_locked: bool = False) -> SignedIn:
        """The person at exactly this step; everybody else goes to their own."""
        person = await sessions.look(request, is_automatic=True)
        if person is None or person.stage is not stage or person.is_locked is not is_locked:
            raise SessionOver(person)
        return person

    def form(request: Request, person: SignedIn, what: str, target: str, notice: str = "", status: int = 200) -> Response:  # fmt: skip
        return pages.respond(
            request, "login/step.html", page_language(request, person.language), status, person=person, what=what,
            target=safe_next(target), notice=notice,
        )  # fmt: skip

    async def is_slow_enough(request: Request) -> bool:
        client = request.client.host if request.client else ""
        return await house.limiter.allows(f"login:{client}", ATTEMPTS_PER_MINUTE)

    @routes.get(CODE_PATH)
    async def ask_code(request: Request, next: str = "/console") -> Response:
        """Ask for the code of the app, or a recovery code."""
        return form(request, await at(request, Stage.code), "code", next)

    @routes.post(CODE_PATH)
    async def take_code(request: Request, code: Code = "", next: Target = "/console") -> Response:
        """Let in, or say no in the same words whether it is wrong, used already or the account is locked."""
        person = await sessions.genuine(request, await at(request, Stage.code))
        if not await is_slow_enough(request):
            return form(request, person, "code", next, "login-slow-down", 429)
        async with house.database.unit_of_work() as uow:
            result = await answer_code(uow, person.session_id, code, sessions.browser(request), house.clock.now())
        return await _outcome(request, person, result, "code", next)

    @routes.get(UNLOCK_PATH)
    async def ask_password(request: Request, next: str = "/console") -> Response:
        """The locked screen."""
        return form(request, await at(request, Stage.whole, is_locked=True), "unlock", next)

    @routes.post(UNLOCK_PATH)
    async def take_password(request: Request, password: Password = "", next: Target = "/console") -> Response:
        """Go on with the session, under a new token."""
        person = await sessions.genuine(request, await at(request, Stage.whole, is_locked=True))
        if not await is_slow_enough(request):
            return form(request, person, "unlock", next, "login-slow-down", 429)
        async with house.database.unit_of_work() as uow:
            result = await unlock(uow, person.session_id, password, house.clock.now())
        return await _outcome(request, person, result, "unlock", next)

    async def _outcome(
        request: Request, person: SignedIn, result: Opened | Refused, what: str, target: str
    ) -> Response:
        if isinstance(result, Opened):
            return await page.go_on(request, result, target)
        if result.reason == "login-over":
            return page.show(request, page_language(request, person.language), safe_next(target), "login-over", "", 401)
        return form(request, person, what, target, result.reason, 401)

    @routes.get(ENROL_PATH)
    async def show_secret(request: Request, next: str = "/console") -> Response:
        """Set up the second factor, without which nobody works here in production."""
        return await _enrolment(request, await at(request, Stage.enrol), next)

    async def _enrolment(
        request: Request, person: SignedIn, target: str, notice: str = "", status: int = 200
    ) -> Response:
        async with house.database.unit_of_work() as uow:
            staff = await uow.session.get_one(Staff, person.staff_id, with_for_update=True)
            secret, picture = offer(staff, ISSUER)
        return pages.respond(
            request, "login/enrol.html", page_language(request, person.language), status, person=person,
            secret=secret, picture=picture, target=safe_next(target), notice=notice,
        )  # fmt: skip

    @routes.post(ENROL_PATH)
    async def take_enrolment(request: Request, code: Code = "", next: Target = "/console") -> Response:
        """Turn it on by its first code, and show the recovery codes this once."""
        person = await sessions.genuine(request, await at(request, Stage.enrol))
        if not await is_slow_enough(request):
            return await _enrolment(request, person, next, "login-slow-down", 429)
        now = house.clock.now()
        async with house.database.unit_of_work() as uow:
            staff = await uow.session.get_one(Staff, person.staff_id, with_for_update=True)
            codes = await confirm(uow, staff, code, now)
            if not isinstance(codes, Refused):
                token = await renew(uow, person.session_id, now, keep_age=False)
                await finish(uow, staff, sessions.browser(request), now)
        if isinstance(codes, Refused):
            return await _enrolment(request, person, next, codes.reason, 401)
        response = pages.respond(
            request, "login/codes.html", page_language(request, person.language), codes=codes, target=safe_next(next)
        )
        sessions.keep(response, token)
        return response

    @routes.get("/login/link/{token}")
    async def show_link(request: Request, token: str) -> Response:
        """Whose link it is and a form; looking at it uses nothing up, so a mail program's preview may."""
        async with house.database.unit_of_work() as uow:
            staff = await find_link(uow, token, house.clock.now())
        if staff is None:
            raise NotFound("link")
        return pages.respond(
            request,
            "login/link.html",
            page_language(request, staff.language),
            name=staff.name,
            notice=None,
            token=token,
        )

    @routes.post("/login/link/{token}")
    async def take_link(request: Request, token: str, password: Password = "", again: Password = "") -> Response:
        """Set the password and use the link up. The link's own secret is what a form from elsewhere cannot know."""
        is_slow, now = await is_slow_enough(request), house.clock.now()
        async with house.database.unit_of_work() as uow:
            staff = await find_link(uow, token, now)
            if staff is None:
                raise NotFound("link")
            result = await use_link(uow, token, password, again, now) if is_slow else Refused("login-slow-down")
        if isinstance(result, Refused):
            return pages.respond(
                request, "login/link.html", page_language(request, staff.language), 400 if is_slow else 429, name=staff.name,
                notice=result, token=token,
            )  # fmt: skip
        return RedirectResponse(f"{LOGIN_PATH}?ready=1", 303)

    return routes
