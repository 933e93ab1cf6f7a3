"""`/studio/facts`: what the sites say of themselves, and when they are open. The price list and closed days are led to from here."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from care.appointments import opening, site_facts
from care.appointments.service import sites
from care.appointments.site_facts import SiteFacts
from core.access import Permission
from core.accounts import SignedIn
from core.errors import Refused
from core.when.say import say_when
from knowledge import relying
from knowledge.service import facts_changed
from web.parts import House
from web.rendering import Pages, page_language
from web.session import Sessions


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """Who may edit content alone, at the sites where they may; every change is audited and holds from the next message on."""
    routes = APIRouter(prefix="/studio/facts", include_in_schema=False)
    Reader = Annotated[SignedIn, Depends(sessions.anyone)]
    Actor = Annotated[SignedIn, Depends(sessions.acting)]

    @routes.get("")
    async def overview(request: Request, person: Reader) -> Response:
        """All sites with their facts."""
        person.access.require(Permission.edit_content)
        now = house.clock.now()
        async with house.database.unit_of_work() as uow:
            places = [one for one in await sites(uow) if person.access.allows(Permission.edit_content, one.id)]
            held = [(one, await site_facts.of_site(uow, person.access, one.id)) for one in places]
            outside = {one.id: await site_facts.outside(uow, person.access, one.id, now) for one in places}
        return pages.respond(
            request, "studio/facts.html", page_language(request, person.language), person=person, refused=None, held=held,
            outside=outside, say_day=opening.say_day,
        )  # fmt: skip

    async def show(
        request: Request, person: SignedIn, site_id: UUID, form: dict[str, str], held: SiteFacts, *,
        refused: Refused | None = None, **told: Any,
    ) -> Response:  # fmt: skip
        language, now = page_language(request, person.language), house.clock.now()
        async with house.database.unit_of_work() as uow:
            outside = await site_facts.outside(uow, person.access, site_id, now)
        known = {"faults": {}, "rewordings": [], "left": [], "told": "", "theirs": {}} | told
        return pages.respond(
            request, "studio/facts_site.html", language, 422 if refused else 200, person=person, refused=refused,
            site_id=site_id, form=form, held=held, seen=held.mark, outside=outside, longest=site_facts.LONGEST,
            needed=site_facts.NEEDED, longest_day=opening.LONGEST, is_saved="saved" in request.query_params,
            when=lambda at: say_when(at, language, now=now), **known,
        )  # fmt: skip

    @routes.get("/sites/{site_id}")
    async def look(request: Request, site_id: UUID, person: Reader) -> Response:
        """One site's facts, to be changed."""
        async with house.database.unit_of_work() as uow:
            held = await site_facts.of_site(uow, person.access, site_id)
        return await show(request, person, site_id, held.form(), held)

    @routes.post("/sites/{site_id}")
    async def change(request: Request, site_id: UUID, person: Actor) -> Response:
        """Let the site say this, once its writer has seen what somebody else saved and which articles change."""
        form = {key: str(value) for key, value in (await request.form()).items()}
        now = house.clock.now()
        async with house.database.unit_of_work() as uow:
            held = await site_facts.of_site(uow, person.access, site_id)
        wanted = site_facts.read(form)
        if isinstance(wanted, dict):
            return await show(
                request,
                person,
                site_id,
                form,
                held,
                refused=Refused("facts-faults", {"count": len(wanted)}),
                faults=wanted,
            )
        seen, told = form.get("seen", ""), form.get("told", "")
        if told != wanted.mark:
            async with house.database.unit_of_work() as uow:
                before = await relying.known(uow, now.date())
                done = await site_facts.save(uow, person.access, site_id, wanted, seen, now)
                found, left = [], []
                if not isinstance(done, Refused):
                    after = await relying.known(uow, now.date())
                    found = await relying.rewordings(uow, before, after, house.settings.public_url)
                    left = await site_facts.outside(uow, person.access, site_id, now) if "week" in done else []
                await uow.session.rollback()
            if found or left:
                return await show(
                    request, person, site_id, wanted.form(), held, rewordings=found, left=left, told=wanted.mark
                )
        async with house.database.unit_of_work() as uow:
            done = await site_facts.save(uow, person.access, site_id, wanted, seen, now)
            if not isinstance(done, Refused) and done:
                await facts_changed(uow)
        if isinstance(done, Refused):
            theirs, mine = held.form(), wanted.form()
            is_changed = done.reason == "facts-changed"
            differing = {name: theirs[name] for name in mine if mine[name] != theirs[name]} if is_changed else {}
            return await show(request, person, site_id, mine, held, refused=done, theirs=differing)
        return RedirectResponse(f"/studio/facts/sites/{site_id}?saved", 303)

    return routes
