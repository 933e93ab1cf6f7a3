"""Goals as choices, called as the clinic calls them; else as the product does."""

import json
from collections.abc import Iterable
from typing import Any

from conversations.protocols import Choice
from core.db import UnitOfWork
from core.i18n import Language
from knowledge.intents import clinic_goals

MENU = ("book", "price", "clinic_info", "human")


async def goal_choices(
    uow: UnitOfWork, language: Language, goals: Iterable[str], entities: dict[str, Any] | None = None
) -> tuple[Choice, ...]:
    """One choice a goal, in that order; `entities` go with each of them but a person, who reads the conversation."""
    named = clinic_goals.names(await clinic_goals.published(uow), language)
    told = json.dumps(entities) if entities else ""
    found = []
    for goal in goals:
        payload = f"/{goal}{told if goal != 'human' else ''}"
        if goal in named:
            found.append(Choice(goal, "choice-goal", payload, {"name": named[goal]}))
        else:
            found.append(Choice(goal, f"menu-{goal.replace('_', '-')}", payload))
    return tuple(found)


async def menu(uow: UnitOfWork, language: Language) -> tuple[Choice, ...]:
    """The commonest goals as choices."""
    return await goal_choices(uow, language, MENU)
