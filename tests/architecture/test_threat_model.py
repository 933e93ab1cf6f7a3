"""The threat model and the page of degraded modes are only worth the tests they name."""

import ast
import re

from core.settings import ROOT

PAGE = (ROOT / "docs/threat-model.md").read_text("utf-8")
NAMED = frozenset(re.findall(r"`(test_[a-z0-9_]+)`", PAGE))


def _tests() -> set[str]:
    return {
        node.name
        for file in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }


def test_every_proof_the_threat_model_names_exists() -> None:
    assert NAMED - _tests() == set()


def test_every_degraded_mode_is_shown_by_tests_that_exist() -> None:
    page = (ROOT / "docs/operations/degraded.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if line.startswith("|") and "---" not in line and "Shown by" not in line]
    assert len(rows) >= 8
    for row in rows:
        named = set(re.findall(r"`(test_[a-z0-9_]+)`", row))
        assert named and named <= _tests(), row


def test_every_control_has_a_proof() -> None:
    rows = [line for line in PAGE.partition("## Open")[0].splitlines() if line.startswith("|") and "---" not in line]
    assert [row for row in rows if "Threat |" not in row and not re.search(r"`test_[a-z0-9_]+`", row)] == []


def test_each_flow_names_its_threats() -> None:
    flows = re.findall(r"^## (.+?)\n\n\| \| Threat(.*?)(?=^## )", PAGE, re.MULTILINE | re.DOTALL)
    assert len(flows) >= 6
    for name, table in flows:
        letters = set(re.findall(r"^\| ([STRIDE]) \|", table, re.MULTILINE))
        assert letters == set("STRIDE") or name.startswith("Logs"), name
