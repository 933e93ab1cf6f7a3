"""A patient's own visits: hearing of them and calling one off. Told to the contact point they were booked from, or to who is proven."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from actions.booking import interrupts
from actions.context import Call, Events, HouseAction, slot_set
from actions.offers import inform
from actions.persons import ask_person, forget_person, needs_person, note_role, read_person
from actions.reach import nothing_found, visits_of, visits_reach
from actions.reading import read, yes_or_no
from care.appointments import service as appointments
from care.appointments.offers import Visit
from conversations.protocols import Choice
from core.errors import NotFound, Refused

MAX_CHOICES = 5


class ValidateVisits(HouseAction):
    """Takes the person out of the message."""

    action_name = "validate_visits_form"

    async def act(self, call: Call) -> Events:
        """Name and birth date, or the choice same/other."""
        note_role(call)
        requested = call.slot("requested_slot")
        reading = read(call.text, call.lexicon, call.language, call.now)
        if requested and (interrupts(call, reading, requested) or not read_person(call, requested)):
            return []
        return [slot_set("requested_slot", needs_person(call))]


class AskVisitsPerson(HouseAction):
    """Whose visits?"""

    action_name = "action_ask_visits_form_patient_name"

    async def act(self, call: Call) -> Events:
        """Ask for name and birth date, or whether it is the same person."""
        ask_person(call, "ask-patient-for-visits")
        return []


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


class ValidateCancel(HouseAction):
    """Takes the person, the visit, and the yes out of the message."""

    action_name = "validate_cancel_form"

    async def act(self, call: Call) -> Events:
        """What was taken, and the next question; without visits the form ends at once."""
        note_role(call)
        requested = call.slot("requested_slot")
        reading = read(call.text, call.lexicon, call.language, call.now)
        if requested and interrupts(call, reading, requested):
            return []
        if requested in ("patient_name", "birth_date") and not read_person(call, requested):
            return []
        if requested == "visit" and not await self._read_visit(call):
            return []
        if requested == "cancel_confirmed":
            answer = yes_or_no(call.text, call.intent)
            if answer is None:
                return []
            call.set("cancel_confirmed", "yes" if answer else "no")
        return [slot_set("requested_slot", await self._next(call))]

    async def _read_visit(self, call: Call) -> bool:
        visits = await visits_of(call)
        wanted = [visit for visit in visits if str(visit.id) == call.option] or _named(call, visits)
        if len(wanted) != 1:
            return False
        call.set("visit", str(wanted[0].id))
        return True

    async def _next(self, call: Call) -> str | None:
        if person := needs_person(call):
            return person
        if not call.slot("visit"):
            visits = await visits_of(call)
            if not visits:
                return None
            if len(visits) > 1:
                return "visit"
            call.set("visit", str(visits[0].id))
        return None if call.slot("cancel_confirmed") else "cancel_confirmed"


class AskCancelPerson(HouseAction):
    """Whose visit?"""

    action_name = "action_ask_cancel_form_patient_name"

    async def act(self, call: Call) -> Events:
        """Ask for name and birth date, or whether it is the same person."""
        ask_person(call, "ask-patient-for-visits")
        return []


class AskCancelVisit(HouseAction):
    """Which visit?"""

    action_name = "action_ask_cancel_form_visit"

    async def act(self, call: Call) -> Events:
        """The visits as choices."""
        visits = await visits_of(call)
        call.say("cancel-which", tuple(_visit_choice(visit) for visit in visits[:MAX_CHOICES]))
        return []


class AskCancelConfirmation(HouseAction):
    """Reads the visit back before it is called off."""

    action_name = "action_ask_cancel_form_cancel_confirmed"

    async def act(self, call: Call) -> Events:
        """Say day, hour and person, with yes and no."""
        visit = next((one for one in await visits_of(call) if str(one.id) == call.slot("visit")), None)
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
    slots: ClassVar[tuple[str, ...]] = ("visit", "cancel_confirmed")

    async def act(self, call: Call) -> Events:
        """Cancel after a yes; say what happened in any case."""
        visit_id = call.slot("visit")
        if not visit_id:
            await nothing_found(call, "cancel_visit")
        elif call.slot("cancel_confirmed") != "yes":
            call.say("cancel-kept")
        else:
            await self._cancel(call, UUID(visit_id))
        for name in self.slots:
            call.set(name, None)
        forget_person(call)
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


def _visit_choice(visit: Visit) -> Choice:
    args = {"at": {"when": visit.start.isoformat()}, "clinician": visit.clinician_name}
    return Choice(str(visit.id), "choice-visit", inform(str(visit.id)), args)


def _named(call: Call, visits: list[Visit]) -> list[Visit]:
    """The visits that a day, an hour or a name in the message fits."""
    reading = read(call.text, call.lexicon, call.language, call.now)
    fitting = visits
    if reading.times:
        fitting = [
            visit for visit in fitting if all(_within(visit.start, span.start, span.end) for span in reading.times)
        ]
    if reading.clinicians:
        fitting = [visit for visit in fitting if str(visit.clinician_id) in reading.clinicians]
    return fitting if reading.times or reading.clinicians else []


def _within(at: datetime, start: datetime | None, end: datetime | None) -> bool:
    return (start is None or start <= at) and (end is None or at < end)
