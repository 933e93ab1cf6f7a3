"""The door of break-glass. A thread that is not there and one outside one's relation look the same: 404 and this page."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.responses import JSONResponse

from care.policy import OutsideRelation
from conversations.models import Thread
from conversations.policy import require_thread
from core.access import Permission
from core.accounts import SignedIn
from core.accounts.break_glass import CATEGORIES, break_glass, check_reason
from core.errors import Refused
from web.parts import House
from web.rendering import Pages, page_language
from web.session import Sessions


class NotHere:
    """The answer where there is nothing to see for this person, with the way on for those who may break the glass."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def respond(self, request: Request, person: SignedIn, thread_id: UUID, refused: Refused | None = None) -> Response:
        """The page with the form; for what scripts ask for, the same short 404 as everywhere."""
        if request.headers.get("hx-request") == "true":
            return JSONResponse({"detail": "Not Found"}, 404, {"HX-Redirect": f"/console/threads/{thread_id}"})
        if "text/html" not in request.headers.get("accept", ""):
            return JSONResponse({"detail": "Not Found"}, 404)
        return self._pages.respond(
            request, "console/not_here.html", page_language(request, person.language), 404, person=person,
            thread_id=thread_id, refused=refused, categories=CATEGORIES,
        )  # fmt: skip


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """The form of the page above."""
    routes = APIRouter(prefix="/console", include_in_schema=False)
    not_here = NotHere(pages)

    @routes.post("/threads/{thread_id}/break-glass")
    async def break_the_glass(
        request: Request,
        thread_id: UUID,
        person: Annotated[SignedIn, Depends(sessions.acting_reader)],
        category: Annotated[str, Form(max_length=40)] = "",
        reason: Annotated[str, Form(max_length=2000)] = "",
    ) -> Response:
        """Grant every patient of the thread this person may not open yet; a thread that is not there stays so."""
        person.access.require(Permission.break_glass)
        if refused := check_reason(category, reason):
            return not_here.respond(request, person, thread_id, refused)
        now = house.clock.now()
        async with house.database.unit_of_work() as uow:
            if await uow.session.get(Thread, thread_id) is None:
                return not_here.respond(request, person, thread_id)
            while True:
                try:
                    await require_thread(uow, person.access, thread_id, now)
                    break
                except OutsideRelation as closed:
                    await break_glass(uow, person.access, closed.patient_id, category, reason, now)
        return RedirectResponse(f"/console/threads/{thread_id}", 303)

    return routes
