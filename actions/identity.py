"""Step-up in the conversation: for whom, name and birth date, the code; then what was asked goes on by itself.

Nothing here tells whether a record exists. Codes and PESEL are kept in no slot.
"""

import json
import re
from datetime import date

from actions.booking import interrupts
from actions.context import Call, Events, HouseAction, slot_set
from actions.handover import hand_over
from actions.persons import note_role
from actions.reach import BOOK, HUMAN, RELATIVES, proof_for, step_up
from actions.reading import read, read_name
from actions.visits import ListVisits
from care.patients import service as patients
from care.patients.rules import pesel_birth_date
from conversations.identity.challenges import Proven
from conversations.identity.claims import Claim
from conversations.identity.levels import Level
from conversations.identity.models import IdentityProof
from conversations.identity.reading import asks_for_code_again, looks_like_a_code, read_code, read_pesel, read_role
from conversations.models import Case
from conversations.protocols import Choice
from core.errors import Refused

SLOTS = (
    "identity_goal", "identity_role", "identity_claim", "identity_code", "own_birth_date", "patient_name", "birth_date",
    "person_role", "person",
)  # fmt: skip
PROVEN, SHARED, REFUSED = "proven", "shared", "refused"
ROLES = ("self", "child", "parent", "partner", "other")
AGAIN = Choice("again", "choice-code-again", "/otp_resend")


class ValidateIdentity(HouseAction):
    """Takes role, person and code out of the message; asks for a code once all is known."""

    action_name = "validate_identity_form"

    async def act(self, call: Call) -> Events:
        """What was taken, and the next question; None once it is proven or cannot be."""
        requested = call.slot("requested_slot")
        begins = (call.tracker.active_loop or {}).get("name") != "identity_form" or requested not in _QUESTIONS
        if begins:
            _take_over(call)
        elif requested == "identity_code":
            return await self._code(call)
        elif not self._read(call, str(requested)):
            return []
        question = _next(call)
        if question == "identity_code":
            refused = await self._ask_for_code(call)
            if refused is not None:
                call.say(refused.reason)
                call.set("identity_code", REFUSED)
                question = None
        return [slot_set("requested_slot", question)]

    def _read(self, call: Call, requested: str) -> bool:
        reading = read(call.text, call.lexicon, call.language, call.now)
        if requested == "identity_role":
            role = call.option if call.option in ROLES else read_role(call.text)
            if role is None:
                return False
            call.set("identity_role", role)
            return True
        pesel = read_pesel(call.text)
        if pesel is None and interrupts(call, reading, "birth_date"):
            return False
        return _read_person(call, requested)

    async def _ask_for_code(self, call: Call) -> Refused | None:
        claim = Claim(
            str(call.slot("patient_name")),
            date.fromisoformat(str(call.slot("birth_date"))),
            call.slot("identity_role"),
            read_pesel(call.text) if call.slot("identity_role") == "self" else None,
            date.fromisoformat(str(call.slot("own_birth_date"))) if call.slot("own_birth_date") else None,
        )
        goal = str(call.slot("identity_goal") or "")
        return await self.parts.identity.begin(
            call.uow, call.access, call.session_point_id, claim, goal, call.language, call.now
        )

    async def _code(self, call: Call) -> Events:
        outcome = await take_code(self, call)
        if outcome is None:
            return []
        call.set("identity_code", None if outcome == "" else outcome)
        return [slot_set("requested_slot", "identity_code" if outcome == "" else None)]


async def take_code(action: HouseAction, call: Call) -> str | None:
    """Take a code, or the wish for a new one: proven, shared, refused, "" to ask again, None for something else."""
    identity, point = action.parts.identity, call.session_point_id
    code = read_code(call.text)
    if code is None:
        if call.intent == "otp_resend" or asks_for_code_again(call.text):
            again = await identity.resend(call.uow, call.access, point, call.now)
            call.say("identity-code-again" if again is None else again.reason)
            return REFUSED if again is not None and again.reason in _ENDS else ""
        if looks_like_a_code(call.text):
            call.say("identity-code-digits")
            return ""
        return None
    answer = await identity.answer(call.uow, call.access, point, code, call.now)
    if isinstance(answer, Proven):
        return PROVEN if answer.level >= Level.code_and_birth_date else SHARED
    call.say(answer.reason, **answer.args)
    return REFUSED if answer.reason in _ENDS else ""


class AskRole(HouseAction):
    """For whom, and in what role?"""

    action_name = "action_ask_identity_form_identity_role"

    async def act(self, call: Call) -> Events:
        """With the commonest answers as choices."""
        choices = tuple(Choice(role, f"choice-role-{role}", f"/inform{json.dumps({'option': role})}") for role in ROLES)
        call.say("identity-whose", choices)
        return []


class AskPatientName(HouseAction):
    """Who is the patient?"""

    action_name = "action_ask_identity_form_patient_name"

    async def act(self, call: Call) -> Events:
        """Name and birth date of the one it is about."""
        key = "identity-who-self" if call.slot("identity_role") == "self" else "identity-who-other"
        call.say(f"{key}-here" if call.message.channel == "sms" else key)
        return []


class AskBirthDate(HouseAction):
    """The birth date alone, where it was missing."""

    action_name = "action_ask_identity_form_birth_date"

    async def act(self, call: Call) -> Events:
        """Birth date, or PESEL."""
        call.say("identity-born")
        return []


class AskOwnBirthDate(HouseAction):
    """Of whoever acts for the patient."""

    action_name = "action_ask_identity_form_own_birth_date"

    async def act(self, call: Call) -> Events:
        """Their own birth date."""
        call.say("identity-own-born")
        return []


class AskCode(HouseAction):
    """The code, please."""

    action_name = "action_ask_identity_form_identity_code"

    async def act(self, call: Call) -> Events:
        """That a code is on its way, if the details fit; the same words if they do not. Later only the question."""
        challenge = await self.parts.identity.open_challenge(call.uow, call.session_point_id)
        if challenge is not None and call.message.created_at > challenge.created_at:
            call.say("identity-code-ask", (AGAIN, HUMAN))
        elif call.slot("identity_role") in RELATIVES:
            call.say("identity-code-sent-for-other", (AGAIN, HUMAN))
        else:
            call.say("identity-code-sent", (AGAIN, HUMAN))
        return []


class Identify(HouseAction):
    """Somebody wants to say who they are."""

    action_name = "action_identify"

    async def act(self, call: Call) -> Events:
        """If something waits for it, ask; else say that details are asked for where they are needed."""
        goal = call.option or call.slot("identity_goal")
        if not goal:
            call.say("utter-identify")
            return []
        return step_up(call, str(goal))


class GiveCode(HouseAction):
    """A code outside the questions, as after an interruption: taken all the same if one is awaited here."""

    action_name = "action_identity_code"
    is_lasting = True

    async def act(self, call: Call) -> Events:
        """Take it, and go on with what waited for it."""
        challenge = await self.parts.identity.open_challenge(call.uow, call.session_point_id)
        if challenge is None:
            call.say("utter-no-code-awaited")
            return []
        outcome = await take_code(self, call)
        if outcome is None:
            call.say("identity-code-ask", (AGAIN, HUMAN))
        elif outcome == PROVEN:
            return await go_on(self, call, challenge.goal)
        elif outcome == SHARED:
            return await _not_proven(self, call, outcome)
        return []


class Done(HouseAction):
    """After the questions: what was asked goes on, or what can be done instead."""

    action_name = "action_identity_done"
    is_lasting = True

    async def act(self, call: Call) -> Events:
        """Go on if it was proven."""
        outcome, goal = call.slot("identity_code"), str(call.slot("identity_goal") or "")
        if outcome != PROVEN:
            return await _not_proven(self, call, outcome)
        return await go_on(self, call, goal)


FORM_OF = {
    "cancel_visit": "cancel_form",
    "reschedule": "reschedule_form",
    "confirm_visit": "confirm_form",
    "refill": "refill_form",
}
"""The forms that go on by themselves once somebody is proven."""


async def go_on(action: HouseAction, call: Call, goal: str) -> Events:
    """Do what was asked before the code. The visits are told or called off; all else goes to a person who sees the proof."""
    proof = await proof_for(call, goal)
    if proof is None:  # It lapsed, or the authorisation ended, in between.
        return await _not_proven(action, call, REFUSED)
    patient = await patients.get(call.uow, call.access, proof.patient_id, call.now)
    _forget(call)
    if goal == "refill":
        call.set("refill_said", call.slot("refill_said") or goal)
        return [{"event": "followup", "timestamp": None, "name": FORM_OF[goal]}]
    if goal == "list_visits" or goal in FORM_OF:
        call.set("patient_name", patient.name)
        call.set("birth_date", patient.birth_date.isoformat())
        if goal == "list_visits":
            return await ListVisits(action.parts).act(call)
        return [{"event": "followup", "timestamp": None, "name": FORM_OF[goal]}]
    await hand_over_proven(action, call, goal, proof)
    return []


async def hand_over_proven(action: HouseAction, call: Call, goal: str, proof: IdentityProof) -> None:
    """A person takes over, sees the goal, whom it is about, and that identity is proven."""
    case = await tie(action, call, proof)
    by = "representative" if proof.authorisation_id else "patient"
    case.understood = {**(case.understood or {}), "goal": goal, "identity": f"{Level(proof.level).name}, {by}"}
    call.say("identity-proven")
    await hand_over(action, call, "staff-request")


async def tie(action: HouseAction, call: Call, proof: IdentityProof) -> Case:
    """The case of the patient: this one, or a new one if this one is somebody else's."""
    cases = action.parts.cases
    if await cases.concern(call.uow, call.case.id, proof.patient_id) is None:
        return call.case
    return await cases.open_next(call.uow, call.case.id, proof.patient_id, {}, call.now)


async def _not_proven(action: HouseAction, call: Call, outcome: str | None) -> Events:
    _forget(call)
    if outcome == SHARED:
        call.say("identity-shared")
        await hand_over(action, call, "staff-request")
    else:
        call.say("identity-instead", (BOOK, HUMAN))
    return []


_QUESTIONS = ("identity_role", "patient_name", "birth_date", "own_birth_date", "identity_code")
_ENDS = frozenset({"identity-locked", "identity-too-often", "identity-nothing-open"})


def _take_over(call: Call) -> None:
    """What was said before the questions began is not asked again."""
    claimed = json.loads(call.slot("identity_claim") or "{}")
    for name in ("patient_name", "birth_date"):
        call.set(name, claimed.get(name))
    note_role(call)
    role = claimed.get("person_role") or call.slot("person_role") or read_role(call.text)
    call.set("identity_role", role if role in ROLES else None)
    call.set("own_birth_date", None)


def _next(call: Call) -> str | None:
    for name in ("identity_role", "patient_name", "birth_date"):
        if not call.slot(name):
            return name
    if call.slot("identity_role") != "self" and not call.slot("own_birth_date"):
        return "own_birth_date"
    return "identity_code"


def _read_person(call: Call, requested: str) -> bool:
    """Name, birth date or PESEL; the birth date of whoever acts is asked for by itself."""
    pesel = read_pesel(call.text)
    text = re.sub(r"\d(?:[ -]?\d){10}", " ", call.text) if pesel else call.text
    name, born = read_name(text, call.language, call.now)
    if pesel is not None:
        born = pesel_birth_date(pesel)
    taken = False
    if requested == "patient_name" and name is not None:
        call.set("patient_name", name)
        taken = True
    if born is not None:
        if born > call.now.date():
            call.say("birth-date-future")
            born = None
        call.set(
            "own_birth_date" if requested == "own_birth_date" else "birth_date", born.isoformat() if born else None
        )
        taken = True
    if not taken and requested != "patient_name" and not call.said_last_turn("birth-date-unreadable"):
        call.say("birth-date-unreadable")
        call.set(requested, None)
        taken = True
    return taken


def _forget(call: Call) -> None:
    for slot in SLOTS:
        if call.slot(slot) is not None:
            call.set(slot, None)
