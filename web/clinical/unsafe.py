"""`/clinical/unsafe`: reports that something was unsafe, read, replayed and decided by clinicians."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from conversations.safety import Level
from conversations.unsafe import service as unsafe
from core.access import Permission
from core.accounts import SignedIn
from core.errors import Refused
from web.clinical.routes import only
from web.parts import House
from web.rendering import Pages, page_language
from web.session import Sessions

PATH = "/clinical/unsafe"


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """The list, a report with its replay, and the decision."""
    routes = APIRouter(prefix=PATH, include_in_schema=False)

    async def clinician(request: Request) -> SignedIn:
        person = await sessions.person(request)
        await only(house, person, Permission.sign_clinical)
        return person

    async def deciding(request: Request, person: Annotated[SignedIn, Depends(clinician)]) -> SignedIn:
        return await sessions.genuine(request, person)

    Clinician = Annotated[SignedIn, Depends(clinician)]
    Deciding = Annotated[SignedIn, Depends(deciding)]
    Text = Annotated[str, Form(max_length=4000)]

    def at_words(at: datetime) -> str:
        return at.astimezone(house.clock.now().tzinfo).strftime("%Y-%m-%d %H:%M")

    async def one(
        request: Request,
        person: SignedIn,
        report_id: UUID,
        refused: Refused | None = None,
        typed: dict[str, str] | None = None,
    ) -> Response:
        async with house.database.unit_of_work() as uow:
            opened = await unsafe.open_report(
                uow, person, report_id, house.screen.screen, house.settings.data_folder, house.clock.now()
            )
        return pages.respond(
            request, "clinical/unsafe_report.html", page_language(request, person.language), 400 if refused else 200,
            person=person, opened=opened, refused=refused, typed=typed or {}, levels=[level.name for level in reversed(Level)],
            at_words=at_words,
        )  # fmt: skip

    @routes.get("")
    async def listing(request: Request, person: Clinician) -> Response:
        """All reports and all locked tests."""
        async with house.database.unit_of_work() as uow:
            found = await unsafe.reports(uow, person)
            tests = await unsafe.locked_tests(uow, person, house.screen.screen)
        return pages.respond(
            request, "clinical/unsafe.html", page_language(request, person.language), person=person, reports=found, tests=tests,
            at_words=at_words,
        )  # fmt: skip

    @routes.get("/{report_id}")
    async def read(request: Request, report_id: UUID, person: Clinician) -> Response:
        """The frozen conversation and its replay; opening it is audited."""
        return await one(request, person, report_id)

    @routes.post("/{report_id}/lock")
    async def lock(
        request: Request, report_id: UUID, person: Deciding, text: Text = "", level: Text = "", nobody: Text = ""
    ) -> Response:
        """Make a locked test of it."""
        async with house.database.unit_of_work() as uow:
            refused = await unsafe.lock(
                uow, person, report_id, text, level, house.clock.now(), is_confirmed=nobody == "yes"
            )
        if refused is not None:
            return await one(request, person, report_id, refused, {"text": text, "level": level})
        await unsafe.write_locked(house.database, house.settings.data_folder)
        return RedirectResponse(PATH, 303)

    @routes.post("/{report_id}/dismiss")
    async def dismiss(request: Request, report_id: UUID, person: Deciding, finding: Text = "") -> Response:
        """Close it without a test, with a reason."""
        async with house.database.unit_of_work() as uow:
            refused = await unsafe.dismiss(uow, person, report_id, finding, house.clock.now())
        if refused is not None:
            return await one(request, person, report_id, refused, {"finding": finding})
        return RedirectResponse(PATH, 303)

    return routes
