"""`/privacy/audit`: the audit to look through and to take away."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from core.access import Permission
from core.accounts import SignedIn
from core.audit_trail import AuditTrail
from core.sealing import verify
from web.parts import House
from web.privacy.reading import Asked, as_csv, cursor_of, filter_of, lines_of, read_cursor, staff_names
from web.rendering import Pages, page_language
from web.session import NotForRole, SessionOver, Sessions

PER_PAGE = 50
MOST_EXPORTED = 50_000
CHECKED_BATCHES = 200
"""Checked each time the page opens; the whole chain is checked by `./poradnia audit verify`."""


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """Routes under `/privacy`."""
    routes = APIRouter(prefix="/privacy", include_in_schema=False)
    zone = house.settings.zone

    async def officer(request: Request) -> SignedIn:
        person = await sessions.find(request)
        if person is None:
            raise SessionOver
        if not person.access.allows(Permission.read_audit):
            raise NotForRole(person)
        return person

    Officer = Annotated[SignedIn, Depends(officer)]
    Word = Annotated[str, Query(max_length=100, pattern=r"^[^\x00]*$")]

    def question(actor: Word = "", patient: Word = "", action: Word = "", since: Word = "", until: Word = "") -> Asked:
        return Asked(actor, patient, action, since, until)

    Question = Annotated[Asked, Depends(question)]

    @routes.get("/audit")
    async def audit(request: Request, person: Officer, asked: Question, before: Word = "") -> Response:
        """A page of events, and whether the newest batches are whole. Opening it is audited."""
        now = house.clock.now()
        async with house.database.unit_of_work() as uow:
            state = await verify(
                uow, bytes.fromhex(house.settings.secrets["audit"]), house.head, newest=CHECKED_BATCHES
            )
        async with house.database.unit_of_work() as uow:
            wanted = await filter_of(uow, asked, zone)
            found = await AuditTrail(uow, person.access).page(wanted, now, PER_PAGE + 1, read_cursor(before))
            names = await staff_names(uow)
        shown = found[:PER_PAGE]
        older = asked.address("/privacy/audit", before=cursor_of(shown[-1])) if len(found) > PER_PAGE else None
        return pages.respond(
            request,
            "privacy/audit.html",
            page_language(request, person.language),
            person=person,
            asked=asked,
            lines=lines_of(shown, names, zone),
            names=names,
            state=state,
            older=older,
            newest=asked.address("/privacy/audit") if before else None,
            export=asked.address("/privacy/audit.csv"),
            most=MOST_EXPORTED,
        )

    @routes.get("/audit.csv")
    async def audit_csv(person: Officer, asked: Question) -> Response:
        """The same events as a file. Taking it is audited."""
        async with house.database.unit_of_work() as uow:
            wanted = await filter_of(uow, asked, zone)
            found = await AuditTrail(uow, person.access).export(wanted, house.clock.now(), MOST_EXPORTED)
            names = await staff_names(uow)
        return Response(
            as_csv(lines_of(found, names, zone)),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="audit.csv"'},
        )

    return routes
