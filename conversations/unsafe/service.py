"""Reporting, reading a report with its replay, and deciding. Everything is audited; reports are opened by clinicians alone."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select

from conversations.cases import lock_case
from conversations.models import Author, Direction, Message, SafetyAlert
from conversations.policy import require_thread
from conversations.safety import Level, SafetyScreen
from conversations.screen_in_force import digest_at, keep_locked, kept_screen, passes
from conversations.unsafe.models import LockedTest, ReportState, UnsafeReport
from core.access import Permission
from core.accounts import SignedIn, Staff
from core.audit import record
from core.db import Database, UnitOfWork
from core.errors import ConfigurationError, NotFound, Refused
from core.redaction import mask_pesel

MOST_LINES = 60
"""So much of a conversation is frozen; what matters stands near its end."""
SHORTEST_WORDS, LONGEST_WORDS = 5, 500
LONGEST_TEST = 1000
CANDIDATE = Path("safety") / "candidate"
"""In the data folder: tables that are tried out before they are put in force."""
_NUMBER = re.compile(r"(?<!\w)\+?\d(?:[\s-]?\d){6,}(?!\w)")
_MAIL = re.compile(r"\S+@\S+\.\w+")


@dataclass(frozen=True)
class Replayed:
    """One line of the patient: what was recorded, and what three versions of the screen see in it. None: no such version is kept."""

    text: str
    author: str
    recorded: str
    then: str | None
    now: str | None
    candidate: str | None


@dataclass(frozen=True)
class Opened:
    """A report as its reader needs it. `suggested` is the last line of the patient without numbers: names are for a person to remove."""

    report: UnsafeReport
    reporter: str
    lines: Sequence[Replayed]
    suggested: str
    versions: tuple[str | None, str, str | None]
    """Of the screen: then, now, and the candidate's."""
    candidate_refused: str | None = None
    """Why the candidate's tables cannot be loaded."""


async def report(
    uow: UnitOfWork, person: SignedIn, message_id: UUID, reason: str, versions: dict[str, str], now: datetime
) -> Refused | None:
    """Freeze the conversation up to the message. The case becomes medical record, so that nothing of it is erased meanwhile.

    Refused: `unsafe-reason` (5 to 500 characters), `unsafe-known` (reported already).
    """
    access = person.access
    access.require(Permission.note_thread)
    message = await uow.session.get(Message, message_id)
    if message is None or message.direction is Direction.note:
        raise NotFound("message")
    case = await lock_case(uow, message.case_id)
    await require_thread(uow, access, message.thread_id, now)
    words = " ".join(reason.split())
    if not SHORTEST_WORDS <= len(words) <= LONGEST_WORDS:
        return Refused("unsafe-reason")
    if await uow.session.scalar(select(UnsafeReport.id).where(UnsafeReport.message_id == message_id)) is not None:
        return Refused("unsafe-known")
    made = UnsafeReport(
        message_id=message_id, case_id=case.id, reported_by=person.staff_id, reason=words, reported_at=now,
        frozen={"versions": versions, "lines": await _freeze(uow, message)},
    )  # fmt: skip
    uow.session.add(made)
    case.is_medical = True
    await uow.session.flush()
    record(uow, access, "unsafe.reported", "case", case.id, now)
    await uow.publish("unsafe", id=str(made.id))
    return None


async def _freeze(uow: UnitOfWork, message: Message) -> list[dict[str, Any]]:
    rows = await uow.session.execute(
        select(Message, SafetyAlert)
        .outerjoin(SafetyAlert, SafetyAlert.message_id == Message.id)
        .where(Message.thread_id == message.thread_id, Message.seq <= message.seq, Message.direction != Direction.note)
        .order_by(Message.seq.desc())
        .limit(MOST_LINES)
    )
    lines = []
    found: list[tuple[Message, SafetyAlert | None]] = [(one, alert) for one, alert in rows]
    for one, alert in reversed(found):
        lines.append(
            {
                "author": one.author.value, "text": mask_pesel(one.body), "channel": one.channel, "language": one.language,
                "at": one.created_at.isoformat(), "level": alert.level if alert is not None else None,
                "rules": [str(fired["rule"]) for fired in alert.rules] if alert is not None else [],
                "rules_version": alert.rules_version if alert is not None else None,
                "provenance": one.provenance or {},
            }
        )  # fmt: skip
    return lines


async def reports(uow: UnitOfWork, person: SignedIn) -> Sequence[tuple[UnsafeReport, str]]:
    """All reports with their reporters' names, open ones first, then the newest. No conversation is opened for it."""
    _require(person)
    rows = await uow.session.execute(
        select(UnsafeReport, Staff.name)
        .join(Staff, Staff.id == UnsafeReport.reported_by)
        .order_by((UnsafeReport.state == ReportState.open).desc(), UnsafeReport.reported_at.desc())
        .limit(200)
    )
    return [(one, name) for one, name in rows]


async def locked_tests(uow: UnitOfWork, person: SignedIn, screen: SafetyScreen) -> Sequence[tuple[LockedTest, bool]]:
    """All locked tests and whether the screen passes them, the oldest first."""
    _require(person)
    found = await uow.session.scalars(select(LockedTest).order_by(LockedTest.locked_at, LockedTest.id))
    return [(one, passes(screen, one.text, Level[one.level])) for one in found]


async def open_report(
    uow: UnitOfWork, person: SignedIn, report_id: UUID, screen: SafetyScreen, data_folder: Path, now: datetime
) -> Opened:
    """The frozen conversation, replayed line by line on the tables then in force, those now, and a candidate's if there is one."""
    _require(person)
    found = await uow.session.get(UnsafeReport, report_id)
    if found is None:
        raise NotFound("report")
    record(uow, person.access, "unsafe.opened", "case", found.case_id, now)
    reporter = await uow.session.get_one(Staff, found.reported_by)
    frozen = found.frozen["lines"]
    at = datetime.fromisoformat(frozen[-1]["at"])
    # Loading tables takes a second: not where others wait.
    lines, then, trial, reason = await asyncio.to_thread(_replay, frozen, screen, data_folder, at)
    said = [one.text for one in lines if one.author == Author.patient.value]
    return Opened(
        found, reporter.name, lines, _without_numbers(said[-1]) if said else "",
        (then.version if then else None, screen.version, trial.version if trial else None), reason,
    )  # fmt: skip


def _replay(
    frozen: Sequence[dict[str, Any]], screen: SafetyScreen, data_folder: Path, at: datetime
) -> tuple[list[Replayed], SafetyScreen | None, SafetyScreen | None, str | None]:
    """Each line on the tables then in force, those now, and the candidate's; those two screens, and why there is no candidate."""
    digest = digest_at(data_folder, at)
    then = screen if digest == screen.digest else kept_screen(data_folder, digest) if digest else None
    trial, reason = _candidate(data_folder / CANDIDATE)
    lines = []
    for one in frozen:
        is_patient = one["author"] == Author.patient.value
        seen = [_seen(version, one["text"]) if is_patient else None for version in (then, screen, trial)]
        lines.append(Replayed(one["text"], one["author"], _recorded(one, is_patient=is_patient), *seen))
    return lines, then, trial, reason


async def lock(
    uow: UnitOfWork,
    person: SignedIn,
    report_id: UUID,
    text: str,
    level: str,
    now: datetime,
    *,
    is_confirmed: bool,
) -> Refused | None:
    """Make the report a locked test. Refused: `unsafe-decided`, `unsafe-text`, `unsafe-names` (numbers, or not confirmed)."""
    found = await _undecided(uow, person, report_id)
    if isinstance(found, Refused):
        return found
    words = " ".join(text.split())
    if not words or len(words) > LONGEST_TEST or level not in Level.__members__:
        return Refused("unsafe-text")
    if not is_confirmed or words != _without_numbers(words):
        return Refused("unsafe-names")
    uow.session.add(LockedTest(report_id=report_id, text=words, level=level, locked_by=person.staff_id, locked_at=now))
    _decide(found, person, ReportState.locked, None, now)
    await uow.session.flush()
    record(uow, person.access, "unsafe.locked", "case", found.case_id, now)
    return None


async def write_locked(database: Database, data_folder: Path) -> None:
    """Write all locked tests where the tables are proved at the start. After each change, and at the worker's start: a restored
    database, or one that another machine wrote to, has its own.
    """
    async with database.unit_of_work() as uow:
        await uow.lock("locked-tests")
        kept = await uow.session.scalars(select(LockedTest).order_by(LockedTest.locked_at, LockedTest.id))
        await asyncio.to_thread(keep_locked, data_folder, [{"text": one.text, "level": one.level} for one in kept])


async def dismiss(uow: UnitOfWork, person: SignedIn, report_id: UUID, finding: str, now: datetime) -> Refused | None:
    """Close the report without a test, and say why. Refused: `unsafe-decided`, `unsafe-reason`."""
    found = await _undecided(uow, person, report_id)
    if isinstance(found, Refused):
        return found
    words = " ".join(finding.split())
    if not SHORTEST_WORDS <= len(words) <= LONGEST_WORDS:
        return Refused("unsafe-reason")
    _decide(found, person, ReportState.dismissed, words, now)
    record(uow, person.access, "unsafe.dismissed", "case", found.case_id, now)
    return None


def _candidate(folder: Path) -> tuple[SafetyScreen | None, str | None]:
    """The candidate's screen, or why there is none; neither where nobody put one there."""
    try:
        return (SafetyScreen.load(folder) if folder.is_dir() else None), None
    except ConfigurationError as error:
        return None, str(error)


def _require(person: SignedIn) -> None:
    person.access.require_everywhere(Permission.sign_clinical)


async def _undecided(uow: UnitOfWork, person: SignedIn, report_id: UUID) -> UnsafeReport | Refused:
    _require(person)
    found: UnsafeReport | None = await uow.session.get(UnsafeReport, report_id, with_for_update=True)
    if found is None:
        raise NotFound("report")
    return found if found.state is ReportState.open else Refused("unsafe-decided")


def _decide(found: UnsafeReport, person: SignedIn, state: ReportState, finding: str | None, now: datetime) -> None:
    found.state, found.decided_by, found.decided_at, found.finding = state, person.staff_id, now, finding


def _seen(screen: SafetyScreen | None, text: str) -> str | None:
    """The level and the rules, as one word."""
    if screen is None:
        return None
    found = screen.screen(text)
    return " ".join([found.level.name, *found.rules])


def _recorded(line: dict[str, Any], *, is_patient: bool) -> str:
    """What the machine noted at the time: the alarm of a patient's line, the goal and text of an answer."""
    if is_patient:
        return " ".join([line["level"] or Level.none.name, *line["rules"]])
    kept = line["provenance"]
    return " ".join(str(kept[key]) for key in ("intent", "rule", "key") if kept.get(key))


def _without_numbers(text: str) -> str:
    return _MAIL.sub("•••", _NUMBER.sub("•••", text))
