"""Another time for a visit one has: which visit, when instead, a free slot, and a yes to what is read back."""

import re
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from actions.booking import changes_plan
from actions.booking_questions import say_offers
from actions.context import Call, Events, HouseAction
from actions.corrections import Said, heard
from actions.offers import (
    OTHER_TIME,
    choose,
    chosen,
    drop_offer,
    inform,
    named_offer,
    says_relative,
    take_against,
    take_relative,
    take_times,
)
from actions.reach import nothing_found, visits_reach
from actions.reading import Reading, read, yes_or_no
from actions.visit_forms import AGAIN, ValidateVisitForm, chosen_visit, fitting_times, named_visits
from actions.visits import forget_visit
from care.appointments import service as appointments
from care.appointments.offers import Visit, parse_offer_key
from conversations.protocols import Choice
from conversations.understanding import fold
from core.errors import NotFound, Refused

_FROM_TO = re.compile(r"\b(?:z|ze|from)\s+(?P<old>.+?)\s+(?:na|do|to|for)\s+(?P<new>.+)$")
_TO = re.compile(r"^(?P<old>.*?)\b(?:na|to|for)\s+(?P<new>.+)$")
KEEP = "keep"
_NO_WAY_ON = frozenset({"visit-past", "visit-cancelled", "patient-restricted"})


@dataclass(frozen=True)
class Wanted:
    """The two ends of a move as they were said; the same text twice where it does not tell them apart."""

    old: str
    new: str


def wanted_move(text: str) -> Wanted:
    """ "z piątku na poniedziałek po 15" → ("piątku", "poniedziałek po 15"); "nie dam rady w piątek" → ("w piątek", "")."""
    said = heard(text)
    if said.is_unable:
        return Wanted(said.rejected, "")
    folded = fold(text)
    if len(folded) != len(text):
        folded = text.lower()
    found = _FROM_TO.search(folded)
    if found is None:
        found = _TO.search(folded)
    if found is None:
        return Wanted(text, text)
    return Wanted(text[found.start("old") : found.end("old")], text[found.start("new") : found.end("new")])


class ValidateReschedule(ValidateVisitForm):
    """The visit, the wish, the slot, and the yes."""

    action_name = "validate_reschedule_form"
    asks: ClassVar[tuple[str, ...]] = ("patient_name", "birth_date", "visit", "time_window", "offer", "move_confirmed")

    async def _begin(self, call: Call) -> None:
        await super()._begin(call)
        if call.slot("move_confirmed") == AGAIN:
            call.set("move_confirmed", None)
        elif call.option is None:
            call.set("move_said", call.text[:200])

    def _hinted(self, call: Call, visits: list[Visit]) -> list[Visit]:
        return named_visits(call, visits, wanted_move(str(call.slot("move_said") or "")).old)

    async def _take_more(self, call: Call, said: Said, reading: Reading, requested: str) -> bool:
        option = call.option
        reading = await self._seen_from_visit(call, said.text, reading)
        if option == OTHER_TIME:
            drop_offer(call)
            call.set("time_window", None)
            return True
        if option == KEEP:
            call.set("move_confirmed", "no")
            return True
        if requested == "offer" and option and parse_offer_key(option):
            await choose(call, option)
            return True
        if said.is_unable and take_against(call, said):
            return True
        answer = yes_or_no(call.text, call.intent) if requested == "move_confirmed" else None
        if answer is not None and not changes_plan(reading):
            call.set("move_confirmed", "yes" if answer else None)
            if not answer:
                drop_offer(call)
                call.say("booking-not-this")
            return True
        if requested == "offer" and reading.times and (key := await named_offer(call, reading)):
            await choose(call, key)
            return True
        if len(reading.clinicians) == 1 and reading.clinicians[0] != call.slot("clinician"):
            call.set("clinician", reading.clinicians[0])
            drop_offer(call)
            take_times(call, reading, option)
            return True
        return take_times(call, reading, option) or await take_relative(call)

    async def _seen_from_visit(self, call: Call, text: str, reading: Reading, visit: Visit | None = None) -> Reading:
        """ "A week later" is a week after the visit, not after today."""
        if not reading.times or not says_relative(text):
            return reading
        visit = visit or await chosen_visit(call)
        return reading if visit is None else read(text, call.lexicon, call.language, visit.start)

    async def _more(self, call: Call, visit: Visit) -> str | None:
        told = call.slot("move_said")
        if told:
            call.set("move_said", None)
            await self._take_told(call, str(told), visit)
        for name in ("time_window", "offer", "move_confirmed"):
            if not call.slot(name):
                return name
        return None

    async def _take_told(self, call: Call, told: str, visit: Visit) -> None:
        """What the first words said of the new time, once the visit is known that they may have meant instead."""
        wanted = wanted_move(told)
        said = heard(told)
        if said.is_unable:
            take_against(call, said)
            await take_relative(call, visit.start, told)
            return
        reading = read(wanted.new, call.lexicon, call.language, call.now)
        reading = await self._seen_from_visit(call, wanted.new, reading, visit)
        is_old_time = wanted.old == wanted.new and bool(fitting_times([visit], reading.times))
        if not (reading.times and is_old_time) and take_times(call, reading, None):
            return
        await take_relative(call, visit.start, told)


class AskRescheduleOffer(HouseAction):
    """Free slots instead, with the same clinician where that can be."""

    action_name = "action_ask_reschedule_form_offer"

    async def act(self, call: Call) -> Events:
        """Say the offers as choices; the payer stays as it was."""
        visit = await chosen_visit(call)
        if visit is None:
            await nothing_found(call, "reschedule")
            return []
        clinician = UUID(str(call.slot("clinician") or visit.clinician_id))
        await say_offers(call, visit.specialty, clinician, visit.payer, is_payer_fixed=True)
        return []


class AskRescheduleConfirmation(HouseAction):
    """Reads back the old hour and the new one."""

    action_name = "action_ask_reschedule_form_move_confirmed"

    async def act(self, call: Call) -> Events:
        """Say both, with yes and no."""
        visit, offer = await chosen_visit(call), chosen(call)
        if visit is None or offer is None:
            await nothing_found(call, "reschedule")
            return []
        choices = (
            Choice("yes", "choice-yes-move", "/affirm"),
            Choice("no", "choice-no-other", inform(OTHER_TIME)),
            Choice(KEEP, "choice-no-keep", inform(KEEP)),
        )
        call.say(
            "confirm-move", choices, old={"when": visit.start.isoformat()}, at={"when": offer["start"]},
            clinician=offer["clinician_name"], site=offer["site_name"],
        )  # fmt: skip
        return []


class RescheduleVisit(HouseAction):
    """Moves the visit, once; a lost slot leaves the visit as it was."""

    action_name = "action_reschedule_visit"
    is_lasting = True

    async def act(self, call: Call) -> Events:
        """Move after a yes; say what happened in any case."""
        visit, offer = await chosen_visit(call), chosen(call)
        if visit is None:
            await nothing_found(call, "reschedule")
        elif offer is None or call.slot("move_confirmed") != "yes":
            call.say("cancel-kept")
        elif not await self._is_settled(call, visit, offer["key"]):
            call.set("offer", None)
            call.set("move_confirmed", AGAIN)
            return [{"event": "followup", "timestamp": None, "name": "reschedule_form"}]
        for name in ("time_window", "offer", "clinician"):
            call.set(name, None)
        forget_visit(call)
        return []

    async def _is_settled(self, call: Call, visit: Visit, offer_key: str) -> bool:
        """Move it; False if another slot can still be chosen."""
        reach = await visits_reach(call)
        access, point = (reach.access, reach.contact_point_id) if reach else (call.access, call.contact_point_id)
        try:
            done = await appointments.move(
                call.uow, access, visit.id, offer_key=offer_key, case_id=call.case.id, now=call.now, contact_point_id=point
            )  # fmt: skip
        except NotFound:
            call.say("visits-none")
            return True
        if isinstance(done, Refused):
            call.say(f"refused-{done.reason}", **done.args)
            return done.reason in _NO_WAY_ON
        moved = await appointments.describe(call.uow, done)
        call.say(
            "visit-moved",
            at={"when": moved.start.isoformat()},
            clinician=moved.clinician_name,
            address=moved.site_address,
        )
        return True
