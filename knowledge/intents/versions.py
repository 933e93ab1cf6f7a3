"""Versions of what the bot learns from: the first from the files, the next from the draft, or from an earlier version again."""

from datetime import datetime, timedelta

from sqlalchemy import Select, func, insert, or_, select, update

from conversations.understanding import for_dialogue
from core.db import UnitOfWork
from core.ids import new_id
from knowledge.intents import clinic_goals
from knowledge.intents.editing import Phrases, in_draft
from knowledge.intents.models import BotVersion, IntentExample
from knowledge.intents.uses import intents

FILES = "data/nlu"
"""The author of what came with the product."""


async def seed(uow: UnitOfWork, found: Phrases, digest: str | None, now: datetime) -> bool:
    """The first version, from the files, where there is none; True if it was made."""
    await uow.lock("intent-draft")
    if await uow.session.scalar(select(BotVersion.number).limit(1)) is not None:
        return False
    uow.session.add(BotVersion(number=1, kind="seed", author=FILES, note="", created_at=now, digest=digest))
    await uow.session.flush()
    flat = [(language, intent, text) for (language, intent), texts in found.items() for text in texts]
    # A microsecond apart: they keep the order they came in, which the learning of the bot depends on a little.
    rows = [_row(*one, now + timedelta(microseconds=place)) for place, one in enumerate(flat)]
    unique = {(str(row["language"]), str(row["key"])): row for row in reversed(rows)}
    await uow.session.execute(insert(IntentExample), [{**row, "added_in": 1} for row in reversed(unique.values())])
    return True


async def adopt(uow: UnitOfWork, found: Phrases, now: datetime) -> int:
    """What an upgrade's files have and no version ever had comes into the draft; how many. Words the clinic took away stay away."""
    await uow.lock("intent-draft")
    rows = await uow.session.execute(select(IntentExample.language, IntentExample.key))
    known = {(language, key) for language, key in rows}
    taken = clinic_goals.merged(await clinic_goals.drafted(uow))
    fresh: dict[tuple[str, str], dict[str, object]] = {}
    for (language, intent), texts in found.items():
        for text in texts:
            row = _row(language, taken.get(intent, intent), text, now)
            row["merged_from"] = intent if intent in taken else None
            if (language, str(row["key"])) not in known and intent in intents():
                fresh.setdefault((language, str(row["key"])), row)
    if fresh:
        await uow.session.execute(insert(IntentExample), [{**row, "added_in": None} for row in fresh.values()])
    return len(fresh)


async def publish_draft(
    uow: UnitOfWork, digest: str, note: str, author: str, figures: dict[str, object], now: datetime
) -> BotVersion:
    """The draft becomes the next version."""
    number = await _next(uow)
    made = BotVersion(
        number=number, kind="edit", author=author, note=note, created_at=now, digest=digest, figures=figures
    )
    uow.session.add(made)
    await uow.session.flush()
    is_open = IntentExample.removed_in.is_(None)
    await uow.session.execute(update(IntentExample).where(is_open, IntentExample.is_dropped).values(removed_in=number))
    await uow.session.execute(
        update(IntentExample).where(*in_draft(), IntentExample.added_in.is_(None)).values(added_in=number)
    )
    await clinic_goals.publish(uow, number)
    return made


async def same_again(uow: UnitOfWork, digest: str, figures: dict[str, object], now: datetime) -> BotVersion:
    """The published phrases with a model of newer code, as the next version; the draft stays a draft."""
    made = BotVersion(
        number=await _next(uow), kind="upgrade", author=FILES, note="", created_at=now, digest=digest, figures=figures
    )
    uow.session.add(made)
    await uow.session.flush()
    return made


async def go_back(uow: UnitOfWork, to: BotVersion, note: str, author: str, now: datetime) -> BotVersion:
    """An earlier version's phrases, and its model, as the next version. What the draft had added stays in the draft."""
    number = await _next(uow)
    made = BotVersion(
        number=number, kind="rollback", author=author, note=note, created_at=now, digest=to.digest, figures=to.figures
    )
    uow.session.add(made)
    await uow.session.flush()
    now_in = select(IntentExample).where(IntentExample.added_in.is_not(None), IntentExample.removed_in.is_(None))
    present = {_place(one): one for one in await uow.session.scalars(now_in)}
    wanted = {_place(one): one for one in await uow.session.scalars(_of(to.number))}
    for place, one in present.items():
        if place not in wanted:
            one.removed_in = number
    await uow.session.flush()
    await _clear_twins(uow, {(language, key) for language, key, _ in wanted})
    for place, one in wanted.items():
        if place not in present:
            uow.session.add(
                IntentExample(
                    language=one.language, intent=one.intent, text=one.text, key=one.key, origin_id=one.origin_id,
                    author=one.author, created_at=one.created_at, added_in=number, merged_from=one.merged_from, is_dropped=False,
                )
            )  # fmt: skip
    await uow.session.flush()
    await clinic_goals.go_back(uow, to.number, number, now)
    return made


def _place(one: IntentExample) -> tuple[str, str, str]:
    return one.language, one.key, one.intent


async def _clear_twins(uow: UnitOfWork, wanted: set[tuple[str, str]]) -> None:
    """Phrases the draft added that come back as published ones go from the draft: a phrase stands once."""
    drafts = select(IntentExample).where(IntentExample.added_in.is_(None), *in_draft())
    for one in await uow.session.scalars(drafts):
        if (one.language, one.key) in wanted:
            await uow.session.delete(one)
    await uow.session.flush()


def _of(version: int) -> Select[IntentExample]:
    is_in = or_(IntentExample.removed_in.is_(None), IntentExample.removed_in > version)
    return select(IntentExample).where(IntentExample.added_in <= version, is_in)


async def _next(uow: UnitOfWork) -> int:
    await uow.lock("intent-draft")
    return int(await uow.session.scalar(select(func.max(BotVersion.number))) or 0) + 1


def _row(language: str, intent: str, text: str, now: datetime) -> dict[str, object]:
    words = " ".join(text.split())
    return {
        "id": new_id(), "language": language, "intent": intent, "text": words, "key": for_dialogue(words), "author": FILES,
        "created_at": now, "is_dropped": False,
    }  # fmt: skip
