"""Making and ending a plan, and how it was kept. Clinicians alone; everything is audited."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select

from care.policy import require_relation
from conversations.adherence.models import DoseAnswer, DosePlan, DoseReminder
from conversations.outreach.models import ConsentSource, NoticeState
from conversations.outreach.ways import way_to
from core.access import Access, Permission
from core.audit import record
from core.db import UnitOfWork
from core.errors import Refused

MOST_TIMES = 6
LOOKED_AT = timedelta(days=30)
TIME_TO_ANSWER = timedelta(hours=4)
"""A reminder without an answer counts as not taken after this."""
NEWEST = 14
_HOUR = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?")


@dataclass(frozen=True)
class Kept:
    """How a plan was kept over the last 30 days: `taken` of `asked` reminders that were sent and could be answered by now."""

    taken: int
    asked: int
    problems: int
    newest: Sequence[DoseReminder]

    @property
    def percent(self) -> int | None:
        """Whole per cent; None where nothing was asked."""
        return round(100 * self.taken / self.asked) if self.asked else None


async def start(
    uow: UnitOfWork,
    access: Access,
    staff_id: UUID,
    patient_id: UUID,
    hours: str,
    until: str,
    source: str,
    now: datetime,
) -> DosePlan | Refused:
    """Remind at these hours from now on; a plan that stands is ended. `hours` such as "8, 20:30"; `until` an ISO date or empty.

    Refused: `dose-times`, `dose-until`, `dose-source` (how the patient asked for it), `dose-no-way` (no telephone, no chat, or stopped).
    """
    access.require(Permission.decide_refill)
    await require_relation(uow, access, patient_id, now)
    times = _times(hours)
    if times is None:
        return Refused("dose-times", {"most": MOST_TIMES})
    ends = _date(until)
    if until.strip() and (ends is None or ends < now.date()):
        return Refused("dose-until")
    if source not in ConsentSource.__members__ or source == ConsentSource.carrier.value:
        return Refused("dose-source")
    point, reason = await way_to(uow, patient_id, None, now)
    if point is None or reason is not None:
        return Refused("dose-no-way")
    await _end(uow, staff_id, patient_id, now)
    plan = DosePlan(
        patient_id=patient_id, times=times, until=ends, source=ConsentSource(source), made_by=staff_id, made_at=now
    )
    uow.session.add(plan)
    await uow.session.flush()
    record(uow, access, "dose-plan.started", "patient", patient_id, now)
    return plan


async def end(uow: UnitOfWork, access: Access, staff_id: UUID, patient_id: UUID, now: datetime) -> None:
    """No more reminders of medicines; without a plan nothing happens."""
    access.require(Permission.decide_refill)
    await require_relation(uow, access, patient_id, now)
    if await _end(uow, staff_id, patient_id, now):
        record(uow, access, "dose-plan.ended", "patient", patient_id, now)


async def standing_plan(uow: UnitOfWork, patient_id: UUID) -> DosePlan | None:
    """The patient's plan, if one stands."""
    found: DosePlan | None = await uow.session.scalar(
        select(DosePlan).where(DosePlan.patient_id == patient_id, DosePlan.ended_at.is_(None))
    )
    return found


async def kept(uow: UnitOfWork, patient_id: UUID, now: datetime) -> Kept:
    """How the patient's plans were kept lately. The caller has checked the right to the patient."""
    rows = await uow.session.scalars(
        select(DoseReminder)
        .join(DosePlan, DosePlan.id == DoseReminder.plan_id)
        .where(DosePlan.patient_id == patient_id, DoseReminder.due_at > now - LOOKED_AT)
        .order_by(DoseReminder.due_at.desc())
    )
    found = list(rows)
    asked = [
        one
        for one in found
        if one.state is NoticeState.sent and (one.answer is not None or one.due_at <= now - TIME_TO_ANSWER)
    ]
    counts = [one.answer for one in asked]
    return Kept(counts.count(DoseAnswer.taken), len(asked), counts.count(DoseAnswer.problem), found[:NEWEST])


async def _end(uow: UnitOfWork, staff_id: UUID, patient_id: UUID, now: datetime) -> bool:
    plan = await uow.session.scalar(
        select(DosePlan).where(DosePlan.patient_id == patient_id, DosePlan.ended_at.is_(None)).with_for_update()
    )
    if plan is None:
        return False
    plan.ended_at, plan.ended_by = now, staff_id
    await uow.session.flush()
    return True


def _times(hours: str) -> list[str] | None:
    parts = [part for part in re.split(r"[\s,;]+", hours.strip()) if part]
    found = [_HOUR.fullmatch(part) for part in parts]
    read = [(int(one[1]), int(one[2] or 0)) for one in found if one]
    if not 0 < len(parts) <= MOST_TIMES or len(read) < len(parts) or any(h > 23 or m > 59 for h, m in read):
        return None
    return [time(hour, minute).strftime("%H:%M") for hour, minute in sorted(set(read))]


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
