"""What editors do with articles: look at all of them, keep a new version, see what publishing would change, and be stopped in time.

A version is never changed once written. Who edits what somebody else has edited meanwhile sees both.
"""

import asyncio
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import select

from conversations.linter import Kind, lint
from conversations.outreach.models import Purpose
from conversations.rendering import render
from core.access import Access, Permission
from core.accounts import Staff
from core.db import UnitOfWork
from core.errors import NotFound, Refused
from core.i18n import LANGUAGES, Language, as_language
from core.segments import measure, plain
from knowledge.amounts import price_list, wrong_in
from knowledge.asked import Asked, last_asked
from knowledge.facts import facts, unknown_placeholders
from knowledge.files import MOST, ArticleFile, are_known, named, of_article, worded
from knowledge.models import Article, ArticleVersion
from knowledge.retrieval import Answer, Choices, Index, Passage, Unknown
from knowledge.schedules import PlannedPublication, plans
from knowledge.service import Library, import_articles
from knowledge.subjects import is_fixed
from knowledge.versions import OLDEST, are_ages, said

LONGEST = {"question": 300, "answer": 4000, "variant_sms": 600, "variant_voice": 1500, "source": 300, "condition": 80}
MOST_SEGMENTS = 3
"""An answer by SMS that is longer should be a link; more than these is refused."""
MOST_NEAR = 200
"""Articles whose questions are asked before publishing: a second or two, with ten thousand articles too."""
MOST_ASKED = 60
"""Patients' last questions of each language that are asked again: some three seconds."""
SOON = timedelta(days=14)
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
Found = Answer | Choices | Unknown


@dataclass(frozen=True)
class Row:
    """One article in the list."""

    article: Article
    newest: int
    questions: dict[str, str]
    """By language, of the newest version."""
    review_at: date | None
    plan: PlannedPublication | None = None
    """Waits for its time, or was refused at it."""
    expires_at: date | None = None
    """The last day of what answers now, or would."""
    owner: str = ""

    def is_ahead(self) -> bool:
        """True if there is a version newer than what is answered with."""
        return self.article.published_version != self.newest

    def ends_soon(self, today: date) -> bool:
        """True if it answers no more within two weeks."""
        return self.expires_at is not None and self.expires_at <= today + SOON

    def needs(self, today: date, editor: UUID | None = None) -> set[str]:
        """Of what an editor looks for: published, ahead, planned, unplanned (refused at its time), withdrawn, due, one-language, mine."""
        status = self.article.status
        return {
            name
            for name, is_so in {
                "published": status == "published", "withdrawn": status == "withdrawn",
                "planned": self.plan is not None and self.plan.state == "waiting",
                "unplanned": self.plan is not None and self.plan.state == "refused",
                "ahead": self.is_ahead() and status != "withdrawn", "one-language": len(self.questions) < len(LANGUAGES),
                "due": (self.review_at is not None and self.review_at <= today) or (status == "published" and self.ends_soon(today)),
                "mine": editor is not None and self.article.owner_id == editor,
            }.items()
            if is_so
        }  # fmt: skip


@dataclass(frozen=True)
class Whole:
    """An article with all its versions, the newest first: `{version: {language: text}}`."""

    article: Article
    versions: dict[int, dict[str, ArticleVersion]]

    @property
    def newest(self) -> int:
        """The number of the newest version."""
        return max(self.versions)


@dataclass(frozen=True)
class Problem:
    """Why an article may not be published: a key of the catalogue with its arguments."""

    key: str
    args: dict[str, str]


@dataclass(frozen=True)
class Change:
    """A question whose answer publishing would change. The ids are of articles; None where nothing answers."""

    question: str
    language: Language
    before: str | None
    after: str | None
    belongs_to: str
    """The article whose own question it is."""

    @property
    def is_loss(self) -> bool:
        """True if an article's own question finds it no more: that is refused."""
        return self.before == self.belongs_to != self.after


async def overview(uow: UnitOfWork, access: Access) -> list[Row]:
    """Every article, by topic and id."""
    access.require(Permission.edit_content)
    texts: dict[str, list[ArticleVersion]] = {}
    for text in await uow.session.scalars(select(ArticleVersion)):
        texts.setdefault(text.article_id, []).append(text)
    rows, planned, people = [], await plans(uow), await editors(uow)
    for article in await uow.session.scalars(select(Article).order_by(Article.topic, Article.id)):
        of = texts.get(article.id, [])
        newest = max((one.version for one in of), default=0)
        current = [one for one in of if one.version == newest]
        review = min((one.review_at for one in current if one.review_at), default=None)
        answers = [one for one in of if one.version == article.published_version] or current
        ends = min((one.expires_at for one in answers if one.expires_at), default=None)
        questions, owner = {one.language: one.question for one in current}, people.get(article.owner_id, "")
        rows.append(Row(article, newest, questions, review, planned.get(article.id), ends, owner))
    return rows


async def editors(uow: UnitOfWork) -> dict[UUID | None, str]:
    """Who may own an article: everybody who may edit content, by name."""
    people = await uow.session.scalars(select(Staff).where(Staff.is_active).order_by(Staff.name))
    return {
        one.id: one.name
        for one in people
        if Access.staff(one.id, one.held, "articles", one.scopes).allows(Permission.edit_content)
    }


async def whole(uow: UnitOfWork, access: Access, article_id: str) -> Whole:
    """One article. Raises `NotFound`."""
    access.require(Permission.edit_content)
    article = await uow.session.get(Article, article_id)
    if article is None:
        raise NotFound("article")
    versions: dict[int, dict[str, ArticleVersion]] = {}
    rows = select(ArticleVersion).where(ArticleVersion.article_id == article_id)
    for text in await uow.session.scalars(rows.order_by(ArticleVersion.version.desc())):
        versions.setdefault(text.version, {})[text.language] = text
    if not versions:
        raise NotFound("article")
    return Whole(article, versions)


async def save(
    uow: UnitOfWork, access: Access, row: dict[str, Any], base: int, now: datetime, author: str
) -> int | Refused:
    """Keep a draft as the next version; `row` as `import_articles` takes it, `base` the version it was made from (0: a new article).

    Refused: `article-id` (no plain id), `article-exists`, `article-incomplete` (a question without an answer or the other way
    round, or neither language), `article-too-long`, `article-ages`, `article-owner` (nobody who edits), `article-files` (not of
    this article, or too many), `article-changed` (somebody kept a newer version meanwhile; `newest`), `article-safety-subject`
    (topic or examinations of safety content that answers).
    """
    access.require(Permission.edit_content)
    if _ID.fullmatch(str(row["id"])) is None or len(str(row["id"])) > 60:
        return Refused("article-id")
    known = await uow.session.get(Article, row["id"], with_for_update=True)
    if base == 0 and known is not None:
        return Refused("article-exists")
    if base and known is None:
        raise NotFound("article")
    if known is not None and (newest := (await whole(uow, access, known.id)).newest) != base:
        return Refused("article-changed", {"newest": str(newest)})
    if known is not None and is_fixed(known, row):
        return Refused("article-safety-subject")
    given = [row[language] for language in LANGUAGES if row.get(language)]
    if not given or any(not text["question"].strip() or not text["answer"].strip() for text in given):
        return Refused("article-incomplete")
    if (field := _too_long(row, given)) is not None:
        return Refused("article-too-long", {"most": str(LONGEST[field])})
    if not are_known(row, await of_article(uow, str(row["id"])), LANGUAGES):
        return Refused("article-files", {"most": str(MOST)})
    if not are_ages(row):
        return Refused("article-ages", {"most": str(OLDEST)})
    owner = row.get("owner_id", known.owner_id if known is not None else None)
    if owner is not None and (known is None or owner != known.owner_id) and owner not in await editors(uow):
        return Refused("article-owner")
    await import_articles(uow, access, [row], now, author)
    (await uow.session.get_one(Article, row["id"])).owner_id = owner
    return (await whole(uow, access, str(row["id"]))).newest


def _too_long(row: dict[str, Any], given: Sequence[dict[str, Any]]) -> str | None:
    if len(str(row.get("source", ""))) > LONGEST["source"]:
        return "source"
    for text in given:
        variants = text.get("variants") or {}
        sizes = {
            "question": text["question"], "answer": text["answer"], "variant_sms": variants.get("sms") or "",
            "variant_voice": variants.get("voice") or "", "condition": text.get("condition") or "",
        }  # fmt: skip
        for field, value in sizes.items():
            if len(value) > LONGEST[field]:
                return field
    return None


async def problems(uow: UnitOfWork, texts: dict[str, ArticleVersion], now: datetime, public_url: str) -> list[Problem]:
    """Why these words may not be published; none means they may. `public_url`: where files are read, counted in an SMS."""
    found = [Problem("article-problem-language", {"tongue": one}) for one in LANGUAGES if one not in texts]
    if any(one.expires_at is not None and one.expires_at < now.date() for one in texts.values()):
        found.append(Problem("article-problem-expired", {}))
    if len({bool(one.condition) for one in texts.values()}) > 1:
        found.append(Problem("article-problem-condition", {}))
    known = {language: await facts(uow, language) for language in LANGUAGES}
    wrong = await wrong_in(uow, texts.values(), await price_list(uow, now.date()))
    for language, text in sorted(texts.items()):
        words = _all_words(text)
        strange = set().union(*map(unknown_placeholders, words))
        found += [Problem("article-problem-placeholder", {"placeholder": one}) for one in sorted(strange)]
        for _, one in (pair for pair in wrong if pair[0] is text):
            args = {"price": one.amount, "tongue": language}
            is_of = {"name": one.name, "prices": " / ".join(one.prices)} if one.name else {}
            found.append(Problem("article-problem-price-of" if is_of else "article-problem-price", args | is_of))
        sms = as_sms(text, known[_language(language)], await named(uow, text.files), public_url)
        if measure(sms).count > MOST_SEGMENTS:
            args = {"tongue": language, "count": str(measure(sms).count), "most": str(MOST_SEGMENTS)}
            found.append(Problem("article-problem-sms", args))
        if text.variant_sms:
            illnesses = [one.words for one in lint(sms, "sms", Purpose.reminder, "") if one.kind is Kind.diagnosis]
            found += [Problem("article-problem-diagnosis", {"words": words}) for words in illnesses]
    return found


def as_sms(text: ArticleVersion, known: dict[str, str], files: Sequence[ArticleFile], public_url: str) -> str:
    """What would be sent by SMS: the variant, else the answer, with its facts and the addresses of its files, in the letters
    that cost least.
    """
    language = as_language(text.language)
    whole = worded(said(text, "sms", known), files, public_url, language)
    # Nothing in it is told by the day, so any day does.
    return plain(render(whole, "sms", language, text.created_at).text)


async def impact(
    uow: UnitOfWork, library: Library, article_id: str, version: int | None, texts: dict[str, ArticleVersion]
) -> list[Change]:
    """The articles' own questions whose answer differs if that version (None: no version at all) were answered with."""
    changes: list[Change] = []
    for language in LANGUAGES:
        before, after = await library.compare(uow, language, article_id, texts.get(language) if version else None)
        own = [one.question for one in before.passages if one.article_id == article_id]
        if (text := texts.get(language)) is not None and version:
            own.append(text.question)
        asked = [(one.article_id, one.question) for one in await asyncio.to_thread(_near, before, own)]
        asked += [(article_id, question) for question in own]
        found = await asyncio.to_thread(_both, before.ask, after.ask, dict.fromkeys(asked))
        changes += [Change(question, language, old, new, owner) for (owner, question), old, new in found if old != new]
    return changes


async def asked_again(
    uow: UnitOfWork, access: Access, library: Library, article_id: str, texts: dict[str, ArticleVersion]
) -> tuple[list[tuple[Asked, str | None, str | None]], int]:
    """The last questions of patients that would find another article, or none, with what they find now; and how many were asked.

    Their words are for who may review what patients ask.
    """
    access.require(Permission.edit_content)
    changes: list[tuple[Asked, str | None, str | None]] = []
    count = 0
    for language in LANGUAGES:
        questions = await last_asked(uow, language, MOST_ASKED)
        before, after = await library.compare(uow, language, article_id, texts.get(language))
        by_id = {str(one.message_id): one for one in questions}
        rows = await asyncio.to_thread(
            _both, before.ask, after.ask, [(ident, one.words) for ident, one in by_id.items()]
        )
        changes += [(by_id[ident], old, new) for (ident, _), old, new in rows if old != new]
        count += len(questions)
    return changes, count


def _near(index: Index, questions: Sequence[str]) -> list[Passage]:
    """The articles that these words could take a question from: the nearest ones, however many there are in all."""
    passages = index.passages
    if len(passages) <= MOST_NEAR or not questions:
        return passages
    scores = np.max([index.scores(question) for question in questions], axis=0)
    return [passages[place] for place in np.argsort(-scores)[:MOST_NEAR]]


def _both(
    before: Any, after: Any, asked: Iterable[tuple[str, str]]
) -> list[tuple[tuple[str, str], str | None, str | None]]:
    return [(one, _first(before(one[1])), _first(after(one[1]))) for one in asked]


def _first(found: Found) -> str | None:
    if isinstance(found, Answer):
        return found.match.article_id
    return found.matches[0].article_id if isinstance(found, Choices) else None


def _all_words(text: ArticleVersion) -> list[str]:
    return [word for word in (text.answer, text.variant_sms, text.variant_voice) if word]


def _language(code: str) -> Language:
    return "pl" if code == "pl" else "en"
