"""The versions of an article: written once, never changed, and what each says on a channel and to whom."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from conversations.linter import Kind, lint
from conversations.outreach.models import Purpose
from core.db import UnitOfWork
from core.i18n import LANGUAGES, Language, as_language, catalogue
from knowledge.facts import fill
from knowledge.models import ArticleVersion

UNSIGNED = "team proposal, unsigned"
OLDEST = 120
"""Years; an age above it limits nothing."""


def said(text: ArticleVersion, channel: str, known: dict[str, str]) -> str:
    """The version's words on that channel with the clinic's facts, after whom they are for."""
    variants = {"sms": text.variant_sms, "voice": text.variant_voice}
    return " ".join(filter(None, (for_whom(text, channel), fill(variants.get(channel) or text.answer, known))))


def for_whom(text: ArticleVersion, channel: str = "webchat") -> str:
    """A sentence that says whom it is for; empty for everybody. Who it is that asks is never guessed from a record.

    An SMS names no illness: there it is for some.
    """
    texts, ages = catalogue(as_language(text.language)), ""
    if text.min_age is not None and text.max_age is not None:
        ages = texts.text("article-for-between", least=text.min_age, most=text.max_age)
    elif text.min_age is not None:
        ages = texts.text("article-for-from", least=text.min_age)
    elif text.max_age is not None:
        ages = texts.text("article-for-to", most=text.max_age)
    condition = texts.text("article-for-condition", condition=text.condition) if text.condition else ""
    if condition and channel == "sms" and _names_illness(condition):
        condition = texts.text("article-for-some")
    return " ".join(filter(None, (ages, condition)))


def _names_illness(words: str) -> bool:
    return any(one.kind is Kind.diagnosis for one in lint(words, "sms", Purpose.reminder, ""))


def are_ages(row: dict[str, Any]) -> bool:
    """True if the row's ages are whole years in order, or not there."""
    ages = [row.get("min_age"), row.get("max_age")]
    given = [one for one in ages if one is not None]
    return all(type(one) is int and 0 <= one <= OLDEST for one in given) and given == sorted(given)


async def newest(uow: UnitOfWork, article_id: str) -> int:
    """The number of the newest version; 0 without one."""
    query = select(func.max(ArticleVersion.version)).where(ArticleVersion.article_id == article_id)
    return int(await uow.session.scalar(query) or 0)


async def add_version(uow: UnitOfWork, row: dict[str, Any], now: datetime, author: str) -> bool:
    """Write the row's texts as the next version unless they equal the newest; True if written."""
    number = await newest(uow, row["id"])
    before = list(
        await uow.session.scalars(
            select(ArticleVersion).where(ArticleVersion.article_id == row["id"], ArticleVersion.version == number)
        )
    )
    written = {text.language: _words(text) for text in before}
    files = {text.language: list(text.files) for text in before}
    drafts = [_draft(row, language, number + 1, now, author) for language in LANGUAGES if row.get(language)]
    for draft in drafts:
        if "files" not in row[draft.language] and draft.language in files:
            draft.files = files[draft.language]  # A file of articles names none: those it had stay.
    if not drafts or written == {draft.language: _words(draft) for draft in drafts}:
        return False
    uow.session.add_all(drafts)
    await uow.session.flush()
    return True


def terms(text: ArticleVersion) -> list[object]:
    """What goes with its words: until when, for which ages, for whom, which files. Empty if nothing does."""
    found: list[object] = [
        str(text.expires_at or ""),
        text.min_age,
        text.max_age,
        text.condition,
        [*map(str, text.files)],
    ]
    return found if any(one not in (None, "", []) for one in found) else []


def _draft(row: dict[str, Any], language: Language, version: int, now: datetime, author: str) -> ArticleVersion:
    text = row[language]
    variants = text.get("variants") or {}
    return ArticleVersion(
        article_id=row["id"],
        version=version,
        language=language,
        question=text["question"].strip(),
        answer=text["answer"].strip(),
        variant_sms=variants.get("sms"),
        variant_voice=variants.get("voice"),
        condition=(text.get("condition") or "").strip() or None,
        audience=row.get("audience", "patients"),
        min_age=row.get("min_age"),
        max_age=row.get("max_age"),
        source=row.get("source", UNSIGNED),
        author=row.get("author", author),
        created_at=now,
        review_at=_day(row.get("review_at")),
        expires_at=_day(row.get("expires_at")),
        files=list(text.get("files") or ()),
    )


def _day(given: str | date | None) -> date | None:
    return date.fromisoformat(given) if isinstance(given, str) else given


def _words(text: ArticleVersion) -> tuple[Any, ...]:
    # What browsers once sent has other ends of lines, and says the same.
    written = (text.question, text.answer, text.variant_sms, text.variant_voice)
    return (
        *(one and one.replace("\r\n", "\n") for one in written),
        text.audience,
        text.source,
        text.review_at,
        *terms(text),
    )
