"""The routing table under `/routing`: read it, try it, change it with a reason, see what it was."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from starlette.responses import RedirectResponse

from core.access import Permission
from core.accounts import SignedIn
from core.errors import ConfigurationError, NotFound, Refused
from core.i18n import catalogue
from handoff.routing.agents import agents, candidates
from handoff.routing.rules import Decision, Facts, Table, decide
from handoff.routing.store import save, table_in_force, text_in_force, versions
from handoff.routing.tables import read_table
from web.parts import House
from web.rendering import Pages, page_language
from web.session import Sessions

CHANNELS = ("sms", "webchat", "voice")
LANGUAGES = ("pl", "en", "uk", "ru")
LONGEST_TEXT = 20_000


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """Routes of the routing table. Without the right there is nothing here (404)."""
    routes = APIRouter(prefix="/routing", include_in_schema=False)
    Reader = Annotated[SignedIn, Depends(sessions.anyone)]
    Actor = Annotated[SignedIn, Depends(sessions.acting)]
    Text = Annotated[str, Form(max_length=LONGEST_TEXT)]
    Word = Annotated[str, Form(max_length=300)]

    async def show(
        request: Request, person: SignedIn, *, refused: Refused | None = None, text: str | None = None, why: str = "",
        tried: dict[str, Any] | None = None,
    ) -> Response:  # fmt: skip
        if not person.access.allows(Permission.edit_routing):
            raise NotFound("page")
        language, now = page_language(request, person.language), house.clock.now()
        async with house.database.unit_of_work() as uow:
            in_force = await text_in_force(uow)
            kept = await versions(uow)
        table = read_table(in_force)
        words = catalogue(language)
        return pages.respond(
            request,
            "supervision/routing.html",
            language,
            422 if refused else 200,
            person=person,
            table=table,
            text=in_force if text is None or (refused and refused.reason == "routing-changed") else text,
            why=why,
            kept=kept,
            refused=refused,
            tried=tried,
            channels=CHANNELS,
            languages=LANGUAGES,
            reasons=sorted(key.removeprefix(REASON) for key in words.keys(REASON)),
            topics=sorted(key.removeprefix(TOPIC).replace("-", "_") for key in words.keys(TOPIC)),
            at_words=lambda at: at.astimezone(now.tzinfo).strftime("%Y-%m-%d %H:%M"),
        )

    @routes.get("")
    async def read(request: Request, person: Reader) -> Response:
        """The table in force."""
        return await show(request, person)

    @routes.post("")
    async def change(request: Request, person: Actor, text: Text = "", why: Word = "", basis: Word = "") -> Response:
        """Put a table in force."""
        async with house.database.unit_of_work() as uow:
            refused = await save(uow, house.jobs, person, text, why, basis, house.clock.now())
        if refused is not None:
            return await show(request, person, refused=refused, text=text, why=why)
        return RedirectResponse("/routing", 303)

    @routes.post("/try")
    async def what_if(
        request: Request, person: Actor, text: Text = "", reason: Word = "asked", topic: Word = "", channel: Word = "sms",
        spoken: Word = "pl", waited: Word = "0", urgent: Word = "",
    ) -> Response:  # fmt: skip
        """Who would get a conversation now, by the text as it stands in the form, saved or not."""
        if not person.access.allows(Permission.edit_routing):
            raise NotFound("page")
        seconds = int(waited) if waited.isascii() and waited.isdigit() and len(waited) < 7 else 0
        facts = Facts(reason, bool(urgent), spoken, channel, seconds, None, topic or None)
        now = house.clock.now()
        async with house.database.unit_of_work() as uow:
            try:
                table = read_table(text.replace("\r\n", "\n")) if text else await table_in_force(uow)
            except ConfigurationError as error:
                told = Refused("routing-table", {"why": str(error).removeprefix("routing: ")})
                return await show(request, person, refused=told, text=text)
            people = await agents(uow, table, now)
        decision = decide(table, facts, candidates(people, now, ()))
        names = {str(one.staff_id): one.name for one in people}
        return await show(request, person, text=text or None, tried=_told(table, facts, decision, names))

    return routes


REASON, TOPIC = "handoff-reason-", "intent-"


def _told(table: Table, facts: Facts, decision: Decision, names: dict[str, str]) -> dict[str, Any]:
    return {"queue": table.queues[decision.queue], "facts": facts, "decision": decision, "names": names}
