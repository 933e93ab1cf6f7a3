"""Reading answers: a name counts as given only when somebody introduces themselves, and never by guess."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from actions.persons import is_name_and_birth
from actions.reading import introduced, lacks_referral, read, read_name, yes_or_no
from care.appointments.lexicon import Lexicon
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
    ("text", "language", "name", "born"),
    [
        ("Jan Testowy trzeci maja pięćdziesiąty ósmy", "pl", "Jan Testowy", date(1958, 5, 3)),
        ("Ewa Maj dwunasty marca piecdziesiaty siodmy", "pl", "Ewa Maj", date(1957, 3, 12)),
        ("ewa maj 12.03.1957", "pl", "Ewa Maj", date(1957, 3, 12)),
        ("Anna Sobota, ur. 12 marca 57", "pl", "Anna Sobota", date(1957, 3, 12)),
        ("ur. 12.03.1957 Jan Kowalski", "pl", "Jan Kowalski", date(1957, 3, 12)),
        ("Jan Kowalski 12.03.1957, chcę wizytę jutro", "pl", "Jan Kowalski", date(1957, 3, 12)),
        ("John May, third of May fifty eight", "en", "John May", date(1958, 5, 3)),
        ("moja mama nazywa się Anna Kowalska", "pl", "Anna Kowalska", None),
        ("nie, Jan Nowak", "pl", "Jan Nowak", None),
        ("Jan Testowy trzeci maja", "pl", "Jan Testowy", None),
        ("trzeci maja pięćdziesiąty ósmy", "pl", None, date(1958, 5, 3)),
        ("jutro rano", "pl", None, None),
        ("Może wtorek", "pl", None, None),
    ],
)
def test_a_name_is_read_beside_its_date(text: str, language: Language, name: str | None, born: date | None) -> None:
    assert read_name(text, language, NOW) == (name, born)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("pl", "nie wiem jak sie nazywaja"),
        ("pl", "nie wiem jak się nazywają"),
        ("pl", "nie pamietam"),
        ("pl", "nie pamiętam nazwiska babci"),
        ("pl", "po co to państwu"),
        ("en", "i don't know what they are called"),
        ("en", "I don’t know"),
        ("en", "I can't remember"),
        ("en", "why do you ask"),
    ],
)
def test_a_sentence_is_nobodys_name(language: Language, text: str) -> None:
    assert read_name(text, language, NOW) == (None, None)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("Jan Testowy trzeci maja pięćdziesiąty ósmy", True),
        ("Ewa Maj, ur. 12.03.1957", True),
        ("Jan Testowy, dwunasty marca 1957 roku.", True),
        ("chcę do lekarza 12.03.1957", False),
        ("Jan Testowy 12.03.1957 do kardiologa", False),
        ("Jan Testowy trzeci maja", False),
    ],
)
def test_a_name_with_a_birth_date_alone_answers_before_it_is_asked(text: str, is_one: bool) -> None:
    assert is_name_and_birth(text, "pl", NOW) is is_one


@pytest.mark.parametrize(
    "text", ["nie mam skierowania", "I don't have a referral", "bez skierowania", "I have no referral"]
)
def test_an_answer_that_there_is_no_referral_is_understood(text: str) -> None:
    assert lacks_referral(text)


@pytest.mark.parametrize("text", ["4821", "tak", "kod to 4821, bez spacji", "a po co?"])
def test_other_answers_do_not_say_that_there_is_no_referral(text: str) -> None:
    assert not lacks_referral(text)


@pytest.mark.parametrize("text", ["tak", "tak poproszę", "no pewnie", "no tak", "no dobra", "yes please", "ok"])
def test_a_plain_yes_is_one(text: str) -> None:
    assert yes_or_no(text, "affirm") is True


@pytest.mark.parametrize("text", ["tak ale na 9", "tak, tylko u kogoś innego", "yes but later", "ok, jednak prywatnie"])
def test_a_yes_with_a_but_books_nothing(text: str) -> None:
    assert yes_or_no(text, "affirm") is None


@pytest.mark.parametrize(
    ("text", "language", "refused"),
    [
        ("w przyszłym tygodniu, nie w środę, najlepiej po południu", "pl", ["środę"]),
        ("not on Monday or Tuesday", "en", ["Monday", "Tuesday"]),
        ("nie w poniedziałek", "en", ["poniedziałek"]),
        ("no rano", "pl", []),
        ("nie teraz", "pl", []),
        ("nie, w środę", "pl", []),
    ],
)
def test_what_does_not_suit_is_read_apart(text: str, language: Language, refused: list[str]) -> None:
    found = read(text, Lexicon(()), language, NOW)
    assert [span.text.split()[-1] for span in found.refused] == refused
    assert not {span.at for span in found.refused} & {span.at for span in found.times}


@pytest.mark.parametrize(("text", "hour"), [("tak ale na 9", 9), ("na 15", 15), ("yes but for 9", 9), ("na 9:40", 9)])
def test_for_nine_is_an_hour_where_a_visit_is_spoken_of(text: str, hour: int) -> None:
    (span,) = read(text, Lexicon(()), "pl", NOW).times
    assert span.start is not None and span.start.hour == hour
