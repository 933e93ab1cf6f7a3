"""Articles in, approved words out: import drafts, publish, answer. Every answer names its article, version and source."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import structlog
from sqlalchemy import func, select, update

from care.appointments import lexicon
from core import audit
from core.access import Access, Permission
from core.db import UnitOfWork
from core.errors import NotFound, Refused
from core.i18n import LANGUAGES, Language
from core.logging import describe
from knowledge.calibration import Calibration, calibration_of
from knowledge.embedding import CachedEmbedder, Embedder
from knowledge.facts import facts, unknown_placeholders
from knowledge.files import ArticleFile, named
from knowledge.lexical import PolishLetters
from knowledge.models import Article, ArticlePublication, ArticleVersion, KnowledgeState
from knowledge.passages import Read, newest_words, passage_of, published, spellings
from knowledge.reindexing import AT_ONCE, Reindexing
from knowledge.retrieval import Answer, Choices, Index, Passage, Unknown, Weighed
from knowledge.subjects import take
from knowledge.versions import add_version, newest, said

log = structlog.get_logger()
STORED_AFTER = 5.0
"""Seconds after which a publication's vectors are written into the file; until then a crash costs embedding them again."""


@dataclass(frozen=True)
class Reply:
    """Approved words for a channel, with their provenance. `score` is None for an article asked for by its name."""

    article_id: str
    version: int
    language: Language
    text: str
    source: str
    score: float | None = None
    files: tuple[ArticleFile, ...] = ()


@dataclass
class _Built:
    """What was made of one revision."""

    revision: tuple[int, int]
    terms: lexicon.Lexicon
    read: Read
    digests: dict[Passage, tuple[str, ...]] = field(default_factory=dict)
    """What the vectors of each passage's texts are remembered under."""
    indexes: dict[Language, Index] = field(default_factory=dict)


class Library:
    """Answers from the published articles; made once per process. Its index follows every publication."""

    def __init__(
        self,
        embedder: Embedder,
        remembered_in: Path | None = None,
        *,
        with_drafts: bool = False,
        calibration: Calibration | None = None,
        standby: Embedder | None = None,
        public_url: str = "",
    ) -> None:
        """`with_drafts`: the newest words of every article count, published or not, in a language it has; for editors alone.

        `standby` answers while many passages are still to be embedded in the background; `public_url` is where the files of
        articles are read. Raises `ConfigurationError` for an embedder whose thresholds nobody measured.
        """
        self.public_url = public_url
        self._with_drafts = with_drafts
        self.calibration = calibration or calibration_of(embedder.version)
        self._standby = CachedEmbedder(standby, remembered_in) if standby is not None else None
        self.embedder = CachedEmbedder(embedder, remembered_in)
        self.reindexing = Reindexing(self.embedder, self._rebuild)
        self._built: _Built | None = None
        self._last: _Built | None = None
        """What the next is made after, even when it must be made anew."""
        self._storing: asyncio.Task[None] | None = None
        self._is_to_store = False
        self._is_ending = asyncio.Event()
        self._building = asyncio.Lock()

    def _rebuild(self) -> None:
        self._built = None

    async def warm(self, uow: UnitOfWork) -> None:
        """Build the index now (some seconds the first time) rather than at the first question."""
        await self._current(uow)

    async def answer(
        self, uow: UnitOfWork, question: str, language: Language, channel: str, topic: str | None = None
    ) -> Reply | Choices | Unknown:
        """The approved answer in that channel's words; or the few articles that may be meant; or unknown."""
        found = await self.ask(uow, question, language, topic)
        if not isinstance(found, Answer):
            return found
        return await article(uow, found.match.article_id, language, channel, score=found.match.score)

    async def ask(
        self, uow: UnitOfWork, question: str, language: Language, topic: str | None = None
    ) -> Answer | Choices | Unknown:
        """Which article answers, without its words. Only the database and this process see the question."""
        index, named = await self._prepare(uow, question, language)
        return await asyncio.to_thread(index.ask, question, topic, named)

    async def weigh(self, uow: UnitOfWork, question: str, language: Language, topic: str | None = None) -> Weighed:
        """As `ask`, with the nearest articles and why it came out so."""
        index, named = await self._prepare(uow, question, language)
        return await asyncio.to_thread(index.weigh, question, topic, named)

    async def nearest(self, uow: UnitOfWork, question: str, language: Language) -> str | None:
        """The nearest article, however far; None without articles."""
        ids, scores = await self.scores(uow, question, language)
        return ids[int(scores.argmax())] if ids else None

    async def scores(
        self, uow: UnitOfWork, question: str, language: Language
    ) -> tuple[list[str], npt.NDArray[np.float64]]:
        """The ids of all articles, and how well each fits; for measuring."""
        index, named = await self._prepare(uow, question, language)
        if not index.article_ids:
            return [], np.zeros(0)
        return index.article_ids, await asyncio.to_thread(index.scores, question, named)

    async def compare(
        self, uow: UnitOfWork, language: Language, article_id: str, text: ArticleVersion | None
    ) -> tuple[Index, Index]:
        """The index of a language as it is, and as it were with these words for the article (None: without it)."""
        now = (await self._current(uow)).indexes[language]
        others = [one for one in now.passages if one.article_id != article_id]
        if text is not None:
            subject = await uow.session.get_one(Article, article_id)
            translation = await uow.session.scalar(
                select(ArticleVersion).where(
                    ArticleVersion.article_id == article_id,
                    ArticleVersion.version == text.version,
                    ArticleVersion.language != language,
                )
            )
            known = {one: await facts(uow, one) for one in LANGUAGES}
            others.append(passage_of(subject, text, known, language, translation))
        others.sort(key=lambda one: one.article_id)
        letters = PolishLetters(await spellings(uow, others)) if language == "pl" else None
        is_standby = now.is_of(self._standby)
        return now, await asyncio.to_thread(self._index, language, others, letters, now, is_standby=is_standby)

    def _index(
        self,
        language: Language,
        passages: list[Passage],
        letters: PolishLetters | None,
        before: Index | None,
        *,
        is_standby: bool,
    ) -> Index:
        if is_standby and self._standby is not None:
            return Index(language, passages, self._standby, letters, before=before)
        return Index(language, passages, self.embedder, letters, self.calibration, before)

    async def _prepare(self, uow: UnitOfWork, question: str, language: Language) -> tuple[Index, set[str]]:
        """The index of the language, and the examinations the question names."""
        built = await self._current(uow)
        named = {found.id for found in built.terms.find(question, language) if found.kind == "service"}
        return built.indexes[language], named

    async def _current(self, uow: UnitOfWork) -> _Built:
        published = int(await uow.session.scalar(select(KnowledgeState.revision)) or 0)
        drafted = select(func.count()).select_from(ArticleVersion)
        revision = (published, int(await uow.session.scalar(drafted) or 0) if self._with_drafts else 0)
        if self._built is not None and self._built.revision == revision:
            return self._built
        async with self._building:
            if self._built is None or self._built.revision != revision:
                self._built = await self._build(uow, revision)
        return self._built

    async def _build(self, uow: UnitOfWork, revision: tuple[int, int]) -> _Built:
        before = self._last
        read = await (newest_words if self._with_drafts else published)(uow, before.read if before else Read())
        built = _Built(revision, await lexicon.load(uow, before.terms if before else None), read)
        had = before.digests if before else {}
        built.digests = {
            passage: had.get(passage) or tuple(self.embedder.digests(_texts(passage)))
            for passages in read.passages.values()
            for passage in passages
        }
        missing = [
            text
            for passage, digests in built.digests.items()
            if not all(map(self.embedder.knows, digests))
            for text, digest in zip(_texts(passage), digests, strict=True)
            if not self.embedder.knows(digest)
        ]
        missing = list(dict.fromkeys(missing))
        is_standby = self._standby is not None and len(missing) > AT_ONCE
        for language, passages in read.passages.items():
            letters = PolishLetters(await spellings(uow, passages)) if language == "pl" else None
            built.indexes[language] = await asyncio.to_thread(
                self._index, language, passages, letters, before.indexes.get(language) if before else None,
                is_standby=is_standby,
            )  # fmt: skip
        self._last = built
        if is_standby:
            self.reindexing.start(missing)
        elif self.embedder.forget_all_but(digest for digests in built.digests.values() for digest in digests):
            self._is_to_store = True
            if self._storing is None or self._storing.done():
                self._storing = asyncio.create_task(self._store(at_once=before is None))
            if before is None:
                await self._storing
        return built

    async def _store(self, *, at_once: bool) -> None:
        """Once those who ask are answered: writing takes their processor. What is published meanwhile is written with it, or after."""
        while self._is_to_store:
            if not at_once:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._is_ending.wait(), STORED_AFTER)
            self._is_to_store = at_once = False
            try:
                await asyncio.to_thread(self.embedder.store)
            except OSError as error:
                log.warning("vectors are not remembered", **describe(error))

    async def finish(self) -> None:
        """Write at once what is to be remembered, and wait until it stands in the file. Nobody who asks has to."""
        self._is_ending.set()
        if self._storing is not None:
            await self._storing


def _texts(passage: Passage) -> tuple[str, str, str]:
    return passage.question, passage.answer, f"{passage.question} {passage.answer}"


async def article(
    uow: UnitOfWork,
    article_id: str,
    language: Language,
    channel: str,
    *,
    score: float | None = None,
    draft: int | None = None,
    now: datetime | None = None,
) -> Reply | Unknown:
    """The published words of that article for the channel, with the clinic's facts filled in; unknown if there are none.

    `now`: with the days that are closed soon. `draft`: the words of that version instead, published or not; for editors alone.
    """
    is_answered = (Article.status == "published") & (ArticleVersion.version == Article.published_version)
    row = await uow.session.scalar(
        select(ArticleVersion)
        .join(Article, Article.id == ArticleVersion.article_id)
        .where(
            Article.id == article_id,
            is_answered if draft is None else ArticleVersion.version == draft,
            ArticleVersion.language == language,
        )
    )
    if row is None:
        return Unknown(0.0)
    text = said(row, channel, await facts(uow, language, now))
    return Reply(article_id, row.version, language, text, row.source, score, await named(uow, row.files))


async def articles_of_service(uow: UnitOfWork, service_code: str, topic: str) -> list[str]:
    """The ids of the published articles of a topic about an examination."""
    query = select(Article.id).where(
        Article.services.contains([service_code]), Article.topic == topic, Article.status == "published"
    )
    return list(await uow.session.scalars(query.order_by(Article.id)))


async def import_articles(
    uow: UnitOfWork, access: Access, rows: Iterable[dict[str, Any]], now: datetime, author: str = ""
) -> list[str]:
    """Store articles as new draft versions and give the ids of those that changed; equal words make no new version.

    A row is `{"id", "pl": {"question", "answer", "variants": {"sms", "voice"}?, "condition"?}, "en": {…}?, "topic"?, "services"?,
    "source"?, "audience"?, "min_age"?, "max_age"?, "review_at"?, "expires_at"?}`. A missing language may be imported, but not published.
    """
    access.require(Permission.edit_content)
    changed: list[str] = []
    for row in rows:
        known = await uow.session.get(Article, row["id"])
        if known is None:
            known = Article(id=row["id"], topic=row.get("topic", "general"), services=[], status="draft")
            uow.session.add(known)
            await uow.session.flush()
        take(uow, access, known, row, now)
        if await add_version(uow, row, now, author):
            changed.append(known.id)
            audit.record(uow, access, "article.drafted", "article", known.id, now)
    await uow.session.flush()
    return changed


async def publish(
    uow: UnitOfWork, access: Access, article_id: str, now: datetime, version: int | None = None
) -> Article | Refused:
    """Let that version (else the newest) be answered with from now on, in every process.

    Refused: `article-language-missing`, `article-placeholder-unknown`. Raises `NotFound`.
    """
    access.require(Permission.edit_content)
    known = await uow.session.get(Article, article_id)
    wanted = version if version is not None else await newest(uow, article_id)
    if known is None or not wanted:
        raise NotFound("article")
    texts = list(
        await uow.session.scalars(
            select(ArticleVersion).where(ArticleVersion.article_id == article_id, ArticleVersion.version == wanted)
        )
    )
    if not texts:
        raise NotFound("article")
    missing = sorted(set(LANGUAGES) - {text.language for text in texts})
    if missing:
        return Refused("article-language-missing", {"language": missing[0]})
    words = [word for text in texts for word in (text.answer, text.variant_sms, text.variant_voice) if word]
    strange = sorted(set().union(*(unknown_placeholders(word) for word in words)))
    if strange:
        return Refused("article-placeholder-unknown", {"placeholder": strange[0]})
    known.status, known.published_version = "published", wanted
    uow.session.add(ArticlePublication(article_id=article_id, version=wanted, at=now))
    await _next_revision(uow)
    audit.record(uow, access, "article.published", "article", article_id, now)
    return known


async def withdraw(uow: UnitOfWork, access: Access, article_id: str, now: datetime) -> None:
    """Answer with that article no more, in any process. Raises `NotFound`."""
    access.require(Permission.edit_content)
    known = await uow.session.get(Article, article_id)
    if known is None:
        raise NotFound("article")
    known.status = "withdrawn"
    uow.session.add(ArticlePublication(article_id=article_id, version=None, at=now))
    await _next_revision(uow)
    audit.record(uow, access, "article.withdrawn", "article", article_id, now)


async def facts_changed(uow: UnitOfWork) -> None:
    """What articles are filled with is no longer the same: every process reads them anew before it answers next."""
    await _next_revision(uow)


async def _next_revision(uow: UnitOfWork) -> None:
    await uow.session.flush()
    await uow.session.execute(update(KnowledgeState).values(revision=KnowledgeState.revision + 1))
    await uow.publish("knowledge")
