"""The draft of what the bot learns from: look at it, add, drop and move examples, and throw the draft away.

Nothing here reaches a patient: the gate publishes. While it checks the draft, the draft may not be changed.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from conversations.intent_days import IntentDay
from conversations.understanding import for_dialogue
from core import audit
from core.access import Access, Permission
from core.audit import AuditEvent
from core.db import UnitOfWork
from core.errors import NotFound, Refused
from core.i18n import LANGUAGES
from knowledge.gate.models import OPEN, BotRun
from knowledge.intents import clinic_goals
from knowledge.intents.models import BotVersion, ClinicGoal, IntentExample
from knowledge.intents.uses import Uses, intents, uses

LONGEST = 300
SEEN_WITHIN = timedelta(days=30)
_NUMBER = re.compile(r"(?<!\w)\+?\d(?:[\s-]?\d){8,}(?!\w)")
_MAIL = re.compile(r"\S+@\S+\.\w+")
Phrases = dict[tuple[str, str], list[str]]


@dataclass
class Row:
    """One intent in the list. `counts` by language are of the draft; `seen` of the last 30 days, by language."""

    intent: str
    uses: Uses
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LANGUAGES, 0))
    added: int = 0
    dropped: int = 0
    seen: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LANGUAGES, 0))
    last_seen: date | None = None


@dataclass(frozen=True)
class Change:
    """What publishing the draft would do to one phrase, of the intent `before` and then `after`. `before` None: new; `after` None:
    taken away; both: moved.

    `kind` other than `phrase`: `name` is a word of the clinic's for the intent; `merge` (without words) that `before` is taken for
    `after` from then on, `split` that it no longer is.
    """

    language: str
    text: str
    before: str | None
    after: str | None
    kind: str = "phrase"


def in_draft() -> tuple[ColumnElement[bool], ...]:
    """The conditions for an example of the draft."""
    return (IntentExample.removed_in.is_(None), IntentExample.is_dropped.is_(False))


async def overview(uow: UnitOfWork, access: Access, today: date) -> list[Row]:
    """Every intent the bot knows, in the order of its domain."""
    access.require(Permission.edit_content)
    known = uses()
    rows = {intent: Row(intent, known[intent]) for intent in intents()}
    counted = select(
        IntentExample.intent, IntentExample.language, IntentExample.added_in.is_(None), IntentExample.is_dropped, func.count()
    ).where(IntentExample.removed_in.is_(None))  # fmt: skip
    groups = counted.group_by(
        IntentExample.intent, IntentExample.language, IntentExample.added_in.is_(None), IntentExample.is_dropped
    )
    for intent, language, is_new, is_dropped, count in await uow.session.execute(groups):
        if (row := rows.get(intent)) is None:
            continue
        if not is_dropped:
            row.counts[language] += count
            row.added += count if is_new else 0
        else:
            row.dropped += count
    seen = select(IntentDay.intent, IntentDay.language, func.sum(IntentDay.seen), func.max(IntentDay.day))
    days = seen.where(IntentDay.day > today - SEEN_WITHIN).group_by(IntentDay.intent, IntentDay.language)
    for intent, language, count, last in await uow.session.execute(days):
        if (row := rows.get(intent)) is not None:
            row.seen[language] = int(count)
            row.last_seen = max(last, row.last_seen or last)
    return list(rows.values())


async def seen(uow: UnitOfWork, access: Access, intent: str, today: date) -> int:
    """How often an intent was understood in the last 30 days, in both languages."""
    access.require(Permission.edit_content)
    counted = select(func.sum(IntentDay.seen)).where(IntentDay.intent == intent, IntentDay.day > today - SEEN_WITHIN)
    return int(await uow.session.scalar(counted) or 0)


async def examples(uow: UnitOfWork, access: Access, intent: str) -> list[IntentExample]:
    """The draft's examples of an intent, and those it drops; the newest first, then as they came. Raises `NotFound`."""
    access.require(Permission.edit_content)
    _known(intent)
    found = select(IntentExample).where(IntentExample.intent == intent, IntentExample.removed_in.is_(None))
    order = found.order_by(IntentExample.added_in.is_not(None), IntentExample.created_at.desc(), IntentExample.id)
    return list(await uow.session.scalars(order))


async def add(
    uow: UnitOfWork, access: Access, language: str, intent: str, text: str, now: datetime, author: str, origin_id: UUID | None = None
) -> IntentExample | Refused:  # fmt: skip
    """One more example in the draft.

    Refused: `example-empty`, `example-long`, `example-personal` (a number or an address of somebody), `example-known` (it stands in
    an intent already, or in another one in the other language), `intent-merged` (the goal is taken for another one), `draft-locked`.
    """
    access.require(Permission.edit_content)
    _known(intent)
    if (refused := await locked(uow)) is not None:
        return refused
    words = " ".join(text.split())
    if (problem := problem_of(words)) is not None:
        return problem
    key = for_dialogue(words)
    is_twin = (IntentExample.language == language) | (IntentExample.intent != intent)
    twin = await uow.session.scalar(
        select(IntentExample.intent).where(IntentExample.key == key, is_twin, *in_draft()).limit(1)
    )
    if twin is not None:
        return Refused("example-known", {"intent": twin})
    if (closed := await _closed(uow, intent)) is not None:
        return closed
    made = await _put(uow, language, intent, words, key, now, author, origin_id)
    audit.record(uow, access, "example.added", "intent", intent, now)
    return made


def problem_of(words: str) -> Refused | None:
    """Why these words can be no example, whatever the others are."""
    if not for_dialogue(words):
        return Refused("example-empty")
    if len(words) > LONGEST:
        return Refused("example-long", {"most": str(LONGEST)})
    return Refused("example-personal") if _NUMBER.search(words) or _MAIL.search(words) else None


async def drop(uow: UnitOfWork, access: Access, ids: Collection[UUID], now: datetime) -> int | Refused:
    """Take examples out of the draft; how many. Refused: `draft-locked`."""
    chosen = await _chosen(uow, access, ids)
    if isinstance(chosen, Refused):
        return chosen
    for one in chosen:
        await _take_out(uow, one)
        audit.record(uow, access, "example.dropped", "intent", one.intent, now)
    return len(chosen)


async def bring_back(uow: UnitOfWork, access: Access, ids: Collection[UUID], now: datetime) -> int | Refused:
    """Put dropped examples back, unless the phrase stands elsewhere by now. Refused: `draft-locked`, `example-known`."""
    access.require(Permission.edit_content)
    if (refused := await locked(uow)) is not None:
        return refused
    found = await uow.session.scalars(
        select(IntentExample).where(
            IntentExample.id.in_(ids), IntentExample.removed_in.is_(None), IntentExample.is_dropped
        )
    )
    count = 0
    for one in found:
        try:
            async with uow.session.begin_nested():
                one.is_dropped = False
                await uow.session.flush()
        except IntegrityError:
            await uow.session.refresh(one)
            return Refused("example-known", {"intent": one.intent})
        audit.record(uow, access, "example.restored", "intent", one.intent, now)
        count += 1
    return count


async def move(
    uow: UnitOfWork, access: Access, ids: Collection[UUID], intent: str, now: datetime, author: str
) -> int | Refused:
    """Let examples belong to another intent; how many moved. Refused: `draft-locked`, `intent-merged`."""
    _known(intent)
    chosen = await _chosen(uow, access, ids)
    if isinstance(chosen, Refused):
        return chosen
    if (closed := await _closed(uow, intent)) is not None:
        return closed
    moved = [one for one in chosen if one.intent != intent]
    for one in moved:
        audit.record(uow, access, "example.moved", "intent", one.intent, now)
    return await give(uow, moved, intent, now, author)


async def give(
    uow: UnitOfWork, rows: Collection[IntentExample], intent: str, now: datetime, author: str, merged_from: str | None = None
) -> int:  # fmt: skip
    """Take them out of the draft where they are, and put them into it as examples of that intent; how many."""
    for one in rows:
        language, text, key, origin = one.language, one.text, one.key, one.origin_id
        await _take_out(uow, one)
        await _put(uow, language, intent, text, key, now, author, origin, merged_from)
    return len(rows)


async def changes(uow: UnitOfWork, access: Access) -> list[Change]:
    """What the draft changes against what was published last."""
    access.require(Permission.edit_content)
    rows = await uow.session.scalars(
        select(IntentExample)
        .where(IntentExample.removed_in.is_(None), IntentExample.added_in.is_(None) | IntentExample.is_dropped)
        .order_by(IntentExample.language, IntentExample.intent, IntentExample.text)
    )
    by_key: dict[tuple[str, str], list[IntentExample]] = defaultdict(list)
    for one in rows:
        by_key[one.language, one.key].append(one)
    found = []
    for (language, _), alike in by_key.items():
        before = next((one.intent for one in alike if one.is_dropped), None)
        after = next((one.intent for one in alike if not one.is_dropped), None)
        found.append(Change(language, alike[-1].text, before, after))
    return [*of_goals(await clinic_goals.published(uow), await clinic_goals.drafted(uow)), *found]


def of_goals(before: clinic_goals.Goals, after: clinic_goals.Goals) -> list[Change]:
    """What is different about intents themselves: merges first, then the clinic's words for them."""
    found = [
        Change("", "", intent, into, "merge" if is_merged else "split")
        for intent, into, is_merged in clinic_goals.merges(before, after)
    ]
    for one in clinic_goals.differences(before, after):
        if one.before is not None:
            found.append(Change(one.language, one.before, one.intent, None, "name"))
        if one.after is not None:
            found.append(Change(one.language, one.after, None, one.intent, "name"))
    return found


async def discard(uow: UnitOfWork, access: Access, now: datetime) -> Refused | None:
    """Throw the draft away. Refused: `draft-locked`."""
    access.require(Permission.edit_content)
    if (refused := await locked(uow)) is not None:
        return refused
    await uow.session.execute(delete(IntentExample).where(IntentExample.added_in.is_(None)))
    await uow.session.execute(
        update(IntentExample)
        .where(IntentExample.removed_in.is_(None), IntentExample.is_dropped)
        .values(is_dropped=False)
    )
    await uow.session.execute(delete(ClinicGoal).where(ClinicGoal.added_in.is_(None)))
    dropped = update(ClinicGoal).where(ClinicGoal.removed_in.is_(None), ClinicGoal.is_dropped)
    await uow.session.execute(dropped.values(is_dropped=False))
    audit.record(uow, access, "draft.discarded", "intent", "draft", now)
    return None


async def people(uow: UnitOfWork, access: Access) -> int:
    """How many people made the draft what it is: whose edits are audited since it was published or thrown away."""
    access.require(Permission.edit_content)
    number = await uow.session.scalar(select(func.max(BotVersion.number)).where(BotVersion.kind == "edit"))
    of_draft = AuditEvent.subject_id.in_([*intents(), "draft", str(number)])
    began = select(AuditEvent.id).where(of_draft, AuditEvent.action.in_(("bot.publish", "draft.discarded")))
    since = await uow.session.scalar(began.order_by(AuditEvent.id.desc()).limit(1))
    edited = AuditEvent.action.like("example.%") | AuditEvent.action.like("goal.%")
    counted = select(func.count(AuditEvent.actor.distinct())).where(
        of_draft, AuditEvent.subject_kind == "intent", edited
    )
    found = await uow.session.scalar(counted if since is None else counted.where(AuditEvent.id > since))
    return int(found or 0)


async def locked(uow: UnitOfWork) -> Refused | None:
    """A refusal while the gate checks the draft. Edits and the gate take turns by the same lock."""
    await uow.lock("intent-draft")
    found = await uow.session.scalar(select(BotRun.id).where(BotRun.state.in_(OPEN)))
    return Refused("draft-locked") if found is not None else None


async def phrases(uow: UnitOfWork, version: int | None = None) -> Phrases:
    """What a version holds, or the draft: by language and intent, in the order they came."""
    query = select(IntentExample.language, IntentExample.intent, IntentExample.text)
    if version is None:
        query = query.where(*in_draft())
    else:
        is_in = IntentExample.removed_in.is_(None) | (IntentExample.removed_in > version)
        query = query.where(IntentExample.added_in <= version, is_in)
    found: Phrases = {}
    for language, intent, text in await uow.session.execute(query.order_by(IntentExample.created_at, IntentExample.id)):
        found.setdefault((language, intent), []).append(text)
    return found


async def live_version(uow: UnitOfWork) -> BotVersion | None:
    """The version published last."""
    found: BotVersion | None = await uow.session.scalar(select(BotVersion).order_by(BotVersion.number.desc()).limit(1))
    return found


async def _chosen(uow: UnitOfWork, access: Access, ids: Collection[UUID]) -> Sequence[IntentExample] | Refused:
    access.require(Permission.edit_content)
    if (refused := await locked(uow)) is not None:
        return refused
    return list(await uow.session.scalars(select(IntentExample).where(IntentExample.id.in_(ids), *in_draft())))


async def _take_out(uow: UnitOfWork, one: IntentExample) -> None:
    if one.added_in is None:
        await uow.session.delete(one)
    else:
        one.is_dropped = True
    await uow.session.flush()


async def _put(
    uow: UnitOfWork, language: str, intent: str, text: str, key: str, now: datetime, author: str, origin_id: UUID | None,
    merged_from: str | None = None,
) -> IntentExample:  # fmt: skip
    """A new row; or the published one that the draft had dropped, where it is the same."""
    dropped: IntentExample | None = await uow.session.scalar(
        select(IntentExample).where(
            IntentExample.language == language, IntentExample.key == key, IntentExample.intent == intent,
            IntentExample.removed_in.is_(None), IntentExample.is_dropped,
        )
    )  # fmt: skip
    if dropped is not None:
        dropped.is_dropped = False
        await uow.session.flush()
        return dropped
    made = IntentExample(
        language=language, intent=intent, text=text, key=key, author=author, created_at=now, origin_id=origin_id,
        merged_from=merged_from, is_dropped=False,
    )  # fmt: skip
    uow.session.add(made)
    await uow.session.flush()
    return made


async def _closed(uow: UnitOfWork, intent: str) -> Refused | None:
    into = clinic_goals.merged(await clinic_goals.drafted(uow)).get(intent)
    return Refused("intent-merged", {"intent": intent, "into": into}) if into else None


def _known(intent: str) -> None:
    if intent not in uses():
        raise NotFound("intent")


def by_language(rows: Mapping[tuple[str, str], Sequence[str]]) -> dict[str, int]:
    """How many phrases there are, by language."""
    return {language: sum(len(texts) for (one, _), texts in rows.items() if one == language) for language in LANGUAGES}
