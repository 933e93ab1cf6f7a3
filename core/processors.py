"""Processors under art. 28 GDPR: what may leave the house to whom is recorded first, by the privacy officer, and ended by them.

Slack, the language model and a trace collector on another machine are sent nothing while they are not recorded.
The record says who, where, under which agreement, how long.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Select, select, text
from sqlalchemy.orm import Mapped, mapped_column

from core.access import Access, Permission
from core.accounts import SignedIn
from core.audit import record as audit
from core.db import Base, UnitOfWork
from core.errors import Refused
from core.ids import new_id

NAMES = ("slack", "model", "tracing")
"""Services that can be recorded."""
LONGEST = 300


class Processor(Base):
    """One record, never changed but for its end. A name has at most one that is not ended."""

    __tablename__ = "processors"
    __table_args__ = (Index("uq_processors_open", "name", unique=True, postgresql_where=text("ended_at IS NULL")),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    company: Mapped[str]
    country: Mapped[str]
    agreement: Mapped[str]
    """Which contract under art. 28, and where it lies."""
    retention: Mapped[str]
    """How long they keep what they get, as agreed."""
    since: Mapped[date]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    ended_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Entry:
    """What the officer typed."""

    name: str
    company: str
    country: str
    agreement: str
    retention: str
    since: date | None

    def refusal(self) -> Refused | None:
        """Why it cannot be recorded: `processor-name`, `processor-words`, `processor-since`."""
        if self.name not in NAMES:
            return Refused("processor-name")
        words = (self.company, self.country, self.agreement, self.retention)
        if any(not 1 <= len(one.strip()) <= LONGEST or "\x00" in one for one in words):
            return Refused("processor-words", {"most": LONGEST})
        return Refused("processor-since") if self.since is None else None


async def is_recorded(uow: UnitOfWork, name: str, today: date) -> bool:
    """True if something may be sent to that service today."""
    return await uow.session.scalar(_open(name).where(Processor.since <= today)) is not None


async def processors(uow: UnitOfWork, access: Access) -> Sequence[Processor]:
    """All records, those in force first, the newest first."""
    access.require(Permission.manage_privacy)
    order = (Processor.ended_at.is_not(None), Processor.made_at.desc(), Processor.id)
    return list(await uow.session.scalars(select(Processor).order_by(*order)))


async def enter(uow: UnitOfWork, person: SignedIn, entry: Entry, now: datetime) -> Refused | None:
    """Record it; one of the same name that is in force ends. Audited. Refused as `Entry.refusal` says."""
    person.access.require(Permission.manage_privacy)
    refused = entry.refusal()
    if refused is not None or entry.since is None:
        return refused
    await end(uow, person, entry.name, now)
    made = Processor(
        id=new_id(), name=entry.name, company=entry.company.strip(), country=entry.country.strip(),
        agreement=entry.agreement.strip(), retention=entry.retention.strip(), since=entry.since, made_by=person.staff_id,
        made_at=now,
    )  # fmt: skip
    uow.session.add(made)
    audit(uow, person.access, "processor.recorded", "processor", made.id, now)
    return None


async def end(uow: UnitOfWork, person: SignedIn, name: str, now: datetime) -> None:
    """Nothing more is sent there; harmless if nothing was. Audited."""
    person.access.require(Permission.manage_privacy)
    await uow.lock(f"processor-{name}")
    found = await uow.session.scalar(_open(name))
    if found is not None:
        found.ended_by, found.ended_at = person.staff_id, now
        await uow.session.flush()
        audit(uow, person.access, "processor.ended", "processor", found.id, now)


def _open(name: str) -> Select[Processor]:
    return select(Processor).where(Processor.name == name, Processor.ended_at.is_(None))
