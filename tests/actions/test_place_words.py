"""Hours, addresses and telephones are said to who asks for them, and not instead of an answer that nobody approved."""

import pytest

from actions.place_words import asks_for_the_place, asks_whether_done
from tests.care.test_lexicon import lexicon


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
