"""Why a conversation came to whom: the log of its handoffs, each decision made again from what was kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from conversations.models import Case
from conversations.policy import require_thread
from core.access import Permission
from core.accounts import SignedIn, Staff
from core.audit import record
from core.db import UnitOfWork
from core.errors import NotFound
from handoff.models import Handoff, HandoffEvent, Step
from handoff.routing.rules import as_decided, replayed
from handoff.routing.store import table_of


@dataclass(frozen=True)
class Explained:
    """One step. `data` is the decision as kept; `is_same` whether making it again gives the same, None if its table is not known."""

    step: Step
    at: datetime
    who: str | None
    reason: str | None
    data: Mapping[str, Any] | None
    is_same: bool | None


async def explain(
    uow: UnitOfWork, person: SignedIn, case_id: UUID, now: datetime
) -> tuple[Sequence[Explained], Mapping[str, str]]:
    """All steps of the case's handoffs, the oldest first, and the names of the people in them. Audited. Raises `NotFound`."""
    person.access.require(Permission.read_thread)
    case = await uow.session.get(Case, case_id)
    if case is None:
        raise NotFound("case")
    await require_thread(uow, person.access, case.thread_id, now)
    record(uow, person.access, "explain", "case", case_id, now)
    events = list(
        await uow.session.scalars(
            select(HandoffEvent)
            .join(Handoff, Handoff.id == HandoffEvent.handoff_id)
            .where(Handoff.case_id == case_id)
            .order_by(HandoffEvent.seq)
        )
    )
    wanted = {one.staff_id for one in events if one.staff_id is not None}
    wanted |= {UUID(one["id"]) for event in events if event.data for one in event.data["candidates"]}
    rows = await uow.session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(wanted)))
    names = {str(row.id): row.name for row in rows}
    found = []
    for event in events:
        who = names.get(str(event.staff_id)) if event.staff_id else None
        is_same = await is_same_again(uow, event.data) if event.data else None
        found.append(Explained(event.step, event.at, who, event.reason, event.data, is_same))
    return found, names


async def is_same_again(uow: UnitOfWork, data: Mapping[str, Any]) -> bool | None:
    """True if the decision, made again by the same version of the table, is the one kept. None if that version is not here."""
    table = await table_of(uow, data["version"])
    return None if table is None else as_decided(replayed(table, data)) == data["decision"]
