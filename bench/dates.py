"""How well the date grammar reads other people's phrases: Duckling's own corpus, kept outside the project.

Counted: exact (value and grain, or the interval, whose end may stand as said or one grain later), and wrong
(something else was read; nothing read is not wrong). Not counted: rows whose convention we do not share
(`not_ours.txt`) and, in English, holidays, numerals joined by slash or dash (day first here), latent rows.
"""

from __future__ import annotations

import json
import os
import re
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from core.when import Grain, TimeSpan, find_times
from core.when.moments import add
from core.when.span import Language

ABSENT = -1.0  # the value of every figure when the outside data is not there
BOUNDS = {
    "pl_exact": (">=", 0.95),
    "pl_wrong": ("<=", 0.02),
    "en_exact": (">=", 0.93),
    "en_wrong": ("<=", 0.02),
}


def folder() -> Path | None:
    """Where the phrases are: `$PORADNIA_EVAL/dates`, else `../shared/eval/dates` beside us, or None."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "eval"
    found = Path(os.environ.get("PORADNIA_EVAL", str(beside))) / "dates"
    return found if found.is_dir() else None


def run(quick: bool = False) -> dict[str, float]:
    """The four figures as shares from 0 to 1, or all -1 when the outside data is absent.

    `quick` changes nothing: the whole set takes less than a second.
    """
    place = folder()
    if place is None:
        return dict.fromkeys(BOUNDS, ABSENT)
    figures: dict[str, float] = {}
    languages: tuple[Language, ...] = ("pl", "en")
    for language in languages:
        rows = _rows(place, language)
        exact = wrong = 0
        for row in rows:
            found = find_times(row["text"], now=datetime.fromisoformat(row["ref_time"]), language=language)
            right = is_exact(row["expected"], found)
            exact += right
            wrong += bool(found) and not right
        figures[f"{language}_exact"] = exact / len(rows)
        figures[f"{language}_wrong"] = wrong / len(rows)
    return figures


def is_exact(expected: dict[str, Any] | None, found: tuple[TimeSpan, ...]) -> bool:
    """Whether what was found is what the corpus expects."""
    if expected is None or len(found) != 1:
        return expected is None and not found
    start, end = (at.replace(tzinfo=None) if at else None for at in (found[0].start, found[0].end))
    if expected["type"] == "instant":
        return start == datetime.fromisoformat(expected["value"]) and found[0].grain == expected["grain"]
    if expected["type"] == "interval":
        last = datetime.fromisoformat(expected["to_exclusive"])
        later = add(end, Grain(expected["grain"]), 1) if end else None
        return start == datetime.fromisoformat(expected["from"]) and last in (end, later)
    value = datetime.fromisoformat(expected["value"])
    return (start, end) == ((value, None) if expected["type"] == "open_after" else (None, value))


def _rows(place: Path, language: Language) -> list[dict[str, Any]]:
    not_ours = {line.split()[0] for line in (place / "not_ours.txt").read_text("utf-8").splitlines() if line.split()}
    lines = (place / f"duckling_time_{language}.jsonl").read_text("utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["id"] not in not_ours and _counts(row, language)]


def _counts(row: dict[str, Any], language: Language) -> bool:
    if language == "pl":
        return True
    holiday = bool(row["expected"]) and "holiday" in row["expected"]
    return not (holiday or re.search(r"\d[/-]\d", row["text"]) or row["section"].startswith("latent"))


def main() -> int:
    """Print the figures and whether the bounds hold as one JSON object."""
    figures = run("--quick" in sys.argv)
    holds = all((figures[k] >= v) if op == ">=" else (0 <= figures[k] <= v) for k, (op, v) in BOUNDS.items())
    bounds = {name: list(bound) for name, bound in BOUNDS.items()}
    print(json.dumps({"name": "dates", "figures": figures, "bounds": bounds, "holds": holds}))
    return 0 if holds else 1


if __name__ == "__main__":
    raise SystemExit(main())
