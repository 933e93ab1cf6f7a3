"""The words of all articles, as an index is made of them."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select, tuple_

from care.appointments.service import services, specialties
from core.db import UnitOfWork
from core.i18n import LANGUAGES, Language
from core.settings import ROOT
from knowledge.facts import facts, fill
from knowledge.lexical import words_of_article
from knowledge.models import Article, ArticleVersion
from knowledge.retrieval import Passage

POLISH_WORDS = ROOT / "data" / "knowledge" / "polish_words.txt"


async def published(uow: UnitOfWork) -> dict[Language, list[Passage]]:
    """The published words of every article, for the index of each language."""
    return await _passages(uow, (Article.status == "published") & (ArticleVersion.version == Article.published_version))


async def newest_words(uow: UnitOfWork) -> dict[Language, list[Passage]]:
    """The newest words of every article that was not withdrawn; a language it lacks is stood in for by the other."""
    newest = (
        select(ArticleVersion.article_id, func.max(ArticleVersion.version).label("version"))
        .group_by(ArticleVersion.article_id)
        .subquery()
    )
    is_newest = tuple_(ArticleVersion.article_id, ArticleVersion.version).in_(select(newest))
    return await _passages(uow, (Article.status != "withdrawn") & is_newest)


async def _passages(uow: UnitOfWork, which: ColumnElement[bool]) -> dict[Language, list[Passage]]:
    """One passage for each article in each language. Columns, not objects: there may be thousands."""
    rows = await uow.session.execute(
        select(
            Article.id, Article.topic, Article.services, ArticleVersion.version, ArticleVersion.language,
            ArticleVersion.question, ArticleVersion.answer, ArticleVersion.source,
        ).join(ArticleVersion, ArticleVersion.article_id == Article.id).where(which).order_by(Article.id)
    )  # fmt: skip
    known = {language: await facts(uow, language) for language in LANGUAGES}
    texts: dict[str, dict[str, Any]] = {}
    for row in rows:
        texts.setdefault(row.id, {})[row.language] = row
    found: dict[Language, list[Passage]] = {language: [] for language in LANGUAGES}
    for said in texts.values():
        for language in LANGUAGES:
            other = next((row for tongue, row in said.items() if tongue != language), None)
            own = said.get(language, other)
            if own is not None:
                found[language].append(passage_of(own, own, known, language, other if own is not other else None))
    return found


def passage_of(
    subject: Article | Row[Any], text: ArticleVersion | Row[Any], known: dict[Language, dict[str, str]], language: Language,
    other: ArticleVersion | Row[Any] | None,
) -> Passage:  # fmt: skip
    """`other`: the same article's text in the other language, if it has one."""

    def filled(words: ArticleVersion | Row[Any]) -> str:
        return fill(words.answer, known[_tongue(words.language)])

    return Passage(
        subject.id, text.version, subject.topic, frozenset(subject.services), text.question, filled(text), text.source,
        text.language != language, (other.question, filled(other)) if other is not None else None,
    )  # fmt: skip


def _tongue(language: str) -> Language:
    return "en" if language == "en" else "pl"


async def spellings(uow: UnitOfWork, passages: Iterable[Passage]) -> list[str]:
    """The words whose proper spelling is known: everyday ones, the articles' own, and what examinations are called."""
    texts = list(_everyday_words())
    texts += [f"{passage.question} {passage.answer}" for passage in passages]
    texts += [name for row in await specialties(uow) for name in row.synonyms_pl]
    texts += [name for row in await services(uow) for name in row.synonyms_pl]
    return sorted(frozenset[str]().union(*map(words_of_article, texts)))


@cache
def _everyday_words() -> tuple[str, ...]:
    return tuple(line for line in POLISH_WORDS.read_text("utf-8").splitlines() if not line.startswith("#"))
