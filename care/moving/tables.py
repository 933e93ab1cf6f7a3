"""Reading a CSV file as clinics have them: encoding and separator are found out, headings may be Polish or English. No database."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from care.folding import fold
from core.errors import Refused

MOST_BYTES = 200_000_000
"""A larger file is refused: a million patients take about 100 MB."""
LONGEST_CELL = 4_000
_SEPARATORS = (";", ",", "\t", "|")
_SAYS_SEPARATOR = re.compile(r"\Asep=.[\r\n]+")
"""A first line that Excel writes for itself."""
_BLANKS = re.compile("[\u00a0\u2007\u202f]")
_POLISH = frozenset("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ")
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""First bytes of .xlsx/.ods and of .xls files."""


class Reason(StrEnum):
    """Why a row is not taken. The words stand in the catalogue under `moving-fault-<reason>`."""

    empty = "empty"
    too_long = "too-long"
    control = "control"
    cells = "cells"
    twice = "twice"
    name = "name"
    date = "date"
    date_range = "date-range"
    pesel_digits = "pesel-digits"
    pesel_check = "pesel-check"
    pesel_birth = "pesel-birth"
    phone = "phone"
    mail = "mail"
    language = "language"
    another_person = "another-person"
    restricted = "restricted"
    kind = "kind"
    code = "code"
    weekday = "weekday"
    time = "time"
    order = "order"
    minutes = "minutes"
    payer = "payer"
    unknown_site = "unknown-site"
    unknown_clinician = "unknown-clinician"
    unknown_specialty = "unknown-specialty"
    overlap = "overlap"
    yes_no = "yes-no"
    held_back = "held-back"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row: its number as a spreadsheet shows it (the headings are row 1), the column, the reason. No value."""

    row: int
    column: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number, and its cells without surrounding blanks by canonical column; absent columns are absent."""

    number: int
    cells: Mapping[str, str]
    faults: tuple[Fault, ...] = ()

    def get(self, column: str) -> str:
        """The cell, empty if the column is absent."""
        return self.cells.get(column, "")


@dataclass(frozen=True)
class Table:
    """A file that was read. `headings` gives the file's own words for canonical columns, `ignored` what nobody knows."""

    headings: Mapping[str, str]
    ignored: tuple[str, ...]
    encoding: str
    separator: str
    rows: tuple[Row, ...] = field(repr=False, default=())


def heading(text: str) -> str:
    """A heading as it is compared: folded, without punctuation. "Data_urodzenia" and "data urodzenia" are one."""
    return " ".join(re.findall(r"[^\W_]+", fold(text)))


def read_table(content: bytes, known: Mapping[str, tuple[str, ...]], required: tuple[str, ...]) -> Table | Refused:
    """The rows of a file. `known` gives the headings of each canonical column; `required` must all be there.

    Refused: `moving-too-large`, `moving-workbook` (not CSV), `moving-encoding`, `moving-no-rows`, `moving-heading-missing`,
    `moving-heading-twice`, `moving-broken` (the quotes of that row do not close).
    """
    if len(content) > MOST_BYTES:
        return Refused("moving-too-large", {"most": MOST_BYTES // 1_000_000})
    if content.startswith(_WORKBOOKS):
        return Refused("moving-workbook")
    decoded = _decode(content)
    if decoded is None:
        return Refused("moving-encoding")
    text, encoding = decoded
    text = _SAYS_SEPARATOR.sub("", text)
    names = {heading(name): column for column, all_names in known.items() for name in (column, *all_names)}
    first = re.split(r"[\r\n]", text, maxsplit=1)[0]
    separator = max(_SEPARATORS, key=lambda one: (_known_in(first, one, names), first.count(one)))
    records, number = _records(text, separator), 1
    try:
        titles = next(records, [])
        columns = [names.get(heading(title)) for title in titles]
        if missing := [f"{known[column][0]} / {column}" for column in required if column not in columns]:
            return Refused("moving-heading-missing", {"columns": ", ".join(missing)})
        named = [column for column in columns if column]
        if twice := sorted({titles[columns.index(one)] for one in named if named.count(one) > 1}):
            return Refused("moving-heading-twice", {"columns": ", ".join(twice)})
        rows = []
        for record in records:
            number += 1
            if any(cell.strip() for cell in record):
                rows.append(_row(number, record, columns, titles))
    except csv.Error:
        return Refused("moving-broken", {"row": number + 1})
    if not rows:
        return Refused("moving-no-rows")
    shown = {column: title.strip() for column, title in zip(columns, titles, strict=True) if column}
    ignored = tuple(
        title.strip() for column, title in zip(columns, titles, strict=True) if not column and title.strip()
    )
    return Table(shown, ignored, encoding, separator, tuple(rows))


def _decode(content: bytes) -> tuple[str, str] | None:
    """Text and encoding: a byte order mark rules, then UTF-8, then of Windows-1250 and ISO 8859-2 what gives more Polish."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        candidates = ["utf-16"]
    else:
        try:
            return content.decode("utf-8-sig"), "utf-8"
        except UnicodeDecodeError:
            candidates = ["windows-1250", "iso8859-2"]
    best: tuple[int, str, str] | None = None
    for encoding in candidates:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # ISO 8859-2 reads every byte, so it must show more letters, not as many.
        score = sum(map(text.count, _POLISH)) - sum(map(text.count, map(chr, range(0x80, 0xA0))))
        if best is None or score > best[0]:
            best = (score, text, encoding)
    return (best[1], best[2]) if best else None


def _known_in(line: str, separator: str, names: Mapping[str, str]) -> int:
    return sum(heading(cell) in names for cell in next(csv.reader([line], delimiter=separator), []))


def _records(text: str, separator: str) -> Iterator[list[str]]:
    """Records of the file; blank lines are empty records, for they are rows in a spreadsheet."""
    csv.field_size_limit(131_072)
    return iter(csv.reader(io.StringIO(text, newline=""), delimiter=separator))


def _row(number: int, record: list[str], columns: list[str | None], titles: list[str]) -> Row:
    cells: dict[str, str] = {}
    faults: list[Fault] = []
    if any(cell.strip() for cell in record[len(columns) :]):
        faults.append(Fault(number, "", Reason.cells))
    for column, title, cell in zip(columns, titles, record, strict=False):
        if column is None:
            continue
        cells[column] = value = _BLANKS.sub(" ", cell).strip()
        if len(value) > LONGEST_CELL:
            faults.append(Fault(number, title, Reason.too_long))
        elif not value.isprintable():
            faults.append(Fault(number, title, Reason.control))
    return Row(number, cells, tuple(faults))
