"""A goal's name, and merging one goal into another, in the draft. What was published is never changed; the technical name stays.

Merged means: its phrases teach the other goal, so that it is understood no more by itself. Its rules, and choices offered before,
go on working. Splitting gives the phrases back.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from conversations.choosing import GOALS
from conversations.linter import Kind, lint
from conversations.outreach.models import Purpose
from conversations.pseudonyms import points_to_somebody
from core import audit
from core.access import Access, Permission
from core.db import UnitOfWork
from core.errors import NotFound, Refused
from core.i18n import LANGUAGES, Language, catalogue
from core.segments import measure, plain
from knowledge.intents import clinic_goals, editing
from knowledge.intents.models import ClinicGoal, IntentExample
from knowledge.intents.uses import intents, uses

LONGEST_NAME, LONGEST_ABOUT = 30, 200
"""Three names, a person and the question are one SMS segment (160 characters)."""
SAFETY = frozenset({"emergency", "symptoms", "medical_advice", "human"})
LAW = frozenset({"complaint", "data_rights", "stop_messages"})
"""Rights that somebody must be able to use in so many words."""
PLATFORM = frozenset(
    "clinic_info price prepare refill change_language otp_resend book next_slots list_visits reschedule cancel_visit confirm_visit".split()
)
"""Menus, articles' choices and other programs ask for these by name, or a dialogue of their own follows."""
MERGEABLE = GOALS - SAFETY - LAW - PLATFORM


def may_not_merge(intent: str) -> str | None:
    """Why a goal cannot be taken for another: `safety`, `law`, `form`, `platform`, `manners` (part of any conversation). None: it can."""
    if intent in SAFETY:
        return "safety"
    if intent in LAW:
        return "law"
    if uses()[intent].begins:
        return "form"
    if intent in PLATFORM:
        return "platform"
    return None if intent in MERGEABLE else "manners"


async def merge(uow: UnitOfWork, access: Access, intent: str, into: str, now: datetime, author: str) -> int | Refused:
    """Let a goal be taken for another one: all its phrases, in both languages, teach the other. How many.

    Refused: `draft-locked`; `merge-` and the reason of `may_not_merge`, with the rules and forms that stand on the goal;
    `merge-into` (the other is no goal, a safety goal, or the same), `merge-chain` (one of the two has to do with a merge already).
    """
    access.require(Permission.edit_content)
    _known(intent)
    if (refused := await editing.locked(uow)) is not None:
        return refused
    if (reason := may_not_merge(intent)) is not None:
        return Refused(f"merge-{reason}", {"rules": ", ".join(uses()[intent].names[:4]) or intent})
    if into == intent or into not in GOALS - SAFETY:
        return Refused("merge-into", {"intent": into or "–"})
    goals = await clinic_goals.drafted(uow)
    taken = clinic_goals.merged(goals)
    if intent in taken or into in taken or intent in taken.values():
        return Refused("merge-chain", {"intent": into if into in taken else intent})
    await _put(uow, goals.get(intent), ClinicGoal(intent=intent), {"merged_into": into}, now, author)
    rows = await uow.session.scalars(select(IntentExample).where(IntentExample.intent == intent, *editing.in_draft()))
    moved = await editing.give(uow, list(rows), into, now, author, merged_from=intent)
    audit.record(uow, access, "goal.merged", "intent", intent, now)
    return moved


async def split(uow: UnitOfWork, access: Access, intent: str, now: datetime, author: str) -> int | Refused:
    """Give a merged goal its phrases back. How many. Refused: `draft-locked`, `merge-none` (it is not merged)."""
    access.require(Permission.edit_content)
    _known(intent)
    if (refused := await editing.locked(uow)) is not None:
        return refused
    row = (await clinic_goals.drafted(uow)).get(intent)
    if row is None or row.merged_into is None:
        return Refused("merge-none")
    into = row.merged_into
    await _put(uow, row, row, {"merged_into": None}, now, author)
    rows = await uow.session.scalars(
        select(IntentExample).where(
            IntentExample.intent == into, IntentExample.merged_from == intent, *editing.in_draft()
        )
    )
    moved = await editing.give(uow, list(rows), intent, now, author)
    audit.record(uow, access, "goal.split", "intent", intent, now)
    return moved


async def rename(
    uow: UnitOfWork,
    access: Access,
    intent: str,
    name: dict[str, str],
    about: dict[str, str],
    now: datetime,
    author: str,
) -> Refused | None:
    """Call a goal by the clinic's own words in both languages; all empty: by the product's again.

    Refused: `draft-locked`, `goal-name-missing` (a language lacks it), `goal-name-long`, `goal-about-long`,
    `goal-name-characters` (an SMS would need the long alphabet even without accents, or it could be read as a command),
    `goal-name-illness`, `goal-name-personal`, `goal-name-taken` (another goal has that name).
    """
    access.require(Permission.edit_content)
    _known(intent)
    if (refused := await editing.locked(uow)) is not None:
        return refused
    named = {language: " ".join(name.get(language, "").split()) for language in LANGUAGES}
    told = {language: " ".join(about.get(language, "").split()) for language in LANGUAGES}
    goals = await clinic_goals.drafted(uow)
    if any(named.values()) or any(told.values()):
        for language in LANGUAGES:
            others = {
                words: one for one, shown in shown_names(goals, language).items() if one != intent for words in shown
            }
            if (problem := problem_of(named[language], told[language], language, others)) is not None:
                return problem
    values: dict[str, str | None] = {f"name_{language}": named[language] or None for language in LANGUAGES}
    values |= {f"about_{language}": told[language] or None for language in LANGUAGES}
    await _put(uow, goals.get(intent), goals.get(intent) or ClinicGoal(intent=intent), values, now, author)
    audit.record(uow, access, "goal.renamed", "intent", intent, now)
    return None


def shown_names(goals: clinic_goals.Goals, language: Language) -> dict[str, set[str]]:
    """What each intent is called in that language, case folded: to patients, in the studio, and by the clinic."""
    texts, own = catalogue(language), clinic_goals.names(goals, language)
    found = {}
    for intent in intents():
        keys = [f"{kind}-{intent.replace('_', '-')}" for kind in ("menu", "intent")]
        words = [own[intent]] if intent in own else [texts.text(key) for key in keys if texts.has(key)]
        found[intent] = {one.casefold() for one in words}
    return found


def problem_of(name: str, about: str, language: str, others: Mapping[str, str]) -> Refused | None:
    """Why a goal cannot be called so in that language; `others`: what other goals are called, case folded, and which."""
    if not name:
        return Refused("goal-name-missing", {"language": language})
    if len(name) > LONGEST_NAME:
        return Refused("goal-name-long", {"most": str(LONGEST_NAME), "language": language})
    if len(about) > LONGEST_ABOUT:
        return Refused("goal-about-long", {"most": str(LONGEST_ABOUT), "language": language})
    if measure(plain(name)).encoding != "GSM-7" or not name[0].isalpha() or "{" in name:
        return Refused("goal-name-characters", {"name": name})
    if re.search(r"\d{3}", name) or points_to_somebody(f"{name}. {about}"):
        return Refused("goal-name-personal", {"name": name})
    illness = [one.words for one in lint(name, "sms", Purpose.reminder, "") if one.kind is Kind.diagnosis]
    if illness:
        return Refused("goal-name-illness", {"words": illness[0]})
    taken = others.get(name.casefold())
    return Refused("goal-name-taken", {"name": name, "intent": taken, "code": taken}) if taken else None


async def _put(
    uow: UnitOfWork, now_is: ClinicGoal | None, like: ClinicGoal, values: dict[str, str | None], now: datetime, author: str
) -> None:  # fmt: skip
    """The draft has these words for the goal, instead of the row it had; the rest as in `like`. What is published already comes back."""
    made = ClinicGoal(
        intent=like.intent, name_pl=like.name_pl, name_en=like.name_en, about_pl=like.about_pl, about_en=like.about_en,
        merged_into=like.merged_into, author=author, created_at=now, is_dropped=False,
    )  # fmt: skip
    for key, value in values.items():
        setattr(made, key, value)
    if now_is is not None and now_is.added_in is None:
        await uow.session.delete(now_is)
    elif now_is is not None:
        now_is.is_dropped = True
    await uow.session.flush()
    before = (await clinic_goals.published(uow)).get(made.intent)
    if before is not None and before.same_as(made):
        before.is_dropped = False
    elif not made.is_empty:
        uow.session.add(made)
    await uow.session.flush()


def _known(intent: str) -> None:
    if intent not in uses():
        raise NotFound("intent")
