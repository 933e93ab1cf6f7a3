"""A conversation as a test of the bot: what was said, without the person, for somebody who may read it to confirm."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from core.accounts import SignedIn
from core.errors import Refused
from knowledge.gate.from_case import keep, propose
from web.parts import House
from web.rendering import Pages, page_language
from web.session import Sessions


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """Propose and keep. Whoever may write notes in the conversation; audited."""
    routes = APIRouter(prefix="/console/cases", include_in_schema=False)
    Reader = Annotated[SignedIn, Depends(sessions.anyone)]
    Actor = Annotated[SignedIn, Depends(sessions.acting)]

    def respond(request: Request, person: SignedIn, refused: Refused | None, **values: Any) -> Response:
        language = page_language(request, person.language)
        status = 422 if refused else 200
        return pages.respond(
            request, "console/conversation_test.html", language, status, person=person, refused=refused, **values
        )

    @routes.get("/{case_id}/test")
    async def show(request: Request, case_id: UUID, person: Reader) -> Response:
        """The conversation without names and numbers."""
        async with house.database.unit_of_work() as uow:
            found = await propose(uow, person, case_id, house.clock.now())
        if isinstance(found, Refused):
            return respond(request, person, found, found=None, said=[], name="", kept=False)
        said = [words for words, _ in found.steps]
        kept = request.query_params.get("kept") == "1"
        return respond(request, person, None, found=found, said=said, name="", kept=kept)

    @routes.post("/{case_id}/test")
    async def make(
        request: Request,
        case_id: UUID,
        person: Actor,
        name: Annotated[str, Form(max_length=300)] = "",
        said: Annotated[list[str], Form(max_length=60)] = [],  # noqa: B006 - FastAPI copies it
        nobody: Annotated[str, Form(max_length=10)] = "",
    ) -> Response:
        """Keep it."""
        now = house.clock.now()
        async with house.database.unit_of_work() as uow:
            made = await keep(uow, person, case_id, name, said, now, is_confirmed=nobody == "yes")
            found = await propose(uow, person, case_id, now)
        if not isinstance(made, Refused):
            return RedirectResponse(f"/console/cases/{case_id}/test?kept=1", 303)
        shown = None if isinstance(found, Refused) else found
        return respond(request, person, made, found=shown, said=said, name=name, kept=False)

    return routes
