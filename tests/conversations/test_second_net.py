"""The second net adds alarms where no rule has the words, and only there."""

import json
from pathlib import Path

import pytest
import yaml

from conversations.folded_lines import folded_line
from conversations.safety import FOLDER, Level, SafetyScreen, default_screen
from conversations.second_net import FILE, SecondNet, windows
from core.errors import ConfigurationError
from service import learning

UNSEEN: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_name("unseen_signs.yml").read_text("utf-8"))
HARMLESS: list[str] = yaml.safe_load(learning.HARMLESS_FILE.read_text("utf-8"))["harmless"]
LEAST_SEEN = 0.9


def test_the_weights_were_learned_from_the_sentences_that_stand_there() -> None:
    assert json.loads((FOLDER / FILE).read_text("utf-8"))["learned_from"] == learning.sources_digest()


def test_what_is_learned_again_from_the_same_sentences_is_the_same(tmp_path: Path) -> None:
    learning.learn(tmp_path / FILE)
    again, kept = (json.loads(file.read_text("utf-8"))["weights"] for file in (tmp_path / FILE, FOLDER / FILE))
    assert len(again.keys() & kept.keys()) >= 0.9 * len(kept)


def test_signs_in_words_that_no_one_learned_are_seen_at_their_level() -> None:
    signs = [(Level[level], text) for level, texts in UNSEEN.items() if level != "none" for text in texts]
    seen = [text for level, text in signs if default_screen().screen(text).level is level]
    by_rules = [text for level, text in signs if SafetyScreen.load(with_net=False).screen(text).level is level]
    assert len(seen) >= LEAST_SEEN * len(signs)
    assert len(seen) > len(by_rules)


@pytest.mark.parametrize("text", [*HARMLESS, *UNSEEN["none"]])
def test_what_only_sounds_grave_raises_no_alarm(text: str) -> None:
    assert default_screen().screen(text).level <= Level.support


def test_the_net_takes_nothing_away_and_names_itself_and_its_words() -> None:
    with_rules = SafetyScreen.load(with_net=False)
    for text in ("boli mnie w klatce", "chcę się zabić", "mąż mnie bije"):
        assert default_screen().screen(text).rules == with_rules.screen(text).rules
    text = "moje życie jest bezwartościowe, chcę zniknąć"
    assert with_rules.screen(text).level is Level.none
    (firing,) = default_screen().screen(text).firings
    assert firing.rule == "learned-crisis" and 0 <= firing.start < firing.end <= len(text)


def test_a_cry_at_the_end_of_a_long_letter_is_heard() -> None:
    letter = "piszę w sprawie terminu wizyty u okulisty dla mojej mamy w przyszłym miesiącu " * 4
    assert default_screen().screen(letter).level is Level.none
    assert default_screen().screen(f"{letter}. Moje życie jest bezwartościowe, chcę zniknąć").level is Level.crisis


@pytest.mark.parametrize(
    "text",
    [
        "sekret 3 200",
        "kod 112999",
        "12.03.1980",
        "90010112345",
        "Zofia Wójcik",
        "o 9:40",
        "1",
        "numer 999",
        "xyz 38 40",
    ],
)
def test_names_codes_dates_and_numbers_alone_say_nothing(text: str) -> None:
    assert default_screen().screen(text).level is Level.none


def test_windows_cover_every_word_of_a_message_up_to_a_bound() -> None:
    for many in (1, 9, 20, 21, 30, 95):
        line = folded_line("mama " * many)
        assert {at for first, last in windows(line) for at in range(first, last)} == set(range(many))
    assert len(list(windows(folded_line("mama " * 5000)))) == 60


@pytest.mark.parametrize("content", ["", "{}", '{"levels": ["crisis"], "bias": [1, 2], "weights": {}}', "[1]"])
def test_a_table_that_does_not_fit_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content)
    with pytest.raises(ConfigurationError, match=FILE):
        SecondNet.load(tmp_path / FILE)
