"""The grounding check against what models come back with. Invariant: what differs in what matters never goes out."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from knowledge.model.grounding import is_grounded
from knowledge.model.rephrasing import may_be_reworded
from knowledge.seed import read_articles

SETS: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("red_team.yml").read_text("utf-8"))
SEEDED = [(language, row[language]["answer"]) for row in read_articles() for language in ("pl", "en")]


@pytest.mark.parametrize(("one", "words"), [(one, words) for one in SETS for words in one["refused"]])
def test_what_is_not_in_the_passage_is_held_back(one: dict[str, Any], words: str) -> None:
    assert not is_grounded(words, one["approved"], one["language"])


@pytest.mark.parametrize(("one", "words"), [(one, words) for one in SETS for words in one["allowed"]])
def test_the_same_said_otherwise_may_go_out(one: dict[str, Any], words: str) -> None:
    assert is_grounded(words, one["approved"], one["language"])


@pytest.mark.parametrize(("language", "approved"), SEEDED)
def test_every_article_says_what_it_says_and_no_number_of_it_may_change(language: Any, approved: str) -> None:
    assert is_grounded(approved, approved, language)
    digits = [at for at, sign in enumerate(approved) if sign.isdigit()]
    for at in digits:
        other = approved[:at] + str((int(approved[at]) + 1) % 10) + approved[at + 1 :]
        assert not is_grounded(other, approved, language), other


@given(st.text(max_size=200))
def test_nothing_a_model_says_breaks_the_check(words: str) -> None:
    assert not is_grounded(words, "", "pl")
    is_grounded(words, "Przed badaniem nie jeść. Parking jest płatny.", "pl")


@pytest.mark.parametrize(
    "approved",
    [
        "Proszę przyjmować jedną tabletkę dziennie rano, popijając szklanką wody, najlepiej zawsze o tej samej porze dnia.",
        "Take one dose in the morning with a glass of water, and always at the same time of the day if that can be done.",
        "Przy silnym bólu w klatce piersiowej proszę dzwonić pod 112 i nie czekać na wizytę w poradni ani na odpowiedź tutaj.",
        "If you feel pain in the chest call an ambulance and do not wait for the visit at the clinic or an answer in the chat.",
        "Wynik nie jest rozpoznaniem; diagnozę stawia lekarz podczas wizyty, na którą prosimy zabrać wszystkie dokumenty.",
        "Krótko.",
    ],
)
def test_doses_diagnoses_and_urgency_are_said_as_they_were_approved(approved: str) -> None:
    assert not may_be_reworded(approved)
