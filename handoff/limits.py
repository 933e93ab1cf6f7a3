"""Limiting or ending an abusive contact: an agent does it with a reason, a supervisor sees it and can lift it, the patient is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from conversations.cases import Cases, lock_case
from conversations.contact_limits import ContactLimit, limited_until, told
from conversations.messages import lock_thread
from conversations.models import CaseState, SafetyAlert
from conversations.policy import require_thread
from conversations.protocols import Utterance
from core.access import Access, Permission
from core.accounts import SignedIn, Staff
from core.audit import record
from core.db import UnitOfWork
from core.errors import NotFound, Refused
from core.ids import new_id
from handoff.desk import THREAT_LEVEL
from handoff.models import HandoffState
from handoff.queue import open_handoff
from handoff.reach import last_inbound

HOURS = (1, 24, 72)
KINDS = ("limited", "ended")
CAUSES = ("insults", "threats", "harassment", "flood", "other")
SHORTEST, LONGEST = 5, 500
SHOWN = 100


@dataclass(frozen=True)
class LimitItem:
    """A limit in force, with who set it and where the person writes from."""

    limit: ContactLimit
    by: str
    channel: str
    address: str


async def limit(
    uow: UnitOfWork, person: SignedIn, cases: Cases, case_id: UUID, kind: str, hours: str, cause: str, words: str, now: datetime
) -> ContactLimit | Refused:  # fmt: skip
    """Leave the conversation to the bot for some hours; `ended` closes the matter too. The patient is told at once, and until when.

    Refused: `limit-choice`, `limit-words`, `limit-already`, `limit-red-flag` (somebody has to look first), `case-not-yours`.
    """
    access = person.access
    access.require(Permission.reply_thread)
    case = await lock_case(uow, case_id)
    await require_thread(uow, access, case.thread_id, now)
    if kind not in KINDS or hours not in [str(one) for one in HOURS] or cause not in CAUSES:
        return Refused("limit-choice")
    said = words.strip()
    if not SHORTEST <= len(said) <= LONGEST:
        return Refused("limit-words", {"least": SHORTEST, "most": LONGEST})
    is_anothers = case.state is CaseState.human and case.agent_id != person.staff_id
    if is_anothers and not access.allows(Permission.manage_queue):
        return Refused("case-not-yours")
    if await limited_until(uow, case.thread_id, now) is not None:
        return Refused("limit-already")
    if await _has_red_flag(uow, case.thread_id, case_id):
        return Refused("limit-red-flag")
    made = ContactLimit(
        id=new_id(), thread_id=case.thread_id, case_id=case_id, is_ended=kind == "ended", cause=cause, words=said,
        made_by=person.staff_id, made_at=now, until=now + timedelta(hours=int(hours)),
    )  # fmt: skip
    uow.session.add(made)
    await uow.session.flush()
    await cases.leave_to_bot(uow, access, case_id, kind, told(f"contact-{kind}", made.until), now)
    record(uow, access, f"contact.{kind}", "thread", case.thread_id, now)
    await uow.publish("board", id=str(made.id))
    return made


async def lift(uow: UnitOfWork, person: SignedIn, cases: Cases, limit_id: UUID, now: datetime) -> Refused | None:
    """People answer again, and the patient is told so. Refused: `limit-over`."""
    person.access.require(Permission.manage_queue)
    found = await uow.session.get(ContactLimit, limit_id)
    if found is None:
        raise NotFound("limit")
    await require_thread(uow, person.access, found.thread_id, now)
    await lock_thread(uow, found.thread_id)
    await uow.session.refresh(found)
    if found.lifted_at is not None or found.until <= now:
        return Refused("limit-over")
    found.lifted_by, found.lifted_at = person.staff_id, now
    await cases.tell(uow, found.case_id, Utterance("contact-lifted"), now)
    record(uow, person.access, "contact.lifted", "thread", found.thread_id, now)
    await uow.publish("board", id=str(found.id))
    return None


async def in_force(uow: UnitOfWork, access: Access, now: datetime) -> list[LimitItem]:
    """All limits that hold now, the newest first."""
    access.require(Permission.manage_queue)
    rows = await uow.session.execute(
        select(ContactLimit, Staff.name)
        .join(Staff, Staff.id == ContactLimit.made_by)
        .where(ContactLimit.until > now, ContactLimit.lifted_at.is_(None))
        .order_by(ContactLimit.made_at.desc(), ContactLimit.id)
        .limit(SHOWN)
    )
    found = [(one, name) for one, name in rows]
    reached = await last_inbound(uow, [one.thread_id for one, _ in found])
    return [LimitItem(one, name, *_where(reached.get(one.thread_id))) for one, name in found]


async def of_thread(uow: UnitOfWork, access: Access, thread_id: UUID, now: datetime) -> LimitItem | None:
    """The limit that holds in an opened thread, with its words."""
    access.require(Permission.read_thread)
    maker = aliased(Staff)
    row = (
        await uow.session.execute(
            select(ContactLimit, maker.name)
            .join(maker, maker.id == ContactLimit.made_by)
            .where(ContactLimit.thread_id == thread_id, ContactLimit.until > now, ContactLimit.lifted_at.is_(None))
            .order_by(ContactLimit.until.desc())
            .limit(1)
        )
    ).first()
    return LimitItem(row[0], row[1], "", "") if row else None


def _where(reached: tuple[str, str, str] | None) -> Sequence[str]:
    return (reached[0], reached[2]) if reached else ("", "")


async def _has_red_flag(uow: UnitOfWork, thread_id: UUID, case_id: UUID) -> bool:
    """A sign of danger that nobody has taken yet. A threat to staff is none here: it is why contacts are limited."""
    unclaimed = await uow.session.scalar(
        select(func.count())
        .select_from(SafetyAlert)
        .where(SafetyAlert.thread_id == thread_id, SafetyAlert.claimed_by.is_(None), SafetyAlert.level != THREAT_LEVEL)
    )
    handoff = await open_handoff(uow, case_id)
    waits = handoff is not None and handoff.is_urgent and handoff.state is not HandoffState.active
    return bool(unclaimed) or (waits and handoff is not None and handoff.reason != THREAT_LEVEL)
