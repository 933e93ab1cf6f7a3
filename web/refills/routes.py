"""`/refills`: the clinicians' inbox of refill requests; `/medicines/{patient_id}`: what a patient takes regularly."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from care.patients import service as patients
from care.patients.models import Patient
from care.policy import require_relation
from care.refills import service as refills
from care.refills.models import Medication, RefillState
from care.refills.rules import default_rules
from care.refills.service import LONGEST_REASON, Statement
from conversations.adherence import plans
from conversations.models import Case
from conversations.outreach.models import ConsentSource
from core.access import Permission
from core.accounts import SignedIn
from core.errors import Refused
from handoff.refills import RefillDesk
from web.parts import House
from web.rendering import Pages, page_language
from web.session import Sessions

MAX_TYPED = 120
SOURCES = [one.value for one in ConsentSource if one is not ConsentSource.carrier]


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """Inbox, decision, medicines on file. Clinicians alone decide; every opening is audited."""
    routes = APIRouter(include_in_schema=False)
    desk = RefillDesk(house.messages)
    Reader = Annotated[SignedIn, Depends(sessions.anyone)]
    Actor = Annotated[SignedIn, Depends(sessions.acting)]
    Typed = Annotated[str, Form(max_length=MAX_TYPED)]

    async def inbox(request: Request, person: SignedIn, **values: Any) -> Response:
        language, now = page_language(request, person.language), house.clock.now()
        async with house.database.unit_of_work() as uow:
            items = await refills.inbox(uow, person.access, now)
            cases = [await uow.session.get(Case, item.request.case_id) for item in items]
            threads = {case.id: case.thread_id for case in cases if case is not None}
        rules = default_rules()
        given = {"refused": None, "done": None, "about": None, "typed": ""} | values
        return pages.respond(
            request, "refills/inbox.html", language, 422 if given["refused"] else 200, person=person, items=items,
            threads=threads, source=lambda rule: rules.source(rule, language), version=rules.version, longest=LONGEST_REASON,
            at_words=lambda at: at.astimezone(now.tzinfo).strftime("%d.%m.%Y %H:%M"), **given,
        )  # fmt: skip

    async def medicines(
        request: Request, person: SignedIn, patient_id: UUID, refused: Refused | None = None, typed: Any = None
    ) -> Response:
        language, now = page_language(request, person.language), house.clock.now()
        async with house.database.unit_of_work() as uow:
            await require_relation(uow, person.access, patient_id, now)
            patient = await patients.get(uow, person.access, patient_id, now)
            taken = await refills.on_file(uow, person.access, patient_id)
            plan, kept = await plans.standing_plan(uow, patient_id), await plans.kept(uow, patient_id, now)
        return pages.respond(
            request, "refills/medicines.html", language, 422 if refused else 200, person=person, patient=patient,
            medicines=taken, refused=refused, typed=typed or {}, longest=MAX_TYPED, plan=plan, kept=kept, sources=SOURCES,
            at_words=lambda at: at.astimezone(now.tzinfo).strftime("%d.%m. %H:%M"),
        )  # fmt: skip

    @routes.get("/refills")
    async def show(request: Request, person: Reader) -> Response:
        """Everything that waits for a clinician's decision."""
        person.access.require(Permission.decide_refill)
        return await inbox(request, person)

    @routes.post("/refills/{request_id}")
    async def decide(
        request: Request,
        request_id: UUID,
        person: Actor,
        outcome: Annotated[Literal["approved", "declined", "visit"], Form()],
        reason: Annotated[str, Form(max_length=4 * LONGEST_REASON)] = "",
        is_exception: Annotated[bool, Form()] = False,
    ) -> Response:
        """Approve, decline, or ask for a visit; the patient is told at once."""
        async with house.database.unit_of_work() as uow:
            done = await desk.decide(
                uow, person, request_id, RefillState(outcome), reason, house.clock.now(), is_exception=is_exception
            )
        person.access.require(Permission.decide_refill)  # After the attempt has been audited.
        if isinstance(done, Refused):
            return await inbox(request, person, refused=done, about=request_id, typed=reason)
        async with house.database.unit_of_work() as uow:
            name = (await uow.session.get_one(Patient, done.patient_id)).name
        return await inbox(request, person, done={"name": name, "state": done.state.value})

    @routes.get("/medicines/{patient_id}")
    async def on_file(request: Request, patient_id: UUID, person: Reader) -> Response:
        """What the patient takes."""
        person.access.require(Permission.decide_refill)
        return await medicines(request, person, patient_id)

    @routes.post("/medicines/{patient_id}")
    async def add(
        request: Request,
        patient_id: UUID,
        person: Actor,
        name: Typed = "",
        substance: Typed = "",
        dose: Typed = "",
        reason: Typed = "",
        issued_on: Typed = "",
        days: Typed = "",
    ) -> Response:
        """Put a medicine on file."""
        person.access.require(Permission.decide_refill)
        said = _statement(name, substance, dose, reason, issued_on, days)
        done: Medication | Refused = said if isinstance(said, Refused) else Refused("")
        if isinstance(said, Statement):
            async with house.database.unit_of_work() as uow:
                done = await refills.record_medication(
                    uow, person.access, person.staff_id, patient_id, said, house.clock.now()
                )
        if isinstance(done, Refused):
            typed = {
                "name": name, "substance": substance, "dose": dose, "reason": reason, "issued_on": issued_on, "days": days
            }  # fmt: skip
            return await medicines(request, person, patient_id, done, typed)
        return RedirectResponse(f"/medicines/{patient_id}", 303)

    @routes.post("/medicines/{patient_id}/reminders")
    async def remind(
        request: Request, patient_id: UUID, person: Actor, hours: Typed = "", until: Typed = "", source: Typed = ""
    ) -> Response:
        """Remind the patient of medicines at these hours, as they asked."""
        async with house.database.unit_of_work() as uow:
            now = house.clock.now()
            done = await plans.start(uow, person.access, person.staff_id, patient_id, hours, until, source, now)
        if isinstance(done, Refused):
            typed = {"hours": hours, "until": until, "source": source}
            return await medicines(request, person, patient_id, done, typed)
        return RedirectResponse(f"/medicines/{patient_id}#reminders", 303)

    @routes.post("/medicines/{patient_id}/reminders/end")
    async def remind_no_more(patient_id: UUID, person: Actor) -> Response:
        """No more reminders of medicines."""
        async with house.database.unit_of_work() as uow:
            await plans.end(uow, person.access, person.staff_id, patient_id, house.clock.now())
        return RedirectResponse(f"/medicines/{patient_id}#reminders", 303)

    @routes.post("/medicines/{patient_id}/{medication_id}/end")
    async def end(patient_id: UUID, medication_id: UUID, person: Actor) -> Response:
        """No longer taken."""
        async with house.database.unit_of_work() as uow:
            now = house.clock.now()
            await refills.end_medication(uow, person.access, person.staff_id, patient_id, medication_id, now)
        return RedirectResponse(f"/medicines/{patient_id}", 303)

    return routes


def _statement(name: str, substance: str, dose: str, reason: str, issued_on: str, days: str) -> Statement | Refused:
    """The form as the domain takes it."""
    incomplete = Refused("medication-incomplete")
    if days.strip() and not (days.strip().isdecimal() and 0 < int(days) <= 366):
        return incomplete
    try:
        on = date.fromisoformat(issued_on.strip()) if issued_on.strip() else None
    except ValueError:
        return incomplete
    count = int(days) if days.strip() else None
    return Statement(name.strip(), substance.strip(), dose.strip(), reason.strip() or None, on, count)
