"""What the audit page asks for, read from its address, and the shapes its template needs."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from care.appointments.models import Appointment
from conversations.models import Attachment, Case, Message
from conversations.policy import joined_into
from core.accounts import Staff
from core.audit import AuditEvent
from core.audit_trail import AuditFilter
from core.db import UnitOfWork

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_YEARS = range(2000, 3000)
COLUMNS = ("time", "actor", "name", "action", "purpose", "kind", "subject", "batch")


@dataclass(frozen=True)
class Asked:
    """The form as it was filled in. `is_wrong` names the fields that cannot be read."""

    actor: str = ""
    patient: str = ""
    action: str = ""
    since: str = ""
    until: str = ""

    @property
    def patient_id(self) -> UUID | None:
        """The patient, if that is an id."""
        try:
            return UUID(self.patient.strip()) if self.patient.strip() else None
        except ValueError:
            return None

    @property
    def is_wrong(self) -> frozenset[str]:
        """Fields that say something that cannot be."""
        wrong = {"patient"} if self.patient.strip() and self.patient_id is None else set()
        wrong |= {name for name in ("since", "until") if getattr(self, name) and _day(getattr(self, name)) is None}
        return frozenset(wrong)

    def address(self, path: str, **more: str) -> str:
        """The same question at another address."""
        said = {name: value for name, value in (vars(self) | more).items() if value}
        return f"{path}?{urlencode(said)}" if said else path


@dataclass(frozen=True)
class Line:
    """One event as the page shows it."""

    event: AuditEvent
    name: str
    at: datetime


async def filter_of(uow: UnitOfWork, asked: Asked, zone: ZoneInfo) -> AuditFilter:
    """What to look for. A patient stands for their record, cases, threads, visits and files."""
    subjects = await subjects_of(uow, asked.patient_id) if asked.patient_id else None
    if "patient" in asked.is_wrong:
        subjects = frozenset()
    since, until = _day(asked.since), _day(asked.until)
    return AuditFilter(
        actor=asked.actor or None,
        subjects=subjects,
        action=asked.action.strip() or None,
        since=datetime.combine(since, time(), zone) if since else None,
        until=datetime.combine(until + timedelta(days=1), time(), zone) if until else None,
    )


async def subjects_of(uow: UnitOfWork, patient_id: UUID) -> frozenset[str]:
    """The ids of everything that is about a patient."""
    rows = (await uow.session.execute(select(Case.id, Case.thread_id).where(Case.patient_id == patient_id))).all()
    cases = [row.id for row in rows]
    threads = [row.thread_id for row in rows]
    found = {patient_id, *cases, *threads, *await joined_into(uow, threads)}
    found |= set(await uow.session.scalars(select(Appointment.id).where(Appointment.patient_id == patient_id)))
    found |= set(
        await uow.session.scalars(
            select(Attachment.id).join(Message, Message.id == Attachment.message_id).where(Message.case_id.in_(cases))
        )
    )
    return frozenset(map(str, found))


async def staff_names(uow: UnitOfWork) -> dict[str, str]:
    """Names by actor."""
    rows = await uow.session.execute(select(Staff.id, Staff.name).order_by(Staff.name))
    return {str(row.id): row.name for row in rows}


def lines_of(events: Iterable[AuditEvent], names: dict[str, str], zone: ZoneInfo) -> list[Line]:
    """The events with names and local times."""
    return [Line(event, names.get(event.actor, event.actor), event.at.astimezone(zone)) for event in events]


def as_csv(lines: Iterable[Line]) -> str:
    """A table for spreadsheets, with a byte order mark for Excel. No cell can be taken for a formula."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for line in lines:
        event = line.event
        cells = (
            line.at.isoformat(), event.actor, line.name, event.action, event.purpose, event.subject_kind, event.subject_id,
            "" if event.batch is None else str(event.batch),
        )  # fmt: skip
        writer.writerow([harmless(cell) for cell in cells])
    return out.getvalue()


def harmless(cell: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would calculate. Source: OWASP, CSV injection."""
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell


def cursor_of(event: AuditEvent) -> str:
    """Where the next page begins."""
    return f"{event.at.isoformat()}~{event.id}"


def read_cursor(text: str) -> tuple[datetime, UUID] | None:
    """The place a cursor names; None for none or nonsense."""
    at, _, number = text.partition("~")
    try:
        read = datetime.fromisoformat(at), UUID(number)
    except ValueError:
        return None
    return read if read[0].tzinfo and read[0].year in _YEARS else None


def _day(text: str) -> date | None:
    """The day; None for what is none, and for years in which no clinic keeps an audit."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in _YEARS else None
