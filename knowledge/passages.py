"""The words of all articles, as an index is made of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
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
from knowledge.retrieval import Passage, beginning

MOST_BY_NAME = 1000
"""So many versions are asked for by name; for more, all are read."""
POLISH_WORDS = ROOT / "data" / "knowledge" / "polish_words.txt"


@dataclass
class Read:
    """What was read for an index, so that the next reads and fills only what changed. A version's words never change."""

    facts: dict[Language, dict[str, str]] = field(default_factory=dict)
    texts: dict[tuple[str, int, str], Row[Any]] = field(default_factory=dict)
    """By article, version and language."""
    made: dict[tuple[Any, ...], Passage] = field(default_factory=dict)
    passages: dict[Language, list[Passage]] = field(default_factory=dict)


async def published(uow: UnitOfWork, before: Read) -> Read:
    """The published words of every article, for the index of each language."""
    which = (Article.status == "published") & (ArticleVersion.version == Article.published_version)
    return await _read(uow, which, before)


async def newest_words(uow: UnitOfWork, before: Read) -> Read:
    """The newest words of every article that was not withdrawn; a language it lacks is stood in for by the other."""
    newest = (
        select(ArticleVersion.article_id, func.max(ArticleVersion.version).label("version"))
        .group_by(ArticleVersion.article_id)
        .subquery()
    )
    is_newest = tuple_(ArticleVersion.article_id, ArticleVersion.version).in_(select(newest))
    return await _read(uow, (Article.status != "withdrawn") & is_newest, before)


async def _read(uow: UnitOfWork, which: ColumnElement[bool], before: Read) -> Read:
    """One passage for each article in each language. Columns, not objects: there may be thousands."""
    rows: Iterable[Row[Any]] = await uow.session.execute(
        select(Article.id, Article.topic, Article.services, ArticleVersion.version, ArticleVersion.language)
        .join(ArticleVersion, ArticleVersion.article_id == Article.id)
        .where(which)
        .order_by(Article.id)
    )
    subjects: dict[str, dict[str, Row[Any]]] = {}
    for row in rows:
        subjects.setdefault(row.id, {})[row.language] = row
    read = Read({language: await facts(uow, language) for language in LANGUAGES})
    read.texts = await _texts(uow, which, [_key(row) for said in subjects.values() for row in said.values()], before)
    made = before.made if before.facts == read.facts else {}
    for language in LANGUAGES:
        passages = read.passages[language] = []
        for said in subjects.values():
            other = next((row for tongue, row in said.items() if tongue != language), None)
            subject = said.get(language, other)
            if subject is None:
                continue
            translation = _key(other) if other is not None and other is not subject else None
            made_of = (language, _key(subject), subject.topic, tuple(subject.services), translation)
            passage = made.get(made_of) or passage_of(
                subject,
                read.texts[_key(subject)],
                read.facts,
                language,
                read.texts[translation] if translation else None,
            )
            read.made[made_of] = passage
            passages.append(passage)
    return read


def _key(row: Row[Any]) -> tuple[str, int, str]:
    return row.id, row.version, row.language


async def _texts(
    uow: UnitOfWork, which: ColumnElement[bool], keys: list[tuple[str, int, str]], before: Read
) -> dict[tuple[str, int, str], Row[Any]]:
    """The words of these versions: those read before, and the rest from the database."""
    known = {key: before.texts[key] for key in keys if key in before.texts}
    missing = [key for key in keys if key not in known]
    if not missing:
        return known
    version = ArticleVersion
    query = select(
        version.article_id.label("id"),
        version.version,
        version.language,
        version.question,
        version.answer,
        version.source,
    ).join(Article, version.article_id == Article.id)
    few = tuple_(version.article_id, version.version, version.language).in_(missing)
    rows: Iterable[Row[Any]] = await uow.session.execute(query.where(few if len(missing) <= MOST_BY_NAME else which))
    return known | {_key(row): row for row in rows}


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
    texts += map(beginning, passages)
    texts += [name for row in await specialties(uow) for name in row.synonyms_pl]
    texts += [name for row in await services(uow) for name in row.synonyms_pl]
    return sorted(frozenset[str]().union(*map(words_of_article, texts)))


@cache
def _everyday_words() -> tuple[str, ...]:
    return tuple(line for line in POLISH_WORDS.read_text("utf-8").splitlines() if not line.startswith("#"))
