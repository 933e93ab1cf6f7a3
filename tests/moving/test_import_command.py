"""`./poradnia import`, as people run it. Invariant: it says what it did in their language, and no value of anybody's record."""

import csv
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from bench.people import people
from care.moving.tables import Reason
from core.i18n import LANGUAGES, catalogue
from core.postgres import libpq_url
from core.settings import ROOT, Secrets

HEADINGS = "id;imię;nazwisko;data urodzenia;PESEL;telefon;uwagi\n"
ROWS = HEADINGS + (
    "1;Jan;Zasadzki;1944-05-14;44051401458;600 700 800;x\n2;Ewa;=cmd|' /C calc'!A0;1990-01-01;;600 700 800;\n"
    "3;Ola;Trefna;1990-01-01;44051401459;;\n"
)
VALUES = ("Zasadzki", "44051401458", "44051401459", "600 700 800", "+48600700800", "Trefna", "cmd")


@pytest.fixture
def place(tmp_path: Path, database_url: str) -> Iterator[tuple[Path, str]]:
    """A data folder with keys, and a database."""
    Secrets.make(tmp_path / "secrets.json")
    yield tmp_path, database_url


def command(place: tuple[Path, str], *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    known = {"PORADNIA_DATA_FOLDER": str(place[0]), "PORADNIA_DATABASE_URL": libpq_url(place[1])}
    return subprocess.run(
        [sys.executable, "-m", "service", "import", *arguments], cwd=ROOT, env=os.environ | known | environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def count(url: str) -> int:
    with psycopg.connect(libpq_url(url)) as connection:
        found = connection.execute("SELECT count(*) FROM patients").fetchone()
    assert found is not None
    return int(found[0])


def test_an_import_says_what_it_did_and_no_value_and_its_report_is_for_its_owner_alone(place: tuple[Path, str]) -> None:
    file, report = place[0] / "patients.csv", place[0] / "report.csv"
    file.write_text(ROWS, "windows-1250")
    dry = command(place, "patients", str(file), "--dry-run", "--report", str(report), "--lang", "en")
    assert dry.returncode == 1 and "Dry run: nothing was written" in dry.stdout and count(place[1]) == 0
    told = report.read_bytes()
    done = command(place, "patients", str(file), "--report", str(report), "--lang", "en")
    assert done.returncode == 1, done.stderr
    assert count(place[1]) == 2
    for words in ("Rows read: 3", "windows-1250", "left out: uwagi", "new: 2, updated: 0, unchanged: 0, refused: 1",
                  "row 4, PESEL: the check digit of the PESEL does not fit", "same telephone of different people: 1"):  # fmt: skip
        assert words in done.stdout, words
    assert report.read_bytes() == told, "the dry run told exactly this"
    assert report.stat().st_mode & 0o777 == 0o600
    lines = list(csv.reader(told.decode("utf-8-sig").splitlines()))
    assert lines[0] == ["row", "result", "column", "note"]
    assert ["2", "new", "", ""] in lines and [
        "4",
        "refused",
        "PESEL",
        "the check digit of the PESEL does not fit",
    ] in lines
    assert ["2", "possible duplicate", "same telephone under another name", "in rows 3"] in lines
    said = done.stdout + done.stderr + dry.stdout + dry.stderr + told.decode()
    assert [value for value in VALUES if value in said] == []


def test_the_words_are_polish_unless_asked_otherwise_and_a_second_run_finds_nothing_to_do(
    place: tuple[Path, str],
) -> None:
    file = place[0] / "patients.csv"
    file.write_text(ROWS)
    first, second = command(place, "patients", str(file)), command(place, "patients", str(file))
    assert "nowe: 2" in first.stdout and "wiersz 4, PESEL: cyfra kontrolna PESEL się nie zgadza" in first.stdout
    assert "nowe: 0, zmienione: 0, bez zmian: 2, odrzucone: 1" in second.stdout
    strict = command(place, "patients", str(file), "--strict", "--report", str(place[0] / "r.csv"))
    assert strict.returncode == 1 and "Nic nie zapisano" in strict.stdout


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"a;b\n1;2\n", "Missing columns"), (b"PK\x03\x04", "workbook"), (HEADINGS.encode(), "no row"), (None, "no such file")],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_refused_in_one_line(
    place: tuple[Path, str], content: bytes | None, words: str
) -> None:
    file = place[0] / "patients.csv"
    if content is not None:
        file.write_bytes(content)
    done = command(place, "patients", str(file), "--lang", "en")
    assert done.returncode == 2 and words in done.stderr and len(done.stderr.splitlines()) == 1


def test_another_installations_keys_are_refused_before_anything_is_written(place: tuple[Path, str]) -> None:
    file = place[0] / "patients.csv"
    file.write_text(ROWS)
    assert command(place, "patients", str(file)).returncode == 1
    wrong = command(place, "patients", str(file), PORADNIA_SECRET_ENCRYPTION="ab" * 32)
    assert wrong.returncode == 2 and "does not open" in wrong.stderr and count(place[1]) == 2


def test_an_import_that_is_killed_leaves_whole_batches_and_a_second_one_completes(place: tuple[Path, str]) -> None:
    rows = list(people(4_000))
    file = place[0] / "patients.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    known = {"PORADNIA_DATA_FOLDER": str(place[0]), "PORADNIA_DATABASE_URL": libpq_url(place[1])}
    process = subprocess.Popen(
        [sys.executable, "-m", "service", "import", "patients", str(file)], cwd=ROOT, env=os.environ | known,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while count(place[1]) < 1_000 and process.poll() is None:
        time.sleep(0.01)
    process.kill()
    process.wait()
    left = count(place[1])
    assert left in (1_000, 2_000, 3_000), "killed between its batches or within one, and each is whole"
    done = command(place, "patients", str(file), "--lang", "en")
    assert f"new: {4_000 - left:,}" in done.stdout and f"unchanged: {left:,}" in done.stdout
    assert done.returncode == 0 and count(place[1]) == 4_000


def test_a_schedule_moves_in_from_the_command_line_too(place: tuple[Path, str]) -> None:
    report = place[0] / "report.csv"
    file = ROOT / "docs/guides/import-schedule.csv"
    done = command(place, "schedule", str(file), "--report", str(report), "--lang", "en")
    assert done.returncode == 0 and "new: 11" in done.stdout, done.stderr
    again = command(place, "schedule", str(file), "--lang", "en")
    assert "unchanged: 11" in again.stdout and again.returncode == 0


def test_the_example_of_the_guide_moves_in_without_a_fault(place: tuple[Path, str]) -> None:
    done = command(place, "patients", str(ROOT / "docs/guides/import-patients.csv"), "--strict", "--lang", "en")
    assert done.returncode == 0 and "new: 4" in done.stdout, done.stdout + done.stderr


def test_every_reason_has_words_in_both_languages() -> None:
    for language in LANGUAGES:
        assert [one for one in Reason if not catalogue(language).has(f"moving-fault-{one.value}")] == []
