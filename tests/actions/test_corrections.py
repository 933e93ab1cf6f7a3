"""What people take back, which answer they mean, and dates and doctors that do not exist."""

from datetime import date, datetime

import pytest

from actions.corrections import heard, impossible_date, mended_name, named_part, renamed, titled_name
from tests.conftest import WARSAW

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=WARSAW)


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("nie, jednak wtorek", "wtorek"),
        ("jednak po 16", "po 16"),
        ("nie kardiolog, tylko neurolog", "neurolog"),
        ("wtorek, nie środa", "wtorek"),
        ("piętnasta nie piąta", "piętnasta"),
        ("wait, I meant the dermatologist", "the dermatologist"),
        ("not the cardiologist, the dermatologist", "the dermatologist"),
        ("no, Tuesday", "Tuesday"),
        ("jutro, ale nie rano", "jutro"),
        ("w czwartek, tylko nie rano", "w czwartek"),
        ("Thursday, no mornings please", "Thursday"),
        ("byle nie w poniedziałek, najlepiej w czwartek", "najlepiej w czwartek"),
    ],
)
def test_what_is_taken_back_does_not_count(text: str, counts: str) -> None:
    said = heard(text)
    assert said.text == counts
    assert said.is_correction


@pytest.mark.parametrize(
    "text", ["nie wcześniej niż 16", "nie mam skierowania", "tak", "nie", "jutro rano", "not before 4"]
)
def test_bounds_and_plain_answers_stay_as_they_are(text: str) -> None:
    assert heard(text).text == text


@pytest.mark.parametrize("text", ["nie mogę w środę", "niestety nie dam rady jutro", "I can't make it on Friday"])
def test_a_day_on_which_one_cannot_come_is_no_wish(text: str) -> None:
    assert heard(text).is_unable


@pytest.mark.parametrize("text", ["nie mogę w środę, wolę czwartek", "nie mogę rano, mam czas po południu"])
def test_a_day_on_which_one_cannot_come_with_a_better_one_is_a_wish(text: str) -> None:
    assert not heard(text).is_unable


@pytest.mark.parametrize(
    ("text", "rejected"),
    [
        ("byle nie rano", "rano"),
        ("nie w poniedzialek", "w poniedzialek"),
        ("nie po południu, proszę", "po południu"),
        ("no mornings please", "mornings"),
        ("anything but mornings", "mornings"),
        ("not this week", "this week"),
    ],
)
def test_nothing_but_a_refusal_says_what_does_not_suit(text: str, rejected: str) -> None:
    said = heard(text)
    assert said.is_unable and said.rejected == rejected


@pytest.mark.parametrize(
    "text", ["nie wiem", "nie teraz", "not sure", "nie przed 10", "no, Tuesday", "no rano", "nie kardiolog"]
)
def test_other_words_refuse_nothing(text: str) -> None:
    assert heard(text).rejected == ""


@pytest.mark.parametrize(
    ("text", "said", "nearest"),
    [
        ("30 lutego", "30 lutego", date(2027, 2, 28)),
        ("może 31.11?", "31.11", date(2026, 11, 30)),
        ("Feb 30 please", "Feb 30", date(2027, 2, 28)),
        ("June 31st", "June 31st", date(2027, 6, 30)),
        ("29 lutego", "29 lutego", date(2027, 2, 28)),
    ],
)
def test_a_date_that_no_calendar_has_is_told_from_others(text: str, said: str, nearest: date) -> None:
    found = impossible_date(text, NOW)
    assert found is not None
    assert (found.said, found.nearest) == (said, nearest)


@pytest.mark.parametrize("text", ["12.45", "na 15:30", "31 grudnia", "5 maja o 10:30", "4821", "May 31"])
def test_possible_dates_and_hours_are_not_impossible(text: str) -> None:
    assert impossible_date(text, NOW) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("do dr Kowalczyk", "Kowalczyk"),
        ("see dr smith tomorrow", "smith"),
        ("do doktora jutro", None),
        ("lekarz rodzinny", None),
    ],
)
def test_the_name_after_a_title_is_read_and_no_other_word(text: str, name: str | None) -> None:
    assert titled_name(text) == name


def test_one_word_of_a_name_is_put_right() -> None:
    assert mended_name("Jan Kowalska", heard("nie Jan tylko Janina")) == "Janina Kowalska"
    assert mended_name("Anna Kowalsja", heard("Kowalska nie Kowalsja")) == "Anna Kowalska"
    assert mended_name("Anna Nowak", heard("nie wtorek tylko środa")) is None


def test_the_answer_to_change_is_known_by_its_name() -> None:
    assert named_part("wróć do wyboru terminu") == "time_window"
    assert named_part("wróć do pytania o lekarza") == "specialty"
    assert named_part("zła data urodzenia") == "birth_date"
    assert named_part("wrong code") == "referral_code"
    assert named_part("hmm") is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("nie, nazwisko Testowy", "Jan Testowy"),
        ("no, the last name is Leigh", "Jan Leigh"),
        ("imię Janina", "Janina Testowa"),
        ("nie, zle, Krystyna Lisek", "Krystyna Lisek"),
        ("Nie, Anna Nowak-Lis.", "Anna Nowak-Lis"),
        ("nie, inny termin", None),
        ("nie", None),
        ("tak, nazwisko Testowa", None),
    ],
)
def test_a_name_said_anew_is_taken(text: str, name: str | None) -> None:
    assert renamed("Jan Testowa", text) == name
