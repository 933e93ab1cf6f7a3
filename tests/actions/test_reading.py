"""Reading answers: a name counts as given only when somebody introduces themselves, and never by guess."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from actions.reading import introduced, lacks_referral
from core.i18n import Language

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Europe/Warsaw"))


@pytest.mark.parametrize(
    ("text", "language", "name", "born"),
    [
        (
            "Dzień dobry, nazywam się Anna Nowak, ur. 4.05.1980, chcę do kardiologa",
            "pl",
            "Anna Nowak",
            date(1980, 5, 4),
        ),
        ("jestem Jan Kowalski-Wrona i chcę wizytę jutro", "pl", "Jan Kowalski-Wrona", None),
        ("Hi, my name is Mary Smith, born 7 July 1985", "en", "Mary Smith", date(1985, 7, 7)),
        ("I'm John Brown, need a dentist", "en", "John Brown", None),
        ("Chcę do doktor Anny Lis jutro o 10", "pl", None, None),
        ("jestem chora od 4.05", "pl", None, None),
        ("jestem z Nowego Targu", "pl", None, None),
        ("wizyta 4.05.2027", "pl", None, None),
    ],
)
def test_only_an_introduction_gives_a_name(text: str, language: Language, name: str | None, born: date | None) -> None:
    assert introduced(text, language, NOW) == (name, born)


@pytest.mark.parametrize(
    "text", ["nie mam skierowania", "I don't have a referral", "bez skierowania", "I have no referral"]
)
def test_an_answer_that_there_is_no_referral_is_understood(text: str) -> None:
    assert lacks_referral(text)


@pytest.mark.parametrize("text", ["4821", "tak", "kod to 4821, bez spacji", "a po co?"])
def test_other_answers_do_not_say_that_there_is_no_referral(text: str) -> None:
    assert not lacks_referral(text)
