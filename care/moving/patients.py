"""Moving patients in: every row checked first, then written in batches, each of them whole or not at all.

Who stands in the file under the same identifier again is compared and, where the file says otherwise, updated: a second run
changes nothing, and a run that was cut off is completed by the next.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select, text

from care.moving.duplicates import Duplicate, Keys, find_duplicates, keys_of
from care.moving.patient_rows import COLUMNS, PatientEntry, changed_columns, is_another_person, read_patient
from care.moving.tables import Fault, Reason, Table
from care.patients.marks import MarkKind, PrivacyMark
from care.patients.models import Patient
from care.patients.repository import Patients
from care.patients.tokens import give_tokens
from core import audit
from core.access import Access, Permission
from core.db import Database, UnitOfWork
from core.ids import new_id

BATCH = 1_000


class Did(StrEnum):
    """What happened to a row, or would."""

    new = "new"
    updated = "updated"
    unchanged = "unchanged"
    refused = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One row: what was done, which columns of an earlier record changed, and why not."""

    row: int
    did: Did
    changed: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class PatientsMoved:
    """What a run did, or (dry) would do. `is_written` is False for a dry run, and where `strict` stopped at a fault."""

    is_written: bool
    outcomes: tuple[Outcome, ...] = field(repr=False)
    duplicates: tuple[Duplicate, ...] = field(repr=False)

    @property
    def counts(self) -> Counter[Did]:
        """Rows by what happened to them."""
        return Counter(one.did for one in self.outcomes)


async def move_patients(
    database: Database,
    access: Access,
    table: Table,
    *,
    now: datetime,
    region: str,
    is_dry: bool,
    is_strict: bool,
    progress: Callable[[int, int, bool], None] = lambda done, of, is_written: None,
) -> PatientsMoved:
    """Bring the file's patients in. With `is_strict` one faulty row keeps all others out; else it keeps out itself alone.

    `progress` is told after each batch how many rows of how many are done, and whether they were written. Raises
    `Forbidden` unless patients may be edited everywhere.
    """
    access.require_everywhere(Permission.edit_patient)
    entries, refused = _read(table, now, region)
    keys = [keys_of(entry) for entry in entries]
    duplicates = await find_duplicates(database, entries, keys)
    is_written = not is_dry
    run = _Run(database, access, table, now, entries, keys)
    if is_strict and is_written:
        planned = [] if refused else await run.move(progress, is_written=False)
        is_written = not refused and all(one.did is not Did.refused for one in planned)
    outcomes = refused + await run.move(progress, is_written=is_written)
    return PatientsMoved(is_written, tuple(sorted(outcomes, key=lambda one: one.row)), tuple(duplicates))


@dataclass(frozen=True)
class _Run:
    """The rows of one run that can be read."""

    database: Database
    access: Access
    table: Table
    now: datetime
    entries: Sequence[PatientEntry]
    keys: Sequence[Keys]

    async def move(self, progress: Callable[[int, int, bool], None], *, is_written: bool) -> list[Outcome]:
        """Batch by batch, each in a transaction of its own; only compared if nothing is to be written."""
        outcomes: list[Outcome] = []
        for start in range(0, len(self.entries), BATCH):
            async with self.database.unit_of_work() as uow:
                outcomes += await self._batch(uow, slice(start, start + BATCH), is_written=is_written)
            progress(min(start + BATCH, len(self.entries)), len(self.entries), is_written)
        return outcomes

    async def _batch(self, uow: UnitOfWork, part: slice, *, is_written: bool) -> list[Outcome]:
        if is_written:  # Two imports at once take turns, batch by batch.
            await uow.session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('import:patients', 0))"))
        keys = self.keys[part]
        held = await uow.session.scalars(
            select(Patient).where(Patient.external_token.in_([key.external for key in keys]))
        )
        known = {one.external_token: one for one in held}
        restricted = await _restricted(uow, known.values())
        patients, outcomes = Patients(uow, self.access), []
        for entry, key in zip(self.entries[part], keys, strict=True):
            record = known.get(key.external)
            if record is not None:
                outcome, changes = self._compared(entry, record, is_restricted=record.id in restricted)
            else:
                outcome, changes = Outcome(entry.row, Did.new), {}
            outcomes.append(outcome)
            if not is_written:
                continue
            if record is None:
                made = patients.add(_patient(entry, self.now))
                audit.record(uow, self.access, "patient.imported", "patient", made.id, self.now)
            elif outcome.did is Did.updated:
                for column, value in changes.items():
                    setattr(record, column, value)
                give_tokens(record)
                audit.record(uow, self.access, "patient.updated", "patient", record.id, self.now)
        await uow.session.flush()
        return outcomes

    def _compared(
        self, entry: PatientEntry, record: Patient, *, is_restricted: bool
    ) -> tuple[Outcome, dict[str, object]]:
        """What is to become of a record that is there already, and its new values."""
        values = {column: getattr(record, column) for column in COLUMNS}
        changes = changed_columns(values, entry)
        if not changes:
            return Outcome(entry.row, Did.unchanged), {}
        if is_another_person(values, entry):
            fault = Fault(entry.row, self.table.headings["external_id"], Reason.another_person)
        elif is_restricted:
            fault = Fault(entry.row, "", Reason.restricted)
        else:
            return Outcome(entry.row, Did.updated, tuple(self.table.headings[one] for one in changes)), changes
        return Outcome(entry.row, Did.refused, faults=(fault,)), {}


async def _restricted(uow: UnitOfWork, records: Iterable[Patient]) -> set[UUID]:
    """Those whose data may not be changed now."""
    found = await uow.session.scalars(
        select(PrivacyMark.patient_id).where(
            PrivacyMark.patient_id.in_([one.id for one in records]),
            PrivacyMark.kind == MarkKind.restriction,
            PrivacyMark.ended_at.is_(None),
        )
    )
    return set(found)


def _read(table: Table, now: datetime, region: str) -> tuple[list[PatientEntry], list[Outcome]]:
    """The entries, and the rows that are none. Of two rows with one identifier the first counts."""
    entries: list[PatientEntry] = []
    refused: list[Outcome] = []
    seen: set[str] = set()
    for row in table.rows:
        read = read_patient(row, table.headings, now.date(), region)
        if isinstance(read, PatientEntry) and read.external_id in seen:
            read = [Fault(row.number, table.headings["external_id"], Reason.twice)]
        if isinstance(read, PatientEntry):
            seen.add(read.external_id)
            entries.append(read)
        else:
            refused.append(Outcome(row.number, Did.refused, faults=tuple(read)))
    return entries, refused


def _patient(entry: PatientEntry, now: datetime) -> Patient:
    return Patient(
        id=new_id(),
        given_name=entry.given_name,
        family_name=entry.family_name,
        birth_date=entry.birth_date,
        pesel=entry.pesel,
        phone=entry.phone,
        mail=entry.mail,
        external_id=entry.external_id,
        language=entry.language or "pl",
        created_at=now,
    )
