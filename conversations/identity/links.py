"""Magic links: a conversation by SMS goes on in the browser, in the same thread and case, with its form and its history.

The token stands behind the "#" of the address, so it reaches no log, no proxy and no preview; only the page's own POST uses it,
once. In the database is its digest.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update

from conversations.cases import lock_case
from conversations.identity.models import MagicLink
from conversations.inbox import give_notice, open_case, open_case_for
from conversations.messages import Messages, Route, last_content
from conversations.models import Case, CaseState, ContactPoint, Correspondent, Thread
from conversations.protocols import Utterance
from conversations.search import contact_token
from core import audit
from core.access import Access
from core.clock import Clock
from core.db import Database, UnitOfWork
from core.errors import Refused
from core.i18n import Language, as_language
from core.ids import new_id

MAX_AN_HOUR = 5
PAGE = "/widget/frame"


class Links:
    """Makes and uses links."""

    def __init__(
        self, database: Database, clock: Clock, messages: Messages, public_url: str, life: timedelta, proof: timedelta
    ) -> None:
        """`life`: how long a link may be used; `proof`: how long the browser then counts as the number."""
        self._database = database
        self._clock = clock
        self._messages = messages
        self._public_url = public_url.rstrip("/")
        self._life = life
        self._proof = proof

    async def make(
        self, uow: UnitOfWork, case: Case, contact_point_id: UUID, language: Language, now: datetime
    ) -> str | Refused:
        """The address to send; links of the contact point that were not used are void. Audited. Refused: `link-too-often`."""
        made = await uow.session.scalar(
            select(func.count())
            .select_from(MagicLink)
            .where(MagicLink.contact_point_id == contact_point_id, MagicLink.created_at > now - timedelta(hours=1))
        )
        if (made or 0) >= MAX_AN_HOUR:
            return Refused("link-too-often")
        await uow.session.execute(
            update(MagicLink)
            .where(
                MagicLink.contact_point_id == contact_point_id,
                MagicLink.used_at.is_(None),
                MagicLink.expires_at > now,
            )
            .values(expires_at=now)
        )
        token = secrets.token_urlsafe(16)
        uow.session.add(
            MagicLink(
                token_hash=_hash(token), contact_point_id=contact_point_id, case_id=case.id, created_at=now,
                expires_at=now + self._life,
            )
        )  # fmt: skip
        await uow.session.flush()
        audit.record(uow, Access.system("turn", case.id), "link.made", "case", case.id, now)
        return f"{self._public_url}{PAGE}?lang={language}#{token}"

    async def use(self, token: str, browser: str) -> bool:
        """Let a new browser (its address) go on with the conversation; False for a link that is unknown, used or too old.

        The browser hears that it goes on here, and the open question once more.
        """
        async with self._database.unit_of_work() as uow:
            now = self._clock.now()
            found = await uow.session.scalar(select(MagicLink).where(MagicLink.token_hash == _hash(token)))
            if found is None or not _works(found, now):
                return False
            case = await lock_case(uow, found.case_id)  # The thread first, as everywhere; then the link, read afresh.
            await uow.session.refresh(found, with_for_update=True)
            if not _works(found, now):
                return False
            thread = await uow.session.get_one(Thread, case.thread_id, populate_existing=True)
            person = await uow.session.get_one(Correspondent, thread.correspondent_id)
            point = ContactPoint(
                id=new_id(), kind="browser", address=browser, address_token=contact_token("browser", browser),
                correspondent_id=person.id, created_at=now,
            )  # fmt: skip
            uow.session.add(point)
            await uow.session.flush()
            found.used_at, found.used_by_contact_point_id = now, point.id
            found.through_seq, found.speaks_until = thread.last_seq, now + self._proof
            audit.record(uow, Access.system("link", case.id), "link.used", "case", case.id, now)
            await self._go_on(uow, case, person, point, now)
        return True

    async def _go_on(
        self, uow: UnitOfWork, case: Case, person: Correspondent, point: ContactPoint, now: datetime
    ) -> None:
        question = await last_content(uow, case.id)
        if case.state is CaseState.closed:
            case, question = await open_case(uow, case.thread_id) or await open_case_for(uow, case.thread_id, now), None
        route = Route("webchat", point.id, as_language(person.language))
        await give_notice(uow, self._messages, case, person, route, True, now)
        moved = Utterance("moved-to-web")
        await self._messages.say(uow, case, route, moved, {"by": "rule", "rule": "moved-to-web"}, now)
        if case.state is CaseState.bot and question and question.get("key") and not is_notice(str(question["key"])):
            await self._messages.say_again(uow, case, route, question, now)


def is_notice(key: str) -> bool:
    """True for the words about AI and privacy, which no one waits to answer."""
    return key.startswith("notice")


async def speaks_for(uow: UnitOfWork, contact_point_id: UUID, now: datetime) -> UUID:
    """The contact point a browser stands for while its link holds; else the contact point itself."""
    found = await uow.session.scalar(
        select(MagicLink.contact_point_id).where(
            MagicLink.used_by_contact_point_id == contact_point_id, MagicLink.speaks_until > now
        )
    )
    return found or contact_point_id


def _works(link: MagicLink, now: datetime) -> bool:
    return link.used_at is None and link.expires_at > now


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
