"""One content, many renderings: tapped on the web, numbered in an SMS, counted out for the ear."""

from datetime import datetime

import pytest

from channels.sms.channel import SmsChannel
from conversations.protocols import Choice, Utterance
from conversations.rendering import render
from conversations.speaking import MAX_SPOKEN_CHOICES, in_short, speak
from core.i18n import LANGUAGES, TEXTS, Language, catalogue
from core.segments import measure
from tests.conftest import WARSAW
from tests.outreach.test_linter import SAMPLE, STAFF_ONLY, _keys

NOW = datetime(2026, 11, 23, 10, tzinfo=WARSAW)
AT = {"when": "2026-11-24T15:20:00+01:00"}
ASKED = Utterance(
    "reminder-moved",
    {"at": AT, "address": "ul. Starych Lip 12"},
    (Choice("confirm", "reminder-choice-confirm", "x"), Choice("decline", "reminder-choice-decline", "y")),
)


def test_the_web_has_whole_words_and_labels_to_tap() -> None:
    shown = render(ASKED, "webchat", "pl", NOW)
    assert "jutro, we wtorek 24 listopada o 15:20" in shown.text and shown.labels == (
        "Tak, potwierdzam",
        "Nie, odwołuję",
    )


@pytest.mark.parametrize(
    ("channel", "language", "said"),
    [
        ("webchat", "pl", "Cena obowiązuje od 1 stycznia 2026 roku. Na"), ("sms", "pl", "cena od 1.01.2026. Na"),
        ("voice", "pl", "cena od 1 stycznia 2026 roku. Na"), ("webchat", "en", "valid since 1 January 2026. Free"),
        ("sms", "en", "since 1 Jan 2026. Free"), ("voice", "en", "since 1 January 2026. Free"),
    ],
)  # fmt: skip
def test_a_price_is_valid_from_a_day_said_as_one_says_it(channel: str, language: Language, said: str) -> None:
    names, price = {"pl": "okulistyka", "en": "ophthalmology"}, {"money": 22000}
    told = Utterance(
        "price-visit",
        {"name": names, "price": price, "since": {"since": "2026-01-01"}, "link": "https://clinic.example/prices"},
    )
    assert said in render(told, channel, language, NOW).text


def test_an_sms_has_numbers_and_no_letters_that_cost_a_segment() -> None:
    shown = render(ASKED, "sms", "pl", NOW)
    sms = SmsChannel("AC1", "t", "+48732100200", "http://127.0.0.1:1", "http://127.0.0.1:1")
    body = sms.compose(shown.text, shown.labels)
    assert body.endswith("1) Tak, potwierdzam\n2) Nie, odwoluje")
    assert measure(body).encoding == "GSM-7" and measure(body).count == 1


def test_the_ear_hears_sentences_with_the_choices_counted_out() -> None:
    shown = render(ASKED, "voice", "pl", NOW)
    assert shown.text == (
        "Ta wizyta ma już inny termin: jutro, we wtorek 24 listopada o 15:20, ulica Starych Lip 12. Czy go potwierdzić? "
        "Klawisz 1: Tak, potwierdzam. Klawisz 2: Nie, odwołuję."
    )
    assert shown.labels == ("Tak, potwierdzam", "Nie, odwołuję"), "kept, so that a spoken choice finds its meaning"


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("ul. Lipowa 3, tel. 22 100 20 30", "pl", "ulica Lipowa 3, telefon 22 100 20 30."),
        ("Prosimy dzwonić: 221 002 030", "pl", "Prosimy dzwonić: 221 002 030."),
        ("Call +48 600 100 200", "en", "Call +48 600 100 200."),
        ("Dane osobowe: https://clinic.example/privacy", "pl", "Dane osobowe."),
        ("Słowo „konsultant” łączy — od razu", "pl", "Słowo konsultant łączy, od razu."),
        ("Wizyta 24.11.2026 o 15:20", "pl", "Wizyta 24.11.2026 o 15:20."),
        ("250 zł na NFZ", "pl", "250 zł na en ef zet."),
    ],
)  # fmt: skip
def test_what_only_an_eye_can_use_is_not_said(text: str, language: Language, said: str) -> None:
    assert speak(text, (), language) == said


def test_more_choices_than_one_keeps_in_mind_are_not_read_out() -> None:
    said = speak("Wolne terminy", [f"termin {number}" for number in "abcde"], "pl")
    assert said.count("termin ") == MAX_SPOKEN_CHOICES and said.endswith("Są też inne.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_for_patients_can_be_said(language: Language) -> None:
    texts = catalogue(language)
    for file in {path.name for path in (TEXTS / language).glob("*.ftl")} - STAFF_ONLY:
        for key in _keys(language, file):
            said = speak(texts.text(key, **SAMPLE), (), language)
            assert said and said[-1] in ".?!", key
            assert "http" not in said and not set("„”“—–•\n") & set(said), key


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("pl", "dr n. med. Jan Nowak, ul. Lipowa 12, 00-012 Lipogród", "doktor Jan Nowak, ulica Lipowa 12, Lipogród."),
        ("pl", "lek. dent. Ewa Lis, lek. Jan Lis, dr hab. n. med. I. Lis", "dentysta Ewa Lis, lekarz Jan Lis, doktor habilitowany I. Lis."),
        ("en", "dr n. med. Jan Nowak, ul. Lipowa 12, 00-012 Lipogród", "Doctor Jan Nowak, ulica Lipowa 12, Lipogród."),
        ("pl", "Wjazd od ul. Pszczelej, przy ul. Lipowej.", "Wjazd od ulicy Pszczelej, przy ulicy Lipowej."),
        ("en", "lek. Jan Lis, lek. dent. Ewa Lis, Dr. Ida Lis", "Doctor Jan Lis, Doctor Ewa Lis, Doctor Ida Lis."),
    ],
)  # fmt: skip
def test_titles_and_addresses_are_said_in_full_and_without_postcodes(language: Language, text: str, said: str) -> None:
    assert speak(text, (), language) == said


def test_a_long_answer_is_cut_between_sentences_and_not_after_an_abbreviation() -> None:
    text = "Parking jest za budynkiem, wjazd od ul. Pszczelej. Jest bezpłatny. Trzecie zdanie jest już za długie."
    assert in_short(text, "pl").startswith("Parking jest za budynkiem, wjazd od ul. Pszczelej. Jest bezpłatny. Całość")
