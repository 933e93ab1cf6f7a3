"""What is no time, what is refused, birth dates, what we say, the clock changes, and the outside corpus."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from core.when import (
    find_date,
    find_dated,
    find_refused,
    find_times,
    is_any_time,
    only_refuses,
    say_date,
    say_time,
    say_when,
)
from core.when.span import Language

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
from bench import dates as bench

WARSAW = ZoneInfo("Europe/Warsaw")
NOW = datetime(2026, 11, 23, 10, 20, tzinfo=WARSAW)

NO_TIME_PL = """200 zł|wizyta kosztuje 150 zł|600 700 800|tel. 22 123 45 67|+48 600-700-800|85031512345
|4821|kod skierowania 1234|1|2|tak|nie|ok|ul. Długa 5|Długa 5/7|mam 3 dzieci
|biorę 2 tabletki dziennie|po wizycie|po 2 tabletki|po pierwszej dawce|o drugiej dawce
|maja|pani Maja|rozmawiałem z panią Mają|boli mnie rana|od 5 do 10 mg|ciśnienie 120/80
|ból 8/10|gorączka 38.5|38,5 stopni|1/2 tabletki|umówić się z doktorem|worek na śmieci
|czerwień na skórze|Anna Sobotka|jestem w 3 miesiącu ciąży|mam 45 lat|2 tygodnie
|od 2 do 3 osób|pod numerem 5|pokój 12|12-345 Warszawa|do drugiego lekarza|pierwszy raz
|jeden|trzecia|o co chodzi|na czczo|10-15 tabletek|30 lutego|31 listopada|32.01|25:00|o 25
|trzecia piętnaście|pierwszy wolny|nie pasuje mi ten lekarz|drogi doktorze
|dobry wieczór państwu|miłego popołudnia|środek przeciwbólowy|codziennie rano|rano codziennie
|biorę je co rano i każdego dnia po południu|od jutra codziennie o 8"""
NO_TIME_EN = """may I come in|I sat on the chair|I march on|it may be sun|second opinion|one of us|1234
|call 600 700 800|I have 3 children|take 2 tablets|5 mg after meals|120/80|pain 8/10
|for 3 people|at 25|30 February|3 30|4a|25|Rat 6|this may hurt|yes|no|ok|I was born there
|room 12|12 Long Street|the second one|a second|first available|$200|good morning everyone
|good evening|my temperature is 38.5|laughing out loud|every morning|daily at 8
|the first thing I want to say"""
REFUSED = [
    ("pl", "nie w piątek"),
    ("pl", "byle nie rano"),
    ("pl", "każdy dzień oprócz piątku"),
    ("pl", "nie mogę w piątek"),
    ("pl", "w piątek nie mogę"),
    ("pl", "tylko nie w poniedziałek ani wtorek"),
    ("en", "any day but mornings"),
    ("en", "not on Friday"),
    ("en", "any day except Monday"),
    ("en", "Friday doesn't work"),
    ("en", "not in the morning"),
    ("en", "no morning please"),
    ("en", "mornings don't work for me"),
]


def _rows(text: str) -> list[str]:
    return text.replace("\n", "").split("|")


@pytest.mark.parametrize("text", _rows(NO_TIME_PL))
def test_no_time_is_read_into_polish_words(text: str) -> None:
    assert find_times(text, now=NOW, language="pl", clinic_hours=True) == ()


@pytest.mark.parametrize("text", _rows(NO_TIME_EN))
def test_no_time_is_read_into_english_words(text: str) -> None:
    assert find_times(text, now=NOW, language="en", clinic_hours=True) == ()


@pytest.mark.parametrize(("language", "text"), REFUSED)
def test_a_refused_time_is_not_offered(language: Language, text: str) -> None:
    assert find_times(text, now=NOW, language=language, clinic_hours=True) == ()
    assert find_refused(text, now=NOW, language=language, clinic_hours=True)
    assert only_refuses(text)


@pytest.mark.parametrize(
    "text",
    ["w czwartek, tylko nie rano", "nie rano, raczej po południu", "nie przed 10", "nie teraz", "nie wiem", "no rano", "not now",
     "nie chcę czekać do poniedziałku", "not before 4", "no problem", "no night sweats", "nie boli mnie dziś", "nie mają"],
)  # fmt: skip
def test_who_names_a_time_or_refuses_something_else_does_not_only_refuse(text: str) -> None:
    assert not only_refuses(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12.03.1957", date(1957, 3, 12)),
        ("12 marca 1957", date(1957, 3, 12)),
        ("3 May 1980", date(1980, 5, 3)),
        ("1957-03-12", date(1957, 3, 12)),
        ("12/03/57", date(1957, 3, 12)),
        ("12.3.57 r.", date(1957, 3, 12)),
        ("urodziłam się 5 maja 1990 roku", date(1990, 5, 5)),
        ("May 3rd, 1980", date(1980, 5, 3)),
        ("the third of May nineteen eighty", date(1980, 5, 3)),
        ("1.1.26", date(2026, 1, 1)),
        ("1.1.27", date(1927, 1, 1)),
        ("dwunasty marca tysiąc dziewięćset pięćdziesiąty siódmy", date(1957, 3, 12)),
        ("29.02.2000", date(2000, 2, 29)),
        ("12 03 1957", date(1957, 3, 12)),
        ("trzeci maja dwa tysiące pierwszego roku", date(2001, 5, 3)),
        ("trzeci maja pięćdziesiąty ósmy", date(1958, 5, 3)),
        ("trzeciego maja pięćdziesiątego ósmego roku", date(1958, 5, 3)),
        ("dwunasty marca piecdziesiaty siodmy", date(1957, 3, 12)),
        ("trzeci maja tysiac dziewiecset piecdziesiaty osmy", date(1958, 5, 3)),
        ("trzeci maja pięćdziesiąt osiem", date(1958, 5, 3)),
        ("pierwszego lutego dwunastego roku", date(2012, 2, 1)),
        ("3 maja 58 roku", date(1958, 5, 3)),
        ("third of May fifty eight", date(1958, 5, 3)),
        ("the third of May, fifty-eight", date(1958, 5, 3)),
        ("May third nineteen fifty-eight", date(1958, 5, 3)),
        ("Ewa Maj 12.03.1957", date(1957, 3, 12)),
        ("29.02.2001", None),
        ("trzydziesty pierwszy kwietnia pięćdziesiąty ósmy", None),
        ("trzeciego maja dwudziesta", None),
        ("trzeciego maja osiemnasta trzydzieści", None),
        ("trzeciego maja o dziesiątej", None),
        ("trzeciego maja dwudziestego czerwca", None),
        ("third of May ten", None),
        ("third of May ten thirty", None),
        ("third of May thirty patients", None),
        ("30 lutego 1980", None),
        ("31.04.1970", None),
        ("13/13/1980", None),
        ("jutro", None),
        ("24.11.2026", None),
        ("12.03.1790", None),
        ("12 marca", None),
        ("12.03.1957 albo 13.03.1957", None),
        ("57031212345", None),
        ("600 700 800", None),
        ("tak", None),
        ("12.03.1957.11", None),
    ],
)
def test_a_birth_date_is_real_past_and_day_first(text: str, expected: date | None) -> None:
    assert find_date(text, now=NOW) == expected


@pytest.mark.parametrize("said", ["dwunasty marca piecdziesiaty siodmy", "12.03.1957", "12 marca 57 roku"])
def test_a_birth_date_is_found_where_it_stands(said: str) -> None:
    text = f"Ewa Maj {said}, proszę"
    found = find_dated(text, now=NOW, language="pl")
    assert found is not None and (found.date, text[slice(*found.at)]) == (date(1957, 3, 12), said)


@pytest.mark.parametrize(
    ("day", "language", "style", "expected"),
    [
        (date(2026, 11, 26), "pl", "full", "w czwartek 26 listopada"),
        (date(2026, 11, 26), "pl", "short", "czw 26.11"),
        (date(2026, 11, 24), "pl", "full", "jutro, we wtorek 24 listopada"),
        (date(2026, 11, 26), "en", "short", "Thu 26 Nov"),
        (date(2026, 11, 23), "pl", "full", "dziś, w poniedziałek 23 listopada"),
        (date(2026, 11, 24), "en", "full", "tomorrow, on Tuesday 24 November"),
        (date(2026, 11, 26), "en", "full", "on Thursday 26 November"),
        (date(2027, 9, 1), "pl", "full", "w środę 1 września 2027 r."),
        (date(2027, 9, 1), "en", "short", "Wed 1 Sep 2027"),
        (date(2026, 3, 2), "pl", "short", "pon 2.03.2026"),
    ],
)
def test_a_day_is_said_the_way_people_say_it(day: date, language: Language, style: str, expected: str) -> None:
    assert say_date(day, language, now=NOW, style="full" if style == "full" else "short") == expected


def test_a_moment_is_said_with_its_hour_in_the_zone_of_now() -> None:
    moment = datetime(2026, 11, 26, 14, 20, tzinfo=UTC)
    assert say_when(moment, "pl", now=NOW) == "w czwartek 26 listopada o 15:20"
    assert say_when(moment, "en", now=NOW) == "on Thursday 26 November at 3:20 pm"
    assert say_when(moment, "pl", now=NOW, style="short") == "czw 26.11 15:20"
    assert say_when(moment, "en", now=NOW, style="short") == "Thu 26 Nov 15:20"
    assert (say_time(moment, "pl"), say_time(moment.replace(hour=0), "en")) == ("14:20", "12:20 am")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        *(
            (text, "pl")
            for text in (
                "pierwszy wolny",
                "Pierwszy wolny termin",
                "najbliższy",
                "najblizszy termin",
                "kiedykolwiek",
                "obojętnie",
                "obojetnie kiedy",
                "wszystko jedno",
                "jak najszybciej",
                "poproszę najbliższy możliwy",
                "kiedy się da",
            )
        ),
        *(
            (text, "en")
            for text in (
                "first available",
                "whenever",
                "as soon as possible",
                "ASAP",
                "any time is fine",
                "anytime",
                "I don't mind",
                "earliest appointment please",
                "any day",
                "no preference",
            )
        ),
    ],
)
def test_any_time_will_do(text: str, language: Language) -> None:
    assert is_any_time(text, language)
    assert is_any_time(text)
    assert find_times(text, now=NOW, language=language) == ()


@pytest.mark.parametrize(
    "text",
    [
        "any day but mornings",
        "najbliższy wtorek",
        "anytime after 3",
        "każdy dzień oprócz piątku",
        "pierwszy raz",
        "the nearest hospital",
        "gdzie jest najbliższy szpital",
        "tak",
        "jutro",
        "",
        "pierwszy wolny w czwartek",
        "anytime next week",
    ],
)
def test_a_narrowed_wish_is_not_any_time(text: str) -> None:
    assert not is_any_time(text)


def test_an_hour_counted_over_the_clock_change_is_a_real_hour() -> None:
    autumn = datetime(2026, 10, 25, 2, 30, tzinfo=WARSAW)
    (span,) = find_times("za godzinę", now=autumn, language="pl")
    assert span.start is not None
    assert span.start.astimezone(UTC) - autumn.astimezone(UTC) == timedelta(hours=1)
    spring = datetime(2026, 3, 29, 1, 30, tzinfo=WARSAW)
    (span,) = find_times("za godzinę", now=spring, language="pl")
    assert span.start == datetime(2026, 3, 29, 3, 30, tzinfo=WARSAW)


def test_a_day_of_the_clock_change_is_one_calendar_day() -> None:
    (span,) = find_times("jutro", now=datetime(2026, 10, 24, 12, tzinfo=WARSAW), language="pl")
    assert span.start is not None
    assert span.end is not None
    assert span.end.astimezone(UTC) - span.start.astimezone(UTC) == timedelta(hours=25)


def test_an_hour_the_clocks_jump_over_moves_on() -> None:
    (span,) = find_times("jutro o 02:30", now=datetime(2026, 3, 28, 12, tzinfo=WARSAW), language="pl")
    assert span.start == datetime(2026, 3, 29, 3, 30, tzinfo=WARSAW)


def test_without_clinic_hours_an_hour_is_the_next_to_come() -> None:
    night = datetime(2026, 11, 23, 1, 0, tzinfo=WARSAW)
    (plain,) = find_times("o trzeciej", now=night, language="pl")
    (clinic,) = find_times("o trzeciej", now=night, language="pl", clinic_hours=True)
    assert plain.start is not None
    assert clinic.start is not None
    assert (plain.start.hour, clinic.start.hour) == (3, 15)


def test_the_language_is_found_when_it_is_not_given() -> None:
    assert find_times("next Thursday after 3pm", now=NOW) == find_times(
        "next Thursday after 3pm", now=NOW, language="en"
    )
    assert find_times("w przyszły czwartek po 15", now=NOW) == find_times(
        "w przyszły czwartek po 15", now=NOW, language="pl"
    )


def test_an_hour_said_of_a_week_is_one_span_a_day() -> None:
    found = find_times("w przyszłym tygodniu rano", now=NOW, language="pl", clinic_hours=True)
    assert [span.day for span in found] == [date(2026, 11, 30) + timedelta(days=n) for n in range(7)]


@pytest.mark.parametrize(
    ("text", "days"),
    [("wt lub czw", [24, 26]), ("mogę we wt albo śr", [24, 25]), ("po południu w weekend", [28, 29])],
)
def test_each_of_several_days_is_read(text: str, days: list[int]) -> None:
    found = find_times(text, now=NOW)
    assert [one.start and one.start.day for one in found] == days


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("w przyszlym tygodniu, moze srode albo czwartek", [2, 3]),
        ("w przyszłym tygodniu w środę albo w czwartek po południu", [2, 3]),
        ("w przyszłym tygodniu po południu, najlepiej w środę albo czwartek", [2, 3]),
        ("w przyszłym tygodniu, środa, czwartek albo piątek", [2, 3, 4]),
        ("moze we wtorek albo w piatek w przyszlym tygodniu", [1, 4]),
        ("w środę lub w czwartek, najlepiej w przyszłym tygodniu", [2, 3]),
        ("za dwa tygodnie w środę albo w czwartek", [9, 10]),
        ("next week, Wednesday or Thursday", [2, 3]),
        ("next week, maybe Wednesday or Thursday afternoon", [2, 3]),
        ("Wednesday or Thursday next week", [2, 3]),
    ],
)
def test_a_week_said_once_is_that_of_all_its_days(text: str, days: list[int]) -> None:
    found = find_times(text, now=NOW, clinic_hours=True)
    assert [one.day for one in found] == [date(2026, 12, day) for day in days]
    assert len({(one.start and one.start.time(), one.end and one.end.time()) for one in found}) == 1


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("w czwartek albo w przyszłym tygodniu", [date(2026, 11, 26), date(2026, 11, 30)]),
        ("jutro albo w przyszłym tygodniu w środę", [date(2026, 11, 24), date(2026, 12, 2)]),
        ("w czwartek albo w przyszłym tygodniu w środę", [date(2026, 11, 26), date(2026, 12, 2)]),
        ("Dzwonię w przyszłym tygodniu. W czwartek mogę przyjść", [date(2026, 11, 30), date(2026, 11, 26)]),
        ("w tym tygodniu w czwartek albo w poniedziałek", [date(2026, 11, 26), date(2026, 11, 30)]),
    ],
)
def test_a_week_is_not_that_of_days_said_apart_from_it(text: str, starts: list[date]) -> None:
    assert [one.start and one.start.date() for one in find_times(text, now=NOW, language="pl")] == starts


def test_first_thing_is_early_on_the_day_said() -> None:
    (found,) = find_times("first thing tomorrow", now=NOW)
    assert found.start is not None and found.end is not None
    assert found.start.date() == found.end.date() == date(2026, 11, 24) and found.end.hour == 9


def test_a_surname_before_a_birth_date_is_no_month() -> None:
    (span,) = find_times("Halina Lis 14.05.1960", now=NOW, language="pl", clinic_hours=True)
    assert span.text == "14.05.1960"


def test_an_open_side_still_knows_its_day() -> None:
    (span,) = find_times("jutro przed 11", now=NOW, language="pl", clinic_hours=True)
    assert (span.start, span.day) == (None, date(2026, 11, 24))


def test_a_weekday_that_contradicts_its_date_is_not_made_to_fit() -> None:
    found = find_times("wtorek 25 listopada", now=NOW, language="pl")
    assert [span.text for span in found] == ["wtorek", "25 listopada"]


@pytest.mark.skipif(bench.folder() is None, reason="the outside phrases (PORADNIA_EVAL) are not here")
def test_the_outside_corpus_is_read_within_its_bounds(capsys: pytest.CaptureFixture[str]) -> None:
    figures = bench.run()
    with capsys.disabled():
        print("\n" + ", ".join(f"{name} {value:.3f}" for name, value in figures.items()))  # noqa: T201
    assert figures["pl_exact"] >= 0.95
    assert figures["en_exact"] >= 0.93
    assert max(figures["pl_wrong"], figures["en_wrong"]) <= 0.02


def test_without_the_outside_corpus_the_bench_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PORADNIA_EVAL", str(tmp_path))
    assert set(bench.run(quick=True).values()) == {bench.ABSENT}
