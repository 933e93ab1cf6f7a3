"""The red-flag rules as a reviewer needs them: what each is for, how many sentences prove it, how often it fired of late."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import select

from conversations.models import SafetyAlert
from conversations.safety import EXAMPLES_FILE, SOURCES_FILE, Level, SafetyScreen, read_examples
from core.access import Access, Permission
from core.db import UnitOfWork
from core.yamls import read_yaml

LATELY = timedelta(days=30)


@dataclass(frozen=True)
class Reviewed:
    """One rule. `seen` sentences of the pack must fire it, `left` must not; `fired` counts messages, None where none are kept."""

    id: str
    level: Level
    table: str
    sources: tuple[str, ...]
    seen: int
    left: int
    fired: int | None


async def review(uow: UnitOfWork, access: Access, screen: SafetyScreen, now: datetime) -> Sequence[Reviewed]:
    """All rules, the gravest first. Counts alone: nobody's message is opened for it."""
    access.require(Permission.read_clinical)
    alerts = await uow.session.scalars(select(SafetyAlert.rules).where(SafetyAlert.raised_at >= now - LATELY))
    fired = Counter(rule for rules in alerts for rule in {str(one["rule"]) for one in rules})
    sentences, titles = _sentences(), _titles()
    found = [
        Reviewed(
            rule.id,
            rule.level,
            rule.table,
            tuple(titles[key] for key in rule.source),
            *sentences.get(rule.id, (0, 0)),
            fired[rule.id] if rule.level >= Level.violence else None,
        )
        for rule in screen.rules
    ]
    return sorted(found, key=lambda one: -one.level)


@lru_cache(maxsize=1)
def _sentences() -> dict[str, tuple[int, int]]:
    pack = read_examples(EXAMPLES_FILE)
    return {rule: (len(kept["see"]), len(kept["leave"])) for rule, kept in pack.items()}


@lru_cache(maxsize=1)
def _titles() -> dict[str, str]:
    return {key: row["title"] for key, row in read_yaml(SOURCES_FILE.read_text("utf-8")).items()}
