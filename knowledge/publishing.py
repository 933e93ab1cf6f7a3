"""Letting an article answer, or answer no more: the one way for people and for plans. Every check stands here."""

from datetime import datetime

from sqlalchemy import select

from core import audit
from core.access import Access, Permission
from core.accounts import SignedIn
from core.db import UnitOfWork
from core.errors import NotFound, Refused
from knowledge import emergencies, schedules, signatures
from knowledge.editing import impact, problems, whole
from knowledge.emergencies import Emergency
from knowledge.models import Article, ArticleVersion
from knowledge.service import Library, publish, withdraw


async def against(
    uow: UnitOfWork,
    access: Access,
    library: Library,
    article_id: str,
    version: int,
    at: datetime,
    *,
    is_signed: bool = False,
    is_harmless: bool = False,
) -> Refused | None:
    """What stands against that version's answering from `at` on. Raises `NotFound`.

    Refused: `article-problems`, `signature-missing` (safety content that nobody else signed), `article-hides-another` (another
    article's own question would find it no more; not asked where it `is_harmless`, found so just before).
    """
    access.require(Permission.edit_content)
    subject = await whole(uow, access, article_id)
    texts = subject.versions.get(version)
    if texts is None:
        raise NotFound("article")
    found = await problems(uow, texts, at, library.public_url)
    if found:
        return Refused("article-problems", {"count": str(len(found))})
    if subject.article.is_safety and not is_signed:
        content = await signatures.content_of_article(uow, subject.article, texts)
        refused = await signatures.missing(uow, access, content, article_id)
        if refused is not None:
            return refused
    return None if is_harmless else await hidden(uow, library, article_id, version, texts)


async def hidden(
    uow: UnitOfWork, library: Library, article_id: str, version: int, texts: dict[str, ArticleVersion]
) -> Refused | None:
    """Would another article's own question find it no more? Some seconds. Refused: `article-hides-another`."""
    changes = await impact(uow, library, article_id, version, texts)
    lost = next((one for one in changes if one.is_loss and one.belongs_to != article_id), None)
    if lost is None:
        return None
    return Refused("article-hides-another", {"question": lost.question, "article": lost.belongs_to})


async def expire(uow: UnitOfWork, now: datetime) -> list[str]:
    """Answer no more with what has had its last day; the ids. Whoever published it agreed to that day."""
    ended = (
        select(Article.id)
        .join(ArticleVersion, ArticleVersion.article_id == Article.id)
        .where(
            Article.status == "published", ArticleVersion.version == Article.published_version,
            ArticleVersion.expires_at < now.date(),
        )
        .distinct()
        .order_by(Article.id)
    )  # fmt: skip
    access, found = Access.system("expiry"), list(await uow.session.scalars(ended))
    for article_id in found:
        await schedules.held(uow, article_id)
    # What was published meanwhile is looked at again, now that it stands still.
    found = list(await uow.session.scalars(ended)) if found else []
    for article_id in found:
        audit.record(uow, access, "article.expired", "article", article_id, now)
        await withdraw(uow, access, article_id, now)
    return found


async def release(
    uow: UnitOfWork,
    access: Access,
    library: Library,
    article_id: str,
    version: int,
    now: datetime,
    *,
    is_harmless: bool = False,
) -> Article | Refused:
    """Publish after the checks and the impact on all other articles. Refused: as `against`, or as `publish`."""
    access.require(Permission.edit_content)
    await schedules.held(uow, article_id)
    refused = await against(uow, access, library, article_id, version, now, is_harmless=is_harmless)
    if refused is not None:
        return refused
    done = await publish(uow, access, article_id, now, version)
    if isinstance(done, Article):
        await schedules.overtake(uow, access, article_id, now, version)
        await emergencies.settle(uow, access, now, Emergency.article_id == article_id)
    return done


async def retire(
    uow: UnitOfWork, person: SignedIn, article_id: str, now: datetime, emergency: str | None = None
) -> Refused | None:
    """Answer with that article no more; what was planned for it is off. Raises `NotFound`.

    Safety content needs the signature of somebody else, or the reason of an `emergency`, which a second person confirms later.
    Refused: `signature-missing`, `emergency-reason`.
    """
    person.access.require(Permission.edit_content)
    article = await schedules.held(uow, article_id)
    before = article.published_version
    if article.is_safety and article.status == "published" and before is not None:
        content = await signatures.content_of_retiring(uow, article)
        if emergency is None:
            refused = await signatures.missing(uow, person.access, content, article_id)
            if refused is not None:
                return refused
        else:
            done = await emergencies.declare(uow, person, emergency, now, "retire", before, article_id=article_id)
            if isinstance(done, Refused):
                return done
    await withdraw(uow, person.access, article_id, now)
    await schedules.overtake(uow, person.access, article_id, now)
    return None


async def restore(
    uow: UnitOfWork, person: SignedIn, library: Library, article_id: str, version: int, now: datetime
) -> Refused | None:
    """Answer again with what two people signed, after one person withdrew it. Refused: as `against`, but for the signature."""
    person.access.require(Permission.edit_content)
    article = await schedules.held(uow, article_id)
    if article.status == "published":
        return None
    refused = await against(uow, person.access, library, article_id, version, now, is_signed=True)
    if refused is not None:
        return refused
    done = await publish(uow, person.access, article_id, now, version)
    await schedules.overtake(uow, person.access, article_id, now, version)
    return done if isinstance(done, Refused) else None
