"""The red-flag rules against sentences of their own. Invariant: every rule is needed, and none cries wolf."""

from collections.abc import Callable

import pytest
import yaml

from conversations.safety import EXAMPLES_FILE, RULES_FILE, Level, default_screen

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
