"""A refill request: who speaks is proven first; which medicine, for how long it lasts, whether the dose is the same; then a clinician.

Nothing here approves anything. Names of medicines are not written into SMS.
"""

import json
import re
from dataclasses import asdict, dataclass, field
from uuid import UUID

from actions.answers import say_article
from actions.booking import INTERRUPTIONS
from actions.changes import SURE
from actions.context import Call, Events, HouseAction, slot_set
from actions.goal_choices import menu
from actions.goals import StaffRequest
from actions.handover import hand_over
from actions.identity import hand_over_proven, tie
from actions.offers import REFILL_SLOTS, inform
from actions.persons import note_role
from actions.reach import BOOK, HUMAN, proof_for, step_up
from actions.reading import yes_or_no
from actions.triage_reading import says_unsure
from care.appointments.clinic import is_open, sites
from care.refills import service as refills
from care.refills.models import Medication, RefillRequest, Route
from care.refills.rules import named
from conversations.identity.models import IdentityProof
from conversations.protocols import Choice
from conversations.rendering import SHORT_CHANNELS
from conversations.understanding import fold
from core.errors import Refused
from core.when.lengths import find_length
from knowledge.retrieval import Answer

ORDER, ALL, OTHER, UNSURE = "order", "all", "other", "unsure"
SUPPLIES = {"today": 0, "some_days": 3, "week": 7, "longer": 14}
"""The choices of how long it lasts, in days."""
MAX_CHOICES = 6
ASKED_TWICE = 2
LONGEST_SUPPLY = 400
_HOW = re.compile(r"^(?:a |and )?(?:jak|gdzie|ile|kiedy|czy|co|how|where|when|what|can|do|does)\b")
_ALL = re.compile(r"\b(?:wszystk\w+|oba|obie|obydw\w+|komplet\w*|all|both|everything|each)\b")
_OUT = re.compile(
    r"\b(?:skonczyl\w*|nie mam (?:juz|wcale)|juz nie mam|brak|ostatni\w*|konczy sie dzis|dzis(?:iaj)?"
    r"|ran out|run out|none left|last one|today|out of)\b"
)


@dataclass
class Wanted:
    """What is known so far: the slot `refill`."""

    medications: list[str] = field(default_factory=list)
    days: int | None = None
    is_same_dose: bool | None = None
    is_unknown: bool = False
    """A medicine that is not on file."""
    tried: int = 0
    answered: list[str] = field(default_factory=list)
    """The questions that have their answer, "I do not know" included."""

    @classmethod
    def of(cls, call: Call) -> "Wanted":
        """As the slot keeps it."""
        kept = call.slot("refill")
        return cls(**json.loads(kept)) if kept else cls()

    def keep(self, call: Call) -> None:
        """Into the slot."""
        call.set("refill", json.dumps(asdict(self)))


class Refill(StaffRequest):
    """The wish for a prescription: "how do I…" is answered, anything else begins the request, once it is known who asks."""

    action_name = "action_refill"

    async def act(self, call: Call) -> Events:
        """The article, or the first question; a code comes first."""
        call.note_goal()
        if call.option != ORDER and _HOW.match(fold(call.text).strip()):
            found = await self.parts.library.ask(call.uow, call.text, call.language, "refill")
            if isinstance(found, Answer) and await say_article(call, found.match.article_id):
                call.say("refill-or", (Choice(ORDER, "menu-refill", f'/refill{{"option": "{ORDER}"}}'), HUMAN))
                return []
        note_role(call)
        forget(call)
        call.set("refill_said", call.text[:200])
        if await proof_for(call, "refill") is None:
            return step_up(call, "refill")
        return [{"event": "followup", "timestamp": None, "name": "refill_form"}]


class ValidateRefill(HouseAction):
    """Takes medicine, supply, dose and the yes out of the answers."""

    action_name = "validate_refill_form"

    async def act(self, call: Call) -> Events:
        """What was taken, and the next question; none without proof or without medicines on file."""
        requested = call.slot("requested_slot")
        taken = await _on_file(call)
        wanted = Wanted.of(call) if requested else Wanted()
        if requested is None:
            _begin(call, wanted, taken)
        elif not _take(call, wanted, taken, str(requested)):
            return []
        wanted.keep(call)
        if requested and requested != "refill_confirmed":
            call.set(requested, "said" if requested in wanted.answered else None)
        return [slot_set("requested_slot", _next(call, wanted, taken))]


def _begin(call: Call, wanted: Wanted, taken: list[Medication]) -> None:
    found = named(taken, str(call.slot("refill_said") or ""))
    if not found and len(taken) == 1:
        found = taken
    if found:
        wanted.medications = [str(one.id) for one in found]
        wanted.answered.append("refill_medicine")
        call.set("refill_medicine", "said")


def _take(call: Call, wanted: Wanted, taken: list[Medication], requested: str) -> bool:
    """True if the message answers the question."""
    is_other = call.option is None and call.intent in INTERRUPTIONS and call.confidence >= SURE
    if requested == "refill_medicine":
        return _take_medicine(call, wanted, taken, is_other=is_other)
    if requested == "refill_confirmed":
        answer = yes_or_no(call.text, call.intent)
        if answer is None or is_other:
            return False
        call.set("refill_confirmed", "yes" if answer else "no")
        return True
    if requested == "refill_supply":
        days = _days_left(call)
        if days is None and not says_unsure(call.text):
            return False
        wanted.days = days
    elif requested == "refill_dose":
        same = {"same": True, "changed": False}.get(str(call.option), yes_or_no(call.text, call.intent))
        if same is None and call.option != UNSURE and not says_unsure(call.text):
            return False
        wanted.is_same_dose = None if call.option == UNSURE or says_unsure(call.text) else same
    wanted.answered.append(requested)
    return True


def _take_medicine(call: Call, wanted: Wanted, taken: list[Medication], *, is_other: bool) -> bool:
    if call.option == OTHER:
        wanted.is_unknown = True
        return True
    if call.option == ALL or (call.option is None and _ALL.search(fold(call.text))):
        found = taken
    elif call.option is not None:
        found = [one for one in taken if str(one.id) == call.option]
    else:
        found = named(taken, call.text)
    if not found:
        if is_other:
            return False
        wanted.tried += 1
        wanted.is_unknown = wanted.tried >= ASKED_TWICE
        return True
    wanted.medications = [str(one.id) for one in found]
    wanted.answered.append("refill_medicine")
    return True


def _days_left(call: Call) -> int | None:
    if call.option in SUPPLIES:
        return SUPPLIES[str(call.option)]
    length = find_length(call.text, now=call.now, language=call.language)
    if length is not None:
        return min(length.days, LONGEST_SUPPLY)
    folded = fold(call.text)
    if number := re.fullmatch(r"\D{0,25}?(\d{1,3})\D{0,25}", folded):
        return min(int(number[1]), LONGEST_SUPPLY)
    return 0 if _OUT.search(folded) else None


def _next(call: Call, wanted: Wanted, taken: list[Medication]) -> str | None:
    if not taken or wanted.is_unknown:
        return None
    for question in ("refill_medicine", "refill_supply", "refill_dose"):
        if question not in wanted.answered:
            return question
    return None if call.slot("refill_confirmed") else "refill_confirmed"


class AskMedicine(HouseAction):
    """Which medicine?"""

    action_name = "action_ask_refill_form_refill_medicine"

    async def act(self, call: Call) -> Events:
        """Those on file as choices, but never in an SMS."""
        key = "refill-which-again" if Wanted.of(call).tried else "refill-which"
        if call.message.channel in SHORT_CHANNELS:
            call.say(key)
            return []
        taken = (await _on_file(call))[:MAX_CHOICES]
        choices = [Choice(str(one.id), "choice-named", inform(str(one.id)), {"name": _both(one.name)}) for one in taken]
        if len(taken) > 1:
            choices.append(Choice(ALL, "refill-all", inform(ALL)))
        call.say(key, (*choices, Choice(OTHER, "refill-other", inform(OTHER))))
        return []


class AskSupply(HouseAction):
    """For how long does it last?"""

    action_name = "action_ask_refill_form_refill_supply"

    async def act(self, call: Call) -> Events:
        """Roughly; of several the one that ends first."""
        call.say(
            "refill-supply",
            tuple(Choice(one, f"refill-lasts-{one.replace('_', '-')}", inform(one)) for one in SUPPLIES),
        )
        return []


class AskDose(HouseAction):
    """Is the dose the same?"""

    action_name = "action_ask_refill_form_refill_dose"

    async def act(self, call: Call) -> Events:
        """The dose on file is shown where others do not read along."""
        chosen = await _chosen(call)
        doses = "; ".join(f"{one.name}: {one.dose}" for one in chosen)
        choices = (
            Choice("same", "refill-dose-same", inform("same")),
            Choice("changed", "refill-dose-changed", inform("changed")),
            Choice(UNSURE, "triage-unsure", inform(UNSURE)),
        )
        call.say("refill-dose", choices, doses=_both(doses))
        return []


class AskRefillConfirmation(HouseAction):
    """Reads the request back before it goes to a clinician."""

    action_name = "action_ask_refill_form_refill_confirmed"

    async def act(self, call: Call) -> Events:
        """What is asked for, with yes and no."""
        chosen = await _chosen(call)
        yes, no = Choice("yes", "refill-yes", "/affirm"), Choice("no", "refill-no", "/deny")
        call.say("refill-confirm", (yes, no), names=_both(", ".join(one.name for one in chosen)), count=len(chosen))
        return []


class SubmitRefill(HouseAction):
    """Sends the request to the clinicians' inbox and says truthfully what happens now."""

    action_name = "action_refill_submit"
    is_lasting = True

    async def act(self, call: Call) -> Events:
        """One request for each medicine; or why there is none, and what can be done instead."""
        proof, wanted = await proof_for(call, "refill"), Wanted.of(call)
        if proof is None:
            call.say("identity-instead", (BOOK, HUMAN))
        elif not await _on_file(call):
            call.say("refill-none-on-file")
            await hand_over_proven(self, call, "refill", proof)
        elif wanted.is_unknown:
            call.say("refill-not-on-file", (BOOK, HUMAN))
        elif call.slot("refill_confirmed") != "yes":
            call.say("refill-not-sent", await menu(call.uow, call.language))
        else:
            await self._send(call, proof, wanted)
        forget(call)
        return []

    async def _send(self, call: Call, proof: IdentityProof, wanted: Wanted) -> None:
        case = await tie(self, call, proof)
        results = [
            await refills.submit(
                call.uow, call.access, UUID(one), proof.patient_id, case.id, wanted.days, wanted.is_same_dose, call.now
            )
            for one in wanted.medications
        ]
        routes = {one.route for one in results if isinstance(one, RefillRequest)}
        for refused in {one.reason for one in results if isinstance(one, Refused)}:
            call.say(f"refused-{refused}", (HUMAN,))
        if Route.today in routes:
            key = "refill-sent-today" if await _is_open(call) else "refill-sent-today-closed"
            call.say(key, (HUMAN,))
            if key == "refill-sent-today-closed":
                await hand_over(self, call, "staff-request", is_urgent=True)
        elif Route.clinician in routes:
            call.say("refill-sent", (HUMAN,))
        if Route.in_person in routes:
            call.say("refill-in-person", (BOOK, HUMAN))


def forget(call: Call) -> None:
    """Forget an earlier request's answers."""
    for name in REFILL_SLOTS:
        if call.slot(name) is not None:
            call.set(name, None)


async def _on_file(call: Call) -> list[Medication]:
    proof = await proof_for(call, "refill")
    return [] if proof is None else await refills.on_file(call.uow, call.access, proof.patient_id)


async def _chosen(call: Call) -> list[Medication]:
    chosen = Wanted.of(call).medications
    return [one for one in await _on_file(call) if str(one.id) in chosen]


async def _is_open(call: Call) -> bool:
    return any([await is_open(call.uow, place.code, call.now) for place in await sites(call.uow)])


def _both(text: str) -> dict[str, str]:
    """A name that is the same in both languages."""
    return {"pl": text, "en": text}
