"""The interview about symptoms: the complaint, the age, how long, then the protocol's signs, gravest first; the tables decide.

Off without tables (real channels until a clinician has signed them); then a complaint is offered a visit or a person, as before.
"""

import json
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import structlog

from actions.context import Call, Events, HouseAction, slot_set
from actions.handover import hand_over
from actions.offers import SLOTS, TRIAGE_SLOTS, VISIT_SLOTS, inform, set_wish
from actions.triage_reading import (
    findings_in,
    first_finding,
    hours_lasting,
    months_of_age,
    numbers_in,
    says_none,
    says_unsure,
)
from actions.wishes import Wish
from care.triage import repeats
from care.triage.engine import UNAVAILABLE, EngineFailed, joined
from care.triage.models import Case, Result, Urgency
from care.triage.rules import Tables, assess, latest_visit, next_question
from conversations.protocols import Choice

log = structlog.get_logger()
COMMON = ("fever", "sore_throat", "cough", "abdominal_pain", "headache", "back_pain", "rash", "urinary")
NONE, UNSURE, OTHER = "none", "unsure", "unwell"
DURATIONS = {"hours": 6.0, "days": 36.0, "some_days": 120.0, "week": 240.0, "weeks": 720.0}
ASKED_TWICE = 2


@dataclass
class Interview:
    """What is known so far: the slot `triage`."""

    complaint: str | None = None
    present: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    age_months: float | None = None
    hours: float | None = None
    group: list[str] = field(default_factory=list)
    """The signs asked about now."""
    heard: int = 0
    """How often the question about them was answered without an answer."""
    urgency: str | None = None
    rules: list[str] = field(default_factory=list)
    version: str | None = None

    @classmethod
    def of(cls, call: Call) -> "Interview":
        """As the slot keeps it; a new one where it keeps none."""
        kept = call.slot("triage")
        return cls(**json.loads(kept)) if kept else cls()

    def keep(self, call: Call) -> None:
        """Into the slot."""
        call.set("triage", json.dumps(asdict(self)))

    @property
    def case(self) -> Case:
        """What the tables are asked of."""
        return Case(
            self.complaint or OTHER, frozenset(self.present), frozenset(self.absent), frozenset(self.unsure),
            self.age_months, None, self.hours,
        )  # fmt: skip

    def take(self, present: list[str], absent: list[str]) -> None:
        """Join what was said; what was said to be so stays so."""
        self.present += [one for one in present if one not in self.present]
        self.absent += [one for one in absent if one not in self.absent and one not in self.present]


class ValidateTriage(HouseAction):
    """Takes complaint, age, duration and signs out of a message in any order."""

    action_name = "validate_triage_form"

    async def act(self, call: Call) -> Events:
        """What was taken, and the next question; none where triage is off."""
        tables = self.parts.triage
        if tables is None:
            return [slot_set("requested_slot", None)]
        requested = call.slot("requested_slot")
        interview = Interview() if requested is None else Interview.of(call)
        if not self._take(call, tables, interview, requested):
            return []
        interview.keep(call)
        if requested:
            call.set(requested, "said")
        # After something in between Rasa asks the first question whose slot is empty.
        known = (interview.complaint, interview.age_months, interview.hours)
        for slot, value in zip(TRIAGE_SLOTS, known, strict=False):
            call.set(slot, None if value is None else "said")
        question = self._next(call, tables, interview)
        if question == "triage_signs":
            call.set(question, None)
        return [slot_set("requested_slot", question)]

    def _take(self, call: Call, tables: Tables, interview: Interview, requested: str | None) -> bool:
        """True if the message said anything of use, or began the interview."""
        text, option = call.text, call.option
        if requested == "triage_signs":
            return self._take_signs(call, interview)
        said = findings_in(text) if option is None else None
        before = asdict(interview)
        if said is not None:
            if interview.complaint is None and (named := first_finding(text)):
                interview.complaint = max(named, key=lambda one: _needs(tables, one))
            interview.take(sorted(said.present), sorted(said.absent))
        if requested == "triage_complaint" and option is not None and tables.knows(option):
            interview.complaint = option
        if interview.age_months is None:
            interview.age_months = months_of_age(text, call.now, call.language, is_asked=requested == "triage_age")
        if requested == "triage_duration" and option in DURATIONS:
            interview.hours = DURATIONS[str(option)]
        elif interview.hours is None and requested != "triage_age":
            interview.hours = hours_lasting(text, call.now, call.language, is_asked=requested == "triage_duration")
        is_other = call.intent in ("symptoms", "inform", "deny") or says_none(text, call.language) or says_unsure(text)
        if requested == "triage_complaint" and interview.complaint is None and is_other:
            interview.complaint = OTHER  # In words the tables do not know: the general questions.
        return requested is None or asdict(interview) != before

    def _take_signs(self, call: Call, interview: Interview) -> bool:
        group, option = interview.group, call.option
        said = findings_in(call.text) if option is None else None
        numbered = [group[number - 1] for number in numbers_in(call.text) if 0 < number <= len(group)]
        if option in group:
            interview.take([str(option)], [])
        elif numbered:
            interview.take(numbered, [])
            interview.take([], [one for one in group if one not in numbered])
        elif option == UNSURE or (said is not None and says_unsure(call.text)):
            interview.unsure += [one for one in group if one not in interview.unsure]
            interview.take(sorted(said.present) if said else [], [])
        elif said is not None and (said.present or said.absent):
            interview.take(sorted(said.present), sorted(said.absent))
        elif option is None and call.intent == "affirm":
            interview.heard += 1
            if len(group) == 1:
                interview.take(group, [])
            elif interview.heard >= ASKED_TWICE:
                interview.unsure += group  # Yes, but not which: the unsafe side.
        elif option == NONE or says_none(call.text, call.language):
            interview.take([], group)
        else:
            return False
        return True

    def _next(self, call: Call, tables: Tables, interview: Interview) -> str | None:
        if interview.complaint is None:
            return "triage_complaint"
        result = assess(tables, interview.case)
        known = {*interview.present, *interview.absent, *interview.unsure}
        if result.urgency is Urgency.now and known - {interview.complaint}:
            return None  # Nothing more is asked of an emergency.
        if interview.age_months is None:
            return "triage_age"
        if interview.hours is None:
            return "triage_duration"
        group = next_question(tables, interview.case, result)
        if group != interview.group:
            interview.heard = 0
        interview.group = group
        interview.keep(call)
        return "triage_signs" if group else None


def _needs(tables: Tables, finding: str) -> Urgency:
    """How soon the finding's own protocol wants somebody seen at the latest: the gravest of several complaints leads."""
    is_complaint = any(finding in one.complaints for one in tables.protocols.values())
    return max(one.base for one in tables.opened(finding)) if is_complaint else Urgency.self


class AskComplaint(HouseAction):
    """What is the matter?"""

    action_name = "action_ask_triage_form_triage_complaint"

    async def act(self, call: Call) -> Events:
        """In one's own words, or one of the common ones."""
        assert self.parts.triage is not None, "asked only where triage is on"
        protocols = self.parts.triage.protocols
        call.say("triage-ask-complaint", tuple(_named(one, protocols[one].names) for one in (*COMMON, OTHER)))
        return []


class AskAge(HouseAction):
    """How old?"""

    action_name = "action_ask_triage_form_triage_age"

    async def act(self, call: Call) -> Events:
        """Whose complaint it is matters less than their age."""
        _read_back(call, self.parts.triage)
        call.say("triage-ask-age")
        return []


class AskDuration(HouseAction):
    """Since when?"""

    action_name = "action_ask_triage_form_triage_duration"

    async def act(self, call: Call) -> Events:
        """Roughly is enough."""
        choices = (Choice(one, f"triage-lasting-{one.replace('_', '-')}", inform(one)) for one in DURATIONS)
        call.say("triage-ask-duration", tuple(choices))
        return []


class AskSigns(HouseAction):
    """Is there any of these?"""

    action_name = "action_ask_triage_form_triage_signs"

    async def act(self, call: Call) -> Events:
        """A few signs at once; what was picked is asked about no more."""
        assert self.parts.triage is not None, "asked only where triage is on"
        interview = Interview.of(call)
        names = self.parts.triage.findings
        choices = [_named(one, names[one].names) for one in interview.group]
        choices += [Choice(NONE, "triage-none", inform(NONE)), Choice(UNSURE, "triage-unsure", inform(UNSURE))]
        key = "triage-which-sign" if interview.heard else "triage-ask-signs"
        call.say(key, tuple(choices))
        return []


class TriageResult(HouseAction):
    """Says how soon and where, what to watch for, and offers only what is soon enough."""

    action_name = "action_triage_result"
    is_lasting = True

    async def act(self, call: Call) -> Events:
        """The result of the tables, kept with the case."""
        tables, interview = self.parts.triage, Interview.of(call)
        if tables is None or interview.complaint is None:
            call.note_goal()
            if (await repeats.note(call.uow, _person(call), None, None, call.now)).needs_person:
                return await _to_person(self, call)
            call.say("symptoms-next", (Choice("book", "menu-book", "/book"), Choice("human", "menu-human", "/human")))
            return []
        result = await self._with_engine(assess(tables, interview.case), interview.case)
        seen = await repeats.note(call.uow, _person(call), result.protocols[0], result.urgency, call.now)
        result = repeats.raised(tables, interview.case, result, seen)
        interview.urgency, interview.rules, interview.version = result.urgency.name, list(result.rules), tables.version
        interview.keep(call)
        for name in (*SLOTS, *TRIAGE_SLOTS, *VISIT_SLOTS):
            if call.slot(name) is not None:
                call.set(name, None)
        if self.parts.gate.must_say_demonstration:
            call.say("triage-demonstration")
        if result.urgency is Urgency.now:
            call.say("safety-emergency")
            await self.parts.alerts.raise_for_interview(
                call.uow, call.message, call.case, result.rules, tables.version, call.now
            )
            await hand_over(self, call, "emergency", is_urgent=True)
            return []
        call.say("triage-watch-for", signs=_watch_for(tables, result))
        if seen.needs_person:
            return await _to_person(self, call)
        if repeats.SAME_PROTOCOL in seen.rules:
            call.say("triage-repeat-sooner")
        person = Choice("human", "menu-human", "/human")
        until = latest_visit(result.urgency, call.now)
        if until is None:
            call.say(f"triage-result-{result.urgency.name}", (Choice("book", "menu-book", "/book"), person))
        else:
            call.set("specialty", result.service)
            call.set("visit_by", until.isoformat())
            set_wish(call, Wish())
            call.say(f"triage-result-{result.urgency.name}", (Choice("book", "triage-book", "/book"), person))
        return []

    async def _with_engine(self, result: Result, case: Case) -> Result:
        """The graver of the tables' result and a certified engine's, where one is configured; without its answer the tables'."""
        if self.parts.engine is None:
            return result
        try:
            return joined(result, await self.parts.engine.assess(case))
        except EngineFailed as error:
            log.warning("triage engine gave no opinion", reason=error.reason)
            return replace(result, rules=(*result.rules, UNAVAILABLE))


def _person(call: Call) -> repeats.Person:
    """Whose symptoms these are, as far as is known."""
    return repeats.Person(call.case.patient_id, call.contact_point_id)


async def _to_person(action: HouseAction, call: Call) -> Events:
    """The third contact within three days: a nurse or doctor takes over."""
    call.say("triage-repeat-person")
    await hand_over(action, call, "repeat-contact", is_urgent=True)
    return []


def _read_back(call: Call, tables: Tables | None) -> None:
    """What was taken out of free words is said back, once."""
    interview = Interview.of(call)
    named = [one for one in interview.present if tables is not None and one in tables.findings]
    if named and tables is not None and not call.said:
        call.say("triage-heard", findings=_listed(tables, named))


def _watch_for(tables: Tables, result: Result) -> dict[str, str]:
    """The gravest signs of the protocols that were opened: with any of them, 112."""
    return _listed(tables, [one for id_ in result.protocols[:1] for one in tables.protocols[id_].ask[0]])


def _listed(tables: Tables, findings: list[str]) -> dict[str, str]:
    return {
        "pl": "; ".join(tables.findings[one].names["pl"] for one in findings),
        "en": "; ".join(tables.findings[one].names["en"] for one in findings),
    }


def _named(id_: str, names: Any) -> Choice:
    return Choice(id_, "choice-named", inform(id_), {"name": dict(names)})
