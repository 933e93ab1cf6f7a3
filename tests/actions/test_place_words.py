"""Hours, addresses and telephones are said to who asks for them, and not instead of an answer that nobody approved."""

from datetime import date, datetime

import pytest

from actions.place_words import asked_day, asks_for_the_place, asks_whether_done
from actions.reading import read
from core.i18n import Language
from tests.care.test_lexicon import lexicon
from tests.conftest import WARSAW


@pytest.mark.parametrize(
    "text",
    [
        "do której dziś jesteście", "o ktorej otwieracie", "czy w sobote jest czynne", "gdzie jesteście", "gdzie to jest?",
        "jak do was trafić",
        "podajcie adres przychodni", "numer telefonu do rejestracji proszę", "czy pracujecie w wigilię", "Godziny i adres", "godziny?",
        "1", "adres", "when do you close today", "where's the clinic please", "how do I get to you by bus", "Hours and address",
        "are you open on Easter Monday", "what's your phone number", "where are you",
    ],
)  # fmt: skip
def test_asks_for_the_place(text: str) -> None:
    assert asks_for_the_place(text)


@pytest.mark.parametrize(
    "text",
    [
        "czy w poczekalni jest gdzie zostawic wozek dzieciecy", "gdzie mogę zaparkować auto", "czy jest winda dla wózka",
        "macie w środku wifi",
        "na którym piętrze jest okulista", "czy można wejść ze świnką morską", "where can I leave my pram please", "is there a lift inside",
        "do you have a coffee machine", "which floor is the eye doctor on",
    ],
)  # fmt: skip
def test_asks_for_something_else(text: str) -> None:
    assert not asks_for_the_place(text)


@pytest.mark.parametrize(
    "text",
    [
        "robicie gastroskopię?", "czy robicie rezonans", "czy jest u was endokrynolog", "macie okulistę?",
        "dzień dobry, czy można u państwa zrobić EKG",
        "wykonujecie kolonoskopie", "do you do gastroscopy?", "is there a dermatologist at your clinic", "can I get an ECG there",
    ],
)  # fmt: skip
def test_asks_whether_it_is_done_here(text: str) -> None:
    assert asks_whether_done(text, lexicon().find(text, "pl") or lexicon().find(text, "en"))


@pytest.mark.parametrize(
    "text",
    [
        "czy gastroskopia boli", "czy robicie gastroskopię w znieczuleniu", "macie dermatologa dziecięcego",
        "jak się przygotować do gastroskopii",
        "gastroskopia", "co macie", "czy jest doktor Nowak", "do you do gastroscopy under sedation", "how much is an ECG",
    ],
)  # fmt: skip
def test_asks_more_than_whether_it_is_done_here(text: str) -> None:
    assert not asks_whether_done(text, lexicon().find(text, "pl") or lexicon().find(text, "en"))


SATURDAY, CHRISTMAS_EVE = date(2026, 11, 28), date(2026, 12, 24)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("o której otwieracie w sobotę", SATURDAY),
        ("are you open on Saturday?", SATURDAY),
        ("czy są państwo czynni w Wigilię?", CHRISTMAS_EVE),
        ("jak pracujecie 24 grudnia", CHRISTMAS_EVE),
        ("do ktorej jestescie dzis otwarci", date(2026, 11, 23)),
        ("w sobotę do kardiologa", None),
        ("godziny otwarcia", None),
        ("gdzie jesteście w sobotę", None),
        ("czynne w poniedziałek i we wtorek?", None),
    ],
)
def test_the_day_is_told_of_which_the_hours_are_asked(text: str, day: date | None) -> None:
    now = datetime(2026, 11, 23, 10, 0, tzinfo=WARSAW)
    language: Language = "en" if "open" in text else "pl"
    assert asked_day(text, read(text, lexicon(), language, now), now) == day
