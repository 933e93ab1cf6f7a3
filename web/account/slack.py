"""`/account/slack`: one's own link to Slack: a one-time code to send to the bot there, and the way back."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from core.access import Permission
from core.accounts import SignedIn
from handoff.slack.links import unlink
from web.parts import House
from web.rendering import Pages, page_language
from web.session import Sessions


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """For those who answer patients; where Slack is not set up, nothing happens."""
    routes = APIRouter(prefix="/account/slack", include_in_schema=False)
    Acting = Annotated[SignedIn, Depends(sessions.acting)]

    @routes.post("")
    async def code(request: Request, person: Acting) -> Response:
        """A fresh code, shown once."""
        person.access.require(Permission.reply_thread)
        if not house.slack.settings.is_set_up:
            return RedirectResponse("/account", 303)
        async with house.database.unit_of_work() as uow:
            made = await house.slack.links.new_code(uow, person, house.clock.now())
        return pages.respond(
            request, "account/slack.html", page_language(request, person.language), person=person, code=made
        )

    @routes.post("/unlink")
    async def end(person: Acting) -> Response:
        """Nothing written in Slack is taken as theirs any more."""
        person.access.require(Permission.reply_thread)
        async with house.database.unit_of_work() as uow:
            await unlink(uow, person, house.clock.now())
        return RedirectResponse("/account", 303)

    return routes
