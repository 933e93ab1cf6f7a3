"""The red-flag rules against sentences of their own. Invariant: every rule is needed, and none cries wolf."""

import re
from collections.abc import Callable

import pytest
import yaml

from conversations.safety import EXAMPLES_FILE, RULES_FILE, Level, default_screen
from core.settings import ROOT

PACK: dict[str, dict[str, list[str]]] = yaml.safe_load(EXAMPLES_FILE.read_text("utf-8"))
PLAIN = str.maketrans("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ", "acelnoszzACELNOSZZ")
RULES = {rule["id"]: Level[rule["level"]] for rule in yaml.safe_load(RULES_FILE.read_text("utf-8"))["rules"]}
SEE = [(rule, str(text)) for rule, kept in PACK.items() for text in kept["see"]]
LEAVE = [(rule, str(text)) for rule, kept in PACK.items() for text in kept["leave"]]


def test_every_rule_above_support_has_sentences() -> None:
    assert set(PACK) == {rule for rule, level in RULES.items() if level > Level.support}


@pytest.mark.parametrize(
    "write", [str, lambda text: text.translate(PLAIN), str.upper], ids=["as-is", "plain", "capitals"]
)
@pytest.mark.parametrize(("rule", "text"), SEE)
def test_a_sign_is_seen_at_its_level(rule: str, text: str, write: Callable[[str], str]) -> None:
    found = default_screen().screen(write(text))
    assert rule in found.rules and found.level >= RULES[rule]


@pytest.mark.parametrize(("rule", "text"), LEAVE)
def test_a_near_miss_is_left_alone(rule: str, text: str) -> None:
    for written in (text, text.translate(PLAIN)):
        found = default_screen().screen(written)
        assert found.level <= Level.support, found.rules


@pytest.mark.parametrize("rule", PACK)
def test_without_the_rule_something_would_be_missed(rule: str) -> None:
    without = default_screen().without(rule)
    assert any(without.screen(str(text)).level < RULES[rule] for text in PACK[rule]["see"])


GROUPS = {
    "heart and breath": "chest-pain breathing heartbeat allergy",
    "consciousness and brain": "unconscious stroke seizure headache meningitis confusion aggression",
    "bleeding and injury": "bleeding wound accident burns electrocution drowning heat-cold cold-limb",
    "belly, back and sugar": "abdomen testicle cauda-equina diabetic",
    "mother and child": "childbirth pregnancy infant",
    "poison and calls for help": "poisoning ask-ambulance",
    "crisis": "suicide self-harm",
    "violence": "violence",
    "threats to staff": "staff-threat",
}
ENGLISH = re.compile(
    r"\b(my|the|is|he|she|a|of|in|and|to|can|please|i|it|you|your|for|with|has|from|at|be|are|no)\b", re.IGNORECASE
)


def writings(text: str) -> list[str]:
    """A sentence as it is, without diacritics, and with one slip of the finger in its longest word."""
    longest = max(text.split(), key=len)
    at = len(longest) // 2
    slipped = longest[:at] + longest[at + 1] + longest[at] + longest[at + 2 :] if len(longest) > 5 else longest
    return [text, text.translate(PLAIN), text.replace(longest, slipped, 1)]


def test_groups_hold_all_rules() -> None:
    assert {rule for rules in GROUPS.values() for rule in rules.split()} == set(PACK)


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("language", ["pl", "en"])
def test_each_group_has_many_sentences_and_sees_them_mistyped(group: str, language: str) -> None:
    def of(kind: str) -> list[tuple[str, str]]:
        texts = [(rule, str(text)) for rule in GROUPS[group].split() for text in PACK[rule][kind]]
        return [(rule, text) for rule, text in texts if (language == "en") == (ENGLISH.search(text) is not None)]

    see = [(rule, written) for rule, text in of("see") for written in writings(text)]
    leave = [written for _, text in of("leave") for written in writings(text)]
    assert len(see) >= 30 and len(leave) >= 15
    missed = [text for rule, text in see if default_screen().screen(text).level < RULES[rule]]
    assert len(missed) <= 0.05 * len(see), missed
    false = [text for text in leave if default_screen().screen(text).level > Level.support]
    assert len(false) <= 0.02 * len(leave), false


def test_what_people_ask_a_clinic_is_left_alone() -> None:
    quiet = [(intent, text) for intent, text in phrases() if intent not in ("emergency", "symptoms", "medical_advice")]
    assert len(quiet) > 500
    found = [(text, default_screen().screen(text).level) for _, text in quiet]
    assert sum(level is Level.emergency for _, level in found) <= 0.005 * len(quiet)
    assert sum(level is Level.crisis for _, level in found) <= 0.01 * len(quiet)


def phrases() -> list[tuple[str, str]]:
    """The phrases the bot learns from, with their intents."""
    rows = []
    for file in sorted((ROOT / "data" / "nlu").rglob("*.yml")):
        for entry in yaml.load(file.read_text("utf-8"), yaml.CSafeLoader)["nlu"]:
            examples = re.findall(r"^- (.+)$", entry.get("examples", ""), re.MULTILINE)
            rows += [(entry.get("intent", ""), text) for text in examples]
    return rows
