"""`/studio/unanswered`: what the bot did not answer, grouped, without the patient; each becomes an article, an example, or nothing."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from core.accounts import SignedIn
from core.errors import Refused
from knowledge import unanswered
from knowledge.intents import clinic_goals
from knowledge.intents.editing import LONGEST
from knowledge.intents.uses import intents as known_intents
from web.parts import House
from web.rendering import Pages, page_language
from web.session import Sessions
from web.studio.intents import with_shown_names


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """The list and one question. Who may review alone; reading is audited too."""
    routes = APIRouter(prefix="/studio", include_in_schema=False)
    Reader = Annotated[SignedIn, Depends(sessions.anyone)]
    Actor = Annotated[SignedIn, Depends(sessions.acting)]

    def respond(
        request: Request, template: str, person: SignedIn, refused: Refused | None = None, **values: Any
    ) -> Response:
        now = house.clock.now()
        return pages.respond(
            request, f"studio/{template}.html", page_language(request, person.language), 422 if refused else 200, person=person,
            refused=refused, longest=LONGEST, all_intents=known_intents(), states=unanswered.STATES,
            at_words=lambda at: at.astimezone(now.tzinfo).strftime("%d.%m.%Y %H:%M"), **values,
        )  # fmt: skip

    @routes.get("/unanswered")
    async def overview(
        request: Request, person: Reader, state: str = "open", page: Annotated[int, Query(ge=0, le=10_000)] = 0
    ) -> Response:
        """The questions, those asked most often first."""
        return await listed(request, person, state, page)

    async def listed(
        request: Request, person: SignedIn, state: str, page: int = 0, refused: Refused | None = None
    ) -> Response:
        wanted = state if state in unanswered.STATES else "open"
        async with house.database.unit_of_work() as uow:
            counts = await unanswered.counts(uow, person.access)
            rows = await unanswered.groups(uow, person.access, wanted, page, house.clock.now())
        more = (page + 1) * unanswered.PAGE < counts[wanted]
        return respond(
            request, "unanswered", person, refused, rows=rows, counts=counts, state=wanted, page=page, has_more=more
        )

    @routes.get("/unanswered/{group_id}")
    async def show(request: Request, group_id: UUID, person: Reader) -> Response:
        """One question: the ways it was asked, the nearest intent, what can be made of it."""
        return await shown(request, person, group_id)

    async def shown(
        request: Request, person: SignedIn, group_id: UUID, refused: Refused | None = None, words: str = "", into: str = ""
    ) -> Response:  # fmt: skip
        async with house.database.unit_of_work() as uow:
            found, state = await unanswered.group(uow, person.access, group_id, house.clock.now())
            near = await house.nearness.of(uow, found.words, "")
            called = clinic_goals.names(await clinic_goals.drafted(uow), page_language(request, person.language))
        refused = with_shown_names(refused, called, page_language(request, person.language))
        chosen = into or (near.intent if near else "")
        return respond(
            request, "unanswered_one", person, refused, group=found, state=state, near=near, words=words or found.words, into=chosen,
            called=called,
        )  # fmt: skip

    @routes.post("/unanswered/{group_id}")
    async def decide(
        request: Request, group_id: UUID, person: Actor, act: Annotated[str, Form(max_length=20)] = "",
        words: Annotated[str, Form(max_length=2000)] = "", into: Annotated[str, Form(max_length=60)] = "",
        nobody: Annotated[str, Form(max_length=5)] = "",
    ) -> Response:  # fmt: skip
        """What is to come of it."""
        now, is_confirmed, target = house.clock.now(), nobody == "yes", "/studio/unanswered"
        async with house.database.unit_of_work() as uow:
            refused: Refused | None = Refused("unanswered-act")
            await unanswered.group(uow, person.access, group_id, now)
            if act == "ignore":
                refused = await unanswered.ignore(uow, person, group_id, now)
            elif act == "back":
                refused = await unanswered.put_back(uow, person, group_id, now)
            elif act == "article":
                refused = await unanswered.to_article(uow, person, group_id, words, is_confirmed=is_confirmed)
                target = f"/studio/articles/new?unanswered={group_id}"
            elif act == "intent" and into in known_intents():
                refused = await unanswered.to_intent(uow, person, group_id, into, words, now, is_confirmed=is_confirmed)
                target = f"/studio/intents/{into}"
        if refused is not None:
            return await shown(request, person, group_id, refused, words, into)
        return RedirectResponse(target, 303)

    return routes
