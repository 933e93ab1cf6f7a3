"""`/measurements/{patient_id}`: vital signs as measured, and the rules that watch them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from care.patients import service as patients
from care.vitals.models import Origin, VitalAlarm
from conversations.vitals import Recorded, Vitals, in_unit
from core.access import Permission
from core.accounts import SignedIn
from core.errors import Refused
from web.parts import House
from web.rendering import Pages, page_language
from web.session import Sessions


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """Reading and adding; clinicians alone."""
    routes = APIRouter(prefix="/measurements", include_in_schema=False)
    vitals = Vitals(house.messages, house.cases)
    Reader = Annotated[SignedIn, Depends(sessions.anyone)]
    Actor = Annotated[SignedIn, Depends(sessions.acting)]
    Typed = Annotated[str, Form(max_length=30)]

    async def page(
        request: Request,
        person: SignedIn,
        patient_id: UUID,
        refused: Refused | None = None,
        typed: dict[str, str] | None = None,
        alarms: tuple[VitalAlarm, ...] = (),
    ) -> Response:
        now = house.clock.now()
        async with house.database.unit_of_work() as uow:
            newest = await vitals.newest(uow, person.access, patient_id, now)
            patient = await patients.get(uow, person.access, patient_id, now)
        return pages.respond(
            request, "refills/measurements.html", page_language(request, person.language), 422 if refused else 200,
            person=person, patient=patient, measurements=newest, refused=refused, typed=typed or {}, alarms=alarms,
            kinds=vitals.watch.kinds, rules=vitals.watch.rules, sources=vitals.watch.sources, version=vitals.watch.version,
            origins=[one.value for one in Origin], in_unit=in_unit,
            at_words=lambda at: at.astimezone(now.tzinfo).strftime("%d.%m.%Y %H:%M"),
        )  # fmt: skip

    @routes.get("/{patient_id}")
    async def show(request: Request, patient_id: UUID, person: Reader) -> Response:
        """The latest measurements."""
        person.access.require(Permission.decide_refill)
        return await page(request, person, patient_id)

    @routes.post("/{patient_id}")
    async def add(
        request: Request, patient_id: UUID, person: Actor, kind: Typed = "", value: Typed = "", origin: Typed = "clinic"
    ) -> Response:
        """Keep a measurement of now; the alarms it raised are shown."""
        async with house.database.unit_of_work() as uow:
            done = await vitals.record(
                uow, person.access, person.staff_id, patient_id, kind, value, origin, None, house.clock.now()
            )
        if isinstance(done, Recorded) and not done.alarms:
            return RedirectResponse(f"/measurements/{patient_id}", 303)
        if isinstance(done, Recorded):
            return await page(request, person, patient_id, alarms=tuple(done.alarms))
        return await page(request, person, patient_id, done, {"kind": kind, "value": value, "origin": origin})

    return routes
