"""What the clinic made of the bot's intents: names of its own, and which goal is taken for another. Read here; changed in `goals`.

Rows are versioned as examples are: added in one version, removed in another, and the draft is what is not removed and not dropped.
The technical name stays, everywhere: rules, forms, payloads of choices and outsiders stand on it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, update

from core.db import UnitOfWork
from core.i18n import LANGUAGES, Language
from knowledge.intents.models import ClinicGoal

Goals = dict[str, ClinicGoal]
"""By intent."""


@dataclass(frozen=True)
class NameChange:
    """One word of the clinic's for an intent that the draft gives (`before` None), takes away (`after` None) or replaces."""

    intent: str
    language: str
    before: str | None
    after: str | None


def in_draft() -> tuple[ColumnElement[bool], ...]:
    """The conditions for a row of the draft."""
    return (ClinicGoal.removed_in.is_(None), ClinicGoal.is_dropped.is_(False))


async def drafted(uow: UnitOfWork) -> Goals:
    """What will be."""
    return _by_intent(await uow.session.scalars(select(ClinicGoal).where(*in_draft())))


async def published(uow: UnitOfWork) -> Goals:
    """What is: of the version that answers."""
    is_published = (ClinicGoal.added_in.is_not(None), ClinicGoal.removed_in.is_(None))
    return _by_intent(await uow.session.scalars(select(ClinicGoal).where(*is_published)))


async def of_version(uow: UnitOfWork, number: int) -> Goals:
    """What was, in that version."""
    is_in = or_(ClinicGoal.removed_in.is_(None), ClinicGoal.removed_in > number)
    return _by_intent(await uow.session.scalars(select(ClinicGoal).where(ClinicGoal.added_in <= number, is_in)))


def merged(goals: Mapping[str, ClinicGoal]) -> dict[str, str]:
    """Which intent is taken for which."""
    return {intent: one.merged_into for intent, one in goals.items() if one.merged_into}


def names(goals: Mapping[str, ClinicGoal], language: Language) -> dict[str, str]:
    """The clinic's names in a language, for those intents that have one."""
    return {intent: name for intent, one in goals.items() if (name := one.name(language))}


def words(goals: Mapping[str, ClinicGoal]) -> dict[tuple[str, str], str]:
    """Names and descriptions as one text for each intent and language that has any."""
    told = {
        (intent, language): " – ".join(filter(None, (one.name(language), one.about(language))))
        for intent, one in goals.items()
        for language in LANGUAGES
    }
    return {place: text for place, text in told.items() if text}


def differences(before: Mapping[str, ClinicGoal], after: Mapping[str, ClinicGoal]) -> list[NameChange]:
    """Whose words differ."""
    old, new = words(before), words(after)
    places = sorted({*old, *new})
    return [
        NameChange(intent, language, old.get((intent, language)), new.get((intent, language)))
        for intent, language in places
        if old.get((intent, language)) != new.get((intent, language))
    ]


def merges(before: Mapping[str, ClinicGoal], after: Mapping[str, ClinicGoal]) -> list[tuple[str, str, bool]]:
    """Which goals come to be taken for another (True), or no longer are (False): `(intent, the other, is_merged)`."""
    old, new = merged(before), merged(after)
    gone = [(intent, into, False) for intent, into in old.items() if new.get(intent) != into]
    return sorted([*gone, *((intent, into, True) for intent, into in new.items() if old.get(intent) != into)])


async def publish(uow: UnitOfWork, number: int) -> None:
    """The draft becomes part of that version."""
    is_open = ClinicGoal.removed_in.is_(None)
    await uow.session.execute(update(ClinicGoal).where(is_open, ClinicGoal.is_dropped).values(removed_in=number))
    await uow.session.execute(
        update(ClinicGoal).where(*in_draft(), ClinicGoal.added_in.is_(None)).values(added_in=number)
    )


async def go_back(uow: UnitOfWork, to: int, number: int, now: datetime) -> None:
    """What was in version `to` is in version `number` again. Where that changes a goal, what the draft made of it is thrown away."""
    present, wanted = await published(uow), await of_version(uow, to)
    draft = {one.intent: one for one in (await drafted(uow)).values() if one.added_in is None}
    for intent in sorted({*present, *wanted}):
        old, new = present.get(intent), wanted.get(intent)
        if old is not None and new is not None and old.same_as(new):
            continue
        if intent in draft:
            await uow.session.delete(draft[intent])
        if old is not None:
            old.removed_in = number
        await uow.session.flush()
        if new is not None:
            uow.session.add(
                ClinicGoal(
                    intent=intent, name_pl=new.name_pl, name_en=new.name_en, about_pl=new.about_pl, about_en=new.about_en,
                    merged_into=new.merged_into, author=new.author, created_at=now, added_in=number, is_dropped=False,
                )
            )  # fmt: skip
            await uow.session.flush()


def _by_intent(rows: Iterable[ClinicGoal] | Sequence[ClinicGoal]) -> Goals:
    return {one.intent: one for one in rows}
