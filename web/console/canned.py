"""Ready replies in the composer, and the page where they are edited."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from conversations.messages import route_of
from conversations.models import Case
from conversations.policy import require_thread
from core.accounts import SignedIn
from core.errors import NotFound, Refused
from core.i18n import as_language, catalogue
from handoff.canned import LONGEST, NAMES, THEN, Draft, filled, may_edit, remove, replies, save
from web.parts import House
from web.rendering import Pages, page_language
from web.session import Sessions


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """`/console/cases/{id}/replies` for the composer, `/replies` for editors."""
    routes = APIRouter(include_in_schema=False)
    Agent = Annotated[SignedIn, Depends(sessions.agent)]
    Reader = Annotated[SignedIn, Depends(sessions.anyone)]
    Actor = Annotated[SignedIn, Depends(sessions.acting)]
    Body = Annotated[str, Form(max_length=LONGEST * 2)]
    Word = Annotated[str, Form(max_length=60)]

    @routes.get("/console/cases/{case_id}/replies")
    async def for_case(case_id: UUID, person: Agent) -> Response:
        """Every reply, filled, in the patient's language."""
        async with house.database.unit_of_work() as uow:
            case = await uow.session.get(Case, case_id)
            if case is None:
                raise NotFound("case")
            await require_thread(uow, person.access, case.thread_id, house.clock.now())
            route = await route_of(uow, case)
            found = await replies(uow, person.access)
        language = as_language(route.language if route else None)
        names = {
            "agent": person.name,
            "clinic": catalogue(language).text("clinic-name"),
            "phone": pages.clinic_phone,
        }
        return JSONResponse(
            [
                {"key": one.key, "text": filled(one.en if language == "en" else one.pl, names), "then": one.then}
                for one in found
            ]
        )

    async def show(
        request: Request, person: SignedIn, refused: Refused | None = None, typed: Draft | None = None
    ) -> Response:
        if not may_edit(person.access):
            raise NotFound("page")
        async with house.database.unit_of_work() as uow:
            found = await replies(uow, person.access)
        return pages.respond(
            request,
            "console/replies.html",
            page_language(request, person.language),
            422 if refused else 200,
            person=person,
            found=found,
            refused=refused,
            typed=typed or Draft("", "", "", ""),
            names=NAMES,
            then=THEN,
            longest=LONGEST,
        )

    @routes.get("/replies")
    async def listed(request: Request, person: Reader) -> Response:
        """All of them, each with its form."""
        return await show(request, person)

    @routes.post("/replies")
    async def keep(
        request: Request, person: Actor, key: Word = "", pl: Body = "", en: Body = "", then: Word = ""
    ) -> Response:
        """Keep one, new or changed."""
        draft = Draft(key.strip().lower(), pl, en, then)
        async with house.database.unit_of_work() as uow:
            refused = await save(uow, person, draft, house.clock.now())
        return await show(request, person, refused, draft) if refused else RedirectResponse("/replies", 303)

    @routes.post("/replies/remove")
    async def take_away(person: Actor, key: Word = "") -> Response:
        """Take one away."""
        async with house.database.unit_of_work() as uow:
            await remove(uow, person, key, house.clock.now())
        return RedirectResponse("/replies", 303)

    return routes
