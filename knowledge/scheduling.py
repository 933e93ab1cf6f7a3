"""Publishing at a time: planned by a person after all the checks, done by a worker after all of them again.

Nothing is remembered in a process: what is due is a row, so a restart only makes it late.
"""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select

from core import audit
from core.access import Access, Permission
from core.accounts import SignedIn, Staff
from core.clock import Clock
from core.db import Database, UnitOfWork
from core.errors import NotFound, PoradniaError, Refused
from core.logging import describe
from knowledge import schedules
from knowledge.editing import problems, whole
from knowledge.models import Article, KnowledgeState
from knowledge.publishing import against, expire, hidden, release
from knowledge.schedules import PlannedPublication
from knowledge.service import Library

log = structlog.get_logger()
LOOKS_EVERY = 0.5
EXPIRES_EVERY = 60.0
AHEAD = timedelta(minutes=2)
"""Whether a version would hide another article is a matter of seconds: it is looked at so long before, and again if anything changed."""
AGAIN_AFTER = 15.0
"""Seconds until what failed unexpectedly (a database away) is tried again."""
FURTHEST = timedelta(days=366)


def moment(text: str, now: datetime) -> datetime | Refused:
    """The time a form names, in the clinic's own zone. Refused: `plan-time` (none, or an hour that the clocks leave out)."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return Refused("plan-time")
    if at.tzinfo is None:
        at = at.replace(tzinfo=now.tzinfo)
    try:
        is_real = at.astimezone(UTC).astimezone(at.tzinfo).replace(tzinfo=None) == at.replace(tzinfo=None)
    except OverflowError:
        return Refused("plan-time")
    return at if is_real else Refused("plan-time")


async def plan(
    uow: UnitOfWork, person: SignedIn, library: Library, article_id: str, version: int, at: datetime, now: datetime
) -> PlannedPublication | Refused:
    """Let a version be published at that time.

    Refused: `plan-past`, `plan-far`, `plan-twice` (one waits already), or for whatever refuses publishing, with the prices of that day.
    """
    person.access.require(Permission.edit_content)
    await schedules.held(uow, article_id)
    if at <= now:
        return Refused("plan-past")
    if at > now + FURTHEST:
        return Refused("plan-far")
    known = (await schedules.plans(uow, [article_id])).get(article_id)
    if known is not None and known.state == "waiting":
        return Refused("plan-twice", {"version": str(known.version)})
    refused = await against(uow, person.access, library, article_id, version, at)
    if refused is not None:
        return refused
    made = PlannedPublication(
        article_id=article_id, version=version, at=at, staff_id=person.staff_id, author=person.name, made_at=now, against=[]
    )  # fmt: skip
    uow.session.add(made)
    await uow.session.flush()
    audit.record(uow, person.access, "publication.planned", "article", article_id, now)
    return made


class Punctual:
    """Publishes what is due. Any number of workers may look: the article's row lets one of them do it."""

    def __init__(self, database: Database, library: Library, clock: Clock) -> None:
        self._database = database
        self._library = library
        self._clock = clock
        self._not_before: dict[UUID, float] = {}
        self._expires_at = 0.0
        self._harmless: dict[UUID, int] = {}
        """By plan: the revision of all articles at which it hid none."""

    async def run(self) -> None:
        """Look for ever."""
        while True:
            try:
                await self.look()
            except Exception as error:
                log.warning("planned publications cannot be looked after", **describe(error))
            await asyncio.sleep(LOOKS_EVERY)

    async def look(self) -> int:
        """Publish or refuse what is due; how many were."""
        now = self._clock.now()
        async with self._database.unit_of_work() as uow:
            due = select(PlannedPublication.id, PlannedPublication.article_id, PlannedPublication.at).where(
                PlannedPublication.state == "waiting", PlannedPublication.at <= now + AHEAD
            )
            found = (await uow.session.execute(due.order_by(PlannedPublication.at, PlannedPublication.id))).all()
        count = 0
        for ident, article_id, at in found:
            if self._not_before.get(ident, 0.0) > time.monotonic():
                continue
            try:
                if at > now:
                    if await self._prepare(ident):
                        break  # That took a while: others may be due by now.
                    continue
                count += await self._settle(ident, article_id)
                self._harmless.pop(ident, None)
                self._not_before.pop(ident, None)
            except Exception as error:
                self._not_before[ident] = time.monotonic() + AGAIN_AFTER
                log.warning("a planned publication failed and is tried again", **describe(error))
        if self._expires_at <= time.monotonic():
            self._expires_at = time.monotonic() + EXPIRES_EVERY
            async with self._database.unit_of_work() as uow:
                await expire(uow, now)
        return count

    async def _prepare(self, ident: UUID) -> bool:
        """Ask all articles' questions before the time comes; True if that was done just now."""
        async with self._database.unit_of_work() as uow:
            revision = await _revision(uow)
            one = await uow.session.get(PlannedPublication, ident)
            if one is None or self._harmless.get(ident) == revision:
                return False
            subject = await whole(uow, Access.system("planned publication"), one.article_id)
            texts = subject.versions.get(one.version, {})
            if await hidden(uow, self._library, one.article_id, one.version, texts) is not None:
                self._not_before[ident] = time.monotonic() + AGAIN_AFTER
                return True  # Said at its time, if it is still so.
            self._harmless[ident] = revision
        return True

    async def _settle(self, ident: UUID, article_id: str) -> int:
        async with self._database.unit_of_work() as uow:
            await schedules.held(uow, article_id)
            one = await uow.session.get(PlannedPublication, ident, with_for_update=True)
            now = self._clock.now()
            if one is None or one.state != "waiting":
                return 0
            # Published first, in the session: `release` must not take it for something that it overtakes.
            one.state, one.ended_at = "published", now
            await uow.session.flush()
            author = await uow.session.get_one(Staff, one.staff_id)
            access = Access.staff(author.id, author.held, "planned publication", author.scopes)
            done = await self._publish(uow, access, author, one, now)
            if isinstance(done, Refused):
                one.state = "refused"
                one.against = await self._details(uow, one, done, now) or [[f"refused-{done.reason}", done.args]]
                audit.record(uow, access, "publication.refused", "article", article_id, now)
        return 1

    async def _publish(
        self, uow: UnitOfWork, access: Access, author: Staff, one: PlannedPublication, now: datetime
    ) -> Article | Refused:
        if not author.is_active or not access.allows(Permission.edit_content):
            return Refused("plan-author", {"name": author.name})
        try:
            is_harmless = self._harmless.get(one.id) == await _revision(uow)
            return await release(uow, access, self._library, one.article_id, one.version, now, is_harmless=is_harmless)
        except NotFound:
            return Refused("plan-gone")

    async def _details(
        self, uow: UnitOfWork, one: PlannedPublication, done: Refused, now: datetime
    ) -> list[list[object]]:
        if done.reason != "article-problems":
            return []
        try:
            texts = (await whole(uow, Access.system("planned publication"), one.article_id)).versions[one.version]
        except PoradniaError:
            return []
        return [[found.key, found.args] for found in await problems(uow, texts, now, self._library.public_url)]


async def _revision(uow: UnitOfWork) -> int:
    """Grows with every publication and withdrawal."""
    return int(await uow.session.scalar(select(KnowledgeState.revision)) or 0)
