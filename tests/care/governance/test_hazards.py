"""The hazard log names what it rests on, and what it rests on is there."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from care.governance import hazards
from conversations.safety import Level, default_screen
from core.errors import ConfigurationError
from core.i18n import LANGUAGES
from core.settings import ROOT
from service.safety_case import report
from tests.controls import unshown

UNSEEN: dict[str, list[str]] = yaml.safe_load(
    (ROOT / "tests" / "conversations" / "unseen_signs.yml").read_text("utf-8")
)


@pytest.mark.parametrize("test", sorted(hazards.load().tests))
def test_what_a_control_rests_on_is_there(test: str) -> None:
    file, _, function = test.partition("::")
    text = (ROOT / file).read_text("utf-8")
    assert re.search(rf"^(async )?def {function}\(", text, re.MULTILINE) if function else "def test_" in text


def test_every_known_miss_stands_in_the_log_and_none_that_is_seen() -> None:
    missed = {
        text
        for level, texts in UNSEEN.items()
        for text in texts
        if level != "none" and default_screen().screen(text).level is not Level[level]
    }
    assert {miss for one in hazards.load().hazards for miss in one.known_misses} == missed


def test_a_control_whose_test_did_not_pass_is_named() -> None:
    log = hazards.load()
    test = (
        "tests/conversations/test_switch.py::test_while_it_is_off_an_emergency_still_gets_its_answer_and_stop_is_obeyed"
    )
    assert unshown(log, set(log.tests)) == [] and unshown(log, set(log.tests) - {test}) == [test]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_tells_of_every_hazard_and_who_accepts_it(language: str) -> None:
    log = hazards.load()
    told = report(log, "pl" if language == "pl" else "en")
    for hazard in log.hazards:
        assert hazard.title["pl" if language == "pl" else "en"] in told and f"(`{hazard.id}`)" in told
    assert all(test in told for test in log.tests)
    assert told.count({"pl": "jeszcze nikt", "en": "nobody yet"}[language]) == len(log.hazards)


def _kept(change: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(hazards.FILE.read_text("utf-8"))
    data["hazards"][0] |= change
    return data


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": "Missed"}, "small letters"),
        ({"id": "false-alarm"}, "twice"),
        ({"title": {"pl": "Sam polski"}}, "no words in en"),
        ({"before": {"severity": 6, "likelihood": 1}}, "1 to 5"),
        ({"after": {"severity": 5, "likelihood": 5}}, "worse"),
        ({"controls": []}, "no control"),
        ({"controls": [{"text": {"pl": "a", "en": "a"}, "tests": []}]}, "needs tests"),
        ({"controls": [{"text": {"pl": "a", "en": "a"}, "tests": ["somewhere"]}]}, "needs tests"),
        ({"controls": None}, "missed-emergency"),
    ],
)
def test_a_log_with_a_mistake_is_refused_naming_the_hazard(tmp_path: Path, change: dict[str, Any], reason: str) -> None:
    file = tmp_path / "hazards.yml"
    file.write_text(yaml.safe_dump(_kept(change), allow_unicode=True), "utf-8")
    with pytest.raises(ConfigurationError, match=reason):
        hazards.load(file)


@pytest.mark.parametrize("content", ["", "[]", "hazards: [", "version: 1"])
def test_a_file_that_is_no_log_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "hazards.yml"
    file.write_text(content, "utf-8")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        hazards.load(file)
