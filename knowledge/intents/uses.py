"""Where an intent is used: the rules outside every form, those of the forms, and the fixed names. Read from the files of the bot."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from core.settings import ROOT
from core.yamls import read_yaml

ANSWERS = ROOT / "data" / "rules" / "answers.yml"
FORMS = ROOT / "data" / "forms.yml"
DOMAIN = ROOT / "bot" / "domain.yml"


@dataclass
class Uses:
    """Of one intent: each rule with the actions that follow; forms it begins; forms it leaves or is answered in."""

    rules: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    begins: list[str] = field(default_factory=list)
    within: list[str] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """All of them in words that stand in the files."""
        return [*(name for name, _ in self.rules), *self.begins, *self.within]


@lru_cache(maxsize=1)
def intents() -> tuple[str, ...]:
    """The names the bot knows, in the order of its domain."""
    listed = read_yaml(DOMAIN.read_text("utf-8"))["intents"]
    return tuple(one if isinstance(one, str) else next(iter(one)) for one in listed)


@lru_cache(maxsize=1)
def uses() -> dict[str, Uses]:
    """By intent."""
    found = {intent: Uses() for intent in intents()}
    for rule in read_yaml(ANSWERS.read_text("utf-8"))["rules"]:
        acts = tuple(str(step["action"]) for step in rule["steps"] if "action" in step)
        for intent in (one for step in rule["steps"] for one in _intents(step)):
            if intent in found:
                found[intent].rules.append((str(rule["rule"]), acts))
    forms: dict[str, Any] = read_yaml(FORMS.read_text("utf-8"))
    for form, told in forms["forms"].items():
        for intent in told["begins"]:
            found[intent].begins.append(str(form))
    for part in ("between", "leaving"):
        for action, named in forms[part].items():
            for intent in named:
                if intent in found:
                    found[intent].within.append(f"{part}: {action}")
    return found


def _intents(step: dict[str, Any]) -> list[str]:
    if "intent" in step:
        return [str(step["intent"])]
    return [str(one["intent"]) for one in step.get("or", ()) if "intent" in one]
