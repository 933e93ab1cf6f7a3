"""Words that stand near each other, and words mended: what the red-flag rules are made of."""

import pytest

from conversations.negation import is_denied
from conversations.red_flag_words import Joined, Lexicon, Place, Word, standing_near
from conversations.safety import Level, default_screen
from conversations.typing_errors import Mender
from core.errors import ConfigurationError

LEXICON = Lexicon(
    {"chest": ["klat*", "chest"], "pain": ["bol*", "pain"], "cannot": ["nie moge", "can t"], "breathe": ["oddych*"]}
)


def _places(text: str) -> dict[str, list[Place]]:
    return LEXICON.places([Word(word, 0, len(word)) for word in text.split()])


def test_phrases_are_found_by_beginnings_and_as_several_words() -> None:
    assert _places("nie moge oddychac") == {"cannot": [Place(0, 1)], "breathe": [Place(2, 2)]}
    assert _places("nie mogl bolec klatka") == {"pain": [Place(2, 2)], "chest": [Place(3, 3)]}
    assert _places("nie") == {}


@pytest.mark.parametrize(
    ("text", "near", "found"),
    [
        ("bol w klatce", "chest pain", Place(0, 2)),
        ("klatka boli", "chest pain", None),
        ("klatka bolesna", "chest pain", Place(0, 1)),
        ("bol a b c d klatki", "chest pain /5", Place(0, 5)),
        ("bol a b c d e klatki", "chest pain /5", None),
        ("bol w klatce nie moge", "chest pain !cannot", None),
        ("bol", "pain pain", None),
        ("bol bol", "pain pain", Place(0, 1)),
    ],
)
def test_all_kinds_must_stand_near_each_other(text: str, near: str, found: Place | None) -> None:
    lexicon = Lexicon({"chest": ["klat*"], "pain": ["bol", "bolesn*"], "cannot": ["nie moge"]})
    places = lexicon.places([Word(word, 0, len(word)) for word in text.split()])
    assert standing_near(Joined.read(near, lexicon.kinds), places) == found


@pytest.mark.parametrize("near", ["chest unknown", "chest !unknown", "", "/4", "chest /four"])
def test_a_line_that_names_no_known_words_is_refused(near: str) -> None:
    with pytest.raises((ConfigurationError, ValueError)):
        Joined.read(near, LEXICON.kinds)


MENDER = Mender(known=["zabrac", "oddzial"], sought=["oddychac", "zabic", "krew"], beginnings=["goracz"])


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("oddycahc", "oddychac"), ("oddchac", "oddychac"), ("oddychacc", "oddychac"), ("oddyhac", "oddychac"),
        ("zabci", "zabic"), ("zabrac", "zabrac"), ("oddzial", "oddzial"), ("goarczka", "goraczka"), ("goraczka", "goraczka"),
        ("kref", "kref"), ("bddychac", "bddychac"), ("cant", "can t"), ("nieoddychac", "nie oddychac"), ("a" * 5000, "a" * 5000),
    ],
)  # fmt: skip
def test_one_slip_of_the_finger_is_mended_and_known_words_stay(word: str, meant: str) -> None:
    assert MENDER.meant(word) == meant


def test_what_fired_is_shown_in_the_words_that_were_typed() -> None:
    text = "Prosze, mąż nie oddycah!"
    found = default_screen().screen(text)
    assert found.level is Level.emergency
    assert any(text[firing.start : firing.end].endswith("oddycah") for firing in found.firings)


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("nie boli mnie klatka, ale drętwieje ręka i opadła mu powieka", Level.emergency),
        ("nie mam duszności ani bólu w klatce", Level.none),
        ("miałem udar dwa lata temu, szukam rehabilitacji", Level.none),
        ("mąż zemdlał przed chwilą", Level.emergency),
        ("co jeśli dziecko połknie baterię", Level.emergency),
        ("nie chcę się zabić, ale nie widzę wyjścia", Level.crisis),
        ("nie może ruszyć prawą stroną", Level.emergency),
        ("no boli mnie w klatce i duszno mi", Level.emergency),
        ("nie mam gorączki i bardzo boli mnie w klatce, promieniuje do ręki", Level.emergency),
        ("I have no fever and my chest hurts badly, I can't breathe", Level.emergency),
        ("no chest pain, no shortness of breath", Level.none),
        ("rok temu zawał a teraz znowu boli w klatce i duszno", Level.emergency),
        ("prawa strona zdrętwiała, nie mogę ruszyć ręką i bełkoczę", Level.emergency),
    ],
)
def test_negation_past_and_hypothesis(text: str, level: Level) -> None:
    assert default_screen().screen(text).level is level


@pytest.mark.parametrize(
    ("line", "sign", "denied"),
    [
        ("nie mam goraczki", "goraczki", True),
        ("nie mam ani kataru ani kaszlu", "kaszlu", True),
        ("nie mam kataru, goraczke tak", "goraczke", False),
        ("no mam goraczke", "goraczke", False),
        ("no fever", "fever", True),
        ("i have no fever and my chest hurts", "chest", False),
        ("without any pain", "pain", True),
        ("nie chce czekac bo boli mnie brzuch", "boli", False),
        ("boli", "boli", False),
    ],
)
def test_a_negation_reaches_as_far_as_its_clause(line: str, sign: str, denied: bool) -> None:
    assert is_denied(line, line.index(sign)) is denied
