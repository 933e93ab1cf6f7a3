"""`/studio/effects`: what each change did for patients, and what content nobody needs or nobody looked at for long."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from core.accounts import SignedIn
from knowledge import effects
from web.parts import House
from web.rendering import Pages, page_language
from web.session import Sessions


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """One page of counts, for who may edit content."""
    routes = APIRouter(prefix="/studio", include_in_schema=False)

    @routes.get("/effects")
    async def show(request: Request, person: Annotated[SignedIn, Depends(sessions.anyone)]) -> Response:
        """Before and after, by article and by version of the bot."""
        language, now = page_language(request, person.language), house.clock.now()
        async with house.database.unit_of_work() as uow:
            articles = await effects.of_articles(uow, person.access, language, now)
            versions = await effects.of_versions(uow, person.access, now)
            idle = await effects.idle(uow, person.access, language, now)
        return pages.respond(
            request, "studio/effects.html", language, person=person, refused=None, articles=articles, versions=versions, idle=idle,
            enough=effects.ENOUGH, today=now.date(), day_words=lambda at: at.astimezone(now.tzinfo).strftime("%d.%m.%Y"),
        )  # fmt: skip

    return routes
