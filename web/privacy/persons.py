"""`/privacy/persons`: what is held of one patient, taking it out, correcting, marking and erasing it. For the privacy officer."""

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from starlette.responses import RedirectResponse, StreamingResponse

from care.patients import correction
from care.patients import service as patients
from care.patients.marks import MarkKind, end_mark, make_mark, open_marks
from care.patients.models import Patient
from conversations.inbox import PRIVACY_VERSION
from conversations.privacy.erasure import confirmation_of, get_erasure, reports_of
from conversations.privacy.holding import held_of
from core import audit
from core.access import Permission
from core.accounts import SignedIn
from core.errors import NotFound, Refused
from web.parts import House
from web.rendering import Pages, page_language
from web.session import NotForRole, Sessions

MOST_FOUND = 20
Short = Annotated[str, Form(max_length=300)]


class PersonPages:
    """Shows one person, or the search."""

    def __init__(self, house: House, pages: Pages) -> None:
        self._house = house
        self._pages = pages

    def respond(
        self, request: Request, template: str, person: SignedIn, *, status: int = 200, **values: Any
    ) -> Response:
        """A page in the person's language."""
        language = page_language(request, person.language)
        zone = self._house.settings.zone
        return self._pages.respond(request, template, language, status, person=person, zone=zone, **values)

    async def one(
        self, request: Request, person: SignedIn, patient_id: UUID, *, refused: Refused | None = None, done: str = ""
    ) -> Response:
        """A patient's record, what is held, and what can be done. Opening it is audited."""
        now = self._house.clock.now()
        async with self._house.database.unit_of_work() as uow:
            patient = await uow.session.get(Patient, patient_id)
            reports = await reports_of(uow, person.access, patient_id)
            if patient is None and not reports:
                raise NotFound("patient")
            held = await held_of(uow, patient_id, now)
            marks = await open_marks(uow, patient_id)
            audit.record(uow, person.access, "privacy.opened", "patient", patient_id, now)
        return self.respond(
            request,
            "privacy/person.html",
            person,
            status=422 if refused else 200,
            patient_id=patient_id,
            patient=patient,
            held=held,
            marks=marks,
            kinds=list(MarkKind),
            reports=reports,
            confirmation=confirmation_of(patient_id),
            refused=refused,
            done=done,
        )


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """Routes under `/privacy/persons` and `/privacy/erasures`."""
    routes = APIRouter(prefix="/privacy", include_in_schema=False)
    shown = PersonPages(house, pages)

    async def officer(request: Request) -> SignedIn:
        """The privacy officer. Raises `SessionOver` or `NotForRole`."""
        person = await sessions.person(request)
        if person.access.sites(Permission.manage_privacy) is not None:
            raise NotForRole(person)
        return person

    async def acting(request: Request) -> SignedIn:
        """As `officer`, for a form with the session's own token."""
        return await sessions.genuine(request, await officer(request))

    Reader = Annotated[SignedIn, Depends(officer)]
    Actor = Annotated[SignedIn, Depends(acting)]

    @routes.get("/persons")
    async def ask(request: Request, person: Reader) -> Response:
        """The search, and the newest erasures."""
        async with house.database.unit_of_work() as uow:
            reports = await reports_of(uow, person.access)
        return shown.respond(request, "privacy/persons.html", person, found=None, reports=reports, query="")

    @routes.post("/persons")
    async def find(request: Request, person: Actor, query: Short = "") -> Response:
        """Patients by name, number, mail, birth date or id. A form, so that no name stands in an address."""
        async with house.database.unit_of_work() as uow:
            now, found = house.clock.now(), await _found(uow.session.get, query)
            if found:
                audit.record(uow, person.access, "search", "patients", f"{len(found)} rows", now)
            else:
                found = await patients.search(uow, person.access, query, now, MOST_FOUND)
            reports = await reports_of(uow, person.access)
        return shown.respond(request, "privacy/persons.html", person, found=found, reports=reports, query=query)

    @routes.get("/persons/{patient_id}")
    async def one(request: Request, patient_id: UUID, person: Reader) -> Response:
        """One patient."""
        return await shown.one(request, person, patient_id)

    @routes.get("/persons/{patient_id}/export.json")
    async def export(patient_id: UUID, person: Reader) -> Response:
        """Everything, as a file for machines; written while it is read, so that its size does not matter."""
        await house.privacy.exports.begin(person.access, patient_id)
        return StreamingResponse(
            _bundle(house, patient_id),
            media_type="application/json",
            headers={"Content-Disposition": f'attachment; filename="export-{patient_id}.json"'},
        )

    @routes.get("/persons/{patient_id}/export")
    async def readable(request: Request, patient_id: UUID, person: Reader) -> Response:
        """Everything, to read and print."""
        await house.privacy.exports.begin(person.access, patient_id)
        found = [one async for one in house.privacy.exports.resources(patient_id, with_files=False)]
        kinds: dict[str, list[dict[str, Any]]] = {}
        for one in found:
            kinds.setdefault(one["resourceType"], []).append(one)
        return shown.respond(request, "privacy/export.html", person, kinds=kinds, at=house.clock.now())

    @routes.post("/persons/{patient_id}/correct")
    async def correct(
        request: Request, patient_id: UUID, person: Actor, given_name: Short = "", family_name: Short = "",
        birth_date: Short = "", phone: Short = "", mail: Short = "",
    ) -> Response:  # fmt: skip
        """Change what the record says."""
        said = correction.Corrected(given_name, family_name, birth_date, phone, mail)
        async with house.database.unit_of_work() as uow:
            result = await correction.correct(uow, person.access, patient_id, said, house.clock.now())
        refused = result if isinstance(result, Refused) else None
        return await shown.one(
            request, person, patient_id, refused=refused, done="" if refused else "privacy-done-corrected"
        )

    @routes.post("/persons/{patient_id}/mark")
    async def mark(
        request: Request, patient_id: UUID, person: Actor, kind: MarkKind = Form(), reason: Short = ""
    ) -> Response:
        """Set a legal hold or a restriction."""
        async with house.database.unit_of_work() as uow:
            refused = await make_mark(uow, person.access, patient_id, kind, reason, house.clock.now())
        return await shown.one(
            request, person, patient_id, refused=refused, done="" if refused else "privacy-done-mark"
        )

    @routes.post("/persons/{patient_id}/unmark")
    async def unmark(request: Request, patient_id: UUID, person: Actor, kind: MarkKind = Form()) -> Response:
        """Take it away."""
        async with house.database.unit_of_work() as uow:
            await end_mark(uow, person.access, patient_id, kind, house.clock.now())
        return await shown.one(request, person, patient_id, done="privacy-done-mark")

    @routes.post("/persons/{patient_id}/erase")
    async def erase(
        request: Request, patient_id: UUID, person: Actor, typed: Short = "",
        case: Annotated[list[UUID] | None, Form(max_length=200)] = None,
    ) -> Response:  # fmt: skip
        """Confirm an erasure; the worker does it within a minute."""
        async with house.database.unit_of_work() as uow:
            made = await house.privacy.erasures.confirm(
                uow, person.access, patient_id, typed, case or [], house.clock.now()
            )
        if isinstance(made, Refused):
            return await shown.one(request, person, patient_id, refused=made)
        return RedirectResponse(f"/privacy/erasures/{made.id}", 303)

    @routes.get("/persons/{patient_id}/{act}")
    async def again(patient_id: UUID, act: str, person: Reader) -> Response:
        """An act's address asked for again by the browser, as after another language was chosen."""
        return RedirectResponse(f"/privacy/persons/{patient_id}", 303)

    @routes.get("/erasures/{erasure_id}")
    async def erasure(request: Request, erasure_id: UUID, person: Reader) -> Response:
        """How far an erasure is, or its report."""
        async with house.database.unit_of_work() as uow:
            found = await get_erasure(uow, person.access, erasure_id)
        is_genuine = house.privacy.erasures.signer.is_genuine(found.report)
        return shown.respond(request, "privacy/erasure.html", person, erasure=found, is_genuine=is_genuine)

    @routes.get("/erasures/{erasure_id}/report.json")
    async def report(erasure_id: UUID, person: Reader) -> Response:
        """The signed report as a file, for `./poradnia privacy verify`."""
        async with house.database.unit_of_work() as uow:
            found = await get_erasure(uow, person.access, erasure_id)
        if found.report is None:
            raise NotFound("report")
        return Response(
            json.dumps(found.report, ensure_ascii=False, indent=1),
            media_type="application/json",
            headers={"Content-Disposition": f'attachment; filename="erasure-{erasure_id}.json"'},
        )

    return routes


def notice_router(house: House, pages: Pages) -> APIRouter:
    """`/privacy`: what patients read about their data. Public."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/privacy")
    async def notice(request: Request) -> Response:
        """The notice that first messages point to."""
        uses_provider = not house.settings.uses_simulator
        return pages.respond(
            request, "privacy/notice.html", page_language(request), version=PRIVACY_VERSION, uses_provider=uses_provider
        )

    return routes


async def _found(get: Any, query: str) -> list[Patient]:
    try:
        patient = await get(Patient, UUID(query.strip()))
    except ValueError:
        return []
    return [patient] if patient else []


async def _bundle(house: House, patient_id: UUID) -> AsyncIterator[str]:
    """A FHIR-like Bundle, resource by resource."""
    at = house.clock.now().isoformat()
    yield f'{{"resourceType":"Bundle","type":"collection","timestamp":"{at}","entry":[\n'
    separator = ""
    async for resource in house.privacy.exports.resources(patient_id):
        yield separator + json.dumps({"resource": resource}, ensure_ascii=False)
        separator = ",\n"
    yield "\n]}\n"
