"""The first articles: fills an empty database from data/knowledge and publishes them."""

from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from core.access import Access
from core.db import UnitOfWork
from core.errors import ConfigurationError
from core.settings import ROOT
from core.yamls import read_yaml
from knowledge.models import Article
from knowledge.service import import_articles, publish

ARTICLES = ROOT / "data" / "knowledge" / "articles"


async def seed(uow: UnitOfWork, now: datetime, folder: Path = ARTICLES) -> bool:
    """Import and publish all articles and say True; do nothing and say False if there is an article already."""
    if (await uow.session.scalars(select(Article.id).limit(1))).first() is not None:
        return False
    access = Access.system("seed")
    rows = read_articles(folder)
    await import_articles(uow, access, rows, now)
    for row in rows:
        published = await publish(uow, access, row["id"], now)
        if not isinstance(published, Article):
            raise ConfigurationError(f"article {row['id']} cannot be published: {published.reason}")
    return True


def read_articles(folder: Path = ARTICLES) -> list[dict[str, Any]]:
    """The articles of a folder, one per file, in the form `import_articles` takes."""
    return [read_yaml(path.read_text("utf-8")) for path in sorted(folder.glob("*.yml"))]
