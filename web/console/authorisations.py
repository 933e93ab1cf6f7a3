"""Who may act for a patient, as the console shows and keeps it: recorded by staff who saw the evidence, withdrawn at any time."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from care.authorisations import service as authorisations
from care.authorisations.models import Basis, Evidence, PatientIs, Scope
from conversations.models import Case
from core.access import Permission
from core.accounts import SignedIn
from core.db import UnitOfWork
from core.errors import NotFound, Refused
from core.i18n import Language
from core.when import find_date
from web.console.record import read_record
from web.console.routes import ConsolePages
from web.parts import House
from web.rendering import Pages, page_language
from web.session import Sessions

MAX_NAME = 120


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """The two acts under `/console`; both answer with the patient's panel as it is then."""
    routes = APIRouter(prefix="/console", include_in_schema=False)
    console = ConsolePages(house, pages, sessions)
    Actor = Annotated[SignedIn, Depends(sessions.acting_agent)]
    Word = Annotated[str, Form(max_length=30)]

    async def panel(
        request: Request, person: SignedIn, case_id: UUID, result: object, typed: dict[str, Any] | None = None
    ) -> Response:
        now, language = house.clock.now(), page_language(request, person.language)
        async with house.database.unit_of_work() as uow:
            case = await _case(uow, case_id)
            if request.headers.get("hx-request") != "true":
                return RedirectResponse(f"/console/threads/{case.thread_id}", 303)
            record = await read_record(uow, person, _patient(case), language, now)
        refused = result if isinstance(result, Refused) else None
        if typed is not None and refused is not None:
            record["typed"] = typed
        return console.fragment(request, "console/patient.html", person, refused, case=case, **record)

    @routes.post("/cases/{case_id}/authorisations")
    async def record(
        request: Request,
        case_id: UUID,
        person: Actor,
        name: Annotated[str, Form(max_length=MAX_NAME)] = "",
        born: Word = "",
        phone: Word = "",
        patient_is: Word = "",
        basis: Word = "",
        scopes: Annotated[list[str] | None, Form()] = None,
        evidence: Word = "",
        until: Word = "",
        is_agreed: Annotated[bool, Form()] = False,
    ) -> Response:
        """Record who may act for the case's patient, by what right, and what was seen."""
        person.access.require(Permission.edit_patient)
        now, language = house.clock.now(), page_language(request, person.language)
        said = _statement(name, born, phone, patient_is, basis, scopes or [], evidence, until, is_agreed, language, now)
        result: object = said
        if not isinstance(said, Refused):
            async with house.database.unit_of_work() as uow:
                patient_id = _patient(await _case(uow, case_id))
                result = await authorisations.record(uow, person.access, person.staff_id, patient_id, said, now)
        typed = {
            "name": name, "born": born, "phone": phone, "patient_is": patient_is, "basis": basis, "scopes": scopes or [],
            "evidence": evidence, "until": until, "is_agreed": is_agreed,
        }  # fmt: skip
        return await panel(request, person, case_id, result, typed)

    @routes.post("/cases/{case_id}/authorisations/{authorisation_id}/withdraw")
    async def withdraw(request: Request, case_id: UUID, authorisation_id: UUID, person: Actor) -> Response:
        """End it from now on."""
        async with house.database.unit_of_work() as uow:
            patient_id = _patient(await _case(uow, case_id))
            ended = await authorisations.withdraw(
                uow, person.access, person.staff_id, authorisation_id, house.clock.now()
            )
            if ended != patient_id:
                raise NotFound("authorisation")
        return await panel(request, person, case_id, None)

    return routes


def _statement(
    name: str, born: str, phone: str, patient_is: str, basis: str, scopes: list[str], evidence: str, until: str,
    is_agreed: bool, language: Language, now: datetime,
) -> authorisations.Statement | Refused:  # fmt: skip
    """The form as the domain takes it; a word that is none of the offered, or an unreadable day, is incomplete."""
    ends: date | None = _day(until, language, now)
    if until.strip() and ends is None:
        return Refused("authorisation-incomplete")
    try:
        return authorisations.Statement(
            name, _day(born, language, now), phone, PatientIs(patient_is), Basis(basis), [Scope(one) for one in scopes],
            Evidence(evidence), is_agreed, ends,
        )  # fmt: skip
    except ValueError:
        return Refused("authorisation-incomplete")


def _day(text: str, language: Language, now: datetime) -> date | None:
    """A day as a date field sends it, or as people write it."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return find_date(text, now=now, language=language)


async def _case(uow: UnitOfWork, case_id: UUID) -> Case:
    case: Case | None = await uow.session.get(Case, case_id)
    if case is None or case.patient_id is None:
        raise NotFound("patient")
    return case


def _patient(case: Case) -> UUID:
    assert case.patient_id is not None, "checked when the case was read"
    return case.patient_id
