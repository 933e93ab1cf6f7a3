"""`/account`: what a person sees and changes of their own sign-in. What changes rights or proofs ends other sessions."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from core.access import Permission
from core.accounts import SignedIn, Staff
from core.accounts.passwords import NO_PASSWORD, check_new_password, verify_password
from core.accounts.people import set_password
from core.accounts.second_factor import accept_code, confirm, new_recovery_codes, offer, turn_off
from core.accounts.sessions import end_one, end_sessions, list_sessions, lock, renew
from core.audit import record
from core.db import UnitOfWork
from core.errors import Refused
from handoff.slack.links import link_of
from web.login.steps import ISSUER, Code, Password
from web.parts import House
from web.rendering import Pages, page_language
from web.session import UNLOCK_PATH, Sessions

TRIES_PER_MINUTE = 10
_SLOW, _WRONG, _CODE = Refused("login-slow-down"), Refused("password-wrong"), Refused("code-wrong")


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """All pages of one's own account."""
    routes = APIRouter(prefix="/account", include_in_schema=False)
    Self = Annotated[SignedIn, Depends(sessions.anyone)]
    Acting = Annotated[SignedIn, Depends(sessions.acting)]
    has_slack = house.slack.settings.is_set_up
    must_have_second_factor = house.settings.mode == "production"

    async def page(request: Request, person: SignedIn, refused: Refused | None = None, done: str = "") -> Response:
        now = house.clock.now()
        async with house.database.unit_of_work() as uow:
            staff = await uow.session.get_one(Staff, person.staff_id)
            found = await list_sessions(uow, person.staff_id, now)
            link = await link_of(uow, person.staff_id)
        return pages.respond(
            request, "account/page.html", page_language(request, person.language), 400 if refused else 200,
            person=person, staff=staff, open_sessions=found, refused=refused, done=done, zone=house.settings.zone,
            may_turn_off=not must_have_second_factor, slack=link, has_slack=has_slack and person.access.allows(Permission.reply_thread),
        )  # fmt: skip

    async def is_slow_enough(person: SignedIn) -> bool:
        return await house.limiter.allows(f"account:{person.staff_id}", TRIES_PER_MINUTE)

    async def own(uow: UnitOfWork, person: SignedIn) -> Staff:
        return await uow.session.get_one(Staff, person.staff_id, with_for_update=True)

    def knows_password(staff: Staff, password: str) -> bool:
        """Those who come by single sign-on alone have none to know."""
        return staff.password_hash == NO_PASSWORD or verify_password(staff.password_hash, password)

    @routes.get("")
    async def show(request: Request, person: Self) -> Response:
        """The page."""
        return await page(request, person)

    @routes.post("/lock")
    async def lock_screen(person: Acting) -> Response:
        """Lock at once; the password opens again."""
        async with house.database.unit_of_work() as uow:
            await lock(uow, person.session_id, house.clock.now())
        return RedirectResponse(UNLOCK_PATH, 303)

    @routes.post("/stolen")
    async def read_notice(person: Acting) -> Response:
        """The owner has read that a session of theirs was used elsewhere."""
        async with house.database.unit_of_work() as uow:
            (await own(uow, person)).stolen_at = None
        return RedirectResponse("/account", 303)

    @routes.post("/sessions/{session_id}/end")
    async def end(session_id: UUID, person: Acting) -> Response:
        """End one session; another person's id does nothing."""
        async with house.database.unit_of_work() as uow:
            await end_one(uow, person.staff_id, session_id)
            record(uow, person.access, "session.ended", "staff", person.staff_id, house.clock.now())
        return RedirectResponse("/account", 303)

    @routes.post("/sessions/end-all")
    async def end_all(person: Acting) -> Response:
        """End every session but this one."""
        async with house.database.unit_of_work() as uow:
            await end_sessions(uow, person.staff_id, person.session_id)
            record(uow, person.access, "session.ended-all", "staff", person.staff_id, house.clock.now())
        return RedirectResponse("/account", 303)

    @routes.post("/password")
    async def change_password(
        request: Request, person: Acting, password: Password = "", new: Password = "", again: Password = ""
    ) -> Response:
        """A new password; every other session ends and this one goes on under a new token."""
        if not await is_slow_enough(person):
            return await page(request, person, _SLOW)
        async with house.database.unit_of_work() as uow:
            staff = await own(uow, person)
            refused = None if knows_password(staff, password) else _WRONG
            refused = refused or check_new_password(new, again, staff.email, staff.name)
            if refused is None:
                await set_password(uow, staff, new, house.clock.now(), person.session_id)
                token = await renew(uow, person.session_id, house.clock.now())
        if refused is not None:
            return await page(request, person, refused)
        response = RedirectResponse("/account", 303)
        sessions.keep(response, token)
        return response

    async def enrolment(request: Request, person: SignedIn, refused: Refused | None = None) -> Response:
        async with house.database.unit_of_work() as uow:
            secret, picture = offer(await own(uow, person), ISSUER)
        return pages.respond(
            request, "account/enrol.html", page_language(request, person.language), 400 if refused else 200,
            person=person, secret=secret, picture=picture, refused=refused,
        )  # fmt: skip

    @routes.post("/second-factor")
    async def begin(request: Request, person: Acting, password: Password = "") -> Response:
        """Show a secret to set up, to who knows the password."""
        if not await is_slow_enough(person):
            return await page(request, person, _SLOW)
        async with house.database.unit_of_work() as uow:
            staff = await own(uow, person)
            is_free, is_known = staff.totp_secret is None, knows_password(staff, password)
        if not is_known:
            return await page(request, person, _WRONG)
        return await enrolment(request, person) if is_free else RedirectResponse("/account", 303)

    @routes.post("/second-factor/confirm")
    async def turn_on(request: Request, person: Acting, code: Code = "") -> Response:
        """Turn it on by its first code; the other sessions end, this one goes on under a new token."""
        if not await is_slow_enough(person):
            return await enrolment(request, person, _SLOW)
        now = house.clock.now()
        async with house.database.unit_of_work() as uow:
            codes = await confirm(uow, await own(uow, person), code, now)
            if not isinstance(codes, Refused):
                await end_sessions(uow, person.staff_id, person.session_id)
                token = await renew(uow, person.session_id, now)
        if isinstance(codes, Refused):
            return await enrolment(request, person, codes)
        return _codes(request, person, codes, token)

    @routes.post("/recovery-codes")
    async def renew_codes(request: Request, person: Acting, code: Code = "") -> Response:
        """Ten new recovery codes, for a code of the app; the old ones are void."""
        if not await is_slow_enough(person):
            return await page(request, person, _SLOW)
        now = house.clock.now()
        async with house.database.unit_of_work() as uow:
            staff = await own(uow, person)
            if is_right := await accept_code(uow, staff, code, now):
                codes = await new_recovery_codes(uow, staff)
                token = await renew(uow, person.session_id, now)
                record(uow, person.access, "second-factor.recovery-codes", "staff", staff.id, now)
        return _codes(request, person, codes, token) if is_right else await page(request, person, _CODE)

    def _codes(request: Request, person: SignedIn, codes: object, token: str) -> Response:
        response = pages.respond(
            request, "login/codes.html", page_language(request, person.language), codes=codes, target="/account"
        )
        sessions.keep(response, token)
        return response

    @routes.post("/second-factor/off")
    async def take_off(request: Request, person: Acting, code: Code = "") -> Response:
        """Without a second factor again, where the installation allows it; asks for a code of it."""
        if must_have_second_factor or not await is_slow_enough(person):
            return await page(request, person, _SLOW)
        now = house.clock.now()
        async with house.database.unit_of_work() as uow:
            staff = await own(uow, person)
            if is_right := await accept_code(uow, staff, code, now):
                await uow.session.refresh(staff)
                await turn_off(uow, staff)
                await end_sessions(uow, staff.id, person.session_id)
                token = await renew(uow, person.session_id, now)
                record(uow, person.access, "second-factor.off", "staff", staff.id, now)
        if not is_right:
            return await page(request, person, _CODE)
        response = RedirectResponse("/account", 303)
        sessions.keep(response, token)
        return response

    return routes
