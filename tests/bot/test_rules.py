"""The dialogue's rules, as Rasa is given them: in every form, and outside all forms, each intent has exactly one."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.handover import BEGINS
from service.training import prepare

ROOT = Path(__file__).parents[2]
DOMAIN: dict[str, Any] = yaml.safe_load((ROOT / "bot" / "domain.yml").read_text("utf-8"))
INTENTS = sorted([next(iter(one)) if isinstance(one, dict) else one for one in DOMAIN["intents"]] + ["nlu_fallback"])


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """All rules of a training."""
    folder = tmp_path_factory.mktemp("data")
    prepare(folder)
    files = sorted((folder / "rules").glob("*.yml"))
    return [rule for file in files for rule in yaml.safe_load(file.read_text("utf-8"))["rules"]]


def form_of(rule: dict[str, Any]) -> str | None:
    """The form a rule is for."""
    return next((one["active_loop"] for one in rule.get("condition", ())), None)


def intents_of(rule: dict[str, Any]) -> list[str]:
    """The intents a rule begins with; none for the end of a form."""
    first = rule["steps"][0]
    return [one["intent"] for one in first["or"]] if "or" in first else [first["intent"]] if "intent" in first else []


@pytest.mark.parametrize("form", [None, *DOMAIN["forms"]])
def test_every_intent_has_one_rule(rules: list[dict[str, Any]], form: str | None) -> None:
    counted = Counter(intent for rule in rules if form_of(rule) == form for intent in intents_of(rule))
    assert sorted(counted) == INTENTS
    assert set(counted.values()) == {1}, counted.most_common(3)


def test_names_are_unique_and_every_action_is_in_the_domain(rules: list[dict[str, Any]]) -> None:
    names = Counter(rule["rule"] for rule in rules)
    assert set(names.values()) == {1}
    known = {
        *DOMAIN["actions"],
        *DOMAIN["responses"],
        *DOMAIN["forms"],
        "action_deactivate_loop",
        "action_default_fallback",
    }
    assert {step["action"] for rule in rules for step in rule["steps"] if "action" in step} <= known


def test_what_begins_a_form_is_told_as_a_change_of_task() -> None:
    table = yaml.safe_load((ROOT / "data" / "forms.yml").read_text("utf-8"))
    assert {intent for form in table["forms"].values() for intent in form["begins"]} == BEGINS


def test_a_form_is_left_by_closing_it(rules: list[dict[str, Any]]) -> None:
    for rule in rules:
        actions = [step["action"] for step in rule["steps"] if "action" in step]
        if "action_stop_task" in actions and form_of(rule) is not None:
            assert "action_deactivate_loop" in actions, rule["rule"]
