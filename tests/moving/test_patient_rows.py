"""A row of a patients' file. Invariant: what is taken is right by every check there is; what is not says column and reason."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.people import pesel as made_pesel
from care.moving.patient_rows import PatientEntry, changed_columns, is_another_person, is_mail, read_patient
from care.moving.tables import Reason, Row
from care.patients.rules import pesel_birth_date

TODAY = date(2026, 11, 23)
GOOD = {
    "external_id": "K-1", "given_name": "Łucja", "family_name": "Żak", "birth_date": "14.03.1987",
    "pesel": made_pesel(date(1987, 3, 14), 1234), "phone": "600 100 200", "mail": "Lucja@Example.org", "language": "Polski",
}  # fmt: skip


def read(**cells: str) -> PatientEntry | list[tuple[str, Reason]]:
    found = read_patient(Row(7, GOOD | cells), {}, TODAY, "PL")
    if isinstance(found, PatientEntry):
        return found
    assert all(fault.row == 7 for fault in found)
    return [(fault.column, fault.reason) for fault in found]


def entry(**cells: str) -> PatientEntry:
    found = read(**cells)
    assert isinstance(found, PatientEntry), found
    return found


def test_a_good_row_is_taken_whole() -> None:
    assert entry() == PatientEntry(
        7, "K-1", "Łucja", "Żak", date(1987, 3, 14), GOOD["pesel"], "+48600100200", "Lucja@Example.org", "pl"
    )


def test_everything_but_the_identifier_the_name_and_the_birth_date_may_be_empty() -> None:
    found = entry(pesel="", phone="", mail="", language="")
    assert (found.pesel, found.phone, found.mail, found.language) == (None, None, None, None)
    assert entry(birth_date="").birth_date == date(1987, 3, 14), "the PESEL tells it"
    assert read(birth_date="", pesel="") == [("birth_date", Reason.empty)]


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("external_id", "", Reason.empty), ("external_id", "x" * 101, Reason.too_long), ("given_name", "", Reason.empty),
        ("given_name", "123", Reason.name), ("family_name", "-", Reason.name), ("family_name", "x" * 101, Reason.too_long),
        ("birth_date", "14/03/1987", Reason.date), ("birth_date", "1987-02-30", Reason.date), ("birth_date", "3.14.1987", Reason.date),
        ("birth_date", "2026-11-24", Reason.date_range), ("birth_date", "1901-01-01", Reason.date_range),
        ("pesel", made_pesel(date(1987, 3, 15), 1), Reason.pesel_birth), ("pesel", GOOD["pesel"][:-1] + "9", Reason.pesel_check),
        ("pesel", "8,7031E+10", Reason.pesel_digits), ("pesel", "870314123", Reason.pesel_digits), ("pesel", "١" * 11, Reason.pesel_digits),
        ("pesel", "00000000000", Reason.pesel_check), ("phone", "brak", Reason.phone), ("phone", "12", Reason.phone),
        ("mail", "lucja", Reason.mail), ("mail", "a@b", Reason.mail), ("mail", "a b@c.pl", Reason.mail),
        ("language", "de", Reason.language),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_column_and_reason(column: str, value: str, reason: Reason) -> None:
    assert read(**{column: value}) == [(column, reason)]


def test_all_faults_of_a_row_are_told_at_once() -> None:
    found = read(given_name="", birth_date="x", phone="y", mail="z")
    assert isinstance(found, list) and {column for column, _ in found} == {"given_name", "birth_date", "phone", "mail"}


def test_a_pesel_that_a_spreadsheet_cut_at_its_zeros_is_mended_only_if_all_agrees() -> None:
    born = date(2003, 5, 6)
    whole = made_pesel(born, 17)
    assert whole.startswith("03")
    assert entry(pesel=whole.lstrip("0"), birth_date="2003-05-06").pesel == whole
    assert read(pesel=whole.lstrip("0"), birth_date="2003-05-07") == [("pesel", Reason.pesel_birth)]


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.integers(0, 9999))
def test_a_pesel_tells_the_day_it_was_made_for(born: date, serial: int) -> None:
    assert pesel_birth_date(made_pesel(born, serial)) == born


@pytest.mark.parametrize(
    ("pesel", "born"),
    [("44051401458", date(1944, 5, 14)), ("02070803628", date(1902, 7, 8)), ("44051401459", None), ("44053201457", None), ("x", None)],
)  # fmt: skip
def test_the_pesel_of_any_century_is_read_and_an_impossible_one_is_not(pesel: str, born: date | None) -> None:
    assert pesel_birth_date(pesel) == born


def test_centuries_before_and_after_are_told_by_the_month() -> None:
    for month, year in ((81, 1800), (21, 2000), (41, 2100), (61, 2200)):
        digits = f"01{month:02}050001"
        check = (10 - sum(int(a) * b for a, b in zip(digits, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3), strict=True)) % 10) % 10
        assert pesel_birth_date(f"{digits}{check}") == date(year + 1, 1, 5)


def test_a_mail_address_has_a_name_and_a_host_with_a_dot() -> None:
    assert all(map(is_mail, ("a@b.pl", "jan.kowalski+x@sub.example.org")))
    assert not any(map(is_mail, ("", "@b.pl", "a@", "a@b.", "a@.pl", "a@b..pl", "a@b@c.pl", f"{'a' * 200}@b.pl")))


HELD = {
    "external_id": "K-1", "given_name": "Łucja", "family_name": "Żak", "birth_date": date(1987, 3, 14), "pesel": None,
    "phone": "+48600100200", "mail": None, "language": "pl",
}  # fmt: skip


def test_an_empty_cell_takes_nothing_away_and_only_what_differs_changes() -> None:
    assert changed_columns(HELD, entry(pesel="", phone="", mail="", language="")) == {}
    assert changed_columns(HELD, entry(pesel="", mail="", family_name="Żak-Nowak")) == {"family_name": "Żak-Nowak"}


def test_an_identifier_given_out_again_never_turns_one_patient_into_another() -> None:
    other = entry(given_name="Jan", family_name="Nowak", birth_date="1950-01-01", pesel="")
    assert is_another_person(HELD, other)
    assert not is_another_person(HELD, entry(family_name="Nowak")), "married"
    assert not is_another_person(HELD, entry(birth_date="1987-03-15", pesel="")), "a birth date mended"
    assert is_another_person(
        HELD | {"pesel": "44051401458"}, entry(birth_date="2003-05-06", pesel=made_pesel(date(2003, 5, 6), 1))
    )
