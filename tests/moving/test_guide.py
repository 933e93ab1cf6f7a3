"""The guide tells every column, heading and kind of row there is."""

import re

from care.moving import patient_rows, schedule_rows
from care.moving.tables import heading
from core.settings import ROOT

PAGE = (ROOT / "docs/guides/import.md").read_text("utf-8")
PATIENTS, SCHEDULE = PAGE.split("## Schedules")


def test_every_heading_stands_in_the_guide() -> None:
    for page, columns in ((PATIENTS, patient_rows.COLUMNS), (SCHEDULE, schedule_rows.COLUMNS)):
        told = {heading(part) for cell in re.split(r"[|\n]", page) for part in re.split("[,;]", cell)}
        for column, names in columns.items():
            assert {heading(one) for one in (column, *names)} <= told, column


def test_every_kind_of_row_says_in_the_guide_what_it_must_say() -> None:
    told = {
        row[0].split(", ")[0]: set(row[1].split(", "))
        for line in SCHEDULE.split("| Column")[0].splitlines() if line.startswith("| ") and len(row := line.strip("| ").split(" | ")) >= 2
    }  # fmt: skip
    for kind, needed in schedule_rows.NEEDED.items():
        assert told[kind.value] == {name.rstrip(" |") for name in needed}, kind
