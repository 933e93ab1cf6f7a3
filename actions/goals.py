"""Goals with no form of their own: an approved answer, free times, or a person who is told what was understood."""

import re

from actions.answers import ALWAYS_PEOPLE, answered, say_article
from actions.context import Call, Events
from actions.handover import RequestHuman, hand_over
from actions.identity import hand_over_proven
from actions.persons import note_role
from actions.reach import proof_for, step_up
from conversations.identity.levels import needs_code
from conversations.protocols import Choice
from conversations.understanding import fold
from handoff import complaints
from knowledge.retrieval import Answer

_ASKS = re.compile(
    r"\?|\b(?:czy|co jesli|co jak|jesli|jak sie|moge|mozna|przyjm\w+|what if|if|can|could|may|will you)\b"
)
CLINICAL = frozenset({"medical_advice"})
"""Answered by a clinician, and said so."""
TOPIC_OF = {"results": "results", "refill": "refill", "prescription_code": "refill", "documents": "documents"}
"""What an article must be about to answer such a request: "are my blood results in" is not about how to prepare for a blood test."""


class StaffRequest(RequestHuman):
    """Something only a person of the clinic can do: an approved answer first if there is one, with a person one tap away."""

    action_name = "action_staff_request"

    async def act(self, call: Call) -> Events:
        """Answer, or say so and hand over; the queue sees which goal it was."""
        call.note_goal()
        if call.intent == "emergency":
            # The safety screen runs before any intent is asked for; this is for words it does not know.
            call.say("safety-emergency")
            await hand_over(self, call, "emergency", is_urgent=True)
            return []
        if tells_of_being_late(call):
            call.say("running-late-passed-on")
            await hand_over(self, call, "staff-request", is_explained=True)
            return []
        if call.intent not in ALWAYS_PEOPLE:
            found = await self.parts.library.ask(call.uow, call.text, call.language, TOPIC_OF.get(call.intent))
            if isinstance(found, Answer) and await say_article(call, found.match.article_id):
                call.say("staff-can-do", (Choice("human", "menu-human", "/human"),))
                return []
        if needs_code(call.intent):
            note_role(call)
            proof = await proof_for(call, call.intent)
            if proof is None:
                return step_up(call, call.intent)
            await hand_over_proven(self, call, call.intent, proof)
            return []
        if call.intent == "complaint":
            told = complaints.told(await complaints.of_patient(call.uow, call.access, call.case, call.text, call.now))
            call.say(told.key, **told.args)
        await hand_over(self, call, "clinician-question" if call.intent in CLINICAL else "staff-request")
        return []


class GoalAnswer(StaffRequest):
    """Referrals, payers and payments: approved articles; without one a person, but a form under way is not lost for it."""

    action_name = "action_answer"

    async def act(self, call: Call) -> Events:
        """The article, or the few that may; else a person, who inside a form is offered and not called."""
        if tells_of_being_late(call):
            return await super().act(call)
        if not (call.tracker.active_loop or {}).get("name"):
            if await answered(self, call):
                return []
            return await super().act(call)
        if not await answered(self, call):
            call.say("answer-needs-person")
        return []


def tells_of_being_late(call: Call) -> bool:
    """True for "I am running late", which somebody of the clinic has to know; a question about it is answered."""
    return call.intent == "running_late" and _ASKS.search(fold(call.text)) is None
