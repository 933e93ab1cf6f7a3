"""Throwing drafts away: what was never published, and nobody has planned to publish. What was published once stays for ever."""

from datetime import datetime

from sqlalchemy import delete, func, select

from core import audit
from core.access import Access, Permission
from core.db import UnitOfWork
from core.errors import Refused
from knowledge import schedules, unanswered
from knowledge.models import Article, ArticlePublication, ArticleVersion
from knowledge.service import facts_changed
from knowledge.versions import newest


async def last_published(uow: UnitOfWork, article: Article) -> int:
    """The newest version that patients were ever answered with; 0 if there is none."""
    query = select(func.max(ArticlePublication.version)).where(ArticlePublication.article_id == article.id)
    return max(int(await uow.session.scalar(query) or 0), article.published_version or 0)


async def discard(
    uow: UnitOfWork, access: Access, article_id: str, base: int, now: datetime, *, is_confirmed: bool
) -> bool | Refused:
    """Forget the versions after the last that was published; True if none was, so that the article is gone too.

    `base`: the newest version as it was seen. Refused: `discard-unconfirmed`, `discard-changed` (a newer one was kept meanwhile),
    `discard-nothing`, `discard-planned` (one of them waits for its time). Raises `NotFound`.
    """
    access.require(Permission.edit_content)
    article = await schedules.held(uow, article_id)
    last, number = await last_published(uow, article), await newest(uow, article_id)
    if not is_confirmed:
        return Refused("discard-unconfirmed")
    if number != base:
        return Refused("discard-changed", {"newest": str(number)})
    if number <= last:
        return Refused("discard-nothing")
    plan = (await schedules.plans(uow, [article_id])).get(article_id)
    if plan is not None and plan.version > last:
        if plan.state == "waiting":
            return Refused("discard-planned", {"version": str(plan.version)})
        await schedules.call_off(uow, access, article_id, now)
    audit.record(uow, access, "article.discarded", "article", article_id, now)
    await uow.session.flush()
    if last:
        gone = ArticleVersion.article_id == article_id, ArticleVersion.version > last
        await uow.session.execute(delete(ArticleVersion).where(*gone))
    else:
        await unanswered.reopen_of(uow, access, article_id, now)
        await uow.session.execute(delete(Article).where(Article.id == article_id))
    await facts_changed(uow)  # Whoever tries drafts must not find it any more.
    return not last
