"""Booking, moving and calling off visits from beside the conversation."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from care.appointments import service as appointments
from care.appointments.offers import Offer
from care.appointments.rules import Payer, VisitKind
from care.patients.service import PersonRole
from conversations.models import Case
from conversations.policy import require_thread
from core.access import Permission
from core.accounts import SignedIn
from core.errors import NotFound, Refused
from core.when.say import say_when
from handoff.booking import LONGEST_NAME, DeskBooking, Named
from web.console.routes import ConsolePages
from web.parts import House
from web.rendering import Pages, page_language
from web.session import Sessions

PAYERS: tuple[Payer, ...] = ("nfz", "private")
KINDS: tuple[VisitKind, ...] = ("first", "follow_up")
ROLES: tuple[PersonRole, ...] = ("child", "parent", "partner", "other")
MOST_OFFERS = 6
Act = Literal["look", "book", "move", "cancel"]


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """`/console/cases/{id}/booking`: the patient's visits, free hours, and what is done with them."""
    routes = APIRouter(prefix="/console/cases", include_in_schema=False)
    console, desk = ConsolePages(house, pages, sessions), DeskBooking(house.messages)
    Reader = Annotated[SignedIn, Depends(sessions.reader)]
    Actor = Annotated[SignedIn, Depends(sessions.acting_reader)]

    async def show(
        request: Request, person: SignedIn, case_id: UUID, refused: Refused | None = None, *, specialty: str = "",
        payer: Payer = "private", since: str = "", visit: str = "", done: str = "", named: Named | None = None,
    ) -> Response:  # fmt: skip
        person.access.require(Permission.reply_thread)
        person.access.require(Permission.book_appointment)
        now, language = house.clock.now(), page_language(request, person.language)
        offers: list[Offer] = []
        async with house.database.unit_of_work() as uow:
            case = await uow.session.get(Case, case_id)
            if case is None:
                raise NotFound("case")
            await require_thread(uow, person.access, case.thread_id, now)
            fields = await appointments.specialties(uow)
            visits = []
            if case.patient_id is not None:
                visits = await appointments.list_visits(uow, person.access, case.patient_id, None, now)
            moved = next((one for one in visits if str(one.id) == visit), None)
            wanted = moved.specialty if moved else specialty
            if any(field.code == wanted for field in fields):
                offers = await appointments.search_offers(
                    uow, person.access, specialty=wanted, start=_from(since, now), payer=_payer(moved.payer) if moved else payer,
                    limit=MOST_OFFERS, now=now,
                )  # fmt: skip
        return console.fragment(
            request, "console/booking.html", person, refused, case_id=case_id, visits=visits, offers=offers, fields=fields,
            is_known=case.patient_id is not None, specialty=specialty, payer=payer, payers=PAYERS, kinds=KINDS, since=since, visit=visit,
            named=named, roles=ROLES if case.patient_id is not None else ("self", *ROLES), today=now.date(),
            has_looked=bool(specialty or visit), key=uuid4().hex, done=done, tongue=language,
            at=lambda moment: say_when(moment, language, now=now, style="short"),
        )  # fmt: skip

    @routes.get("/{case_id}/booking")
    async def look(
        request: Request,
        case_id: UUID,
        person: Reader,
    ) -> Response:
        """The patient's coming visits, and what to look for."""
        return await show(request, person, case_id)

    @routes.post("/{case_id}/booking")
    async def act(
        request: Request,
        case_id: UUID,
        person: Actor,
        act: Annotated[Act, Form()],
        offer: Annotated[str, Form(max_length=300)] = "",
        specialty: Annotated[str, Form(max_length=40)] = "",
        since: Annotated[str, Form(max_length=10)] = "",
        visit: Annotated[str, Form(max_length=40)] = "",
        payer: Annotated[Payer, Form()] = "private",
        kind: Annotated[VisitKind, Form()] = "first",
        referral: Annotated[str, Form(max_length=20)] = "",
        key: Annotated[str, Form(max_length=40)] = "",
        name: Annotated[str, Form(max_length=LONGEST_NAME)] = "",
        born: Annotated[str, Form(max_length=10)] = "",
        role: Annotated[PersonRole, Form()] = "other",
    ) -> Response:
        """Look for free hours (posted, so that no specialty stands in an address), or do it and tell the patient."""
        if act == "look":
            return await show(request, person, case_id, specialty=specialty, payer=payer, since=since, visit=visit)
        now = house.clock.now()
        named = Named(name, born, role) if name.strip() or born.strip() else None
        async with house.database.unit_of_work() as uow:
            if act == "book":
                found = await desk.book(
                    uow, person, case_id, offer_key=offer, payer=payer, visit_kind=kind, referral_code=referral.strip() or None,
                    key=key, now=now, whom=named,
                )  # fmt: skip
            elif act == "move":
                found = await desk.move(uow, person, case_id, _id(visit), offer_key=offer, now=now)
            else:
                found = await desk.cancel(uow, person, case_id, _id(visit), now)
        if isinstance(found, Refused):
            return await show(
                request, person, case_id, found, specialty=specialty, payer=payer, since=since, visit=visit, named=named
            )
        if request.headers.get("hx-request") != "true":
            async with house.database.unit_of_work() as uow:
                case = await uow.session.get_one(Case, case_id)
            return RedirectResponse(f"/console/threads/{case.thread_id}", 303)
        return await show(request, person, case_id, done=act)

    return routes


def _id(text: str) -> UUID:
    """Raises `NotFound` for what is no id."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("appointment") from None


def _payer(value: str | None) -> Payer | None:
    return value if value in PAYERS else None


def _from(since: str, now: datetime) -> datetime | None:
    """The beginning of the day typed, if it is one that is still to come within a year."""
    try:
        day = date.fromisoformat(since)
    except ValueError:
        return None
    begins = datetime.combine(day, time(), now.tzinfo)
    return begins if now < begins < now + timedelta(days=366) else None
