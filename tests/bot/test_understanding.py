"""How often the trained model is right on phrasings whose families it never saw.

The bounds only ever rise.
"""

import pytest

from conversations.understanding import normalise

from .conftest import Rasa
from .training_data import hasty, kept_apart, phrases

pytestmark = pytest.mark.rasa


def share_right(rasa: Rasa, cases: list[tuple[str, str]]) -> float:
    """The intent ranked first, whatever the confidence: the threshold is judged apart."""
    right = 0
    for text, intent in cases:
        ranking = [found["name"] for found in rasa.understood(text)["intent_ranking"]]
        right += next(name for name in ranking if name != "nlu_fallback") == intent
    return right / len(cases)


def test_unseen_polish_is_understood(rasa: Rasa) -> None:
    assert share_right(rasa, kept_apart("heldout", "pl")) >= 0.89


def test_unseen_polish_typed_in_haste_is_understood(rasa: Rasa) -> None:
    assert share_right(rasa, [(hasty(text), intent) for text, intent in kept_apart("heldout", "pl")]) >= 0.87


def test_unseen_english_is_understood(rasa: Rasa) -> None:
    assert share_right(rasa, kept_apart("heldout", "en")) >= 0.88


def test_polish_as_people_speak_it_is_understood(rasa: Rasa) -> None:
    assert share_right(rasa, kept_apart("blind", "pl")) >= 0.92


def test_polish_as_people_speak_it_is_understood_when_typed_in_haste(rasa: Rasa) -> None:
    assert share_right(rasa, [(hasty(text), intent) for text, intent in kept_apart("blind", "pl")]) >= 0.90


def test_english_as_people_speak_it_is_understood(rasa: Rasa) -> None:
    assert share_right(rasa, kept_apart("blind", "en")) >= 0.93


@pytest.mark.parametrize("language", ["pl", "en"])
@pytest.mark.parametrize("split", ["spoken", "calls"])
def test_what_callers_say_is_understood(rasa: Rasa, split: str, language: str) -> None:
    assert share_right(rasa, kept_apart(split, language)) >= 0.87


@pytest.mark.parametrize("language", ["pl", "en"])
def test_a_confident_mistake_is_rare(rasa: Rasa, language: str) -> None:
    cases = kept_apart("heldout", language)
    found = [(rasa.understood(text)["intent"]["name"], intent) for text, intent in cases]
    mistaken = sum(name not in (intent, "nlu_fallback") for name, intent in found)
    assert mistaken / len(cases) <= 0.10


@pytest.mark.parametrize("language", ["pl", "en"])
@pytest.mark.parametrize("split", ["heldout", "judged", "blind", "spoken", "calls"])
def test_what_judges_was_never_taught(split: str, language: str) -> None:
    taught = {normalise(phrase) for known in ("pl", "en") for phrase, _ in phrases(known)}
    assert not taught & {text for text, _ in kept_apart(split, language)}
