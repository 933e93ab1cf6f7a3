"""How hard a text is to read. Invariant: longer sentences and longer words are harder, and what no reader reads does not count."""

import pytest

from core.i18n import LANGUAGES, Language
from knowledge.reading_level import level, syllables

EASY = "Przyjdź rano. Nie jedz nic od nocy. Możesz pić wodę. Weź dowód i skierowanie. Badanie trwa krótko."
HARD = (
    "Przeprowadzenie zaplanowanego badania laboratoryjnego wymaga uprzedniego powstrzymania się od przyjmowania jakichkolwiek "
    "pokarmów przez co najmniej dwanaście godzin poprzedzających pobranie materiału diagnostycznego."
)


@pytest.mark.parametrize(
    ("word", "language", "count"),
    [
        ("nie", "pl", 1), ("woda", "pl", 2), ("skierowanie", "pl", 4), ("miód", "pl", 1), ("historia", "pl", 3), ("iść", "pl", 1),
        ("i", "pl", 1), ("w", "pl", 1), ("laboratorium", "pl", 5), ("water", "en", 2), ("make", "en", 1), ("table", "en", 2),
        ("examination", "en", 5), ("walked", "en", 1), ("the", "en", 1),
    ],
)  # fmt: skip
def test_syllables_are_counted_as_they_are_said(word: str, language: Language, count: int) -> None:
    assert syllables(word, language) == count


def test_short_sentences_of_short_words_are_easier() -> None:
    easy, hard = level(EASY, "pl"), level(HARD, "pl")
    assert easy is not None and hard is not None
    assert easy.is_easy and easy.years < 6 and easy.sentence < 5
    assert not hard.is_easy and hard.years > 15 and hard.has_long_sentences and hard.has_long_words
    assert hard.longest[0] == "laboratoryjnego"
    split = level(HARD.replace(" przez co", ". Przez co"), "pl")
    assert split is not None and split.years < hard.years


@pytest.mark.parametrize("language", LANGUAGES)
def test_facts_addresses_and_numbers_do_not_count_and_little_says_nothing(language: Language) -> None:
    assert (
        level("Tak.", language) is None
        and level("", language) is None
        and level("{opening_hours} 12 345", language) is None
    )
    plain = level(EASY, language)
    assert plain == level(
        f"{EASY[:-1]} {{opening_hours_of_the_whole_week}} https://poradnia.example/przygotowanie.", language
    )
