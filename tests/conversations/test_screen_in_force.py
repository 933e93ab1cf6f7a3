"""Tables that see less than before cannot be loaded. Invariant: some proved version always screens."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from conversations.safety import EXAMPLES_FILE, FOLDER, RULES_FILE, Level, SafetyScreen, read_examples
from conversations.screen_in_force import (
    HISTORY,
    LOCKED,
    digest_at,
    held,
    keep_locked,
    kept_screen,
    prove,
    screen_in_force,
)
from core.clock import SystemClock
from core.errors import ConfigurationError

SIGN = "mąż nie oddycha"


@pytest.fixture
def tables(tmp_path: Path) -> Iterator[Path]:
    """A copy of the shipped tables that a test may spoil."""
    folder = tmp_path / "tables"
    shutil.copytree(FOLDER, folder)
    screen_in_force.cache_clear()
    yield folder
    screen_in_force.cache_clear()


def edit(tables: Path, old: str, new: str) -> None:
    file = tables / RULES_FILE.name
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def without_rule(tables: Path, rule: str) -> None:
    file = tables / RULES_FILE.name
    kept = yaml.safe_load(file.read_text("utf-8"))
    kept["rules"] = [one for one in kept["rules"] if one["id"] != rule]
    file.write_text(yaml.safe_dump(kept, allow_unicode=True), "utf-8")


def test_every_rule_names_where_its_sign_comes_from() -> None:
    assert all(rule.source for rule in SafetyScreen.load().rules)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("id: breathing", "id: chest-pain", r"chest-pain in red_flags.yml, line \d+: .*overlaps"),
        (
            "- saturation low_sat /3",
            "- chest chest_pain left_arm",
            r"breathing in red_flags.yml, line \d+: .*chest-pain",
        ),
        ("level: emergency", "level: grave", r"chest-pain in red_flags.yml, line \d+: 'grave'"),
        ("source: [chest", "source: [hearsay", r"chest-pain in red_flags.yml, line \d+: source: unknown hearsay"),
        ('version: "', 'edition: "', "red_flags.yml is no table with a version"),
    ],
)
def test_a_table_with_an_error_is_refused_with_rule_and_line(tables: Path, old: str, new: str, said: str) -> None:
    edit(tables, old, new)
    with pytest.raises(ConfigurationError, match=said):
        SafetyScreen.load(tables)


def test_a_table_that_misses_its_own_sentences_is_refused_with_the_first_of_them(tables: Path) -> None:
    edit(tables, "level: emergency", "level: support")
    without_rule(tables, "testicle")
    with pytest.raises(ConfigurationError, match=r"testicle: its sentences stand in examples.yml, the rule is gone"):
        prove(SafetyScreen.load(tables), tables)


def test_fewer_words_in_a_rule_are_noticed_with_its_line(tables: Path) -> None:
    edit(tables, "      - sits_on_chest\n", "")
    with pytest.raises(ConfigurationError, match=r"chest-pain in red_flags.yml, line \d+: \d+ sentences of its pack"):
        prove(SafetyScreen.load(tables), tables)


def test_the_last_proved_version_stays_in_force_and_the_reason_is_told(tables: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    good = screen_in_force(data, tables)
    assert good.refused is None
    without_rule(tables, "breathing")
    screen_in_force.cache_clear()
    kept = screen_in_force(data, tables)
    assert kept.screen.digest == good.screen.digest and "breathing" in (kept.refused or "")
    assert kept.screen.screen(SIGN).level is Level.emergency


def test_without_a_version_that_proved_itself_nothing_starts(tables: Path, tmp_path: Path) -> None:
    without_rule(tables, "breathing")
    with pytest.raises(ConfigurationError, match="breathing"):
        screen_in_force(tmp_path / "empty", tables)


def test_what_was_in_force_once_can_be_asked_again_by_its_time(tables: Path, tmp_path: Path) -> None:
    data, clock = tmp_path / "data", SystemClock(ZoneInfo("UTC"))
    before = clock.now()
    old = screen_in_force(data, tables).screen
    between = clock.now()
    edit(tables, 'version: "', 'version: "later-')
    screen_in_force.cache_clear()
    new = screen_in_force(data, tables).screen
    assert old.digest != new.digest
    with (data / "safety" / HISTORY).open("a", encoding="utf-8") as history:
        history.write('torn line\n{"from": "yesterday", "digest": "x"}\n')
    then, now = digest_at(data, between), digest_at(data, clock.now())
    assert then == old.digest and now == new.digest and digest_at(data, before) is None
    again = kept_screen(data, then)
    assert again is not None and again.version == old.version and kept_screen(data, "gone") is None


def test_tables_that_fail_a_locked_test_which_those_in_force_pass_are_refused(tables: Path, tmp_path: Path) -> None:
    data, text = tmp_path / "data", "kryptonit parzy mnie w przełyk"
    edit(tables, "    patterns:\n", "    patterns:\n      - kryptonit parzy\n")
    good = screen_in_force(data, tables).screen
    keep_locked(data, [{"text": text, "level": "emergency"}, {"text": "poproszę o wizytę", "level": "none"}])
    edit(tables, "      - kryptonit parzy\n", "")
    screen_in_force.cache_clear()
    kept = screen_in_force(data, tables)
    assert kept.screen.digest == good.digest and "locked test 1 fails (emergency)" in (kept.refused or "")
    assert "kryptonit" not in (kept.refused or ""), "a patient's words once, and errors are logged"


@pytest.mark.parametrize("spoilt", ["[{", '[{"text": "x"}]', '[{"text": "x", "level": "grave"}]'])
def test_locked_tests_that_cannot_be_read_keep_new_tables_out_but_not_the_old_ones(
    tables: Path, tmp_path: Path, spoilt: str
) -> None:
    data = tmp_path / "data"
    good = screen_in_force(data, tables).screen
    (data / "safety" / LOCKED).write_text(spoilt, "utf-8")
    edit(tables, 'version: "', 'version: "later-')
    screen_in_force.cache_clear()
    kept = screen_in_force(data, tables)
    assert kept.screen.digest == good.digest and "unreadable" in (kept.refused or "")


def test_a_locked_test_that_nothing_passes_yet_stands_in_nobodys_way(tables: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    screen_in_force(data, tables)
    keep_locked(data, [{"text": "kryptonit parzy mnie w przełyk", "level": "emergency"}])
    edit(tables, 'version: "', 'version: "later-')
    screen_in_force.cache_clear()
    assert screen_in_force(data, tables).refused is None


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("examples.yml", "breathing: [mąż nie oddycha]\n", "breathing needs sentences"),
        ("examples.yml", "breathing:\n  see: [112]\n  leave: []\n", "breathing needs sentences"),
        ("red_flags.yml", 'version: "1"\nrules: none\n', "a list of rules"),
        ("red_flags.yml", "version: 2026\nrules: []\n", "quotes"),
    ],
)
def test_tables_of_another_shape_are_refused_with_a_reason_and_the_last_ones_stay(
    tables: Path, tmp_path: Path, file: str, text: str, said: str
) -> None:
    data = tmp_path / "data"
    good = screen_in_force(data, tables).screen
    (tables / file).write_text(text, "utf-8")
    screen_in_force.cache_clear()
    kept = screen_in_force(data, tables)
    assert kept.screen.digest == good.digest and said in (kept.refused or "")


def test_the_pack_and_what_was_locked_are_asked_and_counted(tables: Path, tmp_path: Path) -> None:
    sentences = sum(len(kept["see"]) for kept in read_examples(EXAMPLES_FILE).values())
    assert sentences > 300
    assert held(tmp_path, []) == (sentences, sentences), (
        "no clinician locked anything yet: the pack is asked all the same"
    )
    assert held(tmp_path, [(SIGN, "emergency"), ("dzień dobry", "emergency")]) == (sentences + 1, sentences + 2)
