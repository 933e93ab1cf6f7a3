"""Publications that wait for their time: at most one an article. Whoever changes one holds the article's row first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Mapped, mapped_column

from core import audit
from core.access import Access, Permission
from core.db import Base, UnitOfWork
from core.errors import NotFound, Refused
from core.ids import new_id
from knowledge.models import Article


class PlannedPublication(Base):
    """A version that is to answer from `at` on.

    `state`: waiting, published, refused (`against` says why, as `[[key, args]…]` of the catalogue) or cancelled.
    """

    __tablename__ = "planned_publications"
    __table_args__ = (
        Index("uq_planned_publications_open", "article_id", unique=True, postgresql_where=text("state = 'waiting'")),
        Index("ix_planned_publications_due", "at", postgresql_where=text("state = 'waiting'")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    article_id: Mapped[str] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    version: Mapped[int]
    at: Mapped[datetime]
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    author: Mapped[str]
    made_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="waiting")
    ended_at: Mapped[datetime | None]
    against: Mapped[list[Any]] = mapped_column(JSON, default=list)


async def held(uow: UnitOfWork, article_id: str) -> Article:
    """The article, held until the transaction ends. Raises `NotFound`."""
    found = await uow.session.get(Article, article_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("article")
    return found


async def plans(uow: UnitOfWork, article_ids: Sequence[str] | None = None) -> dict[str, PlannedPublication]:
    """What waits, or was refused at its time and not looked at since, by article."""
    query = select(PlannedPublication).ext(distinct_on(PlannedPublication.article_id))
    if article_ids is not None:
        query = query.where(PlannedPublication.article_id.in_(article_ids))
    newest = query.order_by(PlannedPublication.article_id, PlannedPublication.id.desc())
    rows = await uow.session.scalars(newest.execution_options(populate_existing=True))
    return {one.article_id: one for one in rows if one.state in ("waiting", "refused")}


async def call_off(uow: UnitOfWork, access: Access, article_id: str, now: datetime) -> Refused | None:
    """Let a version not be published at its time, or put aside why it was not. Refused: `plan-over`. Raises `NotFound`."""
    access.require(Permission.edit_content)
    await held(uow, article_id)
    found = (await plans(uow, [article_id])).get(article_id)
    if found is None:
        return Refused("plan-over")
    action = "called-off" if found.state == "waiting" else "put-aside"
    found.state, found.ended_at = "cancelled", now
    audit.record(uow, access, f"publication.{action}", "article", article_id, now)
    return None


async def overtake(uow: UnitOfWork, access: Access, article_id: str, now: datetime, version: int | None = None) -> None:
    """That version (None: nothing) is answered with from now on: another that waits is not published over it, and an old refusal
    is settled. If it is the one that waited, its plan is done.
    """
    found = (await plans(uow, [article_id])).get(article_id)
    if found is None:
        return
    if found.state == "waiting" and found.version == version:
        found.state = "published"
    elif found.state == "waiting":
        found.state, found.against = "refused", [["refused-plan-overtaken", {}]]
        audit.record(uow, access, "publication.overtaken", "article", article_id, now)
    else:
        found.state = "cancelled"
    found.ended_at = now
