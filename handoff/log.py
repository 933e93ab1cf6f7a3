"""The log of handoffs: every step of each, in order, with who and why. Only ever added to."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from core.db import UnitOfWork
from handoff.models import Handoff, HandoffEvent, Step

SYSTEM = "system"


def note(
    uow: UnitOfWork, handoff: Handoff, step: Step, now: datetime, *, actor: UUID | str = SYSTEM, staff_id: UUID | None = None,
    reason: str | None = None, data: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    """Add a step. `staff_id` is whom it concerns."""
    uow.session.add(
        HandoffEvent(
            handoff_id=handoff.id, step=step, at=now, actor=str(actor), staff_id=staff_id, reason=reason, data=data
        )
    )


async def steps_of(uow: UnitOfWork, handoff_id: UUID) -> Sequence[HandoffEvent]:
    """All steps of one handoff, the oldest first."""
    found = await uow.session.scalars(
        select(HandoffEvent).where(HandoffEvent.handoff_id == handoff_id).order_by(HandoffEvent.seq)
    )
    return list(found)


async def newest_step(uow: UnitOfWork, handoff_id: UUID, step: Step) -> HandoffEvent | None:
    """The last step of that kind, if there was one."""
    found: HandoffEvent | None = await uow.session.scalar(
        select(HandoffEvent)
        .where(HandoffEvent.handoff_id == handoff_id, HandoffEvent.step == step)
        .order_by(HandoffEvent.seq.desc())
        .limit(1)
    )
    return found
