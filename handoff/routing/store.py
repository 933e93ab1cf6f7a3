"""Which routing table is in force, and every version there ever was."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from core.access import Permission
from core.accounts import SignedIn, Staff
from core.audit import record
from core.db import UnitOfWork
from core.errors import ConfigurationError, Refused
from core.jobs import Jobs
from handoff.models import RoutingTable
from handoff.routing.agents import wake
from handoff.routing.rules import Table
from handoff.routing.tables import read_table, shipped_text

SHORTEST_WHY, LONGEST_WHY = 5, 300


async def text_in_force(uow: UnitOfWork) -> str:
    """The newest version's text; the shipped one before anybody wrote another."""
    newest = await uow.session.scalar(select(RoutingTable.text).order_by(RoutingTable.seq.desc()).limit(1))
    return newest if newest is not None else shipped_text()


async def table_in_force(uow: UnitOfWork) -> Table:
    """The table by which conversations are offered now."""
    return read_table(await text_in_force(uow))


async def table_of(uow: UnitOfWork, version: str) -> Table | None:
    """The table of a version, for a replay; None if it is not known here."""
    kept = await uow.session.scalar(select(RoutingTable.text).where(RoutingTable.digest == version).limit(1))
    if kept is not None:
        return read_table(kept)
    shipped = read_table(shipped_text())
    return shipped if shipped.version == version else None


async def save(
    uow: UnitOfWork, jobs: Jobs, person: SignedIn, text: str, why: str, basis: str, now: datetime
) -> Refused | None:
    """Put a table in force. `basis` is the version that was edited.

    Refused: `routing-table` with what is wrong, `routing-why` without a reason, `routing-changed` if somebody was faster.
    """
    person.access.require(Permission.edit_routing)
    text = text.replace("\r\n", "\n")
    try:
        table = read_table(text)
    except ConfigurationError as error:
        return Refused("routing-table", {"why": str(error).removeprefix("routing: ")})
    words = " ".join(why.split())
    if not SHORTEST_WHY <= len(words) <= LONGEST_WHY:
        return Refused("routing-why")
    await uow.lock("routing-table")
    if (await table_in_force(uow)).version != basis:
        return Refused("routing-changed")
    if table.version == basis:
        return None
    uow.session.add(RoutingTable(digest=table.version, text=text, why=words, made_by=person.staff_id, made_at=now))
    record(uow, person.access, "routing.changed", "routing", table.version, now)
    await uow.session.flush()
    await uow.publish("queue", id="")
    await wake(uow, jobs)
    return None


async def versions(uow: UnitOfWork) -> Sequence[tuple[RoutingTable, str]]:
    """The newest versions with who wrote them."""
    rows = await uow.session.execute(
        select(RoutingTable, Staff.name)
        .join(Staff, Staff.id == RoutingTable.made_by)
        .order_by(RoutingTable.seq.desc())
        .limit(20)
    )
    return [(one, name) for one, name in rows]
