"""The tasks to look after somebody within a day: the list, taking one, and saying what came of it. Each act checks its own right."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import aliased

from conversations.alerts import FollowUp
from conversations.policy import require_thread
from core.access import Access, Permission
from core.accounts import SignedIn, Staff
from core.audit import record
from core.db import UnitOfWork
from core.errors import NotFound, Refused
from handoff.reach import last_inbound

SHOWN = 100
MAX_NOTE = 500


@dataclass(frozen=True)
class FollowUpItem:
    """One open task."""

    id: UUID
    thread_id: UUID
    level: str
    is_call_unsafe: bool
    due_at: datetime
    is_overdue: bool
    taken_by: UUID | None
    taken_name: str | None
    channel: str
    address: str


async def open_follow_ups(uow: UnitOfWork, access: Access, now: datetime) -> list[FollowUpItem]:
    """All that is not done, by when it is due: what is overdue comes first."""
    access.require(Permission.claim_alert)
    taker = aliased(Staff)
    rows = await uow.session.execute(
        select(FollowUp, taker.name)
        .outerjoin(taker, taker.id == FollowUp.taken_by)
        .where(FollowUp.done_at.is_(None))
        .order_by(FollowUp.due_at, FollowUp.id)
        .limit(SHOWN)
    )
    found = [(task, name) for task, name in rows]
    last = await last_inbound(uow, [task.thread_id for task, _ in found])
    items = []
    for task, name in found:
        channel, _, address = last.get(task.thread_id, ("", "pl", ""))
        items.append(
            FollowUpItem(
                task.id, task.thread_id, task.level, task.is_call_unsafe, task.due_at, task.due_at < now,
                task.taken_by, name, channel, address,
            )
        )  # fmt: skip
    return items


async def take(uow: UnitOfWork, person: SignedIn, follow_up_id: UUID, now: datetime) -> Refused | None:
    """Take a task on oneself. Refused: `follow-up-taken` where a colleague has it, `follow-up-over` once it is done."""
    task = await _locked(uow, person, follow_up_id, now)
    if task.done_at is not None:
        return Refused("follow-up-over")
    if task.taken_by is not None and task.taken_by != person.staff_id:
        owner = await uow.session.get(Staff, task.taken_by)
        return Refused("follow-up-taken", {"name": owner.name if owner else ""})
    task.taken_by, task.taken_at = person.staff_id, task.taken_at or now
    record(uow, person.access, "follow-up.taken", "follow-up", task.id, now)
    await uow.publish("alert", id=str(task.case_id))
    return None


async def finish(uow: UnitOfWork, person: SignedIn, follow_up_id: UUID, note: str, now: datetime) -> Refused | None:
    """Say what was done. Refused: `follow-up-not-yours` unless one took it, `follow-up-note` without words, `follow-up-over`."""
    task = await _locked(uow, person, follow_up_id, now)
    if task.done_at is not None:
        return Refused("follow-up-over")
    if task.taken_by != person.staff_id:
        return Refused("follow-up-not-yours")
    if not note.strip():
        return Refused("follow-up-note")
    task.done_by, task.done_at, task.note = person.staff_id, now, note.strip()[:MAX_NOTE]
    record(uow, person.access, "follow-up.done", "follow-up", task.id, now)
    await uow.publish("alert", id=str(task.case_id))
    return None


async def _locked(uow: UnitOfWork, person: SignedIn, follow_up_id: UUID, now: datetime) -> FollowUp:
    person.access.require(Permission.claim_alert)
    task: FollowUp | None = await uow.session.scalar(
        select(FollowUp).where(FollowUp.id == follow_up_id).with_for_update()
    )
    if task is None:
        raise NotFound("follow-up")
    await require_thread(uow, person.access, task.thread_id, now)
    return task
