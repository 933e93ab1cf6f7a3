"""The tables against cases of our own: every emergency is seen, nothing is said to wait too long, little is said to be worse than it is."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from care.triage.models import Case, Urgency
from care.triage.rules import assess
from care.triage.tables import default_tables

VIGNETTES = yaml.safe_load((Path(__file__).parent / "vignettes.yml").read_text("utf-8"))


def case(row: dict[str, Any]) -> Case:
    """The structured case of a line of vignettes.yml."""
    months = row["y"] * 12 if "y" in row else row.get("m")
    hours = row["d"] * 24 if "d" in row else row.get("h")
    return Case(
        complaint=row["complaint"],
        present=frozenset(row.get("has", ())),
        absent=frozenset(row.get("lacks", ())),
        age_months=months,
        sex=row.get("s"),
        duration_hours=hours,
    )


def bounds(row: dict[str, Any]) -> tuple[Urgency, Urgency]:
    """The least and the greatest level that a vignette allows."""
    least, greatest = (row["is"], row["is"]) if isinstance(row["is"], str) else row["is"]
    return Urgency[least], Urgency[greatest]


@pytest.mark.parametrize("row", VIGNETTES, ids=lambda row: row["id"])
def test_a_vignette_is_neither_under_nor_over_triaged(row: dict[str, Any]) -> None:
    tables = default_tables()
    unknown = {one for name in ("has", "lacks") for one in row.get(name, ())} - tables.findings.keys()
    assert not unknown and tables.knows(row["complaint"])
    least, greatest = bounds(row)
    result = assess(tables, case(row))
    assert least <= result.urgency <= greatest, f"{result.urgency.name} by {result.rules}"
    assert result.rules, "a result names its rule"


def test_the_same_case_gives_the_same_result() -> None:
    tables = default_tables()
    for row in VIGNETTES:
        assert assess(tables, case(row)) == assess(tables, case(row))
