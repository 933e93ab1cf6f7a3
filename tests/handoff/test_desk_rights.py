"""Each act of the desk checks its own right: what a role was not given it does not have."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from conversations.transcript import Transcripts
from core.access import PERMISSIONS, Access, Permission, Role
from core.accounts import SignedIn
from core.db import UnitOfWork
from core.errors import Forbidden, NotFound
from handoff.desk import Desk, understood
from handoff.follow_ups import finish, open_follow_ups, take
from tests.house import TestHouse

Act = Callable[[Desk, UnitOfWork, SignedIn, UUID, UUID, Any], Awaitable[object]]
ACTS: dict[str, Act] = {
    "queue": lambda desk, uow, who, case, thread, now: desk.queue(uow, who.access, now),
    "alerts": lambda desk, uow, who, case, thread, now: desk.alerts(uow, who.access),
    "claim": lambda desk, uow, who, case, thread, now: desk.claim_alert(uow, who.access, uuid4(), who.staff_id, now),
    "accept": lambda desk, uow, who, case, thread, now: desk.accept(uow, who, case, now),
    "reply": lambda desk, uow, who, case, thread, now: desk.reply(uow, who, case, "x", now),
    "note": lambda desk, uow, who, case, thread, now: desk.note(uow, who, case, "x", now),
    "medical": lambda desk, uow, who, case, thread, now: desk.mark_medical(uow, who, case, now, is_medical=True),
    "hand_back": lambda desk, uow, who, case, thread, now: desk.hand_back(uow, who, case, now),
    "close": lambda desk, uow, who, case, thread, now: desk.close(uow, who, case, now),
    "understood": lambda desk, uow, who, case, thread, now: understood(uow, who.access, case),
    "read": lambda desk, uow, who, case, thread, now: Transcripts(uow, who.access).of_thread(thread, now),
    "follow_ups": lambda desk, uow, who, case, thread, now: open_follow_ups(uow, who.access, now),
    "take_task": lambda desk, uow, who, case, thread, now: take(uow, who, uuid4(), now),
    "finish_task": lambda desk, uow, who, case, thread, now: finish(uow, who, uuid4(), "x", now),
    "file": lambda desk, uow, who, case, thread, now: Transcripts(uow, who.access).file(thread, uuid4(), now),
}
SPEAK = {
    "follow_ups",
    "take_task",
    "finish_task",
    "queue",
    "alerts",
    "claim",
    "accept",
    "reply",
    "note",
    "medical",
    "hand_back",
    "close",
    "understood",
    "read",
    "file",
}
ALLOWED: dict[Role, set[str]] = {
    Role.agent: SPEAK,
    Role.supervisor: SPEAK,
    Role.clinician: {"note", "medical", "understood", "read", "file"},
    Role.admin: set(),
    Role.privacy_officer: set(),
    Role.patient: set(),
}


@pytest.mark.parametrize("role", ALLOWED)
async def test_a_role_may_do_exactly_what_the_table_says(house: TestHouse, role: Role) -> None:
    thread_id, case_id = await house.human()
    person = await house.staff("Ktoś", role)
    may = set()
    for name, act in ACTS.items():
        try:
            async with house.house.database.unit_of_work() as uow:
                await act(house.house.desk, uow, person, case_id, thread_id, house.clock.now())
        except Forbidden:
            continue
        except NotFound:
            pass
        may.add(name)
    assert may == ALLOWED[role]


async def test_without_a_role_nothing_is_allowed(house: TestHouse) -> None:
    thread_id, case_id = await house.human()
    nobody = replace(await house.staff(), roles=frozenset())
    for act in ACTS.values():
        with pytest.raises(Forbidden):
            async with house.house.database.unit_of_work() as uow:
                await act(house.house.desk, uow, nobody, case_id, thread_id, house.clock.now())


def test_every_role_is_in_the_table_of_permissions_and_no_person_has_all() -> None:
    assert set(PERMISSIONS) == set(Role)
    for role, permissions in PERMISSIONS.items():
        assert (permissions == frozenset(Permission)) == (role is Role.system)
    assert not Access(frozenset(), "x", "y").allows(Permission.read_queue)
