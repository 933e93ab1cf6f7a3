"""What may leave, as it is, as a neutral text, later, or not at all; and every text of the catalogue against it."""

from datetime import datetime
from typing import Any

import pytest
from fluent.syntax import FluentParser, ast

from conversations.linter import Draft, Hold, Kind, Neutral, Send, Withhold, judge, lint
from conversations.outreach.models import Purpose
from core.i18n import LANGUAGES, TEXTS, Language, catalogue
from core.segments import measure, thrifty
from tests.conftest import WARSAW

DOMAIN = "clinic.example"
NIGHT = datetime(2026, 11, 24, 8, tzinfo=WARSAW)
BAD = [
    ("PESEL 44051401359 zapisany", Kind.pesel),
    ("Wynik badania jest dodatni", Kind.result),
    ("Państwa wynik: nieprawidłowy", Kind.result),
    ("Your test result is positive", Kind.result),
    ("Rozpoznanie: E11.9", Kind.result),
    ("Glukoza 182 mg/dl", Kind.result),
    ("Zapraszamy na kontrolę cukrzycy", Kind.diagnosis),
    ("Your diabetes check-up", Kind.diagnosis),
    ("Wizyta: poradnia onkologiczna", Kind.clinic_type),
    ("Wizyta u psychiatry jutro", Kind.clinic_type),
    ("Your visit to the oncologist", Kind.clinic_type),
    ("Kolonoskopia jutro o 8:00", Kind.clinic_type),
    ("Potwierdź: https://bit.ly/3xYz", Kind.link),
    ("Szczegoly na clinic.example.evil.com/x", Kind.link),
    ("Wejdź na www.tanie-leki.pl", Kind.link),
]
GOOD = [
    "Wizyta jutro 15:20, ul. Lipowa 12.",
    "Szczegóły: https://clinic.example/m/abc",
    "Szczegóły: https://czat.clinic.example/m/abc",
    "Wyniki są do odbioru w rejestracji.",
    "Do zobaczenia 24.11 o 9.30. Dr Nowak",
    "Prosimy dzwonić: 22 100 20 30, tj. do 18.00",
]


@pytest.mark.parametrize(("text", "kind"), BAD)
def test_what_must_not_be_in_an_sms_is_found(text: str, kind: Kind) -> None:
    assert kind in {one.kind for one in lint(text, "sms", Purpose.reminder, DOMAIN)}


@pytest.mark.parametrize("text", GOOD)
def test_an_ordinary_sms_is_let_through(text: str) -> None:
    assert lint(text, "sms", Purpose.reminder, DOMAIN) == ()


def _draft(text: str = "Wizyta jutro", purpose: Purpose = Purpose.reminder, **facts: Any) -> Draft:
    return Draft(text, "sms", purpose, **facts)


@pytest.mark.parametrize(
    ("draft", "verdict"),
    [
        (_draft(), Send),
        (_draft("Wizyta u kardiologa"), Neutral),
        (_draft("Wizyta u kardiologa: 250 zł", Purpose.care), Send),
        (_draft("Wynik jest dodatni", Purpose.care), Neutral),
        (_draft("Wynik jest dodatni", Purpose.care, by_person=True), Send),
        (_draft(quiet_until=NIGHT), Hold),
        (_draft(purpose=Purpose.care, quiet_until=NIGHT), Send),
        (_draft(is_permitted=False), Withhold),
        (_draft(is_still_true=False), Withhold),
        (_draft(purpose=Purpose.care, has_carrier_stop=True), Withhold),
        (_draft(purpose=Purpose.care, has_carrier_stop=True, by_person=True), Withhold),
        (_draft("112", Purpose.care, has_carrier_stop=True, is_safety=True), Send),
        (_draft("x" * 400), Neutral),
    ],
)
def test_each_message_has_one_defined_end(draft: Draft, verdict: type) -> None:
    assert isinstance(judge(draft, DOMAIN), verdict)


def test_a_person_is_told_what_was_found_in_their_words() -> None:
    sent = judge(_draft("Wynik jest dodatni", Purpose.care, by_person=True), DOMAIN)
    assert isinstance(sent, Send) and [one.kind for one in sent.findings] == [Kind.result]


def _keys(language: Language, file: str) -> list[str]:
    tree = FluentParser().parse((TEXTS / language / file).read_text("utf-8"))
    return [entry.id.name for entry in tree.body if isinstance(entry, ast.Message)]


STAFF_ONLY = {
    "outreach_console.ftl",
    "console.ftl",
    "staff.ftl",
    "privacy.ftl",
    "moving.ftl",
    "search.ftl",
    "signin.ftl",
    "pages.ftl",
    "widget.ftl",
}
SAMPLE = {
    "at": "wt 24.11 15:20", "address": "ul. Cichego Jeziora 4, 00-034 Lipogród", "page": "https://clinic.example/privacy",
    "name": "Jan", "clinician": "dr Katarzyna Nowak", "site": "Lipogród", "price": "250 zł", "phone": "22 100 20 30",
    "hours": "8:00-18:00", "opens": "jutro o 8:00", "position": 1, "text": "Odpowiedź", "since": "1.01", "born": "1.02.1990",
    "reminder": "yes", "marketing": "no", "directions": "Prosto", "payer": "nfz", "language": "pl", "placeholder": "x",
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_that_can_be_said_to_a_patient_passes(language: Language) -> None:
    texts = catalogue(language)
    files = {path.name for path in (TEXTS / language).glob("*.ftl")} - STAFF_ONLY
    assert {"bot.ftl", "care.ftl", "outreach.ftl"} <= files
    for file in files:
        for key in _keys(language, file):
            body = thrifty(texts.text(key, **SAMPLE))
            verdict = judge(_draft(body, Purpose.care), DOMAIN)
            assert verdict == Send(), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_clinic_says_first_passes_the_strictest_rules_in_one_segment(language: Language) -> None:
    texts = catalogue(language)
    for key in ("reminder-visit-sms", "message-waits-sms"):
        body = thrifty(texts.text(key, **SAMPLE))
        assert judge(_draft(body), DOMAIN) == Send(), key
        assert measure(body).count == 1, body
