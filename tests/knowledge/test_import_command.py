"""`articles import` and `ask --drafts`: nothing half imported, drafts are found by editors alone, in any language."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core.settings import ROOT
from service.articles import checked, rows_of
from tests.house import lend_vectors

BICYCLE = {
    "id": "x-bicycle",
    "pl": {"question": "Gdzie zostawić rower?", "answer": "Stojaki na rowery są przed wejściem."},
}
GUIDE_DOG = {
    "id": "x-dog",
    "pl": {"question": "Czy można wejść z psem przewodnikiem?", "answer": "Tak, pies asystujący może wejść wszędzie."},
    "en": {"question": "May I bring a guide dog?", "answer": "Yes, assistance dogs may enter everywhere."},
}


def _run(folder: Path, *arguments: str, given: str = "") -> tuple[int, list[dict[str, Any]]]:
    done = subprocess.run(
        [sys.executable, "-m", "service", *arguments],
        cwd=ROOT, input=given, capture_output=True, text=True, timeout=300, check=False,
        env={**os.environ, "PORADNIA_DATA_FOLDER": str(folder), "PORADNIA_DATABASE_URL": "", "PORADNIA_MODE": "demo"},
    )  # fmt: skip
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def test_articles_are_imported_as_drafts_and_found_with_drafts_alone(tmp_path: Path) -> None:
    file = tmp_path / "articles.json"
    file.write_text(json.dumps([BICYCLE, GUIDE_DOG]), "utf-8")
    folder = tmp_path / "data"
    lend_vectors(folder)
    assert _run(folder, "articles", "import", str(file), "--dry-run") == (
        0, [{"id": "x-bicycle", "state": "would change", "missing": ["en"]}, {"id": "x-dog", "state": "would change", "missing": []}],
    )  # fmt: skip
    code, rows = _run(folder, "articles", "import", str(file))
    assert (code, [row["state"] for row in rows]) == (0, ["draft", "draft"])
    _, rows = _run(folder, "articles", "import", str(file))
    assert [row["state"] for row in rows] == ["same", "same"]
    asked = "gdzie mogę zostawić rower\nwhere can I leave my bicycle\nczy wejdę z psem asystującym\n"
    _, found = _run(folder, "ask", "--drafts", given=asked)
    assert [row["article"] for row in found] == ["x-bicycle", "x-bicycle", "x-dog"]
    _, published = _run(folder, "ask", given=asked)
    assert not {row["article"] for row in published} & {"x-bicycle", "x-dog"}
    assert not (folder / "postgres" / "postmaster.pid").exists(), "what the tool started it stops"


def test_one_wrong_row_keeps_all_out_and_each_is_told(tmp_path: Path) -> None:
    file = tmp_path / "articles.json"
    file.write_text(json.dumps([BICYCLE, {"id": "x-bad", "pl": {"question": "Co?"}}]), "utf-8")
    code, rows = _run(tmp_path / "data", "articles", "import", str(file))
    assert (code, rows) == (1, [{"row": 2, "id": "x-bad", "error": "pl: answer is missing"}])
    assert not (tmp_path / "data" / "postgres").exists()


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("text", "an article is an object"),
        ({}, "id is missing"),
        ({"id": "x"}, "neither pl nor en is there"),
        ({**BICYCLE, "colour": 1}, "unknown field 'colour'"),
        ({"id": "x", "en": "words"}, "en: must be an object"),
        ({"id": "x", "en": {"question": " ", "answer": "a"}}, "en: question is missing"),
        ({"id": "x", "en": {"question": "q", "answer": "a" * 20_001}}, "longer than"),
        ({"id": "x", "en": {"question": "q", "answer": "a", "variants": {"fax": "a"}}}, "unknown variant fax"),
        ({"id": "x", "en": {"question": "q", "answer": "a", "variants": ["a"]}}, "variants must be"),
        ({"id": "x", "en": {"question": "q", "answer": "a", "colour": 1}}, "unknown field 'colour'"),
        ({**BICYCLE, "review_at": "soon"}, "review_at is no date"),
        ({**BICYCLE, "expires_at": "2027-13-01"}, "expires_at is no date"),
        ({**BICYCLE, "min_age": 12, "max_age": 3}, "min_age and max_age are whole years"),
        ({**BICYCLE, "min_age": "12"}, "min_age and max_age are whole years"),
        ({"id": "x", "en": {"question": "q", "answer": "a", "condition": 5}}, "condition must be a text"),
    ],
)
def test_a_wrong_row_is_told_by_its_number_and_reason(row: Any, told: str) -> None:
    _, wrong = checked([GUIDE_DOG, row])
    assert [one["row"] for one in wrong] == [2] and told in wrong[0]["error"]


def test_the_same_id_twice_is_refused() -> None:
    _, wrong = checked([BICYCLE, BICYCLE])
    assert wrong[0]["error"] == "the id is given twice"


@pytest.mark.parametrize("content", ["{", '{"id": "x"}', b"\xff\xfe\x00"])
def test_a_file_that_is_no_list_is_refused(content: str | bytes, tmp_path: Path) -> None:
    file = tmp_path / "articles.json"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert _run(tmp_path / "data", "articles", "import", str(file)) == (2, [])


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"topic": 7}, "topic must be text"),
        ({"services": "usg"}, "services must be a list of texts"),
        ({"source": "a\0b"}, "cannot be kept"),
        ({"source": "\ud83d"}, "cannot be kept"),
    ],
)
def test_fields_that_cannot_be_stored_are_told_by_name(more: dict[str, Any], error: str) -> None:
    _, wrong = checked([{**BICYCLE, **more}])
    assert [error in row["error"] for row in wrong] == [True]


def test_json_with_tabs_and_surrogate_pairs_is_json(tmp_path: Path) -> None:
    file = tmp_path / "articles.json"
    file.write_text('[\n\t{"id": "x", "pl": {"question": "Rower?", "answer": "Tak \\ud83d\\ude00"}}\n]', "utf-8")
    assert rows_of(file)[0]["pl"]["answer"] == "Tak \U0001f600"
