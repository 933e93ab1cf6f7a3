"""`/studio/checks`: asking the gate to publish, watching it, what stood in the way, versions and going back to one."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select

from core.access import Permission
from core.accounts import SignedIn
from core.errors import NotFound, Refused
from core.i18n import LANGUAGES
from knowledge import emergencies, signatures
from knowledge.asked import words_of
from knowledge.gate import service as gate
from knowledge.gate.models import OPEN, ConversationTest
from knowledge.gate.suite import shipped
from knowledge.intents import clinic_goals, editing
from knowledge.intents.models import BotVersion, IntentExample
from web.parts import House
from web.rendering import Pages, page_language
from web.session import Sessions

MOST_SHOWN = 300


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """Runs, versions, the suite. Who may edit content alone."""
    routes = APIRouter(prefix="/studio", include_in_schema=False)
    Reader = Annotated[SignedIn, Depends(sessions.anyone)]
    Actor = Annotated[SignedIn, Depends(sessions.acting)]
    Note = Annotated[str, Form(max_length=2000)]

    def respond(
        request: Request, template: str, person: SignedIn, refused: Refused | None = None, **values: Any
    ) -> Response:
        now = house.clock.now()
        return pages.respond(
            request, f"studio/{template}.html", page_language(request, person.language), 422 if refused else 200, person=person,
            refused=refused, languages=LANGUAGES, is_open=lambda run: run.state in OPEN,
            at_words=lambda at: at.astimezone(now.tzinfo).strftime("%d.%m.%Y %H:%M"), **values,
        )  # fmt: skip

    @routes.get("/checks")
    async def overview(request: Request, person: Reader) -> Response:
        """Runs and versions."""
        return await listed(request, person)

    async def listed(request: Request, person: SignedIn, refused: Refused | None = None, note: str = "") -> Response:
        async with house.database.unit_of_work() as uow:
            runs, found = await gate.runs(uow, person.access), await gate.versions(uow, person.access)
            count = len(await editing.changes(uow, person.access))
            waits = await emergencies.waiting(uow, person.access)
        live = found[0] if found else None
        return respond(
            request,
            "checks",
            person,
            refused,
            runs=runs,
            versions=found,
            live=live,
            count=count,
            note=note,
            open_count=len(waits),
        )

    @routes.post("/checks")
    async def publish(request: Request, person: Actor, note: Note = "") -> Response:
        """Check the draft and publish it if nothing stands against it."""
        async with house.database.unit_of_work() as uow:
            asked = await gate.ask_to_publish(uow, person, note, house.clock.now())
        if isinstance(asked, Refused):
            return await listed(request, person, asked, note)
        return RedirectResponse(f"/studio/checks/{asked.id}", 303)

    @routes.get("/checks/{run_id}")
    async def show(request: Request, run_id: UUID, person: Reader) -> Response:
        """How far a run is, and what it found. The page asks again while it works."""
        return await shown(request, person, run_id)

    async def shown(request: Request, person: SignedIn, run_id: UUID, refused: Refused | None = None) -> Response:
        async with house.database.unit_of_work() as uow:
            run = await gate.run_of(uow, person.access, run_id)
            told = [*run.report.get("failed", []), *run.report.get("unproved", [])]
            ids = [UUID(one["test_id"]) for one in told if one["test_id"]]
            own = (await uow.session.scalars(select(ConversationTest).where(ConversationTest.id.in_(ids)))).all()
            moved = {UUID(one["message"]) for one in run.report.get("moved", [])}
            asked = await words_of(uow, person.access, moved, ("bot_run", run_id), house.clock.now())
            called = clinic_goals.names(await clinic_goals.drafted(uow), page_language(request, person.language))
        said = {str(one.id): [step["say"] for step in one.steps] for one in own}
        return respond(request, "check", person, refused, run=run, said=said, asked=asked, called=called)

    @routes.post("/checks/{run_id}/cancel")
    async def cancel(request: Request, run_id: UUID, person: Actor) -> Response:
        """Stop a run that has not switched."""
        async with house.database.unit_of_work() as uow:
            done = await gate.cancel(uow, person, run_id, house.clock.now())
        if isinstance(done, Refused):
            return await shown(request, person, run_id, done)
        return RedirectResponse(f"/studio/checks/{run_id}", 303)

    @routes.get("/versions/{number}")
    async def version(request: Request, number: int, person: Reader) -> Response:
        """What a version changed."""
        return await version_shown(request, person, number)

    async def version_shown(
        request: Request, person: SignedIn, number: int, refused: Refused | None = None, note: str = ""
    ) -> Response:
        person.access.require(Permission.edit_content)
        if not 0 < number < 2**31:
            raise NotFound("version")
        async with house.database.unit_of_work() as uow:
            found = await uow.session.get(BotVersion, number)
            if found is None:
                raise NotFound("version")
            live = await editing.live_version(uow)
            added = await _rows(uow, IntentExample.added_in == number) if number > 1 else []
            removed = await _rows(uow, IntentExample.removed_in == number)
            goals = await clinic_goals.of_version(uow, number)
            told = editing.of_goals(await clinic_goals.of_version(uow, number - 1), goals)
            called = clinic_goals.names(goals, page_language(request, person.language))
            returning = await signatures.words_of_return(uow, found)
            content = await signatures.content_of_return(uow, found)
            signed = await signatures.signed_by(uow, content)
        return respond(
            request, "version", person, refused, version=found, live=live, note=note, told=told, called=called,
            added=added[:MOST_SHOWN], removed=removed[:MOST_SHOWN], counts=(len(added), len(removed)),
            returning=returning, safety=signatures.touches_safety(returning), content=content, signed=signed,
            is_mine=any(one.staff_id == person.staff_id for one in signed),
        )  # fmt: skip

    @routes.post("/versions/{number}")
    async def go_back(
        request: Request, number: int, person: Actor, note: Note = "", emergency: bool = Form(False)
    ) -> Response:
        """Let an earlier version answer again: with a second signature where safety differs, or at once with a reason."""
        async with house.database.unit_of_work() as uow:
            asked = await gate.ask_to_go_back(uow, person, number, note, house.clock.now(), is_emergency=emergency)
        if isinstance(asked, Refused):
            return await version_shown(request, person, number, asked, note)
        return RedirectResponse(f"/studio/checks/{asked.id}", 303)

    @routes.post("/versions/{number}/sign")
    async def sign(
        request: Request, number: int, person: Actor, content: Annotated[str, Form(max_length=200)]
    ) -> Response:
        """Stand for going back to a version that understands safety intents otherwise."""
        person.access.require(Permission.edit_content)
        async with house.database.unit_of_work() as uow:
            found = await uow.session.get(BotVersion, number) if 0 < number < 2**31 else None
            if found is None:
                raise NotFound("version")
            done = await signatures.sign_return(uow, person, found, content, house.clock.now())
        if isinstance(done, Refused):
            return await version_shown(request, person, number, done)
        return RedirectResponse(f"/studio/versions/{number}", 303)

    @routes.get("/tests")
    async def tests(request: Request, person: Reader) -> Response:
        """The suite: the clinic's own conversations, and those of the product."""
        async with house.database.unit_of_work() as uow:
            own = await gate.tests(uow, person.access)
        return respond(request, "tests", person, own=own, shipped=shipped())

    @routes.post("/tests/{test_id}")
    async def put_aside(test_id: UUID, person: Actor) -> Response:
        """Take a test out of the suite, or back into it."""
        async with house.database.unit_of_work() as uow:
            await gate.put_aside(uow, person.access, test_id, house.clock.now())
        return RedirectResponse("/studio/tests", 303)

    return routes


async def _rows(uow: Any, condition: Any) -> Sequence[IntentExample]:
    order = (
        select(IntentExample)
        .where(condition)
        .order_by(IntentExample.intent, IntentExample.language, IntentExample.text)
    )
    found: Sequence[IntentExample] = (await uow.session.scalars(order)).all()
    return found
