"""Sending the patient a link to the transcript, from beside the conversation."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from conversations import transcript_links as links
from conversations.models import Case
from conversations.policy import require_thread
from core.access import Permission
from core.accounts import SignedIn
from core.errors import NotFound, Refused
from web.console.routes import ConsolePages
from web.parts import House
from web.rendering import Pages
from web.session import Sessions


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """`/console/cases/{id}/transcript`: what the link will be; then that it is on its way."""
    routes = APIRouter(prefix="/console/cases", include_in_schema=False)
    console = ConsolePages(house, pages, sessions)
    days = house.settings.transcript_days
    Reader = Annotated[SignedIn, Depends(sessions.agent)]
    Actor = Annotated[SignedIn, Depends(sessions.acting_agent)]

    @routes.get("/{case_id}/transcript")
    async def form(request: Request, case_id: UUID, person: Reader) -> Response:
        """What the patient will get."""
        person.access.require(Permission.reply_thread)
        async with house.database.unit_of_work() as uow:
            case = await uow.session.get(Case, case_id)
            if case is None:
                raise NotFound("case")
            await require_thread(uow, person.access, case.thread_id, house.clock.now())
        return console.fragment(
            request, "console/transcript_link.html", person, None, case_id=case_id, link=None, days=days
        )

    @routes.post("/{case_id}/transcript")
    async def send(request: Request, case_id: UUID, person: Actor) -> Response:
        """Send it where the patient last wrote from."""
        async with house.database.unit_of_work() as uow:
            case = await uow.session.get(Case, case_id)
            if case is None:
                raise NotFound("case")
            made = await links.send(
                uow, person.access, house.messages, case_id, house.settings.public_url, timedelta(days=days), house.clock.now()
            )  # fmt: skip
        if request.headers.get("hx-request") != "true" and not isinstance(made, Refused):
            return RedirectResponse(f"/console/threads/{case.thread_id}", 303)
        refused, link = (made, None) if isinstance(made, Refused) else (None, made)
        return console.fragment(
            request, "console/transcript_link.html", person, refused, case_id=case_id, link=link, days=days
        )

    return routes
