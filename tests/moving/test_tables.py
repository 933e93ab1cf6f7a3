"""Files as clinics have them. Invariant: the same people are read whatever program wrote the file, or a word says why not."""

import pytest

from care.moving.patient_rows import COLUMNS, REQUIRED
from care.moving.tables import Reason, Table, heading, read_table
from core.errors import Refused

HEADINGS = ["Identyfikator", "Imię", "Nazwisko", "Data urodzenia", "PESEL"]
ROW = ["K-1", "Żaneta", "Źdźbło-Łoś", "14.03.1987", "87031412346"]


def written(rows: list[list[str]], separator: str = ";", end: str = "\r\n") -> str:
    return "".join(separator.join(row) + end for row in rows)


def read(content: bytes) -> Table:
    table = read_table(content, COLUMNS, REQUIRED)
    assert isinstance(table, Table), table
    return table


def refused(content: bytes) -> Refused:
    found = read_table(content, COLUMNS, REQUIRED)
    assert isinstance(found, Refused)
    return found


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1250", "iso8859-2", "utf-16"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_every_encoding_separator_and_line_end_gives_the_same_row(separator: str, encoding: str, end: str) -> None:
    table = read(written([HEADINGS, ROW], separator, end).encode(encoding))
    (row,) = table.rows
    assert [row.get(name) for name in (*REQUIRED, "pesel")] == ROW
    assert table.separator == separator and table.encoding == encoding.removesuffix("-sig")


def test_headings_are_known_in_both_languages_however_they_are_typed() -> None:
    for names in (["ID pacjenta", "IMIE", "nazwisko ", "Data_Urodzenia"], ["patient_id", "First name", "SURNAME", "Date of birth"],
                  list(REQUIRED)):  # fmt: skip
        (row,) = read(written([names, ROW[:4]]).encode()).rows
        assert [row.get(name) for name in REQUIRED] == ROW[:4]


def test_no_heading_stands_for_two_columns() -> None:
    names = [heading(name) for column, names in COLUMNS.items() for name in {heading(one) for one in (column, *names)}]
    assert len(names) == len(set(names))


def test_quotes_blank_lines_and_the_separators_own_line_are_understood() -> None:
    text = "sep=;\r\n" + written([HEADINGS]) + '\r\n"K-1";" Jan ";"Kowalski; junior";"1990-01-02";\r\n;;;;\r\n'
    table = read(text.encode())
    (row,) = table.rows
    assert row.number == 3, "the blank line is a row in a spreadsheet"
    assert (row.get("given_name"), row.get("family_name")) == ("Jan", "Kowalski; junior")


def test_columns_nobody_knows_are_left_out_and_said() -> None:
    table = read(written([[*HEADINGS, "Uwagi", ""], [*ROW, "x", ""]]).encode())
    assert table.ignored == ("Uwagi",) and table.headings["birth_date"] == "Data urodzenia"


def test_a_row_with_too_many_cells_or_a_broken_line_is_a_fault_of_that_row_alone() -> None:
    broken = '"K-3";"Ja\nn";"Nowak";"1990-01-01";'
    table = read((written([HEADINGS, ROW, [*ROW, "more"], ROW[:3]], end="\n") + broken).encode())
    assert [[fault.reason for fault in row.faults] for row in table.rows] == [[], [Reason.cells], [], [Reason.control]]
    assert table.rows[2].get("birth_date") == ""


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PK\x03\x04 an Excel workbook", "moving-workbook"),
        (b"\xd0\xcf\x11\xe0 an old one", "moving-workbook"),
        (b"", "moving-heading-missing"),
        (b"id;imie\n1;Jan\n", "moving-heading-missing"),
        (written([HEADINGS]).encode(), "moving-no-rows"),
        (written([[*HEADINGS, "numer PESEL"], ROW]).encode(), "moving-heading-twice"),
        (written([HEADINGS, ROW]).encode() + b'K-2;"never closed' + b"x" * 140_000, "moving-broken"),
        (b"\xff\xfe\x00", "moving-encoding"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_refused_with_a_reason(content: bytes, reason: str) -> None:
    assert refused(content).reason == reason


def test_a_missing_column_and_a_broken_row_are_named() -> None:
    assert refused(b"id;imie\n1;Jan\n").args == {"columns": "nazwisko / family_name, data urodzenia / birth_date"}
    assert refused(written([HEADINGS, ROW]).encode() + b'K-2;"' + b"x" * 140_000).args == {"row": 3}
