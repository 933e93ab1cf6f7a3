"""Goals with no form of their own: an approved answer, free times, or a person who is told what was understood."""

import json
from functools import partial
from typing import Any
from uuid import UUID

from actions.answers import answered, choices_of, say_article
from actions.context import Call, Events, HouseAction
from actions.handover import RequestHuman, hand_over
from actions.identity import hand_over_proven
from actions.offers import specialties_of
from actions.persons import note_role
from actions.reach import proof_for, step_up
from actions.reading import read
from actions.wishes import Wish
from care.appointments import service as appointments
from care.appointments.offers import Offer
from conversations.identity.levels import needs_code
from conversations.protocols import Choice
from knowledge.retrieval import Answer

CLINICAL = frozenset({"medical_advice"})
"""Answered by a clinician, and said so."""
ALWAYS_PEOPLE = frozenset({"complaint", "data_rights", "contact_data", "medical_advice"})
"""An article never settles these: they change something, or somebody must answer for them."""
OFTEN_WANTED = ("family_medicine", "cardiology", "ophthalmology")


class StaffRequest(RequestHuman):
    """Something only a person of the clinic can do: an approved answer first if there is one, with a person one tap away."""

    action_name = "action_staff_request"

    async def act(self, call: Call) -> Events:
        """Answer, or say so and hand over; the queue sees which goal it was."""
        self._note_goal(call)
        if call.intent == "emergency":
            # The safety screen runs before any intent is asked for; this is for words it does not know.
            call.say("safety-emergency")
            await hand_over(self, call, "emergency", is_urgent=True)
            return []
        if call.intent == "symptoms":
            call.say("symptoms-next", (Choice("book", "menu-book", "/book"), Choice("human", "menu-human", "/human")))
            return []
        if call.intent not in ALWAYS_PEOPLE:
            found = await self.parts.library.ask(call.uow, call.text, call.language)
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
        await hand_over(self, call, "clinician-question" if call.intent in CLINICAL else "staff-request")
        return []

    def _note_goal(self, call: Call) -> None:
        call.case.understood = {**(call.case.understood or {}), "goal": call.intent}


class GoalAnswer(StaffRequest):
    """Referrals, payers and payments: approved articles; without one a person, but a form under way is not lost for it."""

    action_name = "action_answer"

    async def act(self, call: Call) -> Events:
        """The article, or the few that may; else a person, who inside a form is offered and not called."""
        if not (call.tracker.active_loop or {}).get("name"):
            if await answered(self, call):
                return []
            return await super().act(call)
        if not await answered(self, call):
            call.say("answer-needs-person")
        return []


class NextSlots(HouseAction):
    """What is free, without booking anything."""

    action_name = "action_next_slots"

    async def act(self, call: Call) -> Events:
        """Up to three free times of what was named; asks of what if nothing was."""
        reading = read(call.text, call.lexicon, call.language, call.now)
        wanted = [call.option] if call.option else await specialties_of(call, reading)
        if not wanted:
            known = {field.code for field in await appointments.specialties(call.uow)}
            often = [code for code in OFTEN_WANTED if code in known] or sorted(known)[:3]
            call.say("next-slots-which", tuple(await choices_of(call, often, "next_slots")))
            return []
        wanted_times = Wish().wanting(reading.times, None, call.text)
        search = partial(
            appointments.search_offers, call.uow, call.access, specialty=wanted[0], now=call.now,
            clinician_id=UUID(reading.clinicians[0]) if len(reading.clinicians) == 1 else None,
        )  # fmt: skip
        offers = await search(fits=wanted_times.fits) or await search()
        if not offers:
            call.say("next-slots-none", (Choice("human", "menu-human", "/human"),))
            return []
        call.say("next-slots")
        for offer in offers[:-1]:
            call.say("next-slots-line", **_words(offer))
        book = Choice("book", "menu-book", f"/book{json.dumps({'option': wanted[0]})}")
        call.say("next-slots-line", (book,), **_words(offers[-1]))
        return []


def _words(offer: Offer) -> dict[str, Any]:
    return {"at": {"when": offer.start.isoformat()}, "clinician": offer.clinician_name, "site": offer.site_name}
