"""The inbox of what the bot did not answer: prepared in the background, grouped by meaning, decided by who edits content.

Only words without the patient are kept here and shown (`conversations.pseudonyms`); nothing becomes an example or an article before a
person confirmed that it points to nobody. Messages with a red flag, and those of patients whose data is restricted, never come here.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from conversations.models import Case, Message, SafetyAlert
from conversations.pseudonyms import points_to_somebody
from conversations.unanswered import Unanswered, UnansweredState
from conversations.understanding import for_dialogue
from core import audit
from core.access import Access, Permission
from core.accounts import SignedIn
from core.db import Database, UnitOfWork
from core.errors import NotFound, Refused
from knowledge.asked import is_restricted, without_patient
from knowledge.embedding import Vectors
from knowledge.intents import editing
from knowledge.intents.nearness import Nearness

BATCH = 200
"""So many messages are prepared at a time: about four seconds of one core, so that whoever answers is not kept waiting."""
ALIKE = 0.6
"""From this likeness on two messages are one question; where phrases about different things have about 0."""
PAGE = 30
STATES = (UnansweredState.open, UnansweredState.ignored, UnansweredState.article, UnansweredState.intent)


@dataclass(frozen=True)
class Group:
    """One question: who asked it how often. `words` as the first of them said it; `others` up to a few more ways."""

    id: UUID
    language: str
    words: str
    others: Sequence[str]
    messages: int
    people: int
    last_asked: datetime
    reasons: frozenset[str]
    channels: frozenset[str]
    target: str | None


async def prepare(database: Database, nearness: Nearness, batches: int = 1) -> int:
    """Take the patient out of new messages and group them, the oldest first; how many. Safe to run twice and beside itself."""
    done = 0
    for _ in range(batches):
        async with database.unit_of_work() as uow:
            await uow.lock("unanswered")
            count = await _prepare(uow, nearness)
        done += count
        if count < BATCH:
            break
    return done


async def _prepare(uow: UnitOfWork, nearness: Nearness) -> int:
    query = select(Unanswered, Message, Case.patient_id).join(Message, Message.id == Unanswered.message_id)
    query = query.join(Case, Case.id == Message.case_id).where(Unanswered.state == UnansweredState.new)
    rows = (await uow.session.execute(query.order_by(Unanswered.asked_at, Unanswered.id).limit(BATCH))).all()
    if not rows:
        return 0
    flagged = set(
        await uow.session.scalars(
            select(SafetyAlert.message_id).where(SafetyAlert.message_id.in_([message.id for _, message, _ in rows]))
        )
    )
    visible = set(
        await uow.session.scalars(
            select(Unanswered.id).where(
                Unanswered.id.in_([one.id for one, _, _ in rows]), ~is_restricted(Unanswered.message_id)
            )
        )
    )
    kept: list[Unanswered] = []
    gone: list[UUID] = []
    wordings = await without_patient(uow, [(message.body, patient_id) for _, message, patient_id in rows])
    for (one, message, _), words in zip(rows, wordings, strict=True):
        if one.id not in visible or message.id in flagged or not for_dialogue(words):
            gone.append(one.id)
            continue
        one.words = words
        kept.append(one)
    if kept:
        vectors, is_centred = await nearness.placed(uow, [for_dialogue(one.words or "") for one in kept])
        for one, vector in zip(kept, vectors, strict=True):
            one.vector = vector.astype(np.float16).tobytes()
        await _group(uow, kept, ALIKE if is_centred else 2)
    await uow.session.flush()
    await uow.session.execute(delete(Unanswered).where(Unanswered.id.in_(gone)))
    return len(rows)


async def _group(uow: UnitOfWork, fresh: Sequence[Unanswered], alike: float) -> None:
    """Each joins the nearest group that stands open or was ignored (and then is ignored too), or begins one."""
    standing = select(Unanswered).where(Unanswered.state.in_((UnansweredState.open, UnansweredState.ignored)))
    first = standing.ext(distinct_on(Unanswered.group_id)).order_by(
        Unanswered.group_id, Unanswered.asked_at, Unanswered.id
    )
    known: dict[str, list[Unanswered]] = {}
    for one in await uow.session.scalars(first):
        known.setdefault(one.language, []).append(one)
    for language in {one.language for one in fresh}:
        wanted = [one for one in fresh if one.language == language]
        await asyncio.to_thread(_join, wanted, known.get(language, []), alike)


def _join(fresh: Sequence[Unanswered], heads: list[Unanswered], alike: float) -> None:
    by_key = {for_dialogue(one.words or ""): one for one in heads}
    vectors: Vectors = np.zeros((len(heads) + len(fresh), len(_vector(fresh[0]))), dtype=np.float32)
    for place, one in enumerate(heads):
        vectors[place] = _vector(one)
    for one in fresh:
        key, vector = for_dialogue(one.words or ""), _vector(one)
        head = by_key.get(key)
        if head is None and heads:
            likeness = vectors[: len(heads)] @ vector
            nearest = int(likeness.argmax())
            head = heads[nearest] if likeness[nearest] >= alike else None
        if head is None:
            one.group_id, one.state = one.id, UnansweredState.open
            vectors[len(heads)] = vector
            heads.append(one)
            by_key[key] = one
        else:
            one.group_id, one.state = head.group_id, head.state


def _vector(one: Unanswered) -> Vectors:
    return np.frombuffer(one.vector or b"", dtype=np.float16).astype(np.float32)


async def counts(uow: UnitOfWork, access: Access) -> dict[str, int]:
    """How many groups there are, by state."""
    access.require_everywhere(Permission.review_unanswered)
    query = select(Unanswered.state, func.count(func.distinct(Unanswered.group_id))).where(
        ~is_restricted(Unanswered.message_id)
    )
    found = {state: int(count) for state, count in await uow.session.execute(query.group_by(Unanswered.state))}
    return {state: found.get(state, 0) for state in STATES}


async def groups(uow: UnitOfWork, access: Access, state: str, page: int, now: datetime) -> list[Group]:
    """A page of groups, those asked most often first. Audited."""
    access.require_everywhere(Permission.review_unanswered)
    audit.record(uow, access, "unanswered.listed", "unanswered", state, now)
    count = func.count()
    query = (
        select(Unanswered.group_id)
        .where(Unanswered.state == state, ~is_restricted(Unanswered.message_id))
        .group_by(Unanswered.group_id)
    )
    order = query.order_by(count.desc(), func.max(Unanswered.asked_at).desc(), Unanswered.group_id)
    ids = [one for one in await uow.session.scalars(order.limit(PAGE).offset(PAGE * page)) if one is not None]
    return await _read(uow, ids, state)


async def group(uow: UnitOfWork, access: Access, group_id: UUID, now: datetime) -> tuple[Group, str]:
    """One group and its state. Audited. Raises `NotFound`."""
    access.require_everywhere(Permission.review_unanswered)
    order = select(Unanswered.state).where(Unanswered.group_id == group_id, ~is_restricted(Unanswered.message_id))
    state = await uow.session.scalar(order.order_by(Unanswered.asked_at.desc()).limit(1))
    if state is None:
        raise NotFound("unanswered")
    audit.record(uow, access, "unanswered.read", "unanswered", group_id, now)
    return (await _read(uow, [group_id], state))[0], state


async def _read(uow: UnitOfWork, ids: Sequence[UUID], state: str, most: int = 8) -> list[Group]:
    here = (Unanswered.group_id.in_(ids), Unanswered.state == state, ~is_restricted(Unanswered.message_id))
    by_group = (
        select(
            Unanswered.group_id, func.count(), func.count(func.distinct(Message.thread_id)), func.max(Unanswered.asked_at),
            func.array_agg(func.distinct(Unanswered.reason)), func.array_agg(func.distinct(Unanswered.channel)),
        )
        .join(Message, Message.id == Unanswered.message_id)
        .where(*here)
        .group_by(Unanswered.group_id)
    )  # fmt: skip
    figures = {row[0]: row[1:] for row in await uow.session.execute(by_group)}
    place = func.row_number().over(partition_by=Unanswered.group_id, order_by=(Unanswered.asked_at, Unanswered.id))
    ranked = select(Unanswered.id, place.label("place")).where(*here).subquery()
    shown = select(Unanswered).join(ranked, ranked.c.id == Unanswered.id).where(ranked.c.place <= 3 * most)
    members: dict[UUID | None, list[Unanswered]] = {}
    for one in await uow.session.scalars(shown.order_by(Unanswered.asked_at, Unanswered.id)):
        members.setdefault(one.group_id, []).append(one)
    found = []
    for group_id in ids:
        messages, people, last, reasons, channels = figures[group_id]
        first = members[group_id][0]
        ways = dict.fromkeys(one.words or "" for one in members[group_id] if one.words != first.words)
        found.append(
            Group(group_id, first.language, first.words or "", list(ways)[:most], messages, people, last, frozenset(reasons),
                  frozenset(channels), first.target)
        )  # fmt: skip
    return found


async def ignore(uow: UnitOfWork, person: SignedIn, group_id: UUID, now: datetime) -> Refused | None:
    """Nothing is to come of it; the same question stays ignored. Refused: `unanswered-decided`."""
    return await _decide(uow, person, group_id, UnansweredState.ignored, now)


async def put_back(uow: UnitOfWork, person: SignedIn, group_id: UUID, now: datetime) -> Refused | None:
    """Undo: what was ignored, or went to an article, is open again. Refused: `unanswered-decided`."""
    person.access.require_everywhere(Permission.review_unanswered)
    states = (UnansweredState.ignored, UnansweredState.article)
    rows = await _rows(uow, group_id, states)
    if not rows:
        return Refused("unanswered-decided")
    for one in rows:
        one.state, one.decided_by, one.decided_at = UnansweredState.open, None, None
        one.confirmed = one.target = None
    audit.record(uow, person.access, "unanswered.reopened", "unanswered", group_id, now)
    return None


async def to_article(
    uow: UnitOfWork, person: SignedIn, group_id: UUID, words: str, *, is_confirmed: bool
) -> Refused | None:
    """Keep the words as confirmed, for a new article's question (`question_of`); it stays to be decided until that article is kept.

    Refused: as `problem_of`, `unanswered-decided`.
    """
    person.access.require_everywhere(Permission.review_unanswered)
    if (refused := problem_of(words, is_confirmed=is_confirmed)) is not None:
        return refused
    rows = await _rows(uow, group_id, (UnansweredState.open,))
    if not rows:
        return Refused("unanswered-decided")
    rows[0].confirmed = " ".join(words.split())
    return None


async def written(uow: UnitOfWork, person: SignedIn, group_id: UUID, article_id: str, now: datetime) -> Refused | None:
    """The article that was to come of it is kept. Refused: `unanswered-decided`."""
    return await _decide(uow, person, group_id, UnansweredState.article, now, target=article_id)


async def reopen_of(uow: UnitOfWork, access: Access, article_id: str, now: datetime) -> None:
    """That article is gone: what it was to answer is open again."""
    query = select(Unanswered).where(Unanswered.state == UnansweredState.article, Unanswered.target == article_id)
    for one in await uow.session.scalars(query.with_for_update()):
        one.state, one.target, one.decided_by, one.decided_at = UnansweredState.open, None, None, None
        audit.record(uow, access, "unanswered.reopened", "unanswered", one.group_id or one.id, now)


async def to_intent(
    uow: UnitOfWork, person: SignedIn, group_id: UUID, intent: str, words: str, now: datetime, *, is_confirmed: bool
) -> Refused | None:
    """The words as confirmed become an example in the draft, which goes with the message they came from.

    Refused: as `problem_of`, `unanswered-decided`, and as `editing.add`; then nothing has changed.
    """
    person.access.require_everywhere(Permission.review_unanswered)
    if (refused := problem_of(words, is_confirmed=is_confirmed)) is not None:
        return refused
    rows = await _rows(uow, group_id, (UnansweredState.open,))
    if not rows:
        return Refused("unanswered-decided")
    first = rows[0]
    made = await editing.add(uow, person.access, first.language, intent, words, now, person.name, first.message_id)
    if isinstance(made, Refused):
        return made
    return await _decide(uow, person, group_id, UnansweredState.intent, now, target=intent)


async def question_of(uow: UnitOfWork, access: Access, group_id: UUID) -> tuple[str, str] | None:
    """Language and words confirmed for an article; None if there are none."""
    access.require_everywhere(Permission.review_unanswered)
    states = (UnansweredState.open, UnansweredState.article)
    query = select(Unanswered).where(Unanswered.group_id == group_id, Unanswered.state.in_(states))
    one = await uow.session.scalar(query.order_by(Unanswered.asked_at, Unanswered.id).limit(1))
    return None if one is None or one.confirmed is None else (one.language, one.confirmed)


def problem_of(words: str, *, is_confirmed: bool) -> Refused | None:
    """Why these words can become nothing yet: `example-empty`, `example-long`, `unanswered-names`, `unanswered-unconfirmed`."""
    if (problem := editing.problem_of(" ".join(words.split()))) is not None:
        return problem
    if points_to_somebody(words):
        return Refused("unanswered-names")
    return None if is_confirmed else Refused("unanswered-unconfirmed")


async def _rows(uow: UnitOfWork, group_id: UUID, states: Sequence[UnansweredState]) -> Sequence[Unanswered]:
    query = select(Unanswered).where(
        Unanswered.group_id == group_id, Unanswered.state.in_(states), ~is_restricted(Unanswered.message_id)
    )
    return list(await uow.session.scalars(query.order_by(Unanswered.asked_at, Unanswered.id).with_for_update()))


async def _decide(
    uow: UnitOfWork,
    person: SignedIn,
    group_id: UUID,
    state: UnansweredState,
    now: datetime,
    *,
    target: str | None = None,
) -> Refused | None:
    person.access.require_everywhere(Permission.review_unanswered)
    rows = await _rows(uow, group_id, (UnansweredState.open,))
    if not rows:
        return Refused("unanswered-decided")
    for one in rows:
        one.state, one.decided_by, one.decided_at, one.target = state, person.staff_id, now, target
    rows[0].confirmed = None
    audit.record(uow, person.access, f"unanswered.{state}", "unanswered", group_id, now)
    return None
