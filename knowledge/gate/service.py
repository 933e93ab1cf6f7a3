"""Asking for a run, looking at runs and versions, and the suite of conversations. Everything is audited."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import defer

from core import audit
from core.access import Access, Permission
from core.accounts import SignedIn
from core.db import UnitOfWork
from core.errors import NotFound, Refused
from knowledge import emergencies
from knowledge.emergencies import Emergency
from knowledge.gate.models import OPEN, BotRun, ConversationTest
from knowledge.intents.editing import changes, live_version, locked
from knowledge.intents.models import BotVersion
from knowledge.signatures import content_of_draft, content_of_return, missing, touches_safety, words_of_return

SHORTEST_NOTE, LONGEST_NOTE = 5, 500
MOST_RUNS = 50


async def ask_to_publish(uow: UnitOfWork, person: SignedIn, note: str, now: datetime) -> BotRun | Refused:
    """Let the gate check the draft and, if nothing stands against it, publish. `note` is the release note.

    Refused: `draft-locked` (a run is under way), `draft-empty`, `emergency-open`, `signature-missing`, `release-note`.
    """
    person.access.require(Permission.edit_content)
    if (refused := await locked(uow)) is not None:
        return refused
    drafted = await changes(uow, person.access)
    if not drafted:
        return Refused("draft-empty")
    if await emergencies.of_bot(uow) is not None:
        return Refused("emergency-open")
    if touched := touches_safety(drafted):
        unsigned = await missing(uow, person.access, await content_of_draft(uow, drafted), ", ".join(touched))
        if unsigned is not None:
            return unsigned
    return await _ask(uow, person, "publish", note, None, now)


async def ask_to_go_back(
    uow: UnitOfWork, person: SignedIn, number: int, note: str, now: datetime, *, is_emergency: bool = False
) -> BotRun | Refused:
    """Let an earlier version answer again. It was checked when it was published; its model is kept. Raises `NotFound`.

    If it understands safety intents otherwise, somebody else must have signed the way back; in an emergency `note` is the reason,
    and a second person confirms later. Refused: `draft-locked`, `version-live` (it answers already), `signature-missing`,
    `emergency-reason`, `release-note`.
    """
    person.access.require(Permission.edit_content)
    if (refused := await locked(uow)) is not None:
        return refused
    version = await uow.session.get(BotVersion, number)
    if version is None:
        raise NotFound("version")
    live = await live_version(uow)
    if live is None or live.number == number or live.digest == version.digest:
        return Refused("version-live")
    unconfirmed = await emergencies.of_bot(uow)
    touched = touches_safety(await words_of_return(uow, version))
    if not touched and unconfirmed is not None:
        return Refused("emergency-open")
    if touched and not is_emergency:
        unsigned = await missing(uow, person.access, await content_of_return(uow, version), ", ".join(touched))
        if unsigned is not None:
            return unsigned
    if touched and is_emergency and (unsaid := emergencies.unreasoned(note)) is not None:
        return unsaid
    made = await _ask(uow, person, "rollback", note, number, now)
    if isinstance(made, Refused) or not touched:
        return made
    if is_emergency:
        declared = await emergencies.declare(uow, person, note, now, "return", live.number, run_id=made.id)
        if isinstance(declared, Emergency) and unconfirmed is not None:
            # What two people signed, and until when it waits, stay those of the first.
            declared.before, declared.confirm_by = unconfirmed.before, unconfirmed.confirm_by
    await emergencies.settle(uow, person.access, now, Emergency.kind == "return", Emergency.run_id != made.id)
    return made


async def ask_to_undo(uow: UnitOfWork, person: SignedIn, number: int, note: str, now: datetime) -> BotRun | Refused:
    """Let the version that two people signed answer again, after one person went back from it. Refused: `draft-locked`."""
    person.access.require(Permission.edit_content)
    refused = await locked(uow)
    return refused if refused is not None else await _ask(uow, person, "rollback", note, number, now)


async def _ask(
    uow: UnitOfWork, person: SignedIn, kind: str, note: str, goes_back_to: int | None, now: datetime
) -> BotRun | Refused:
    words = " ".join(note.split())
    if not SHORTEST_NOTE <= len(words) <= LONGEST_NOTE:
        return Refused("release-note")
    made = BotRun(
        kind=kind, state="waiting", staff_id=person.staff_id, author=person.name, note=words, goes_back_to=goes_back_to,
        asked_at=now, steps=[], report={},
    )  # fmt: skip
    uow.session.add(made)
    await uow.session.flush()
    audit.record(uow, person.access, f"bot.{kind}-asked", "bot_run", made.id, now)
    await uow.publish("gate", id=str(made.id))
    return made


async def cancel(uow: UnitOfWork, person: SignedIn, run_id: UUID, now: datetime) -> Refused | None:
    """Stop a run that has not switched yet. Refused: `run-over`."""
    person.access.require(Permission.edit_content)
    run = await uow.session.get(BotRun, run_id, with_for_update=True)
    if run is None:
        raise NotFound("run")
    if run.state not in ("waiting", "running"):
        return Refused("run-over")
    run.state, run.ended_at = "failed", now
    run.report = {**run.report, "reason": "cancelled"}
    audit.record(uow, person.access, "bot.run-cancelled", "bot_run", run_id, now)
    return None


async def runs(uow: UnitOfWork, access: Access) -> Sequence[BotRun]:
    """The newest runs first."""
    access.require(Permission.edit_content)
    query = select(BotRun).options(defer(BotRun.steps)).order_by(BotRun.asked_at.desc()).limit(MOST_RUNS)
    return (await uow.session.scalars(query)).all()


async def run_of(uow: UnitOfWork, access: Access, run_id: UUID) -> BotRun:
    """One run. Raises `NotFound`."""
    access.require(Permission.edit_content)
    found = await uow.session.get(BotRun, run_id)
    if found is None:
        raise NotFound("run")
    return found


async def open_run(uow: UnitOfWork) -> BotRun | None:
    """The run that is under way."""
    found: BotRun | None = await uow.session.scalar(select(BotRun).where(BotRun.state.in_(OPEN)))
    return found


async def versions(uow: UnitOfWork, access: Access) -> Sequence[BotVersion]:
    """All versions, the newest first."""
    access.require(Permission.edit_content)
    return (await uow.session.scalars(select(BotVersion).order_by(BotVersion.number.desc()))).all()


async def tests(uow: UnitOfWork, access: Access) -> Sequence[ConversationTest]:
    """The suite: by language, channel and name; those put aside last."""
    access.require(Permission.edit_content)
    order = (
        ConversationTest.retired_at.is_not(None),
        ConversationTest.language,
        ConversationTest.channel,
        ConversationTest.name,
    )
    return (await uow.session.scalars(select(ConversationTest).order_by(*order))).all()


async def put_aside(uow: UnitOfWork, access: Access, test_id: UUID, now: datetime) -> None:
    """Take a test out of the suite, or back into it."""
    access.require(Permission.edit_content)
    found = await uow.session.get(ConversationTest, test_id)
    if found is None:
        raise NotFound("test")
    found.retired_at = None if found.retired_at is not None else now
    audit.record(
        uow, access, "test.retired" if found.retired_at else "test.restored", "conversation_test", test_id, now
    )


def first_difference(
    steps: Sequence[Mapping[str, Any]], got: Sequence[Sequence[str]]
) -> tuple[int, list[str], list[str]] | None:
    """The first turn that is answered otherwise than expected: its place from 0, what was expected, what came. None: all alike."""
    for place, step in enumerate(steps):
        expected = [str(key) for key in step["expect"]]
        came = list(got[place]) if place < len(got) else []
        if [_same(key) for key in expected] != [_same(key) for key in came]:
            return place, expected, came
    return None


_CLOCKWORK = re.compile(r"^(handoff-[a-z]+?)(-closed)?$")


def _same(key: str) -> str:
    """Whether the desk is open just now is not the bot's doing."""
    found = _CLOCKWORK.match(key)
    return found[1] if found else key
