"""Words for the ear. Invariant: every day, hour, price and number is said in whole words, in the form its sentence asks for."""

import re
from datetime import date, datetime, time, timedelta

import pytest

from channels.voice.spoken import heard_part, pieces, spoken
from core.i18n import LANGUAGES, Language
from core.when.say import say_when
from tests.conftest import WARSAW

PL = [
    ("we wtorek 12 stycznia o 9:20", "we wtorek dwunastego stycznia o dziewiątej dwadzieścia"),
    ("od 8:00 do 18:00", "od ósmej do osiemnastej"), ("Dziś: 8:00-18:00", "Dziś: od ósmej do osiemnastej"),
    ("na 9:05", "na dziewiątą zero pięć"), ("przed 13:30", "przed trzynastą trzydzieści"), ("o 0:00", "o północy"),
    ("o 00:15", "o zero piętnaście"), ("do 24:00", "do dwudziestej czwartej"), ("godzina 7:00", "godzina siódma"),
    ("12-14 maja", "od dwunastego do czternastego maja"),
    ("12.03.1957 r.", "dwunastego marca tysiąc dziewięćset pięćdziesiątego siódmego roku"),
    ("od 1 stycznia 2026 roku.", "od pierwszego stycznia dwa tysiące dwudziestego szóstego roku."),
    ("2000-02-29", "dwudziestego dziewiątego lutego dwutysięcznego roku"),
    ("1.01.1900", "pierwszego stycznia tysiąc dziewięćsetnego roku"),
    ("150 zł", "sto pięćdziesiąt złotych"), ("1 zł", "jeden złoty"), ("22 zł", "dwadzieścia dwa złote"), ("12 zł", "dwanaście złotych"),
    ("99,50 zł", "dziewięćdziesiąt dziewięć złotych pięćdziesiąt groszy"), ("2,01 zł", "dwa złote jeden grosz"), ("0 zł", "zero złotych"),
    ("od 150 zł", "od stu pięćdziesięciu złotych"), ("150-200 zł", "od stu pięćdziesięciu do dwustu złotych"),
    ("12 345 zł", "dwanaście tysięcy trzysta czterdzieści pięć złotych"),
    ("22 minuty", "dwadzieścia dwie minuty"), ("1 minutę", "jedną minutę"), ("1 wizyta", "jedna wizyta"), ("2 terminy", "dwa terminy"),
    ("2 wolne wizyty", "dwie wolne wizyty"), ("2 wolne terminy", "dwa wolne terminy"), ("1 miejsce", "jedno miejsce"),
    ("2 lekarzy", "dwóch lekarzy"), ("po 3 dniach", "po trzech dniach"), ("do 2 godzin", "do dwóch godzin"), ("5 dni", "pięć dni"),
    ("co 6 godzin", "co sześć godzin"), ("Klawisz 1: tak.", "Klawisz jeden: tak."),
    ("miejsce w kolejce: 3.", "miejsce w kolejce: trzy."), ("6-cyfrowy kod", "sześciocyfrowy kod"),
    ("na 2 piętrze", "na drugim piętrze"), ("3 piętro", "trzecie piętro"), ("Lipowa 12/4", "Lipowa dwanaście przez cztery"),
    ("1,5 mg", "jeden przecinek pięć miligrama"), ("2 mg", "dwa miligramy"), ("30 min. temu", "trzydzieści minut temu"),
    ("Ważny 30 min. Proszę", "Ważny trzydzieści minut. Proszę"), ("50%", "pięćdziesiąt procent"),
    ("pod 112.", "pod sto dwanaście."), ("116 123", "jeden jeden sześć, jeden dwa trzy"),
    ("800 70 2222", "osiem zero zero, siedem zero, dwa dwa dwa dwa"),
    ("+48600100200", "plus cztery osiem, sześć zero zero, jeden zero zero, dwa zero zero"),
    ("22 100 20 30", "dwa dwa, jeden zero zero, dwa zero, trzy zero"), ("40-013", "cztery zero, zero jeden trzy"),
    ("57031212345", "pięć siedem zero, trzy jeden dwa, jeden dwa trzy, cztery pięć"),
]  # fmt: skip
EN = [
    ("on Tuesday 12 January at 9:20 am", "on Tuesday the twelfth of January at nine twenty a m"),
    ("24 November 2026 at 3:05 pm.", "the twenty-fourth of November twenty twenty-six at three oh five p m."),
    ("12:00 pm", "noon"), ("12:00 am", "midnight"), ("12:30 am", "twelve thirty a m"), ("8:00-18:00", "from eight a m to six p m"),
    ("PLN 150", "one hundred and fifty zlotys"), ("PLN 99.50", "ninety-nine zlotys fifty groszy"), ("PLN 1", "one zloty"),
    ("PLN 1,250", "one thousand two hundred and fifty zlotys"), ("22 minutes", "twenty-two minutes"),
    ("call 112", "call one one two"), ("+48 600 100 200", "plus four eight, six oh oh, one oh oh, two oh oh"),
    ("1.5 mg", "one point five milligrams"),
    ("a 6-digit code", "a six-digit code"), ("12.03.1957", "the twelfth of March nineteen fifty-seven"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), PL)
def test_polish_is_said_in_its_forms(text: str, said: str) -> None:
    assert spoken(text, "pl") == said


@pytest.mark.parametrize(("text", "said"), EN)
def test_english_is_said_in_its_forms(text: str, said: str) -> None:
    assert spoken(text, "en") == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_moment_of_a_year_has_words_of_its_own(language: Language) -> None:
    now = datetime(2027, 1, 1, tzinfo=WARSAW)
    days = {spoken(say_when(now + timedelta(days=day, hours=9), language, now=now), language) for day in range(366)}
    assert len(days) == 366 and not [one for one in days if re.search(r"\d", one)]
    hours = {spoken(say_when(now + timedelta(minutes=one), language, now=now), language) for one in range(24 * 60)}
    assert len(hours) == 24 * 60 and not [one for one in hours if re.search(r"\d", one)]


def test_every_polish_day_and_hour_ends_as_it_must() -> None:
    for number in range(365):
        day = date(2027, 1, 1) + timedelta(days=number)
        said = spoken(f"{day.day}.{day.month:02}.{day.year}", "pl")
        assert all(
            word.endswith(("ego", "dziesiąt"))
            for word in said.split()[: 2 if day.day in range(21, 30) or day.day == 31 else 1]
        ), said
    for hour in range(1, 24):
        assert all(word.endswith("ej") for word in spoken(f"o {time(hour):%H:%M}", "pl").split()[1:])
        assert all(word.endswith("ą") for word in spoken(f"na {time(hour):%H:%M}", "pl").split()[1:])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_price_is_said_in_whole_words(language: Language) -> None:
    prices = {spoken(f"{amount} zł" if language == "pl" else f"PLN {amount}", language) for amount in range(3_000)}
    assert len(prices) == 3_000 and not [one for one in prices if re.search(r"\d|zł\b|PLN", one)]


def test_polish_nouns_follow_their_number() -> None:
    for number in (2, 3, 4, 22, 24, 102, 1_003):
        assert spoken(f"{number} zł", "pl").endswith(" złote")
    for number in (0, 5, 11, 12, 13, 14, 21, 25, 100, 112, 1_000):
        assert spoken(f"{number} zł", "pl").endswith(" złotych")


@pytest.mark.parametrize(
    ("text", "language"),
    [("31.02.2026", "pl"), ("25:70", "pl"), ("13:20 pm", "en"), ("Телефонуйте 112", "pl"), ("A1B2", "pl"), ("1.2.3.4", "en"), ("", "pl")],
)  # fmt: skip
def test_what_is_no_date_and_no_hour_is_left_alone(text: str, language: Language) -> None:
    assert spoken(text, language) == text


@pytest.mark.parametrize("text", [one for one, _ in PL])
def test_the_text_is_kept_beside_its_words(text: str) -> None:
    assert "".join(piece.written for piece in pieces(text, "pl")) == text


@pytest.mark.parametrize(
    ("heard", "kept"),
    [
        ("Mamy termin we wtorek dwunastego", "Mamy termin we wtorek 12 stycznia …"), ("Mamy ter", "Mamy ter …"), ("", None),
        ("o dziewiątej dwadzieścia, doktor", "Mamy termin we wtorek 12 stycznia o 9:20, doktor …"), ("co innego", None),
    ],
)  # fmt: skip
def test_what_was_heard_is_found_in_the_text(heard: str, kept: str | None) -> None:
    assert heard_part("Mamy termin we wtorek 12 stycznia o 9:20, doktor Nowak. Pasuje?", heard, "pl") == kept
