"""What articles say because of the clinic's facts: which words change with a fact, and which amounts would no longer be in the price list.

Asked within a transaction that tries the change; who only looks does not commit it.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, or_, select

from core.db import UnitOfWork
from core.i18n import LANGUAGES, Language, as_language
from core.segments import measure
from knowledge.amounts import Prices, price_list, wrong_in
from knowledge.editing import MOST_SEGMENTS, as_sms
from knowledge.facts import facts
from knowledge.files import named
from knowledge.models import Article, ArticleVersion
from knowledge.versions import said

CHANNELS = ("webchat", "sms", "voice")


@dataclass(frozen=True)
class Known:
    """What articles are filled with, by language, and the price list of a day."""

    facts: dict[Language, dict[str, str]]
    prices: Prices


@dataclass(frozen=True)
class Rewording:
    """An article that answers now and says something else with the change: on these channels; the words of the first of them."""

    article_id: str
    question: str
    language: Language
    channels: tuple[str, ...]
    before: str
    after: str
    segments: int
    """Of the SMS after the change, where they are too many; else 0."""


@dataclass(frozen=True)
class Contradiction:
    """An article that answers now and names an amount which the price list would no longer have for what it is said of."""

    article_id: str
    question: str
    language: Language
    amount: str


async def known(uow: UnitOfWork, day: date) -> Known:
    """What articles rely on, as this transaction sees it."""
    return Known({one: await facts(uow, one) for one in LANGUAGES}, await price_list(uow, day))


async def rewordings(uow: UnitOfWork, before: Known, after: Known, public_url: str) -> list[Rewording]:
    """The published words that differ between the two, by article and language."""
    if before.facts == after.facts:
        return []
    found = []
    for text in await _published(uow, or_(*(column.contains("{") for column in _COLUMNS))):
        language = as_language(text.language)
        pairs = {
            one: (said(text, one, before.facts[language]), said(text, one, after.facts[language])) for one in CHANNELS
        }
        changed = tuple(one for one, (old, new) in pairs.items() if old != new)
        if changed:
            sms = as_sms(text, after.facts[language], await named(uow, text.files), public_url)
            count = measure(sms).count if "sms" in changed else 0
            found.append(
                Rewording(
                    text.article_id, text.question, language, changed, *pairs[changed[0]],
                    segments=count if count > MOST_SEGMENTS else 0,
                )
            )  # fmt: skip
    return found


async def contradictions(uow: UnitOfWork, before: Known, after: Known) -> list[Contradiction]:
    """The published words that name an amount which leaves the price list between the two, or is no longer what it is said of."""
    if before.prices == after.prices:
        return []
    money = or_(*(column.regexp_match("zł|zl|pln", flags="i") for column in _COLUMNS))
    texts = await _published(uow, money)
    old = {(text.article_id, text.language, one.amount) for text, one in await wrong_in(uow, texts, before.prices)}
    new = [(text, one.amount) for text, one in await wrong_in(uow, texts, after.prices)]
    return [
        Contradiction(text.article_id, text.question, as_language(text.language), amount)
        for text, amount in dict.fromkeys(new)
        if (text.article_id, text.language, amount) not in old
    ]


_COLUMNS = (ArticleVersion.answer, ArticleVersion.variant_sms, ArticleVersion.variant_voice)


async def _published(uow: UnitOfWork, which: ColumnElement[bool]) -> list[ArticleVersion]:
    rows = await uow.session.scalars(
        select(ArticleVersion)
        .join(Article, Article.id == ArticleVersion.article_id)
        .where(Article.status == "published", ArticleVersion.version == Article.published_version, which)
        .order_by(ArticleVersion.article_id, ArticleVersion.language.desc())
    )
    return list(rows)
