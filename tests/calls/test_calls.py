"""Of the scripted callers: there are sixty in both languages, twenty of them hesitant, and they stand at questions that are asked."""

from collections import Counter

import pytest

from bench.dialogues import QUESTIONS
from bench.voice import CALLER_QUESTIONS, GOALS, asked_of_caller, callers
from core.i18n import Language, catalogue

KEYS = {
    "medicine": "refill-which", "supply": "refill-supply", "dose": "refill-dose", "code": "identity-code-ask",
    "identity": "identity-who-self-voice",
}  # fmt: skip


def test_there_are_sixty_of_them_and_twenty_are_hesitant() -> None:
    everyone = callers()
    assert len(everyone) >= 60 and len({one.id for one in everyone}) == len(everyone)
    assert sum(one.is_hesitant for one in everyone) >= 20
    assert min(Counter(one.language for one in everyone).values()) >= 29


def test_they_book_move_cancel_ask_fall_silent_hang_up_and_press_keys() -> None:
    goals = {one.goal for one in callers()}
    assert {"booked", "moved", "cancelled", "hours", "refill", "emergency", "person", "silent"} <= goals <= set(GOALS)
    acts = " ".join(str((one.opens, one.knows, one.interrupts, one.then)) for one in callers())
    assert all(mark in acts for mark in ("(hang up)", "(noise)", "(silence)", "(cut) ", "(keys ", "(code)", " / "))


def test_every_interruption_stands_at_a_question_that_is_asked() -> None:
    known = set(QUESTIONS) | set(CALLER_QUESTIONS)
    assert {name for one in callers() for name in one.interrupts} <= known
    assert all(known <= set(one.knows) for one in callers())


@pytest.mark.parametrize("language", ["pl", "en"])
@pytest.mark.parametrize("name", KEYS)
def test_the_questions_are_known_by_the_words_of_the_catalogue(name: str, language: Language) -> None:
    assert asked_of_caller([catalogue(language).text(KEYS[name])]) == name
