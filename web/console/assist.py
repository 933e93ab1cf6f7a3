"""Help by the language model beside a conversation: a summary, and an approved answer as a draft. It sends nothing."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from core.accounts import SignedIn
from core.errors import Refused
from knowledge.model.assisting import Assisting
from web.parts import House
from web.rendering import Pages, page_language
from web.session import Sessions


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """`/console/assist/{id}/summary` and `/draft`: fragments, asked for by a button; audited."""
    routes = APIRouter(prefix="/console/assist", include_in_schema=False)
    assisting = Assisting(house.database, house.clock, house.model, house.library)
    Actor = Annotated[SignedIn, Depends(sessions.acting_agent)]

    def respond(request: Request, person: SignedIn, template: str, found: object) -> Response:
        refused = found if isinstance(found, Refused) else None
        language = page_language(request, person.language)
        return pages.respond(request, template, language, person=person, refused=refused, found=found)

    @routes.post("/{case_id}/summary")
    async def summary(request: Request, case_id: UUID, person: Actor) -> Response:
        """The conversation in a few lines."""
        found = await assisting.summary(person, case_id, page_language(request, person.language))
        return respond(request, person, "console/summary.html", found)

    @routes.post("/{case_id}/draft")
    async def draft(request: Request, case_id: UUID, person: Actor) -> Response:
        """An approved answer to what was asked last."""
        return respond(request, person, "console/draft.html", await assisting.draft(person, case_id))

    return routes
