"""The words of all articles, as an index is made of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, func, literal, select, tuple_, type_coerce
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.types import NullType

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


class _Subject(NamedTuple):
    """What an article's passages are made of, beside the words, which a version never changes."""

    id: str
    topic: str
    services: tuple[str, ...]
    version: int
    languages: str
    """Those it has words in, with spaces between."""
    written_at: datetime
    """Tells a version from a discarded one that had its number."""


@dataclass
class Read:
    """What was read for an index, so that the next reads and fills only what changed. A version's words never change."""

    facts: dict[Language, dict[str, str]] = field(default_factory=dict)
    texts: dict[tuple[str, int, str], Row[Any]] = field(default_factory=dict)
    """By article, version and language."""
    made: dict[_Subject, dict[Language, Passage]] = field(default_factory=dict)
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
    languages = func.string_agg(ArticleVersion.language, aggregate_order_by(literal(" "), ArticleVersion.language))
    codes = type_coerce(Article.services, NullType()).label("services")  # a list as the driver gives it
    rows: Iterable[Row[Any]] = await uow.session.execute(
        select(
            Article.id,
            Article.topic,
            codes,
            ArticleVersion.version,
            languages.label("languages"),
            func.max(ArticleVersion.created_at).label("written_at"),
        )
        .join(ArticleVersion, ArticleVersion.article_id == Article.id)
        .where(which)
        .group_by(Article.id, ArticleVersion.version)
        .order_by(Article.id)
    )
    subjects = [
        _Subject(row.id, row.topic, tuple(row.services), row.version, row.languages, row.written_at) for row in rows
    ]
    read = Read({language: await facts(uow, language) for language in LANGUAGES})
    keys = [key for one in subjects for key in _keys(one)]
    had = {key: before.texts[key] for one in subjects if one in before.made for key in _keys(one)}
    read.texts = await _texts(uow, which, keys, had)
    made = before.made if before.facts == read.facts else {}
    for subject in subjects:
        read.made[subject] = made.get(subject) or _passages(subject, read)
    read.passages = {language: [made[language] for made in read.made.values()] for language in LANGUAGES}
    return read


def _passages(subject: _Subject, read: Read) -> dict[Language, Passage]:
    said = {tongue: read.texts[subject.id, subject.version, tongue] for tongue in subject.languages.split()}
    found: dict[Language, Passage] = {}
    for language in LANGUAGES:
        other = next((text for tongue, text in said.items() if tongue != language), None)
        text = said.get(language)
        if text is not None:
            found[language] = passage_of(subject, text, read.facts, language, other)
        elif other is not None:
            found[language] = passage_of(subject, other, read.facts, language, None)
    return found


def _keys(subject: _Subject) -> list[tuple[str, int, str]]:
    return [(subject.id, subject.version, language) for language in subject.languages.split()]


def _key(row: Row[Any]) -> tuple[str, int, str]:
    return row.id, row.version, row.language


async def _texts(
    uow: UnitOfWork,
    which: ColumnElement[bool],
    keys: list[tuple[str, int, str]],
    known: dict[tuple[str, int, str], Row[Any]],
) -> dict[tuple[str, int, str], Row[Any]]:
    """The words of these versions: those known, and the rest from the database."""
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
    subject: Article | _Subject, text: ArticleVersion | Row[Any], known: dict[Language, dict[str, str]], language: Language,
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
