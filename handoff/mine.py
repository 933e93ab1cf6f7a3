"""What stands on one agent's own desk: whether they take conversations, what is offered to them, what they still write up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select

from core.accounts import SignedIn, Staff
from core.db import UnitOfWork
from handoff.log import newest_step
from handoff.models import AgentMode, Handoff, HandoffState, Step
from handoff.reach import last_inbound
from handoff.routing.agents import agents, beat
from handoff.routing.rules import Table
from handoff.routing.store import table_in_force


@dataclass(frozen=True)
class Offer:
    """A conversation offered to this agent until `until`; with `passed_on_by` a colleague still has it and wants to pass it on."""

    case_id: UUID
    thread_id: UUID
    reason: str
    topic: str | None
    is_urgent: bool
    channel: str
    language: str
    address: str
    until: datetime
    passed_on_by: str | None
    rule: str | None
    queue: dict[str, str] | None
    is_known: bool
    """This agent spoke with the patient last."""


@dataclass(frozen=True)
class WriteUp:
    """A conversation that is over and waits for its code until `until`."""

    handoff_id: UUID
    thread_id: UUID
    channel: str
    address: str
    until: datetime


@dataclass(frozen=True)
class Mine:
    """`mode` as the agent said; `load` and `capacity` in weights."""

    mode: AgentMode
    reason: str | None
    load: int
    capacity: int
    offers: Sequence[Offer]
    write_ups: Sequence[WriteUp]


async def read_mine(uow: UnitOfWork, person: SignedIn, now: datetime) -> Mine:
    """The agent's own desk. Asking for it is their console's heartbeat."""
    table = await table_in_force(uow)
    row = await beat(uow, person.staff_id, now)
    found = list(
        await uow.session.scalars(
            select(Handoff)
            .where(
                or_(
                    (Handoff.offered_to == person.staff_id) & (Handoff.offer_until > now),
                    (Handoff.accepted_by == person.staff_id) & (Handoff.state == HandoffState.wrap_up),
                )
            )
            .order_by(Handoff.offer_until, Handoff.wrap_up_until, Handoff.id)
        )
    )
    reached = await last_inbound(uow, [one.thread_id for one in found])
    me = next((one for one in await agents(uow, table, now) if one.staff_id == person.staff_id), None)
    offers, write_ups = [], []
    for one in found:
        channel, language, address = reached.get(one.thread_id, ("", "pl", ""))
        if one.state is HandoffState.wrap_up and one.wrap_up_until is not None:
            write_ups.append(WriteUp(one.id, one.thread_id, channel, address, one.wrap_up_until))
        elif one.offer_until is not None:
            offers.append(await _offer(uow, table, one, (channel, language, address), person))
    mode, reason = (row.mode, row.reason) if row else (AgentMode.offline, None)
    load, capacity = (me.load, me.capacity) if me else (0, table.capacity)
    return Mine(mode, reason, load, capacity, offers, write_ups)


async def _offer(uow: UnitOfWork, table: Table, one: Handoff, reached: tuple[str, str, str], person: SignedIn) -> Offer:
    channel, language, address = reached
    assert one.offer_until is not None, "only offers come here"
    name = rule = None
    is_known = False
    if one.state is HandoffState.active:
        owner = await uow.session.get(Staff, one.accepted_by)
        name = owner.name if owner else ""
    else:
        step = await newest_step(uow, one.id, Step.offered)
        rule = step.reason if step else None
        is_known = bool(step and step.data and step.data["facts"]["last_agent"] == str(person.staff_id))
    queue = table.queues.get(one.queue or "")
    return Offer(
        one.case_id, one.thread_id, one.reason, one.topic, one.is_urgent, channel, language, address, one.offer_until, name, rule,
        queue.name if queue else None, is_known,
    )  # fmt: skip
