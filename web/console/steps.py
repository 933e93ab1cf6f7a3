"""The steps of a handoff in words."""

from core.i18n import Language
from handoff.explaining import Explained
from handoff.models import Step
from web.rendering import in_language, word

_KINDS = {
    Step.requested: "handoff-reason",
    Step.raised: "handoff-reason",
    Step.waits: "routing-waits",
    Step.breached: "due",
}


def step_words(language: Language, one: Explained) -> str:
    """One line: what happened, to whom, and why."""
    text = in_language(language)
    if one.step is Step.wrapped_up:
        reason = text("step-time") if one.reason == "time" else word(language, "wrap-up-code", one.reason)
    elif one.step is Step.snoozed:
        reason = ""
    else:
        reason = (
            word(language, _KINDS[one.step], one.reason) if one.step in _KINDS else word(language, "step", one.reason)
        )
    key = f"step-{one.step.value.replace('_', '-')}"
    return text(key, name=one.who or "", reason=reason)
