"""Handing over, leaving a task, saying again, changing the language, and what is said when nothing was understood."""

from actions.context import Call, Events, HouseAction
from actions.goal_choices import menu
from actions.offers import REFILL_SLOTS, SLOTS, TRIAGE_SLOTS, VISIT_SLOTS
from conversations.acting import promise_utterance
from conversations.messages import last_content
from conversations.models import Correspondent, Thread
from conversations.rendering import from_json
from core.i18n import Language

BEGINS = frozenset({"book", "next_slots", "list_visits", "cancel_visit", "reschedule", "confirm_visit", "symptoms"})
"""Goals with a form of their own."""
FAILURES = ("action_default_fallback", "action_out_of_scope")


class RequestHuman(HouseAction):
    """A person, please."""

    action_name = "action_request_human"
    is_lasting = True
    reason = "asked"

    async def act(self, call: Call) -> Events:
        """Queue the case and say where it stands."""
        await hand_over(self, call, self.reason)
        return []


class StopTask(HouseAction):
    """Leaves what is under way."""

    action_name = "action_stop_task"

    async def act(self, call: Call) -> Events:
        """Say so, unless something else begins at once, and forget the answers."""
        is_busy = bool((call.tracker.active_loop or {}).get("name"))
        if call.intent in BEGINS:
            call.say("task-switched")
        else:
            call.say("task-stopped" if is_busy else "task-none", await menu(call.uow, call.language))
        for name in (*SLOTS, *VISIT_SLOTS, *TRIAGE_SLOTS, *REFILL_SLOTS):
            if call.slot(name) is not None:
                call.set(name, None)
        return []


class Repeat(HouseAction):
    """Says the last thing again."""

    action_name = "action_repeat"

    async def act(self, call: Call) -> Events:
        """Inside a form the form asks again by itself; elsewhere the last words are repeated."""
        if (call.tracker.active_loop or {}).get("name"):
            call.say("repeat-in-form")
            return []
        content = await last_content(call.uow, call.case.id)
        if content and content.get("key"):
            last = from_json({**content, "choices": []})
            call.say(last.key, **last.args)
        else:
            call.say("utter-help", await menu(call.uow, call.language))
        return []


class ChangeLanguage(HouseAction):
    """Goes on in the other language."""

    action_name = "action_change_language"

    async def act(self, call: Call) -> Events:
        """The language of the message asked for by name, else the other one."""
        words = call.text.lower()
        wants_polish = any(word in words for word in ("polsk", "polish"))
        language: Language = (
            "pl"
            if wants_polish or (call.language == "en" and "english" not in words and "angiel" not in words)
            else "en"
        )
        thread = await call.uow.session.get_one(Thread, call.case.thread_id)
        person = await call.uow.session.get_one(Correspondent, thread.correspondent_id)
        person.language = language
        call.say(f"language-{language}", await menu(call.uow, language))
        return []


class DefaultFallback(HouseAction):
    """Not understood: ask again with help; twice in a row, a person takes over."""

    action_name = "action_default_fallback"
    is_lasting = True

    async def act(self, call: Call) -> Events:
        """What can still be made of it; else first the question again, then a person."""
        if await self.understand(call):
            return []
        if _failed_before(call):
            await hand_over(self, call, "not-understood")
            # The rules would ask the form's question again; now a person speaks. The form waits where it is.
            return [{"event": "followup", "timestamp": None, "name": "action_listen"}]
        if (call.tracker.active_loop or {}).get("name"):
            call.say("not-understood-in-form")
        else:
            call.say("not-understood", await menu(call.uow, call.language))
        return []

    async def understand(self, call: Call) -> bool:
        """True if something helpful was said after all."""
        return False


class OutOfScope(HouseAction):
    """Not our business: say what is. The second such turn in a row goes to a person, as does not understanding."""

    action_name = "action_out_of_scope"
    is_lasting = True

    async def act(self, call: Call) -> Events:
        """What can be done here, or a person."""
        if _failed_before(call):
            await hand_over(self, call, "not-understood")
        else:
            call.say("utter-out-of-scope", await menu(call.uow, call.language))
        return []


async def hand_over(
    action: HouseAction, call: Call, reason: str, *, is_urgent: bool = False, is_explained: bool = False
) -> None:
    """Queue the case and tell the person honestly what happens next; why, unless that was said already."""
    promise = await action.parts.cases.escalate(
        call.uow, call.access, call.case.id, reason, call.now, is_urgent=is_urgent, topic=call.intent or None
    )
    if promise.limited_until is None and not is_explained:
        if reason in ("staff-request", "not-understood"):
            call.say(f"handoff-because-{reason}")
        elif reason == "clinician-question":
            call.say("handoff-because-clinician")
    told = promise_utterance(promise, reason)
    call.say(told.key, told.choices, **told.args)


def _failed_before(call: Call) -> bool:
    """True if the turn before this one was not understood either."""
    turns = 0
    for event in reversed(call.tracker.events):
        if event["event"] == "user":
            turns += 1
            if turns == 2:
                return False
        elif turns == 1 and event["event"] == "action" and event.get("name") in FAILURES:
            return True
    return False
