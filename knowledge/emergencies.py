"""Safety content changed by one person at once, with a reason, because waiting would do harm. A second person confirms or objects.

Two things can be done so: withdraw an article, and let an earlier version of the bot answer again. Nothing new is ever said by one.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, ForeignKey, Index, exists, or_, select, text
from sqlalchemy.orm import Mapped, mapped_column

from core import audit
from core.access import Access, Permission
from core.accounts import SignedIn
from core.clock import Clock
from core.db import Base, Database, UnitOfWork
from core.errors import Refused
from core.ids import new_id
from knowledge.gate.models import BotRun

log = structlog.get_logger()
CONFIRM_WITHIN = timedelta(hours=24)
SHORTEST_REASON, LONGEST_REASON = 10, 500
MOST_OVER = 20
_OVER = ("failed", "refused")


class Emergency(Base):
    """What one person did. `kind`: retire (of `article_id`) or return (of the bot, by `run_id`); `before` is the version that answered.

    `state`: open, confirmed, objected (what was before answers again, for the bot by `answer_run_id`), or settled (two people
    published something else since, or it was replaced by another emergency).
    """

    __tablename__ = "safety_emergencies"
    __table_args__ = (Index("ix_safety_emergencies_open", "confirm_by", postgresql_where=text("state = 'open'")),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    article_id: Mapped[str | None] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    run_id: Mapped[UUID | None] = mapped_column(ForeignKey("bot_runs.id"))
    answer_run_id: Mapped[UUID | None] = mapped_column(ForeignKey("bot_runs.id"))
    before: Mapped[int]
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    name: Mapped[str]
    reason: Mapped[str]
    at: Mapped[datetime]
    confirm_by: Mapped[datetime]
    overdue_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(default="open")
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    ended_name: Mapped[str | None]
    ended_at: Mapped[datetime | None]


def _waits() -> ColumnElement[bool]:
    """Open, and not a run that came to nothing; or objected to by a run that came to nothing."""
    ran = exists().where(BotRun.id == Emergency.run_id, BotRun.state.in_(_OVER))
    answered = exists().where(BotRun.id == Emergency.answer_run_id, BotRun.state.in_(_OVER))
    return or_((Emergency.state == "open") & ~ran, (Emergency.state == "objected") & answered)


async def waiting(uow: UnitOfWork, access: Access) -> Sequence[Emergency]:
    """What waits for a second person, the most urgent first."""
    access.require(Permission.edit_content)
    return (await uow.session.scalars(select(Emergency).where(_waits()).order_by(Emergency.confirm_by))).all()


async def over(uow: UnitOfWork, access: Access) -> Sequence[Emergency]:
    """The last that are over."""
    access.require(Permission.edit_content)
    rows = select(Emergency).where(~_waits()).order_by(Emergency.at.desc()).limit(MOST_OVER)
    return (await uow.session.scalars(rows)).all()


async def held(uow: UnitOfWork, emergency_id: UUID) -> Emergency | None:
    """One that waits, held until the transaction ends."""
    query = select(Emergency).where(Emergency.id == emergency_id, _waits()).with_for_update(of=Emergency)
    found: Emergency | None = await uow.session.scalar(query.execution_options(populate_existing=True))
    return found


async def of_bot(uow: UnitOfWork) -> Emergency | None:
    """The return of the bot that nobody confirmed yet."""
    query = select(Emergency).where(Emergency.kind == "return", _waits()).order_by(Emergency.id.desc())
    found: Emergency | None = await uow.session.scalar(query.limit(1))
    return found


def unreasoned(reason: str) -> Refused | None:
    """What is wrong with a reason. Refused: `emergency-reason` (too short to say anything, or too long)."""
    if SHORTEST_REASON <= len(" ".join(reason.split())) <= LONGEST_REASON:
        return None
    return Refused("emergency-reason", {"least": str(SHORTEST_REASON), "most": str(LONGEST_REASON)})


async def declare(
    uow: UnitOfWork, person: SignedIn, reason: str, now: datetime, kind: str, before: int, **subject: Any
) -> Emergency | Refused:
    """Write down what is done at once, and why. Refused: as `unreasoned`."""
    if (refused := unreasoned(reason)) is not None:
        return refused
    words = " ".join(reason.split())
    made = Emergency(
        kind=kind, before=before, staff_id=person.staff_id, name=person.name, reason=words, at=now, confirm_by=now + CONFIRM_WITHIN,
        **subject,
    )  # fmt: skip
    uow.session.add(made)
    await uow.session.flush()
    audit.record(uow, person.access, f"emergency.{kind}", "emergency", made.id, now)
    log.warning("safety content was changed by one person, a second one is to confirm it")
    return made


async def settle(uow: UnitOfWork, access: Access, now: datetime, *which: ColumnElement[bool]) -> None:
    """Two people decided otherwise: what waited of this is over."""
    for one in await uow.session.scalars(select(Emergency).where(_waits(), *which)):
        one.state, one.ended_at = "settled", now
        audit.record(uow, access, "emergency.settled", "emergency", one.id, now)


async def look(database: Database, clock: Clock) -> int:
    """Say once of each that nobody confirmed it in time; how many there are."""
    async with database.unit_of_work() as uow:
        now = clock.now()
        late = select(Emergency).where(_waits(), Emergency.confirm_by < now, Emergency.overdue_at.is_(None))
        rows = (await uow.session.scalars(late.with_for_update(of=Emergency, skip_locked=True))).all()
        for one in rows:
            one.overdue_at = now
            audit.record(uow, Access.system("emergencies"), "emergency.overdue", "emergency", one.id, now)
    return len(rows)
