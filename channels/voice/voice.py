"""What a call needs of the house, and where one leads to when a person is to take it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from conversations.inbox import Inbox
from conversations.messages import Messages
from conversations.models import CaseState
from conversations.safety import SafetyScreen
from conversations.transcript import state_of_thread
from core.bus import Bus
from core.clock import Clock
from core.db import Database, UnitOfWork
from core.ratelimit import RateLimiter
from handoff.telephones import Telephones, telephone_of_owner


@dataclass(frozen=True)
class Voice:
    """What a call needs of the house. `desk` is a number that people are reached at, None without one."""

    inbox: Inbox
    messages: Messages
    database: Database
    bus: Bus
    clock: Clock
    screen: SafetyScreen
    region: str
    is_open: Callable[[UnitOfWork], Awaitable[bool]]
    limiter: RateLimiter
    telephones: Telephones
    desk: str | None = None


@dataclass(frozen=True)
class Target:
    """Whose telephone: a person's of the clinic, who hears a briefing, or the desk's."""

    address: str
    staff_id: UUID | None


async def leads_to(uow: UnitOfWork, voice: Voice, thread_id: UUID, tried_at: datetime | None) -> Target | None:
    """Where a call goes on now: to whoever took its case since the last try, or once to the desk while the clinic is open."""
    case_id, state = await state_of_thread(uow, thread_id)
    if case_id is None:
        return None
    if state is CaseState.human:
        owner = await telephone_of_owner(uow, case_id)
        if owner is not None and (tried_at is None or owner[2] > tried_at):
            return Target(owner[1], owner[0])
    if state is CaseState.waiting and voice.desk is not None and tried_at is None and await voice.is_open(uow):
        return Target(voice.desk, None)
    return None
