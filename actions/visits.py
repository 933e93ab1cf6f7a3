"""A patient's own visits: hearing of them, saying that one comes, and calling one off. Told to the contact point they were booked
from, or to who is proven.
"""

from dataclasses import replace
from uuid import UUID

from actions.context import Call, Events, HouseAction
from actions.corrections import Said
from actions.offers import VISIT_SLOTS
from actions.persons import forget_person
from actions.reach import nothing_found, visits_of, visits_reach
from actions.reading import Reading, yes_or_no
from actions.visit_forms import MAX_CHOICES, ValidateVisitForm, chosen_visit, chosen_visit_id
from care.appointments import service as appointments
from care.appointments.confirming import confirm
from care.appointments.offers import Visit
from conversations.protocols import Choice
from core.errors import NotFound, Refused


class ValidateVisits(ValidateVisitForm):
    """Whose visits?"""

    action_name = "validate_visits_form"
    needs_visit = False
    asks = ("patient_name", "birth_date")


class ListVisits(HouseAction):
    """Tells the visits; the same words whether the person is unknown here or has none."""

    action_name = "action_list_visits"

    async def act(self, call: Call) -> Events:
        """One message for each visit, at most five."""
        visits = await visits_of(call)
        if not visits:
            await nothing_found(call, "list_visits")
        for visit in visits[:MAX_CHOICES]:
            call.say(
                "visit-line",
                at={"when": visit.start.isoformat()},
                clinician=visit.clinician_name,
                address=visit.site_address,
            )
        forget_person(call)
        return []


class ValidateCancel(ValidateVisitForm):
    """The visit, and the yes to calling it off."""

    action_name = "validate_cancel_form"
    asks = ("patient_name", "birth_date", "visit", "cancel_confirmed")

    async def _take_more(self, call: Call, said: Said, reading: Reading, requested: str) -> bool:
        answer = yes_or_no(call.text, call.intent)
        if answer is None:
            return False
        call.set("cancel_confirmed", "yes" if answer else "no")
        return True

    async def _more(self, call: Call, visit: Visit) -> str | None:
        return None if call.slot("cancel_confirmed") else "cancel_confirmed"


class AskCancelConfirmation(HouseAction):
    """Reads the visit back before it is called off."""

    action_name = "action_ask_cancel_form_cancel_confirmed"

    async def act(self, call: Call) -> Events:
        """Say day, hour and person, with yes and no."""
        visit = await chosen_visit(call)
        if visit is None:
            call.say("visits-none")
            return []
        choices = (Choice("yes", "choice-yes-cancel", "/affirm"), Choice("no", "choice-no-keep", "/deny"))
        call.say("confirm-cancel", choices, at={"when": visit.start.isoformat()}, clinician=visit.clinician_name)
        return []


class CancelVisit(HouseAction):
    """Calls the visit off, once."""

    action_name = "action_cancel_visit"
    is_lasting = True

    async def act(self, call: Call) -> Events:
        """Cancel after a yes; say what happened in any case."""
        visit_id = chosen_visit_id(call)
        if visit_id is None:
            await nothing_found(call, "cancel_visit")
        elif call.slot("cancel_confirmed") != "yes":
            call.say("cancel-kept")
        else:
            await self._cancel(call, visit_id)
        forget_visit(call)
        return []

    async def _cancel(self, call: Call, visit_id: UUID) -> None:
        reach = await visits_reach(call)
        access, point = (reach.access, reach.contact_point_id) if reach else (call.access, call.contact_point_id)
        try:
            done = await appointments.cancel(
                call.uow, access, visit_id, by="patient", now=call.now, contact_point_id=point
            )
        except NotFound:
            call.say("visits-none")
            return
        if isinstance(done, Refused):
            call.say(f"refused-{done.reason}")
            return
        visit = await appointments.describe(call.uow, done)
        call.say("cancelled", (Choice("book", "choice-book-again", "/book"),), at={"when": visit.start.isoformat()})


class ValidateConfirm(ValidateVisitForm):
    """Which visit will they come to?"""

    action_name = "validate_confirm_form"


class ConfirmVisit(HouseAction):
    """Notes that the patient comes."""

    action_name = "action_confirm_visit"
    is_lasting = True

    async def act(self, call: Call) -> Events:
        """Confirm the visit at the hour it has now; say what happened in any case."""
        reach, visit = await visits_reach(call), await chosen_visit(call)
        if reach is None or visit is None:
            await nothing_found(call, "confirm_visit")
        else:
            access = replace(reach.access, patient_id=reach.patient.id)
            done = await confirm(call.uow, access, visit.id, start=visit.start, now=call.now)
            key = f"refused-{done.reason}" if isinstance(done, Refused) else "visit-confirmed"
            call.say(key, at={"when": visit.start.isoformat()}, address=visit.site_address)
        forget_visit(call)
        return []


def forget_visit(call: Call) -> None:
    """Clear what was asked about a visit and its person."""
    for name in VISIT_SLOTS:
        call.set(name, None)
    forget_person(call)
