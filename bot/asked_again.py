"""A form that was interrupted asks its question again.

Rasa 3.6.21 asks for the first slot that is empty instead, although an empty slot may be one that is not needed: who books a private
visit and hesitates at the summary would be asked for a referral.
"""

from __future__ import annotations

from rasa.core.actions.forms import FormAction
from rasa.shared.core.constants import REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

_first_empty = FormAction._find_next_slot_to_request


def _asked_or_first_empty(form: FormAction, tracker: DialogueStateTracker, domain: Domain) -> str | None:
    asked = tracker.get_slot(REQUESTED_SLOT)
    if asked in form.required_slots(domain) and form._should_request_slot(tracker, asked):
        return str(asked)
    found: str | None = _first_empty(form, tracker, domain)
    return found


def ask_again() -> None:
    """Let every form of this process do so."""
    FormAction._find_next_slot_to_request = _asked_or_first_empty
