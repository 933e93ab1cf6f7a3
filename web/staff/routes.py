"""Staff pages under `/staff`. `core.accounts.people` checks every right; who has none finds nothing here (404)."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from care.appointments import clinic
from core.access import STAFF_ROLES, Access, Permission, Role
from core.accounts import SignedIn, Staff, people
from core.accounts.people import Post
from core.db import UnitOfWork
from core.errors import Refused
from handoff.routing.agents import may_answer
from handoff.telephones import set_telephone, telephone_of
from web.parts import House
from web.rendering import Pages, page_language
from web.session import Sessions

LINK_PATH = "/login/link"
EVERYWHERE = "all"
Act = Callable[[UnitOfWork, Access, Staff, datetime], Awaitable[Refused | None]]


class StaffPages:
    """Renders the staff pages."""

    def __init__(self, house: House, pages: Pages, sessions: Sessions) -> None:
        self.house = house
        self.pages = pages
        self.sessions = sessions

    def respond(
        self, request: Request, template: str, person: SignedIn, *, status: int = 200, **values: Any
    ) -> Response:
        """A page, with what all of them need."""
        language, now = page_language(request, person.language), self.house.clock.now()
        return self.pages.respond(
            request,
            template,
            language,
            status,
            person=person,
            may=person.access.allows,
            at_words=lambda at: at.astimezone(now.tzinfo).strftime("%Y-%m-%d %H:%M") if at else "",
            **({"refused": None} | values),
        )

    async def list(self, request: Request, person: SignedIn, refused: Refused | None = None) -> Response:
        """Everybody, and the form to take somebody on; what was typed stands there again after a refusal."""
        form = await request.form() if refused else {}
        async with self.house.database.unit_of_work() as uow:
            found = await people.list_people(uow, person.access)
            places = {place.id: place.name for place in await clinic.sites(uow)}
        return self.respond(
            request,
            "staff/list.html",
            person,
            status=422 if refused else 200,
            found=found,
            places=places,
            roles=STAFF_ROLES,
            held=set(),
            refused=refused,
            typed={key: str(form.get(key, ""))[:200] for key in ("email", "name")},
        )

    async def one(
        self,
        request: Request,
        person: SignedIn,
        staff_id: UUID,
        *,
        refused: Refused | None = None,
        link: str = "",
        done: str = "",
    ) -> Response:
        """One person, and what can be done; `link` is shown this once."""
        async with self.house.database.unit_of_work() as uow:
            found = await people.get_person(uow, person.access, staff_id)
            places = {place.id: place.name for place in await clinic.sites(uow)}
            telephone = await telephone_of(uow, staff_id)
        return self.respond(
            request,
            "staff/person.html",
            person,
            status=422 if refused else 200,
            one=found,
            held={post_name(Role(row.role), row.site_id) for row in found.role_rows},
            places=places,
            roles=STAFF_ROLES,
            is_own=found.id == person.staff_id,
            may_take_calls=found.is_active and may_answer(found),
            telephone=telephone or "",
            refused=refused,
            link=link,
            done=done,
        )


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """People: list, take on, roles, links, second factor, leaving."""
    routes = APIRouter(prefix="/staff", include_in_schema=False)
    shown = StaffPages(house, pages, sessions)
    Reader = Annotated[SignedIn, Depends(sessions.anyone)]
    Actor = Annotated[SignedIn, Depends(sessions.acting)]
    Posts = Annotated[list[str] | None, Form(max_length=200)]

    def address_of(token: str) -> str:
        return f"{house.settings.public_url.rstrip('/')}{LINK_PATH}/{token}"

    async def act(request: Request, person: SignedIn, staff_id: UUID, what: Act, done: str) -> Response:
        """Do it, then show the person as they are now, with the reason if it was refused."""
        person.access.require(Permission.manage_staff)
        async with house.database.unit_of_work() as uow:
            found = await people.get_person(uow, person.access, staff_id)
            refused = await what(uow, person.access, found, house.clock.now())
        return await shown.one(request, person, staff_id, refused=refused, done="" if refused else done)

    @routes.get("")
    async def list_all(request: Request, person: Reader) -> Response:
        """Everybody."""
        person.access.require(Permission.manage_staff)
        return await shown.list(request, person)

    @routes.post("")
    async def take_on(
        request: Request,
        person: Actor,
        email: Annotated[str, Form(max_length=300)] = "",
        name: Annotated[str, Form(max_length=300)] = "",
        post: Posts = None,
    ) -> Response:
        """A new person; their one-time link is in the answer, and nowhere else."""
        person.access.require(Permission.manage_staff)
        async with house.database.unit_of_work() as uow:
            made: tuple[Staff, str] | Refused
            posts = await read_posts(uow, post or [])
            if isinstance(posts, Refused):
                made = posts
            else:
                made = await people.take_on(uow, person.access, email, name, posts, house.clock.now())
        if isinstance(made, Refused):
            return await shown.list(request, person, made)
        return await shown.one(request, person, made[0].id, link=address_of(made[1]))

    @routes.get("/{staff_id}")
    async def one(request: Request, staff_id: UUID, person: Reader) -> Response:
        """One person."""
        return await shown.one(request, person, staff_id)

    @routes.post("/{staff_id}/roles")
    async def roles(request: Request, staff_id: UUID, person: Actor, post: Posts = None) -> Response:
        """Exactly these roles from now on."""

        async def change(uow: UnitOfWork, access: Access, found: Staff, now: datetime) -> Refused | None:
            posts = await read_posts(uow, post or [])
            return posts if isinstance(posts, Refused) else await people.set_posts(uow, access, found, posts, now)

        return await act(request, person, staff_id, change, "staff-done-roles")

    @routes.post("/{staff_id}/telephone")
    async def telephone(
        request: Request, staff_id: UUID, person: Actor, telephone: Annotated[str, Form(max_length=200)] = ""
    ) -> Response:
        """Where calls are put through to."""

        async def change(uow: UnitOfWork, access: Access, found: Staff, now: datetime) -> Refused | None:
            return await set_telephone(uow, access, found.id, telephone, house.settings.default_region, now)

        return await act(request, person, staff_id, change, "staff-done-telephone")

    @routes.post("/{staff_id}/deactivate")
    async def deactivate(request: Request, staff_id: UUID, person: Actor) -> Response:
        """Close the account."""
        return await act(request, person, staff_id, people.deactivate, "staff-done-deactivated")

    @routes.post("/{staff_id}/activate")
    async def activate(request: Request, staff_id: UUID, person: Actor) -> Response:
        """Open it again."""
        return await act(request, person, staff_id, people.activate, "staff-done-activated")

    @routes.post("/{staff_id}/second-factor")
    async def second_factor(request: Request, staff_id: UUID, person: Actor) -> Response:
        """Turn the second factor off, for a lost phone."""
        return await act(request, person, staff_id, people.reset_second_factor, "staff-done-factor")

    @routes.post("/{staff_id}/link")
    async def link(request: Request, staff_id: UUID, person: Actor) -> Response:
        """A fresh one-time link, shown this once."""
        person.access.require(Permission.manage_staff)
        async with house.database.unit_of_work() as uow:
            found = await people.get_person(uow, person.access, staff_id)
            refused = people.may_have_link(person.access, found)
            token = "" if refused else await people.make_link(uow, person.access, found, house.clock.now())
        if refused:
            return await shown.one(request, person, staff_id, refused=refused)
        return await shown.one(request, person, staff_id, link=address_of(token))

    @routes.get("/{staff_id}/{act_name}")
    async def again(staff_id: UUID, act_name: str, person: Reader) -> Response:
        """An act's address asked for again by the browser, as after a reload: back to the person."""
        person.access.require(Permission.manage_staff)
        return RedirectResponse(f"/staff/{staff_id}", 303)

    return routes


def post_name(role: Role, site_id: UUID | None) -> str:
    """A role at a site as forms write it: `agent@all`, `agent@<site id>`."""
    return f"{role.value}@{site_id or EVERYWHERE}"


async def read_posts(uow: UnitOfWork, names: list[str]) -> list[Post] | Refused:
    """What a form asks for. A role at all sites takes in the same role at single ones. Refused: `staff-role`."""
    known = {post_name(role, place): (role, place) for role in STAFF_ROLES for place in await _places(uow)}
    if any(name not in known for name in names):
        return Refused("staff-role")
    wanted = {known[name] for name in names}
    return [(role, place) for role, place in wanted if place is None or (role, None) not in wanted]


async def _places(uow: UnitOfWork) -> list[UUID | None]:
    return [None, *(place.id for place in await clinic.sites(uow))]
