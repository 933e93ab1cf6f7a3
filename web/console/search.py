"""`/console/search`: patients and messages by what people say of themselves. A form, so that no name stands in an address."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from care.patients import service as patients
from care.patients.models import Patient
from care.policy import require_relation
from conversations.patient_merges import survivor_of
from conversations.search import Hit, MessageSearch
from core.access import Permission
from core.accounts import SignedIn
from core.i18n import Language, catalogue
from core.when.say import say_date, say_time
from web.console.record import read_record
from web.console.understood import born_words
from web.parts import House
from web.rendering import Pages, page_language
from web.session import NotForRole, Sessions

MOST_PATIENTS, MOST_MESSAGES = 20, 20
LONGEST_QUERY, LONGEST_SNIPPET = 100, 160
PHONE_END = 3
"""Digits of a telephone number that a row shows, to tell two people of one name apart."""


@dataclass(frozen=True)
class PatientRow:
    """A patient in the list: enough to tell whom one means, no more."""

    id: UUID
    name: str
    born: str
    phone_end: str


@dataclass(frozen=True)
class MessageRow:
    """A message in the list."""

    thread_id: UUID
    is_inbound: bool
    text: str
    at: str


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """The search and the records it leads to."""
    routes = APIRouter(prefix="/console", include_in_schema=False)

    async def reader(request: Request) -> SignedIn:
        """Who may read patients. Raises `SessionOver` or `NotForRole`."""
        person = await sessions.person(request)
        if not person.access.allows(Permission.read_patient):
            raise NotForRole(person)
        return person

    async def acting(request: Request) -> SignedIn:
        """As `reader`, for a form with the session's own token."""
        return await sessions.genuine(request, await reader(request))

    Reader = Annotated[SignedIn, Depends(reader)]
    Actor = Annotated[SignedIn, Depends(acting)]

    def page(request: Request, person: SignedIn, **values: Any) -> Response:
        nothing: dict[str, Any] = {"query": "", "people": None, "messages": None, "record": None}
        language = page_language(request, person.language)
        return pages.respond(request, "console/search.html", language, person=person, **nothing | values)

    @routes.get("/search")
    async def ask(request: Request, person: Reader) -> Response:
        """The empty box."""
        return page(request, person)

    @routes.post("/search")
    async def find(
        request: Request, person: Actor, query: Annotated[str, Form(max_length=LONGEST_QUERY)] = ""
    ) -> Response:
        """Whom and what one may open, the likeliest first. Audited as a search with its number of rows."""
        if not query.strip():
            return page(request, person)
        language, now = page_language(request, person.language), house.clock.now()
        async with house.database.unit_of_work() as uow:
            found = await patients.search(uow, person.access, query, now, MOST_PATIENTS)
            hits: list[Hit] = []
            if person.access.allows(Permission.read_thread):
                hits = await MessageSearch(uow, person.access).find(query, now, MOST_MESSAGES)
        return page(
            request, person, query=query, people=[patient_row(one, language, now) for one in found],
            messages=[_message(one, language, now) for one in hits],
        )  # fmt: skip

    @routes.get("/patients/{patient_id}")
    async def patient(request: Request, patient_id: UUID, person: Reader) -> Response:
        """One record with its coming visits: beside the list for a page that is there, else on a page of its own. Audited."""
        language = page_language(request, person.language)
        async with house.database.unit_of_work() as uow:
            stands = await survivor_of(uow, patient_id)
            if stands != patient_id:
                await require_relation(uow, person.access, stands, house.clock.now())
                return RedirectResponse(f"/console/patients/{stands}", 303)
            record = await read_record(uow, person, patient_id, language, house.clock.now())
        if request.headers.get("hx-request") == "true":
            return pages.respond(request, "console/patient.html", language, person=person, **record)
        return page(request, person, record=record, **record)

    return routes


def patient_row(one: Patient, language: Language, now: datetime) -> PatientRow:
    """A patient as a list shows them."""
    return PatientRow(one.id, one.name, born_words(one.birth_date, language, now), (one.phone or "")[-PHONE_END:])


def _message(one: Hit, language: Language, now: datetime) -> MessageRow:
    at = one.at.astimezone(now.tzinfo)
    day = say_date(at.date(), language, now=now, style="short")
    text = " ".join(one.text.split())
    if len(text) > LONGEST_SNIPPET:
        text = catalogue(language).text("search-snippet", text=text[:LONGEST_SNIPPET].rstrip())
    return MessageRow(one.thread_id, one.direction == "inbound", text, f"{day}, {say_time(at.time(), language)}")
