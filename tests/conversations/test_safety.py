"""The safety screen, first cut."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.safety import FOLDER, RULES_FILE, Level, SafetyScreen, default_screen
from core.errors import ConfigurationError

EMERGENCIES = [
    "boli mnie w klatce",
    "Mam silny ból w klatce piersiowej!",
    "mąż nie oddycha",
    "nie moge oddychac",
    "duszę się",
    "mama zemdlała przed chwilą",
    "dziecko straciło przytomność",
    "nie boli w klatce, ale drętwieje mi ręka",
    "połknęła baterię",
    "wezwijcie karetkę",
    "ojciec wymiotuje krwią",
    "syn ma drgawki",
    "spuchł mi język",
    "opadł jej kącik ust",
    "I have chest pain",
    "there's a tightness in my chest",
    "I can't breathe",
    "my husband collapsed",
    "he is not breathing",
    "her tongue is swelling",
    "she is having a seizure",
    "my son swallowed a battery",
    "please send an ambulance",
    "my wound won't stop bleeding",
    "I think he is having a stroke",
]
CRISES = [
    "chcę się zabić",
    "nie chce mi sie zyc",
    "nie chcę się zabić, ale mam dość",
    "mam myśli samobójcze",
    "chcę umrzeć",
    "tnę się",
    "I want to die",
    "I'm thinking of killing myself",
    "I keep cutting myself",
]
HARMLESS = [
    "nie mam bólu w klatce",
    "chcę się umówić do kardiologa",
    "ile kosztuje prześwietlenie klatki piersiowej",
    "czy mam być na czczo",
    "I have no chest pain",
    "I'd like to see a cardiologist next Thursday",
    "dziękuję, do widzenia",
    "bolą mnie plecy od tygodnia",
    "what does a chest x-ray cost",
    "chcę przełożyć wizytę na wtorek",
    "kiedy jest badanie krwi",
    "no more appointments please",
    "tnij koszty",
    "potrzebuję recepty na leki na serce",
]


@pytest.mark.parametrize("text", EMERGENCIES)
def test_an_emergency_is_seen(text: str) -> None:
    assert default_screen().screen(text).level == Level.emergency


@pytest.mark.parametrize("text", [t.translate(str.maketrans("ąćęłńóśźż", "acelnoszz")) for t in EMERGENCIES])
def test_an_emergency_without_diacritics_is_seen(text: str) -> None:
    assert default_screen().screen(text.upper()).level == Level.emergency


@pytest.mark.parametrize("text", CRISES)
def test_a_crisis_is_seen_even_when_denied(text: str) -> None:
    assert default_screen().screen(text).level == Level.crisis


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_words_raise_nothing(text: str) -> None:
    assert default_screen().screen(text).level == Level.none


@given(st.text(max_size=300))
def test_spans_lie_in_the_original_text(text: str) -> None:
    for firing in default_screen().screen(text + " nie oddycha " + text).firings:
        assert 0 <= firing.start < firing.end <= 2 * len(text) + 13


def test_the_span_names_the_words() -> None:
    text = "Dzień dobry,   mąż  nie   oddycha od minuty"
    firing = default_screen().screen(text).firings[0]
    assert text[firing.start : firing.end] == "nie   oddycha"


@pytest.mark.parametrize(
    ("patterns", "near"),
    [('"("', ""), ("", "], unless: [nonsense"), ("", "nonsense chest"), ("", '"chest /x"'), ("", '"/3"')],
)
def test_a_table_that_does_not_parse_is_refused_with_the_rules_name(tmp_path: Path, patterns: str, near: str) -> None:
    folder = tmp_path / "safety"
    shutil.copytree(FOLDER, folder)
    broken = f"{{id: broken, level: crisis, negatable: false, patterns: [{patterns}], near: [{near}]}}"
    (folder / RULES_FILE.name).write_text(f'version: "1"\nrules: [{broken}]')
    with pytest.raises(ConfigurationError, match="broken"):
        SafetyScreen.load(folder)


@pytest.mark.parametrize(
    "text",
    [
        "umarł mi mąż i nie mogę się pozbierać", "jestem załamana, ciągle płaczę", "nie mam nikogo, z kim mogę porozmawiać",
        "I lost my baby and I can't stop crying", "I feel so alone", "mam ataki paniki, szukam psychologa",
    ],
)  # fmt: skip
def test_distress_is_heard_without_an_alarm(text: str) -> None:
    found = default_screen().screen(text)
    assert found.level is Level.support and "distress" in found.rules


@pytest.mark.parametrize("text", ["zgubiłam skierowanie", "I lost my referral", "odszedł mi termin", "samotny parking"])
def test_what_only_sounds_like_distress_is_left_alone(text: str) -> None:
    assert default_screen().screen(text).level is Level.none


@pytest.mark.parametrize(
    "text",
    [
        "took all the tablets, letters are on the desk", "na czczo wypiłem domestos", "po gastroskopii napił się kreta",
        "dziecko zjadło tabletki na serce babci", "zostawiłem auto w korku i skoczę z mostu", "stoję w korku na moście i zaraz skoczę",
        "man in the car is not moving", "the kid hit by a tram isn't moving", "pieszego auto przejechało",
        "jeszcze raz mówię, auto przejechało dziecko", "w trzydziestym drugim tygodniu leci mi krew",
        "his shots hit my husband, he was shot in the arm", "połknę tabletki i będzie koniec ze mną",
    ],
)  # fmt: skip
def test_what_makes_a_word_harmless_elsewhere_hides_no_danger(text: str) -> None:
    assert default_screen().screen(text).level >= Level.crisis
