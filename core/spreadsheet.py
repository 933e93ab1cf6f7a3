"""CSV for spreadsheet programs: a cell that would be read as a formula is made text."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def safe_cell(value: object) -> str:
    """The value as text; one that begins like a formula (also after blanks) gets an apostrophe before it."""
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) or text.lstrip(" \u00a0\ufeff").startswith(_FORMULA) else text


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A file with all cells quoted, in UTF-8 with the mark that spreadsheet programs look for."""
    out = StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(header)
    writer.writerows([safe_cell(one) for one in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")
