"""Looking after the fact: the access review (also as CSV), and the uses of the broken glass."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response

from care.appointments import clinic
from core.access import STAFF_ROLES, Permission
from core.accounts import SignedIn, break_glass, review
from core.errors import Refused
from core.i18n import catalogue
from web.parts import House
from web.rendering import Pages, page_language, word
from web.session import Sessions
from web.staff.routes import StaffPages

_HEADINGS = ("name", "email", "role", "site", "signed-in", "factor", "reviewer", "reviewed")


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """`/staff/review`, `/staff/review.csv`, `/staff/break-glass`. To be mounted before the people's own routes."""
    routes = APIRouter(prefix="/staff", include_in_schema=False)
    shown = StaffPages(house, pages, sessions)
    Reader = Annotated[SignedIn, Depends(sessions.anyone)]
    Actor = Annotated[SignedIn, Depends(sessions.acting)]

    async def review_page(request: Request, person: SignedIn, refused: Refused | None = None) -> Response:
        async with house.database.unit_of_work() as uow:
            held = await review.list_held(uow, person.access)
            places = {place.id: place.name for place in await clinic.sites(uow)}
        status = 422 if refused else 200
        return shown.respond(
            request, "staff/review.html", person, status=status, held=held, places=places, refused=refused
        )

    async def glass_page(request: Request, person: SignedIn, refused: Refused | None = None) -> Response:
        async with house.database.unit_of_work() as uow:
            uses = await break_glass.to_review(uow, person.access)
        return shown.respond(
            request, "staff/break_glass.html", person, status=422 if refused else 200, uses=uses, refused=refused
        )

    @routes.get("/review")
    async def show_review(request: Request, person: Reader) -> Response:
        """Who has which role where, and who confirmed it."""
        person.access.require(Permission.manage_staff)
        return await review_page(request, person)

    @routes.post("/review/{role_id}")
    async def decide(
        request: Request,
        role_id: UUID,
        person: Actor,
        decision: Annotated[Literal["confirmed", "removed"], Form()],
    ) -> Response:
        """Confirm a role or take it away."""
        person.access.require(Permission.manage_staff)
        async with house.database.unit_of_work() as uow:
            refused = await review.decide(
                uow, person.access, role_id, is_confirmed=decision == "confirmed", now=house.clock.now()
            )
        return await review_page(request, person, refused)

    @routes.get("/review.csv")
    async def export(request: Request, person: Reader) -> Response:
        """The review for a spreadsheet."""
        person.access.require(Permission.manage_staff)
        language = page_language(request, person.language)
        texts = catalogue(language)
        async with house.database.unit_of_work() as uow:
            held = await review.list_held(uow, person.access)
            places = {place.id: place.name for place in await clinic.sites(uow)}
        file = review.as_csv(
            held,
            [texts.text(f"review-{one}") for one in _HEADINGS],
            {role.value: word(language, "role", role.value) for role in STAFF_ROLES},
            places,
            texts.text("staff-all-sites"),
        )
        name = f"access-review-{house.clock.now():%Y-%m-%d}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(file, media_type="text/csv; charset=utf-8", headers=headers)

    @routes.get("/break-glass")
    async def show_glass(request: Request, person: Reader) -> Response:
        """Who opened whom outside their relation, and why."""
        person.access.require(Permission.read_audit)
        return await glass_page(request, person)

    @routes.post("/break-glass/{glass_id}")
    async def seen(request: Request, glass_id: UUID, person: Actor) -> Response:
        """Looked at, by somebody else than the one who did it."""
        person.access.require(Permission.read_audit)
        async with house.database.unit_of_work() as uow:
            refused = await break_glass.review(uow, person.access, glass_id, house.clock.now())
        return await glass_page(request, person, refused)

    return routes
