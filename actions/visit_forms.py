"""What every request about a visit one already has begins with: whose it is, and which one."""

from typing import ClassVar
from uuid import UUID

from actions.booking import interrupts
from actions.changes import moves_about
from actions.context import Call, Events, HouseAction, slot_set
from actions.corrections import Said, heard, mended_name
from actions.offers import forget_times, inform
from actions.persons import ask_person, assume_same, needs_person, note_role, read_person
from actions.reach import note_notice, visits_of
from actions.reading import Reading, read
from care.appointments.offers import Visit
from conversations.protocols import Choice
from core.when import TimeSpan

MAX_CHOICES = 5
AGAIN = "again"
"""The slot was lost in the last step: the same visit, another time."""


class ValidateVisitForm(HouseAction):
    """Takes the person, and where one is needed the visit, out of a message; a form with more questions adds its own."""

    needs_visit: ClassVar[bool] = True
    asks: ClassVar[tuple[str, ...]] = ("patient_name", "birth_date", "visit")
    """The questions in their order: what "go back" goes through."""

    async def act(self, call: Call) -> Events:
        """What was taken, and the next question; without visits the form ends at once."""
        note_role(call)
        requested = call.slot("requested_slot")
        said = heard(call.text)
        reading = read(said.text, call.lexicon, call.language, call.now)
        if requested is None:
            await self._begin(call)
        elif moves_about(call, reading, requested, self.asks):
            call.set(requested, call.slot(requested))  # Rasa takes no answer for one that sets no slot.
        elif interrupts(call, reading, requested) or not await self._take(call, said, reading, requested):
            return []
        return [slot_set("requested_slot", await self._next(call))]

    async def _begin(self, call: Call) -> None:
        """What stands in the slots is another request's, unless this form has begun again within its turn."""
        if call.slot("move_confirmed") != AGAIN:
            forget_times(call)
            await note_notice(call)

    async def _take(self, call: Call, said: Said, reading: Reading, requested: str) -> bool:
        """The answer to the question; True if there was one."""
        name = call.slot("patient_name")
        if name and (mended := mended_name(str(name), said)) is not None:
            call.set("patient_name", mended)
            call.set("visit", None)
            return True
        if requested in ("patient_name", "birth_date"):
            return read_person(call, requested)
        if requested == "visit":
            return await self._take_visit(call)
        return await self._take_more(call, said, reading, requested)

    async def _take_more(self, call: Call, said: Said, reading: Reading, requested: str) -> bool:
        """The answer to a question of this form's own."""
        return False

    async def _take_visit(self, call: Call) -> bool:
        visits = await visits_of(call)
        wanted = [visit for visit in visits if str(visit.id) == call.option] or named_visits(call, visits, call.text)
        if len(wanted) != 1:
            return False
        call.set("visit", str(wanted[0].id))
        return True

    async def _next(self, call: Call) -> str | None:
        assume_same(call)
        if not call.slot("visit_notice") and (person := needs_person(call)):
            return person
        if not self.needs_visit:
            return None
        visits = await visits_of(call)
        if not call.slot("visit"):
            if len(visits) > 1:
                visits = self._hinted(call, visits) or visits
            if not visits:
                return None
            if len(visits) > 1:
                return "visit"
            call.set("visit", str(visits[0].id))
        found = next((one for one in visits if str(one.id) == call.slot("visit")), None)
        return await self._more(call, found) if found is not None else None

    def _hinted(self, call: Call, visits: list[Visit]) -> list[Visit]:
        """The one visit that earlier words named, if they did."""
        return []

    async def _more(self, call: Call, visit: Visit) -> str | None:
        """The next question of this form's own, None when all is known."""
        return None


class AskPerson(HouseAction):
    """Whose visit?"""

    action_name = "action_ask_patient_name"

    async def act(self, call: Call) -> Events:
        """Ask for name and birth date, or whether it is the same person."""
        ask_person(call, "ask-patient-for-visits")
        return []


class AskVisit(HouseAction):
    """Which visit?"""

    action_name = "action_ask_visit"

    async def act(self, call: Call) -> Events:
        """The visits as choices; the words are those of the form that asks."""
        form = str((call.tracker.active_loop or {}).get("name") or "visits_form")
        visits = await visits_of(call)
        call.say(f"{form.removesuffix('_form')}-which", tuple(visit_choice(visit) for visit in visits[:MAX_CHOICES]))
        return []


async def chosen_visit(call: Call) -> Visit | None:
    """The visit the form is about, if it is still within reach."""
    return next((one for one in await visits_of(call) if str(one.id) == call.slot("visit")), None)


def chosen_visit_id(call: Call) -> UUID | None:
    """The id of the visit the form is about."""
    return UUID(str(call.slot("visit"))) if call.slot("visit") else None


def named_visits(call: Call, visits: list[Visit], text: str) -> list[Visit]:
    """The visits that a day, an hour, a specialty or a name in the text fits; none if it names nothing."""
    reading = read(text, call.lexicon, call.language, call.now)
    fitting = fitting_times(visits, reading.times)
    if reading.clinicians:
        fitting = [visit for visit in fitting if str(visit.clinician_id) in reading.clinicians]
    if reading.specialties:
        fitting = [visit for visit in fitting if visit.specialty in reading.specialties]
    return fitting if reading.times or reading.clinicians or reading.specialties else []


def fitting_times(visits: list[Visit], times: tuple[TimeSpan, ...]) -> list[Visit]:
    """The visits that begin within all of those times."""
    return [
        visit
        for visit in visits
        if all(
            (span.start is None or span.start <= visit.start) and (span.end is None or visit.start < span.end)
            for span in times
        )
    ]


def visit_choice(visit: Visit) -> Choice:
    """A visit by day, hour and clinician."""
    args = {"at": {"when": visit.start.isoformat()}, "clinician": visit.clinician_name}
    return Choice(str(visit.id), "choice-visit", inform(str(visit.id)), args)
