"""`/console/patients/{id}/merge`: two records of one person side by side, put together with a reason, and taken apart again."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from care.patients import service as patients
from conversations import patient_merges as merges
from core.access import Permission
from core.accounts import SignedIn
from core.errors import NotFound, Refused
from core.i18n import Language
from web.console.search import LONGEST_QUERY, MOST_PATIENTS, patient_row
from web.console.understood import born_words
from web.parts import House
from web.rendering import Pages, page_language
from web.session import NotForRole, Sessions


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """Choosing the other record, comparing, putting together, undoing."""
    routes = APIRouter(prefix="/console", include_in_schema=False)

    async def merger(request: Request) -> SignedIn:
        """Who may put records together. Raises `SessionOver` or `NotForRole`."""
        person = await sessions.person(request)
        if not person.access.allows(Permission.merge_patient):
            raise NotForRole(person)
        return person

    async def acting(request: Request) -> SignedIn:
        """As `merger`, for a form with the session's own token."""
        return await sessions.genuine(request, await merger(request))

    Reader = Annotated[SignedIn, Depends(merger)]
    Actor = Annotated[SignedIn, Depends(acting)]

    def page(request: Request, person: SignedIn, status: int = 200, **values: Any) -> Response:
        nothing: dict[str, Any] = {
            "people": None,
            "query": "",
            "sides": None,
            "stops": None,
            "refused": None,
            "reason": "",
        }
        language = page_language(request, person.language)
        return pages.respond(request, "console/merge.html", language, status, person=person, **nothing | values)

    async def compared(
        request: Request, person: SignedIn, ids: tuple[UUID, UUID], refused: Refused | None = None, reason: str = ""
    ) -> Response:
        now = house.clock.now()
        async with house.database.unit_of_work() as uow:
            found = await merges.compare(uow, person.access, ids, now)
            stops = await merges.what_stops(uow, found[0].patient, found[1].patient)
        rows = _rows(found, page_language(request, person.language), now)
        return page(
            request, person, 422 if refused else 200, sides=found, rows=rows, stops=stops, refused=refused, reason=reason,
            patient_id=ids[0], shortest=merges.SHORTEST, longest=merges.LONGEST,
        )  # fmt: skip

    @routes.get("/patients/{patient_id}/merge")
    async def ask(request: Request, patient_id: UUID, person: Reader) -> Response:
        """Which other record is meant. Opening the first one is audited."""
        async with house.database.unit_of_work() as uow:
            first = await patients.get(uow, person.access, patient_id, house.clock.now())
        return page(request, person, patient_id=patient_id, first=first)

    @routes.post("/patients/{patient_id}/merge")
    async def find(
        request: Request, patient_id: UUID, person: Actor, query: Annotated[str, Form(max_length=LONGEST_QUERY)] = ""
    ) -> Response:
        """Records that may be the other one."""
        now, language = house.clock.now(), page_language(request, person.language)
        async with house.database.unit_of_work() as uow:
            first = await patients.get(uow, person.access, patient_id, now)
            found = await patients.search(uow, person.access, query, now, MOST_PATIENTS) if query.strip() else []
        people = [patient_row(one, language, now) for one in found if one.id != patient_id]
        return page(request, person, patient_id=patient_id, first=first, people=people, query=query)

    @routes.get("/patients/{patient_id}/merge/{other_id}")
    async def compare(request: Request, patient_id: UUID, other_id: UUID, person: Reader) -> Response:
        """Both, with what differs and what stands in the way. Opening is audited for each."""
        return await compared(request, person, (patient_id, other_id))

    @routes.post("/patients/{patient_id}/merge/{other_id}")
    async def put_together(
        request: Request,
        patient_id: UUID,
        other_id: UUID,
        person: Actor,
        reason: Annotated[str, Form(max_length=merges.LONGEST * 2)] = "",
    ) -> Response:
        """The first record survives."""
        async with house.database.unit_of_work() as uow:
            made = await merges.merge(uow, person.access, patient_id, other_id, reason, house.clock.now())
            stands = await merges.survivor_of(uow, patient_id)
        if not isinstance(made, Refused):
            return RedirectResponse(f"/console/patients/{patient_id}", 303)
        if made.reason == "merge-replaced":  # Somebody else was quicker: there are no two records to show.
            return page(request, person, 422, refused=made, stands=stands)
        return await compared(request, person, (patient_id, other_id), made, reason)

    @routes.post("/merges/{merge_id}/undo")
    async def undo(request: Request, merge_id: UUID, person: Actor) -> Response:
        """Two records again."""
        async with house.database.unit_of_work() as uow:
            found = await uow.session.get(merges.PatientMerge, merge_id)
            if found is None:
                raise NotFound("merge")
            refused = await merges.undo(uow, person.access, merge_id, house.clock.now())
            stands = await merges.survivor_of(uow, found.survivor_id)
        if refused is not None:
            return page(request, person, 422, refused=refused, stands=stands)
        return RedirectResponse(f"/console/patients/{found.survivor_id}", 303)

    return routes


def _rows(sides: list[merges.Side], language: Language, now: datetime) -> list[tuple[str, list[str], bool]]:
    """Line by line: what it is, what each record says, whether they differ."""
    of = [one.patient for one in sides]
    said = [
        ("name", [one.name for one in of]),
        ("born", [born_words(one.birth_date, language, now) for one in of]),
        ("pesel", [one.pesel or "" for one in of]),
        ("phone", [one.phone or "" for one in of]),
        ("mail", [one.mail or "" for one in of]),
        ("number", [one.external_id or "" for one in of]),
    ]
    facts = [(what, values, len(set(values)) > 1) for what, values in said]
    return facts + [(place, [str(one.counts[place]) for one in sides], False) for place in sides[0].counts]
