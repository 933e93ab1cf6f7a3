"""The date grammar on any text at all: it never fails, spans are sane, and what we say we can read again."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.when import find_date, find_times, is_any_time, say_date, say_time, say_when
from core.when.span import Language

WARSAW = ZoneInfo("Europe/Warsaw")
NOW = datetime(2026, 11, 23, 10, 20, tzinfo=WARSAW)
LANGUAGES = st.sampled_from(["pl", "en"])
WORDS = st.sampled_from(
    [
        "w",
        "we",
        "o",
        "od",
        "do",
        "po",
        "przed",
        "za",
        "na",
        "i",
        "a",
        "nie",
        "jutro",
        "dziś",
        "piątek",
        "środę",
        "maja",
        "marca",
        "15",
        "31",
        "30",
        "2",
        "8",
        "12:30",
        "25:99",
        ".",
        ",",
        "-",
        "/",
        ":",
        "wpół",
        "kwadrans",
        "ósmej",
        "trzeciego",
        "rano",
        "wieczorem",
        "tydzień",
        "dni",
        "miesięcy",
        "lat",
        "temu",
        "przyszły",
        "ostatni",
        "koniec",
        "początek",
        "Wielkanoc",
        "weekend",
        "2026",
        "9999",
        "0",
        "the",
        "next",
        "last",
        "monday",
        "march",
        "of",
        "in",
        "at",
        "between",
        "and",
        "to",
        "half",
        "past",
        "quarter",
        "noon",
        "midnight",
        "days",
        "ago",
        "from",
        "now",
        "until",
        "by",
        "within",
        "first",
        "third",
        "week",
        "year",
        "am",
        "pm",
        "PST",
        "5th",
        "Q3",
        "week-end",
        "1.5",
        "29.02",
        "31.11.2025",
        "luty",
        "lutego",
        "upcoming",
        "closest",
        "after",
        "second",
        "rest",
        "few",
        "pół",
        "godziny",
        "świętach",
        "święta",
    ]
)
NOWS = st.datetimes(datetime(1950, 1, 1), datetime(2150, 1, 1), timezones=st.just(WARSAW))  # noqa: DTZ001


@given(
    text=st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=12).map(" ".join)),
    now=NOWS,
    clinic=st.booleans(),
    language=st.sampled_from(["pl", "en", None]),
)
@settings(max_examples=600, deadline=None)
def test_any_text_yields_sane_spans(text: str, now: datetime, clinic: bool, language: Language | None) -> None:
    for span in find_times(text, now=now, language=language, clinic_hours=clinic):
        assert span.start is not None or span.end is not None
        for at in (span.start, span.end):
            assert at is None or at.tzinfo is WARSAW
        if span.start is not None and span.end is not None:
            assert span.start.timestamp() < span.end.timestamp()
        assert 0 <= span.at[0] < span.at[1] <= len(text)
        assert text[span.at[0] : span.at[1]] == span.text
    find_date(text, now=now, language=language)
    is_any_time(text, language)


@given(
    day=st.dates(date(2020, 1, 1), date(2040, 12, 31)),
    language=LANGUAGES,
    style=st.sampled_from(["full", "short"]),
)
@settings(max_examples=400, deadline=None)
def test_a_day_said_is_the_day_read(day: date, language: Language, style: str) -> None:
    said = say_date(day, language, now=NOW, style="full" if style == "full" else "short")
    (span,) = find_times(said, now=NOW, language=language)
    assert span.start is not None
    assert (span.start.date(), span.grain) == (day, "day"), said


@given(minutes=st.integers(0, 60 * 24 * 400), language=LANGUAGES, style=st.sampled_from(["full", "short"]))
@settings(max_examples=400, deadline=None)
def test_a_moment_said_is_the_moment_read(minutes: int, language: Language, style: str) -> None:
    moment = (datetime(2026, 11, 23, 7, 0, tzinfo=WARSAW) + timedelta(minutes=minutes)).replace(fold=0)
    if moment.astimezone(UTC).astimezone(WARSAW).replace(tzinfo=None) != moment.replace(tzinfo=None):
        return  # an hour the clocks jump over is not on any clock to be said
    said = say_when(moment, language, now=NOW, style="full" if style == "full" else "short")
    (span,) = find_times(said, now=NOW, language=language, clinic_hours=True)
    assert span.start == moment, said


@given(hour=st.integers(0, 23), minute=st.integers(0, 59), language=LANGUAGES)
def test_a_time_of_day_said_is_read_back(hour: int, minute: int, language: Language) -> None:
    said = say_time(datetime(2026, 11, 24, hour, minute, tzinfo=WARSAW), language)
    (span,) = find_times(said, now=NOW, language=language, clinic_hours=True)
    assert span.start is not None
    assert (span.start.hour, span.start.minute) == (hour, minute)


@given(
    born=st.dates(date(1900, 1, 1), date(2026, 11, 22)),
    form=st.sampled_from(["%d.%m.%Y", "%Y-%m-%d", "%d/%m/%Y", "%d %m %Y"]),
)
def test_a_birth_date_is_read_day_first(born: date, form: str) -> None:
    assert find_date(f"urodzony {born.strftime(form)}", now=NOW) == born


@pytest.mark.parametrize(
    "text", ["jutro " * 2000, "1 " * 3000, "w przyszły czwartek po 15 " * 300, "od do " * 2000, "-" * 9000]
)
def test_a_flood_of_words_stays_fast(text: str) -> None:
    started = time.perf_counter()
    find_times(text, now=NOW)
    assert time.perf_counter() - started < 3


@pytest.mark.quiet
def test_one_message_is_read_within_three_milliseconds() -> None:
    messages = [
        "Dzień dobry, chciałabym do kardiologa w przyszły czwartek po 15, bo pracuję do 14.",
        "Hello, could I please move my appointment to next Thursday afternoon, ideally not before 3 pm?",
        "poproszę receptę na lek, który biorę od trzech lat, dwa razy dziennie",
        "My child has had a fever of 38.5 since yesterday evening and a rash on both arms, what should I do?",
        "za dwa tygodnie w środę", "tak", "any day but mornings", "od poniedziałku do piątku między 8 a 12",
    ]  # fmt: skip
    for message in messages:
        find_times(message, now=NOW, clinic_hours=True)
    taken: list[float] = []
    for message in messages * 12:
        started = time.thread_time()
        find_times(message, now=NOW, language="pl", clinic_hours=True)
        taken.append(time.thread_time() - started)
    assert sorted(taken)[int(len(taken) * 0.95)] < 0.003


def test_a_naive_now_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        find_times("jutro", now=datetime(2026, 11, 23, 10))  # noqa: DTZ001
