"""The rules that every form needs, made of one table: how it begins and ends, what is answered in between, and what ends it.

Rasa wants them written out for each form; by hand that was a thousand lines in which one form forgot what the others knew.
"""

from collections.abc import Iterator
from typing import Any

Rule = dict[str, Any]
SAME_AGAIN = "utter_going_on"
CHANGE_OF_TASK = "action_stop_task"


def expand(table: dict[str, Any]) -> dict[str, Any]:
    """Rasa's rules for data/forms.yml: `{version, rules}`. A goal that means what is under way is never in between or leaving."""
    forms: dict[str, Any] = table["forms"]
    rules: list[Rule] = []
    for form, entry in forms.items():
        rules += _frame(form, entry)
        same = set(entry["same"])
        if same:
            rules.append(_between(form, SAME_AGAIN, entry["same"]))
        for action, intents in table["between"].items():
            if wanted := [one for one in intents if one not in same]:
                rules.append(_between(form, action, wanted))
        for action, intents in table["leaving"].items():
            if wanted := [one for one in intents if one not in same]:
                rules.append(_rule(f"{form} left by {action}", form, [_intents(wanted), {"action": action}, *_CLOSED]))
        for other, its in forms.items():
            if wanted := [one for one in its["begins"] if one not in same]:
                steps = [
                    _intents(wanted),
                    {"action": CHANGE_OF_TASK},
                    *_CLOSED,
                    {"action": other},
                    {"active_loop": other},
                ]
                rules.append(_rule(f"{form} left for {other}", form, steps))
    return {"version": "3.1", "rules": rules}


_CLOSED = ({"action": "action_deactivate_loop"}, {"active_loop": None})


def _frame(form: str, entry: dict[str, Any]) -> Iterator[Rule]:
    if entry["begins"]:
        yield {
            "rule": f"{form} begins",
            "steps": [_intents(entry["begins"]), {"action": form}, {"active_loop": form}],
        }
    done = [
        {"action": form}, {"active_loop": None}, {"slot_was_set": [{"requested_slot": None}]}, {"action": entry["ends"]},
    ]  # fmt: skip
    yield _rule(f"{form} ends when nothing is left to ask", form, done)


def _between(form: str, action: str, intents: list[str]) -> Rule:
    steps = [_intents(intents), {"action": action}, {"action": form}, {"active_loop": form}]
    return _rule(f"{form}, then {action}, then the question again", form, steps)


def _rule(name: str, form: str, steps: list[Any]) -> Rule:
    return {"rule": name, "condition": [{"active_loop": form}], "steps": steps}


def _intents(names: list[str]) -> dict[str, Any]:
    return {"intent": names[0]} if len(names) == 1 else {"or": [{"intent": name} for name in names]}
