"""The audit's hash chain: unsealed rows are gathered into batches, each bound to the one before and signed with the audit key.

Whoever can write the database cannot forge the past: a batch's code needs the key. The last batch is also noted in a file outside
the database, so that a tail cut off is missed. Rows of a transaction that commits late are simply in a later batch.
"""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import func, select, text

from core.audit import AuditBatch, AuditEvent
from core.clock import Clock
from core.db import Database, UnitOfWork
from core.logging import describe

log = structlog.get_logger()
EVERY_SECONDS = 2.0
BATCH_ROWS = 2000
NOTHING_BEFORE = bytes(32)
CHUNK = 200
"""Batches read at once while verifying."""
LATE = timedelta(hours=1)
_LOCK = "poradnia audit"


@dataclass(frozen=True)
class Fault:
    """Something wrong in the sealed past: the first batch where it shows, what it is, and the rows that tell."""

    batch: int
    kind: str
    rows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verified:
    """What a verification found. `late` rows claim a time long before their batch; they are told, not held against."""

    batches: int
    events: int
    unsealed: int
    head: int
    head_hash: str
    late: int = 0
    faults: tuple[Fault, ...] = field(default=())

    @property
    def is_whole(self) -> bool:
        """True if nothing was found."""
        return not self.faults

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {**asdict(self), "is_whole": self.is_whole}


_ROW = (
    AuditEvent.id, AuditEvent.at, AuditEvent.actor, AuditEvent.purpose, AuditEvent.action, AuditEvent.subject_kind,
    AuditEvent.subject_id, AuditEvent.batch,
)  # fmt: skip
EventRow = Any
"""A row of those columns."""


def canonical(event: EventRow) -> bytes:
    """The bytes of a row that its batch stands for: a JSON list, times in UTC."""
    at = event.at.astimezone(UTC).isoformat(timespec="microseconds")
    fields = [
        str(event.id), at, event.actor, event.purpose, event.action, event.subject_kind, event.subject_id,
    ]  # fmt: skip
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def digest_of(events: Sequence[EventRow]) -> bytes:
    """SHA-256 over the rows in the order of their ids."""
    digest = hashlib.sha256()
    for event in events:
        digest.update(canonical(event))
    return digest.digest()


def hash_of(batch: AuditBatch) -> bytes:
    """SHA-256 over everything a batch says, and so over all batches before it."""
    at = batch.sealed_at.astimezone(UTC).isoformat(timespec="microseconds")
    said = [
        batch.sequence,
        batch.count,
        str(batch.first_id),
        str(batch.last_id),
        batch.digest.hex(),
        batch.previous.hex(),
        at,
    ]
    return hashlib.sha256(json.dumps(said, separators=(",", ":")).encode()).digest()


class Sealer:
    """Seals what is unsealed. Any number may run: one at a time has the lock."""

    def __init__(self, database: Database, clock: Clock, key: bytes, head: "Head") -> None:
        self._database = database
        self._clock = clock
        self._key = key
        self._head = head

    async def run(self) -> None:
        """Seal every two seconds until cancelled."""
        while True:
            try:
                while await self.seal() == BATCH_ROWS:
                    pass
            except Exception as error:
                log.warning("audit not sealed", **describe(error))
            await asyncio.sleep(EVERY_SECONDS)

    async def seal(self) -> int:
        """Seal one batch of what is there; returns its size, 0 if there was nothing or another process is at it."""
        async with self._database.unit_of_work() as uow:
            if not await uow.session.scalar(select(func.pg_try_advisory_xact_lock(func.hashtext(_LOCK)))):
                return 0
            events = list(
                await uow.session.execute(
                    select(*_ROW).where(AuditEvent.batch.is_(None)).order_by(AuditEvent.id).limit(BATCH_ROWS)
                )
            )
            if not events:
                return 0
            last = await uow.session.scalar(select(AuditBatch).order_by(AuditBatch.sequence.desc()).limit(1))
            batch = AuditBatch(
                sequence=last.sequence + 1 if last else 1,
                count=len(events),
                first_id=events[0].id,
                last_id=events[-1].id,
                digest=digest_of(events),
                previous=last.hash if last else NOTHING_BEFORE,
                sealed_at=self._clock.now(),
            )
            batch.hash = hash_of(batch)
            await uow.session.execute(
                text("SELECT seal_audit_batch(:members, :number, :digest, :previous, :hash, :mac, :at)"),
                {
                    "members": [event.id for event in events], "number": batch.sequence, "digest": batch.digest,
                    "previous": batch.previous, "hash": batch.hash, "mac": _mac(self._key, batch.hash), "at": batch.sealed_at,
                },
            )  # fmt: skip
        self._head.note(batch.sequence, batch.hash)
        return len(events)


class Head:
    """The newest sealed batch, noted in a file outside the database: what tells a chain that was cut off."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def note(self, sequence: int, batch_hash: bytes) -> None:
        """Write it down, unless a later one stands there."""
        known = self.known()
        if known is not None and known[0] >= sequence:
            return
        fresh = self.file.with_name(f"{self.file.name}.new")
        fresh.write_text(json.dumps({"sequence": sequence, "hash": batch_hash.hex()}))
        fresh.replace(self.file)

    def known(self) -> tuple[int, bytes] | None:
        """Number and hash of the newest batch ever noted here; None before the first."""
        try:
            noted = json.loads(self.file.read_text())
            return int(noted["sequence"]), bytes.fromhex(noted["hash"])
        except (OSError, ValueError, KeyError):
            return None


async def verify(uow: UnitOfWork, key: bytes, head: Head | None, *, newest: int | None = None) -> Verified:
    """Check the chain, or its `newest` batches: every row, every link, every code, and the head noted outside."""
    faults: list[Fault] = []
    known = head.known() if head else None
    last = await uow.session.scalar(select(func.max(AuditBatch.sequence))) or 0
    start = max(0, last - newest) if newest is not None else 0
    previous = NOTHING_BEFORE
    if start:
        previous = await uow.session.scalar(select(AuditBatch.hash).where(AuditBatch.sequence == start)) or b""
    expected, batches, counted, late = start + 1, 0, 0, 0
    while True:
        chunk = list(
            await uow.session.scalars(
                select(AuditBatch)
                .where(AuditBatch.sequence >= expected)
                .order_by(AuditBatch.sequence)
                .limit(CHUNK)
                .execution_options(populate_existing=True)
            )
        )
        if not chunk:
            break
        events = await _members(uow, chunk[0].sequence, chunk[-1].sequence)
        for batch in chunk:
            rows = events.pop(batch.sequence, [])
            faults += _faults(batch, rows, expected, previous, key)
            late += sum(row.at < batch.sealed_at - LATE for row in rows)
            if known is not None and batch.sequence == known[0] and batch.hash != known[1]:
                faults.append(Fault(batch.sequence, "head-differs"))
            expected, previous = batch.sequence + 1, batch.hash
            batches, counted = batches + 1, counted + len(rows)
        faults += [Fault(number, "batch-missing", _ids(rows)) for number, rows in sorted(events.items())]
    if known is not None and known[0] > last:
        faults.append(Fault(last + 1, "tail-missing"))
    stray = await uow.session.execute(
        select(AuditEvent.batch, AuditEvent.id)
        .where(AuditEvent.batch.is_not(None), AuditEvent.batch.not_in(select(AuditBatch.sequence)))
        .limit(20)
    )
    told = {fault.batch for fault in faults if fault.kind == "batch-missing"}
    faults += [Fault(int(number or 0), "batch-missing", (str(one),)) for number, one in stray if number not in told]
    unsealed = await uow.session.scalar(select(func.count()).where(AuditEvent.batch.is_(None)))
    return Verified(
        batches,
        counted,
        int(unsealed or 0),
        last,
        previous.hex(),
        late,
        tuple(sorted(faults, key=lambda one: one.batch)),
    )


async def _members(uow: UnitOfWork, first: int, last: int) -> dict[int, list[EventRow]]:
    found = await uow.session.execute(
        select(*_ROW).where(AuditEvent.batch.between(first, last)).order_by(AuditEvent.batch, AuditEvent.id)
    )
    members: dict[int, list[EventRow]] = {}
    for event in found:
        members.setdefault(event.batch or 0, []).append(event)
    return members


def _faults(batch: AuditBatch, rows: list[EventRow], expected: int, previous: bytes, key: bytes) -> list[Fault]:
    found = []
    if batch.sequence != expected:
        found.append(Fault(expected, "batch-missing"))
    if batch.previous != previous:
        found.append(Fault(batch.sequence, "link-broken"))
    if hash_of(batch) != batch.hash or not hmac.compare_digest(_mac(key, batch.hash), batch.mac):
        found.append(Fault(batch.sequence, "batch-changed"))
    if len(rows) != batch.count:
        found.append(Fault(batch.sequence, "rows-missing" if len(rows) < batch.count else "rows-added", _ids(rows)))
    elif digest_of(rows) != batch.digest:
        found.append(Fault(batch.sequence, "rows-changed", _ids(rows)))
    return found


def _ids(rows: Sequence[EventRow], most: int = 20) -> tuple[str, ...]:
    return tuple(str(row.id) for row in rows[:most])


def _mac(key: bytes, batch_hash: bytes) -> bytes:
    return hmac.digest(key, b"poradnia audit\0" + batch_hash, hashlib.sha256)
