"""Letting an article answer, or answer no more: the one way for people and for plans. Every check stands here."""

from datetime import datetime

from core.access import Access, Permission
from core.db import UnitOfWork
from core.errors import NotFound, Refused
from knowledge import schedules, signatures
from knowledge.editing import impact, problems, whole
from knowledge.models import Article
from knowledge.service import Library, publish, withdraw


async def against(
    uow: UnitOfWork, access: Access, library: Library, article_id: str, version: int, at: datetime
) -> Refused | None:
    """What stands against that version's answering from `at` on. Raises `NotFound`.

    Refused: `article-problems`, `signature-missing` (safety content that nobody else signed), `article-hides-another` (another
    article's own question would find it no more).
    """
    access.require(Permission.edit_content)
    subject = await whole(uow, access, article_id)
    texts = subject.versions.get(version)
    if texts is None:
        raise NotFound("article")
    found = await problems(uow, texts, at)
    if found:
        return Refused("article-problems", {"count": str(len(found))})
    if subject.article.is_safety:
        content = signatures.content_of_article(subject.article, texts)
        refused = await signatures.missing(uow, access, content, article_id)
        if refused is not None:
            return refused
    changes = await impact(uow, library, article_id, version, texts)
    lost = next((one for one in changes if one.is_loss and one.belongs_to != article_id), None)
    if lost is not None:
        return Refused("article-hides-another", {"question": lost.question, "article": lost.belongs_to})
    return None


async def release(
    uow: UnitOfWork, access: Access, library: Library, article_id: str, version: int, now: datetime
) -> Article | Refused:
    """Publish after the checks and the impact on all other articles. Refused: as `against`, or as `publish`."""
    access.require(Permission.edit_content)
    await schedules.held(uow, article_id)
    refused = await against(uow, access, library, article_id, version, now)
    if refused is not None:
        return refused
    done = await publish(uow, access, article_id, now, version)
    if isinstance(done, Article):
        await schedules.overtake(uow, access, article_id, now)
    return done


async def retire(uow: UnitOfWork, access: Access, article_id: str, now: datetime) -> None:
    """Answer with that article no more; what was planned for it is off. Raises `NotFound`."""
    access.require(Permission.edit_content)
    await schedules.held(uow, article_id)
    await withdraw(uow, access, article_id, now)
    await schedules.overtake(uow, access, article_id, now)
