"""`/privacy/processors`: who gets data outside the house. For the privacy officer; recording and ending are audited."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from core.access import Permission
from core.accounts import SignedIn
from core.errors import Refused
from core.processors import LONGEST, NAMES, Entry, end, enter, is_recorded, processors
from web.parts import House
from web.privacy.reading import staff_names
from web.rendering import Pages, page_language
from web.session import NotForRole, Sessions


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """The list, a new record, its end."""
    routes = APIRouter(prefix="/privacy/processors", include_in_schema=False)
    Word = Annotated[str, Form(max_length=LONGEST * 2)]

    def officer(person: SignedIn) -> SignedIn:
        if not person.access.allows(Permission.manage_privacy):
            raise NotForRole(person)
        return person

    async def reading(request: Request) -> SignedIn:
        return officer(await sessions.person(request))

    async def acting(request: Request) -> SignedIn:
        return await sessions.genuine(request, await reading(request))

    Reader = Annotated[SignedIn, Depends(reading)]
    Actor = Annotated[SignedIn, Depends(acting)]

    async def show(
        request: Request, person: SignedIn, refused: Refused | None = None, typed: Entry | None = None
    ) -> Response:
        async with house.database.unit_of_work() as uow:
            found, names = await processors(uow, person.access), await staff_names(uow)
            today = house.clock.now().astimezone(house.settings.zone).date()
            may_send = await is_recorded(uow, "model", today)
        return pages.respond(
            request, "privacy/processors.html", page_language(request, person.language), 422 if refused else 200, person=person,
            found=found, staff=names, zone=house.settings.zone, refused=refused, kinds=NAMES, longest=LONGEST,
            typed=typed or Entry("", "", "", "", "", today), is_set_up=house.slack.settings.is_set_up,
            model_state=_model_state(house, may_send=may_send),
        )  # fmt: skip

    @routes.get("")
    async def listed(request: Request, person: Reader) -> Response:
        """Every record, those in force first."""
        return await show(request, person)

    @routes.post("")
    async def recorded(
        request: Request, person: Actor, name: Word = "", company: Word = "", country: Word = "", agreement: Word = "",
        retention: Word = "", since: Word = "",
    ) -> Response:  # fmt: skip
        """Record one; what was in force under that name ends."""
        entry = Entry(name, company, country, agreement, retention, _day(since))
        async with house.database.unit_of_work() as uow:
            refused = await enter(uow, person, entry, house.clock.now())
        return await show(request, person, refused, entry) if refused else RedirectResponse("/privacy/processors", 303)

    @routes.post("/end")
    async def ended(person: Actor, name: Word = "") -> Response:
        """Send nothing there any more."""
        async with house.database.unit_of_work() as uow:
            await end(uow, person, name, house.clock.now())
        return RedirectResponse("/privacy/processors", 303)

    return routes


def _model_state(house: House, *, may_send: bool) -> str:
    """What the language model may do: `off` (none is set), `unrecorded`, `agents` (helps them alone) or `articles` (rewords them, too)."""
    if not house.settings.llm:
        return "off"
    if not may_send:
        return "unrecorded"
    return "articles" if house.settings.llm_rephrase else "agents"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
