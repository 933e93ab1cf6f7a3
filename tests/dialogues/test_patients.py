"""Of the scripted patients: there are enough of them, in both languages and on both channels, and their questions are the product's."""

from collections import Counter

import pytest

from bench.dialogues import GOALS, QUESTIONS, Told, asked, figures, hold, patients
from core.i18n import Language, catalogue

KEYS = {
    "specialty": "utter-ask-booking-form-specialty", "time": "ask-time-window", "offer": "offers-here", "payer": "ask-payer",
    "kind": "ask-visit-kind", "person": "ask-patient-for-booking", "same": "person-same-or-other",
    "reschedule_which": "reschedule-which", "confirm_which": "confirm-which",
    "birth": "utter-ask-birth-date",
    "referral": "ask-referral-code", "cancel_which": "cancel-which",
}  # fmt: skip


def test_there_are_at_least_120_scripts_over_both_languages_and_channels() -> None:
    everyone = patients()
    assert len(everyone) >= 120
    assert len({patient.id for patient in everyone}) == len(everyone)
    assert min(Counter((patient.language, patient.channel) for patient in everyone).values()) >= 30
    assert {patient.goal for patient in everyone} == set(GOALS)


def test_every_interruption_stands_at_a_question_that_is_asked() -> None:
    assert {name for patient in patients() for name in patient.interrupts} <= set(QUESTIONS)
    assert all(set(QUESTIONS) <= set(patient.knows) for patient in patients())


@pytest.mark.parametrize("language", ["pl", "en"])
@pytest.mark.parametrize("name", KEYS)
def test_the_questions_are_known_by_the_words_of_the_catalogue(name: str, language: Language) -> None:
    assert asked([catalogue(language).text(KEYS[name])]) == name


def test_the_last_question_of_an_answer_counts() -> None:
    assert asked(["Wolne terminy:", "Na kiedy ma byc wizyta?"]) == "time"
    assert asked(["Do widzenia!"]) is None


class _Clinic:
    """Asks for the specialty twice, then books."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def open(self) -> list[str]:
        return []

    async def say(self, text: str) -> list[str]:
        self.heard.append(text)
        return (
            ["Do jakiego lekarza lub na jakie badanie ma być wizyta?"]
            if len(self.heard) < 3
            else ["Wizyta umowiona: dzis"]
        )


async def test_a_patient_interrupts_once_then_answers_until_the_goal_is_reached() -> None:
    patient = next(one for one in patients() if one.id == "pl-sms-price-first")
    patient.interrupts["specialty"] = ["a ile to kosztuje?"]
    clinic = _Clinic()
    told = await hold(patient, clinic)
    assert clinic.heard == [patient.opens, "a ile to kosztuje?", patient.knows["specialty"]]
    assert told.is_reached
    assert figures([told, Told(patient)])["goals_reached"] == 0.5
