"""`./poradnia import patients|schedule FILE`: people and hours of another system move in."""

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from care.moving.patient_rows import COLUMNS as PATIENT_COLUMNS
from care.moving.patient_rows import REQUIRED as PATIENT_REQUIRED
from care.moving.patients import Did, PatientsMoved, move_patients
from care.moving.schedule import ScheduleMoved, move_schedule
from care.moving.schedule_rows import COLUMNS as SCHEDULE_COLUMNS
from care.moving.schedule_rows import REQUIRED as SCHEDULE_REQUIRED
from care.moving.tables import Table, read_table
from core.access import Access
from core.clock import SystemClock
from core.db import Database
from core.errors import ConfigurationError, Refused
from core.i18n import Catalogue, as_language, catalogue
from core.keys import open_keys
from core.migrations import require_current
from core.settings import Settings
from core.spreadsheet import csv_bytes
from knowledge.service import facts_changed
from service.bootstrap import database_url
from service.moved_words import HEADINGS, Line, faults, lines_of_patients, lines_of_schedule, summary

MOST_SHOWN = 20


def arguments(parser: argparse.ArgumentParser) -> None:
    """What follows `import`."""
    kinds = parser.add_subparsers(dest="what", required=True)
    for name, described in (("patients", "patients"), ("schedule", "sites, clinicians, hours, days off")):
        one = kinds.add_parser(name, help=f"{described} from a CSV file: docs/guides/import.md")
        one.add_argument("file", type=Path)
        one.add_argument("--dry-run", action="store_true", help="write nothing, say what would happen")
        one.add_argument("--strict", action="store_true", help="write nothing if one row is faulty")
        one.add_argument("--report", type=Path, help="a CSV file with what became of each row, for its owner alone")
        one.add_argument("--lang", choices=["pl", "en"], default="pl", help="language of messages and report")


def main(options: argparse.Namespace) -> int:
    """0 if every row was taken, 1 if some were refused, 2 if the file cannot be used at all."""
    settings, texts = Settings(), catalogue(as_language(options.lang))
    table = _read(options, texts)
    _say(texts.text("moving-read", rows=len(table.rows), encoding=table.encoding, separator=table.separator))
    if table.ignored:
        _say(texts.text("moving-ignored", columns=", ".join(table.ignored)))
    if settings.mode == "demo" and options.what == "patients":
        _say(texts.text("moving-demo"))
    url = database_url(settings)
    require_current(url)
    open_keys(url, settings.secrets_now)
    moved = asyncio.run(_move(settings, url, table, options, texts))
    if options.dry_run:
        _say(texts.text("moving-dry"))
    elif not moved.is_written:
        _say(texts.text("moving-not-written"))
    for line in summary(moved, texts):
        _say(line)
    _show(faults(moved, texts), texts)
    if options.report:
        lines = lines_of_patients(moved, texts) if isinstance(moved, PatientsMoved) else lines_of_schedule(moved, texts)
        write_report(options.report, lines, texts)
        _say(texts.text("moving-report", file=str(options.report)))
    return 1 if moved.counts[Did.refused] else 0


def write_report(file: Path, lines: Sequence[Line], texts: Catalogue) -> None:
    """The lines as CSV, whole or not at all; only its owner may read it, and no cell of it is a formula."""
    content = csv_bytes([texts.text(f"moving-head-{one}") for one in HEADINGS], lines)
    made = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(content)
        made.replace(file)
    except OSError as error:
        with suppress(OSError):
            made.unlink()
        raise ConfigurationError(f"{file}: {error.strerror}") from error


async def _move(
    settings: Settings, url: str, table: Table, options: argparse.Namespace, texts: Catalogue
) -> PatientsMoved | ScheduleMoved:
    database, access, now = Database(url), Access.system("import"), SystemClock(settings.zone).now()
    try:
        if options.what == "schedule":
            moved = await move_schedule(
                database, access, table, now=now, is_dry=options.dry_run, is_strict=options.strict
            )
            if moved.is_written and not options.dry_run:
                async with database.unit_of_work() as uow:
                    await facts_changed(uow)
            return moved
        return await move_patients(
            database, access, table, now=now, region=settings.default_region, is_dry=options.dry_run,
            is_strict=options.strict, progress=_progress(texts),
        )  # fmt: skip
    finally:
        await database.close()


def _read(options: argparse.Namespace, texts: Catalogue) -> Table:
    patients = options.what == "patients"
    known, required = (PATIENT_COLUMNS, PATIENT_REQUIRED) if patients else (SCHEDULE_COLUMNS, SCHEDULE_REQUIRED)
    try:
        content = options.file.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{options.file}: {texts.text('refused-moving-no-file')}") from error
    table = read_table(content, known, required)
    if isinstance(table, Refused):
        raise ConfigurationError(texts.text(f"refused-{table.reason}", **table.args))
    return table


def _progress(texts: Catalogue) -> Callable[[int, int, bool], None]:
    """Says how far it is, every ten batches."""

    def say(done: int, of: int, is_written: bool) -> None:
        if done == of or done % 10_000 == 0:
            key = "moving-progress" if is_written else "moving-checked"
            print(f"  {texts.text(key, done=done, of=of)}", file=sys.stderr, flush=True)

    return say


def _show(lines: Sequence[str], texts: Catalogue) -> None:
    for line in lines[:MOST_SHOWN]:
        _say(line)
    if len(lines) > MOST_SHOWN:
        _say(texts.text("moving-more", count=len(lines) - MOST_SHOWN))


def _say(line: str) -> None:
    print(f"  {line}")
