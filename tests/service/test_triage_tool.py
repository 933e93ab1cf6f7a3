"""`./poradnia triage`: structured cases in, results out; a bad line is told and the next one is read."""

import json
import subprocess
import sys
from typing import Any

import pytest

from care.triage.tables import default_tables
from core.settings import ROOT
from service.triage import run


def _ran(*cases: Any) -> list[dict[str, Any]]:
    lines = [case if isinstance(case, str) else json.dumps(case) for case in cases]
    return list(run(lines, default_tables()))


def test_a_case_gets_urgency_service_rules_and_open_questions() -> None:
    (row,) = _ran(
        {
            "id": "a", "age_months": 26 * 12, "sex": "f", "pregnant": False, "complaint": "painful_urination", "duration_h": 48,
            "present": ["frequent_urination"], "absent": ["fever"], "history": [], "medicines": [],
        }
    )  # fmt: skip
    assert (row["id"], row["urgency"], row["service"]) == ("a", "days3", "family_medicine")
    assert row["rules"] == ["urinary.base"]
    assert "cannot_urinate" in row["asked"] and "fever" not in row["asked"] and "pregnant" not in row["asked"]


def test_pregnancy_history_and_medicines_count() -> None:
    pregnant, thinner = _ran(
        {"id": 1, "complaint": "painful_urination", "pregnant": True},
        {
            "id": 2,
            "complaint": "head_injury",
            "age_months": 900,
            "medicines": ["Eliquis 5 mg"],
            "history": ["dementia"],
        },
    )
    assert pregnant["urgency"] == "today" and "urine-pregnant" in pregnant["rules"]
    assert thinner["urgency"] == "now" and "injury-head-blood" in thinner["rules"]


@pytest.mark.parametrize(
    ("case", "told"),
    [
        ("{", "not JSON"),
        ("[1]", "a case is a JSON object"),
        ({}, "complaint: unknown finding None"),
        ({"complaint": "cogh"}, "near: cough"),
        ({"complaint": "cough", "present": ["feever"]}, "near: fever"),
        ({"complaint": "cough", "present": "fever"}, "present must be a list of texts"),
        ({"complaint": "cough", "age_months": -1}, "age_months must be a number"),
        ({"complaint": "cough", "age_months": True}, "age_months must be a number"),
        ({"complaint": "cough", "duration_h": "two"}, "duration_h must be a number"),
        ({"complaint": "cough", "sex": "x"}, "sex must be one of f, m, None"),
        ({"complaint": "cough", "pregnant": "no"}, "pregnant must be one of"),
        ({"complaint": "cough", "temperature": 38}, "unknown field 'temperature'"),
    ],
)
def test_a_bad_case_is_told_and_the_next_is_read(case: Any, told: str) -> None:
    bad, good = _ran(case, {"id": 9, "complaint": "cough"})
    assert told in bad["error"] and "urgency" not in bad
    assert good["urgency"] == "days3"


def _tool(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "service", "triage", *arguments],
        cwd=ROOT, input=given, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_the_tool_reads_standard_input_and_tells_by_its_exit_code() -> None:
    done = _tool("run", given='{"id": 1, "complaint": "cough"}\n\nnothing\n')
    assert [json.loads(line).get("urgency") for line in done.stdout.splitlines()] == ["days3", None]
    assert done.returncode == 1
    assert _tool("run", given='{"id": 1, "complaint": "cough"}').returncode == 0


def test_findings_have_names_in_both_languages() -> None:
    rows = [json.loads(line) for line in _tool("findings").stdout.splitlines()]
    assert {"id": "fever_over_39", "pl": "gorączka powyżej 39°C", "en": "fever above 39°C"}.items() <= next(
        row for row in rows if row["id"] == "fever_over_39"
    ).items()
    assert len({row["id"] for row in rows}) == len(rows) == len(default_tables().findings)


def test_a_clinician_reads_the_table_in_words() -> None:
    table = _tool("table", "--protocol", "testicle").stdout
    assert "nagły ból jądra" in table and "natychmiast (112)" in table and "testicle_pain_sudden" not in table
    whole = _tool("table", "--lang", "en").stdout
    assert all(protocol.names["en"] in whole for protocol in default_tables().protocols.values())
    assert "cauda" in whole and "_" not in "".join(
        row.split("|")[3] for row in whole.splitlines() if row.count("|") == 5
    )
    assert _tool("table", "--protocol", "nothing").returncode == 2
