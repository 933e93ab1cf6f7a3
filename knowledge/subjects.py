"""What an article is about: topic, examinations, and whether it is safety content. It counts at once, not with the next publication.

So it stands still while safety content answers: otherwise one person could keep it from being found, by a draft.
"""

from datetime import datetime
from typing import Any

from core import audit
from core.access import Access
from core.db import UnitOfWork
from core.errors import ConfigurationError
from knowledge.models import Article


def is_fixed(known: Article, row: dict[str, Any]) -> bool:
    """Would this row change what published safety content is about?"""
    wanted = (row.get("topic", known.topic), sorted(row.get("services", known.services)))
    is_safe = known.is_safety and known.status == "published"
    return is_safe and wanted != (known.topic, sorted(known.services))


def take(uow: UnitOfWork, access: Access, known: Article, row: dict[str, Any], now: datetime) -> None:
    """Let the article be about what the row says. Raises `ConfigurationError` where that is fixed.

    The mark of safety content stays once the article has been published.
    """
    if is_fixed(known, row):
        raise ConfigurationError(f"{known.id} is published safety content: withdraw it to change its topic or services")
    known.topic, known.services = row.get("topic", known.topic), row.get("services", known.services)
    wanted = row.get("is_safety", known.is_safety)
    if wanted != known.is_safety and (wanted or known.published_version is None):
        known.is_safety = wanted
        audit.record(uow, access, f"article.safety-{'on' if wanted else 'off'}", "article", known.id, now)
