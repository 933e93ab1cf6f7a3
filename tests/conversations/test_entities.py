"""What a message names, and where: places are code points of the text as it was written."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.entities import Entity, find_entities
from service.understand import seed_names, seed_sites

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=ZoneInfo("Europe/Warsaw"))
NAMES, SITES = seed_names(), seed_sites()


def found(text: str, language: str = "pl") -> list[Entity]:
    entities, _ = find_entities(text, lexicon=NAMES, sites=SITES, language="en" if language == "en" else "pl", now=NOW)
    return entities


def named(text: str, language: str = "pl") -> dict[str, tuple[str, str]]:
    return {one.entity: (one.value, one.text) for one in found(text, language)}


def test_a_specialty_a_payer_a_person_and_a_place_in_one_sentence() -> None:
    heard = named("do kardiologa dla córki na NFZ, najlepiej na Lipowej")
    assert heard["specialty"] == ("cardiology", "kardiologa")
    assert heard["payer"] == ("nfz", "NFZ")
    assert heard["person_role"] == ("child", "córki")
    assert heard["site"] == ("lipowa", "Lipowej")


def test_english_names_are_found_too() -> None:
    heard = named("my mum needs a cardiologist, she has a fever and takes aspirin", "en")
    assert heard["person_role"][0] == "parent"
    assert heard["specialty"][0] == "cardiology"
    assert heard["symptom"] == ("fever", "fever")
    assert heard["medicine"] == ("acetylsalicylic acid", "aspirin")


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("mój pesel 44051401359", "pesel", "44051401359"),
        ("pesel 440 514 013 59", "pesel", "44051401359"),
        ("44051401358", "number", "44051401358"),
        ("proszę dzwonić 601 234 567", "phone", "+48601234567"),
        ("+44 20 7946 0958 to mój numer", "phone", "+442079460958"),
        ("kod 482913", "code", "482913"),
        ("mam skierowanie, kod 7731", "code", "7731"),
        ("mam 3 dzieci", "number", "3"),
        ("urodzona 12.03.1957", "birth_date", "1957-03-12"),
    ],
)
def test_digits_have_one_meaning(text: str, kind: str, value: str) -> None:
    assert [(one.entity, one.value) for one in found(text) if one.entity not in ("person_role",)] == [(kind, value)]


def test_a_time_is_an_interval_with_its_place() -> None:
    text = "🙂 jutro po 15 do okulisty"
    time = next(one for one in found(text) if one.entity == "time")
    assert text[time.start : time.end] == time.text
    assert time.value.startswith("2027-03-02T15:00")


def test_elongated_letters_and_accents_do_not_move_the_place() -> None:
    text = "Żółć! łupież… do dermatologa"
    specialty = next(one for one in found(text) if one.entity == "specialty")
    assert text[specialty.start : specialty.end] == "dermatologa"


@given(st.text(max_size=80))
def test_every_place_holds_its_text_whatever_was_typed(text: str) -> None:
    for one in found(text):
        assert text[one.start : one.end] == one.text and one.start < one.end
