"""What is done to every text before anyone understands it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.acting import pick
from conversations.understanding import (
    Unreadable,
    asks_for_human,
    carrier_word,
    detect_language,
    for_dialogue,
    normalise,
    speaks_clearly,
    unreadable,
)
from core.redaction import mask_pesel

ASKS = """konsultant|KONSULTANT!|człowiek|chce rozmawiac z czlowiekiem|jednak chce pogadac z czlowiekiem|recepcja
połącz mnie z recepcją|poproszę z pracownikiem|human|HUMAN|agent|I want to talk to a human|real person please
can I speak with someone|operator|let me talk to a person|chcę porozmawiać z żywą osobą|connect me with the receptionist"""
DOES_NOT = """nie chcę rozmawiać z człowiekiem|I don't want to talk to a human|człowiek ma ból głowy|osoba|ok|1|tak|
umów mnie do kardiologa|mam wizytę u doktora człowieka z Gdańska jutro o ósmej|for another person|dla innej osoby"""


@pytest.mark.parametrize("text", [line for row in ASKS.split("\n") for line in row.split("|")])
def test_a_word_for_a_person_is_heard(text: str) -> None:
    assert asks_for_human(text)


@pytest.mark.parametrize("text", [line for row in DOES_NOT.split("\n") for line in row.split("|")])
def test_other_words_are_no_wish_for_a_person(text: str) -> None:
    assert not asks_for_human(text)


@pytest.mark.parametrize("text", ["STOP", "stop.", "Stopall", "unsubscribe", "END", "quit", "revoke", "optout"])
def test_the_carriers_stop_words_are_known(text: str) -> None:
    word = carrier_word(text)
    assert word is not None and word.keyword == "stop" and word.is_carriers


@pytest.mark.parametrize("text", ["wypisz", "Wypisz mnie!", "REZYGNUJĘ", "nie wysyłaj", "nie wysyłajcie"])
def test_our_own_stop_words_are_known(text: str) -> None:
    word = carrier_word(text)
    assert word is not None and word.keyword == "stop" and not word.is_carriers


@pytest.mark.parametrize(
    "text",
    ["odwołaj", "ODWOLAJ", "cancel", "CANCEL", "koniec", "Koniec.", "cancel visit", "stop it", "end of story",
     "rezygnuję z wizyty", "nie wysyłaj mi karetki", "proszę przestać", "", "startujemy"],
)  # fmt: skip
def test_words_about_a_visit_are_no_stop(text: str) -> None:
    assert carrier_word(text) is None


@given(st.text(max_size=60))
def test_what_the_dialogue_core_gets_is_never_a_command_and_has_no_marks(text: str) -> None:
    clean = for_dialogue(text)
    assert not clean.startswith(("/", "\\", " "))
    assert normalise(clean) == clean or "•" in clean
    assert not any(ord(c) < 32 or 0x7F <= ord(c) <= 0x9F or c in "\u200e\u200f\u202e\u2066\ufeff" for c in clean)


@pytest.mark.parametrize(
    "text", ["/restart", "//restart", " / /affirm", "\u200f/affirm", "／affirm", "\x00/affirm{}", "\\/affirm"]
)
def test_a_leading_slash_is_never_executed(text: str) -> None:
    assert not for_dialogue(text).startswith("/")


@pytest.mark.parametrize("text", ["", "  ", "👍", "?!", "...", "\u202e\u200f", "❤️🙏", "—"])
def test_what_has_no_words_is_unreadable(text: str) -> None:
    assert unreadable(text, 100) is Unreadable.empty


def test_a_text_over_the_limit_is_unreadable_and_at_the_limit_it_is_not() -> None:
    assert unreadable("a" * 100, 100) is None
    assert unreadable("a" * 101, 100) is Unreadable.too_long


@pytest.mark.parametrize(
    "text", ["44051401458", "440514 01458", "PESEL:44051401458.", "1 44051401458", "44051401458 5"]
)
def test_a_pesel_is_masked_wherever_it_stands(text: str) -> None:
    masked = mask_pesel(text)
    assert len(masked) == len(text)
    assert sum(char == "•" for char in masked) == 11


@pytest.mark.parametrize("text", ["44051401459", "+48600100200", "1234", "144051401458", "12.03.1957"])
def test_other_numbers_stay(text: str) -> None:
    assert mask_pesel(text) == text


CHOICES = [
    {"id": "nfz", "label": "Na NFZ", "payload": "/nfz"},
    {"id": "private", "label": "Prywatnie (150 zł)", "payload": "/private"},
    {"id": "other", "label": "Inny termin", "payload": "/other"},
]


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("1", "/nfz"), ("2.", "/private"), ("nr 3", "/other"), ("opcja 2", "/private"), ("pierwsza", "/nfz"),
        ("ta druga", "/private"), ("the second one", "/private"), ("I'll take the third", "/other"),
        ("na nfz", "/nfz"), ("NA NFZ!", "/nfz"), ("Prywatnie (150 zł)", "/private"), ("prywatnie (150 zl)", "/private"),
        ("4", None), ("0", None), ("tak", None), ("1 albo 2", None), ("nie 1", None), ("", None), ("👍", None), ("12345", None),
    ],
)  # fmt: skip
def test_a_choice_is_picked_by_number_word_or_label(text: str, payload: str | None) -> None:
    assert pick(CHOICES, text, None) == payload


def test_a_tapped_choice_wins_over_the_text_and_a_stale_one_picks_nothing() -> None:
    assert pick(CHOICES, "1", "other") == "/other"
    assert pick(CHOICES, "1", "gone") is None
    assert pick([], "1", None) is None


@pytest.mark.parametrize("text", ["ok", "1", "OK", "", "👍", "stop", "12:30", "no"])
def test_some_words_are_nobodys_language(text: str) -> None:
    assert detect_language(text) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [("chcialbym sie umowic do kardiologa", "pl"), ("dziękuję", "pl"), ("I would like to book a visit", "en"),
     ("what are your opening hours", "en"), ("czy jest czynne", "pl"), ("wtorek i czwartek", "pl"), ("okulista i kardiolog", "pl"),
     ("my son drank bleach", "en"), ("my kid swallowed a coin", "en")],
)  # fmt: skip
def test_a_clear_language_is_told(text: str, language: str) -> None:
    assert detect_language(text) == language


@pytest.mark.parametrize("text", ["no i?", "wtorek i czwartek", "tak i nie"])
def test_a_polish_and_is_no_english_i(text: str) -> None:
    assert not speaks_clearly(text, "en") and detect_language(text) != "en"
