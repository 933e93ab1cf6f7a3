"""`/studio/closed-days`: a site, or the whole clinic, sees nobody on a day."""

import hashlib
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from care.appointments import closing
from care.appointments.service import sites
from core.accounts import SignedIn
from core.errors import Refused
from core.when.say import say_date
from web.parts import House
from web.rendering import Pages, page_language
from web.session import Sessions


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """Who may edit content alone; every act is audited and holds from the next message on."""
    routes = APIRouter(prefix="/studio/closed-days", include_in_schema=False)
    Reader = Annotated[SignedIn, Depends(sessions.anyone)]
    Actor = Annotated[SignedIn, Depends(sessions.acting)]
    Word = Annotated[str, Form(max_length=200)]

    async def show(
        request: Request, person: SignedIn, typed: dict[str, str] | None = None, refused: Refused | None = None, told: str = "",
        closed: closing.Closing | None = None,
    ) -> Response:  # fmt: skip
        language, now = page_language(request, person.language), house.clock.now()
        async with house.database.unit_of_work() as uow:
            rows, places = await closing.upcoming(uow, person.access, now), await sites(uow)
        return pages.respond(
            request, "studio/closed_days.html", language, 422 if refused else 200, person=person, refused=refused, rows=rows,
            places=places, today=now.date(), typed=typed or {}, told=told, closing=closed, is_saved="saved" in request.query_params,
            longest=closing.LONGEST_NAME, day_words=lambda day: say_date(day, language, now=now),
        )  # fmt: skip

    @routes.get("")
    async def look(request: Request, person: Reader) -> Response:
        """Closed days from today on."""
        return await show(request, person)

    @routes.post("")
    async def close(
        request: Request, person: Actor, day: Word = "", site: Word = "", pl: Word = "", en: Word = "", told: Word = ""
    ) -> Response:
        """Close a day, once its writer has seen which, where, and how many visits are booked then."""
        typed = {"day": day, "site": site, "pl": pl, "en": en}
        if not site:
            return await show(request, person, typed, Refused("closing-site"))
        try:
            wanted, where = date.fromisoformat(day.strip()), None if site == "all" else UUID(site)
        except ValueError:
            return await show(request, person, typed, Refused("closing-day"))
        seen = hashlib.sha256(repr((wanted, where, pl, en)).encode()).hexdigest()[:32]
        found = None
        async with house.database.unit_of_work() as uow:
            done = await closing.close_day(uow, person.access, wanted, where, (pl, en), house.clock.now())
            if not isinstance(done, Refused) and told != seen:
                found = await closing.with_visits(uow, person.access, done, house.clock.now())
                uow.session.expunge_all()
                await uow.session.rollback()
        if isinstance(done, Refused):
            return await show(request, person, typed, done)
        if found is not None:
            return await show(request, person, typed, None, seen, found)
        return RedirectResponse("/studio/closed-days?saved", 303)

    @routes.post("/reopen")
    async def reopen(request: Request, person: Actor, closed: Annotated[UUID, Form()], sure: Word = "") -> Response:
        """See people again that day, once somebody has said so."""
        if sure != "yes":
            return await show(request, person, None, Refused("unsure"))
        async with house.database.unit_of_work() as uow:
            await closing.reopen_day(uow, person.access, closed, house.clock.now())
        return RedirectResponse("/studio/closed-days?saved", 303)

    return routes
