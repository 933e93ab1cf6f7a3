"""What an edit changed for patients: answers, how often a person was needed after them, and how satisfied people were, before and after.

Both sides are equally long, at most thirty days. Few cases say nothing, so whoever shows the figures shows how many there were.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Subquery, and_, distinct, exists, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from conversations.article_answers import ArticleAnswer
from conversations.models import Author, Case, CaseState, Direction, Message
from conversations.ratings import Rating
from core.access import Access, Permission
from core.db import UnitOfWork
from core.i18n import Language
from knowledge.intents.models import BotVersion
from knowledge.models import Article, ArticlePublication, ArticleVersion

LONGEST = timedelta(days=30)
LOOKED_BACK = timedelta(days=90)
MOST = 30
ENOUGH = 5
"""Of fewer cases no share is told."""


@dataclass(frozen=True)
class Figures:
    """`cases` in which it counted, of which a person took up `to_people`; `rated` of them gave the mean `score`, 1 to 5."""

    cases: int
    to_people: int
    rated: int
    score: float | None

    @property
    def contained(self) -> int | None:
        """Percent of the cases that needed no person; None if there were too few."""
        return None if self.cases < ENOUGH else round(100 * (self.cases - self.to_people) / self.cases)


@dataclass(frozen=True)
class Effect:
    """One change and what it is measured by. `name`: an article's question, or the note on a version of the bot."""

    subject: str
    name: str
    version: int
    at: datetime
    before: Figures
    after: Figures


@dataclass(frozen=True)
class Idle:
    """An article nobody was answered with, or whose review is due."""

    article_id: str
    question: str
    last_answer: datetime | None
    review_at: date | None


async def of_articles(uow: UnitOfWork, access: Access, language: Language, now: datetime) -> list[Effect]:
    """The articles that were published last, the newest first, by the cases that they answered in."""
    access.require(Permission.edit_content)
    last = (
        select(ArticlePublication)
        .where(ArticlePublication.version.is_not(None), ArticlePublication.at > now - LOOKED_BACK)
        .ext(distinct_on(ArticlePublication.article_id))
        .order_by(ArticlePublication.article_id, ArticlePublication.at.desc())
    )
    found = sorted(await uow.session.scalars(last), key=lambda one: one.at, reverse=True)[:MOST]
    names = await _questions(uow, [(one.article_id, one.version) for one in found], language)
    effects = []
    for one in found:
        sides = []
        for begins, ends in _sides(one.at, now):
            here = and_(ArticleAnswer.article_id == one.article_id, ArticleAnswer.at >= begins, ArticleAnswer.at < ends)
            first = (
                select(ArticleAnswer.case_id, func.min(ArticleAnswer.at).label("at"))
                .where(here)
                .group_by(ArticleAnswer.case_id)
            )
            sides.append(await _figures(uow, first.subquery()))
        name = names.get(one.article_id, one.article_id)
        effects.append(Effect(one.article_id, name, one.version or 0, one.at, *sides))
    return effects


async def of_versions(uow: UnitOfWork, access: Access, now: datetime) -> list[Effect]:
    """The versions of the bot, the newest first, by the cases that began while each answered, and as long before."""
    access.require(Permission.edit_content)
    query = select(BotVersion).where(BotVersion.created_at > now - LOOKED_BACK).order_by(BotVersion.number.desc())
    found = (await uow.session.scalars(query.limit(MOST))).all()
    effects: list[Effect] = []
    for place, one in enumerate(found):
        until = found[place - 1].created_at if place else now
        sides = []
        for begins, ends in _sides(one.created_at, until):
            began = select(Case.id.label("case_id"), Case.opened_at.label("at")).where(
                Case.opened_at >= begins, Case.opened_at < ends
            )
            sides.append(await _figures(uow, began.subquery()))
        effects.append(Effect(str(one.number), one.note, one.number, one.created_at, *sides))
    return effects


async def idle(uow: UnitOfWork, access: Access, language: Language, now: datetime) -> list[Idle]:
    """Published articles that answered nobody for ninety days (and were there as long), or whose review is due."""
    access.require(Permission.edit_content)
    last = (
        select(ArticleAnswer.article_id, func.max(ArticleAnswer.at).label("at"))
        .group_by(ArticleAnswer.article_id)
        .subquery()
    )
    text = and_(
        ArticleVersion.article_id == Article.id, ArticleVersion.version == Article.published_version,
        ArticleVersion.language == language,
    )  # fmt: skip
    published = select(ArticlePublication.id).where(
        ArticlePublication.article_id == Article.id, ArticlePublication.at > now - LOOKED_BACK
    )
    of_old = select(ArticlePublication.id).where(
        ArticlePublication.article_id == Article.id, ArticlePublication.at <= now - LOOKED_BACK
    )
    # Answers were not always noted: where they have not been for long, nothing is said of an article whose publication is unknown.
    is_noted = select(func.min(ArticleAnswer.at)).scalar_subquery() <= now - LOOKED_BACK
    query = (
        select(Article.id, ArticleVersion.question, last.c.at, ArticleVersion.review_at)
        .join(ArticleVersion, text)
        .outerjoin(last, last.c.article_id == Article.id)
        .where(Article.status == "published")
        .where(
            or_(
                and_(
                    or_(last.c.at.is_(None), last.c.at < now - LOOKED_BACK),
                    ~published.exists(),
                    or_(of_old.exists(), is_noted),
                ),
                ArticleVersion.review_at <= now.date(),
            )
        )
        .order_by(last.c.at.asc().nulls_first(), Article.id)
        .limit(200)
    )
    return [Idle(*row) for row in await uow.session.execute(query)]


def _sides(changed: datetime, until: datetime) -> tuple[tuple[datetime, datetime], tuple[datetime, datetime]]:
    """Before and after, equally long."""
    length = min(until - changed, LONGEST)
    return (changed - length, changed), (changed, changed + length)


async def _figures(uow: UnitOfWork, cases: Subquery) -> Figures:
    """Of cases (`case_id`, and `at`: from when a person counts)."""
    wrote = exists().where(
        Message.case_id == cases.c.case_id, Message.author == Author.agent, Message.direction == Direction.outbound,
        Message.created_at >= cases.c.at,
    )  # fmt: skip
    with_people: ColumnElement[bool] = or_(Case.state.in_((CaseState.waiting, CaseState.human)), wrote)
    query = (
        select(
            func.count(distinct(Case.id)), func.count(distinct(Case.id)).filter(with_people), func.count(Rating.score),
            func.avg(Rating.score),
        )
        .select_from(cases)
        .join(Case, Case.id == cases.c.case_id)
        .outerjoin(Rating, Rating.case_id == Case.id)
    )  # fmt: skip
    count, people, rated, score = (await uow.session.execute(query)).one()
    return Figures(count, people, rated, None if score is None else float(score))


async def _questions(uow: UnitOfWork, wanted: Sequence[tuple[str, int | None]], language: Language) -> dict[str, str]:
    versions = dict(wanted)
    rows = await uow.session.scalars(
        select(ArticleVersion).where(ArticleVersion.article_id.in_(list(versions)), ArticleVersion.language == language)
    )
    return {one.article_id: one.question for one in rows if one.version == versions[one.article_id]}
