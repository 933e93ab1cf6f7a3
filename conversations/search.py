"""Searching sealed messages by their words: keyed numbers of folded words and of their first 3 to 6 letters.

What people write and what staff write is indexed; the bot's own texts are not: they come from the catalogue and would drown the rest.
The numbers lie in the message's own row and go with it.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from care.folding import fold
from care.policy import within_relation
from conversations.models import Author, Case, ContactPoint, Message
from core.access import Access, Permission
from core.audit import record
from core.crypto import keyring
from core.db import UnitOfWork
from core.redaction import mask_pesel

SHORTEST, LONGEST = 3, 6
MOST_WORDS = 200
"""Words of one message that are indexed: a long paste must not fill the index."""
AT_ONCE = 500
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Hit:
    """A message that was found; `text` has personal numbers masked."""

    message_id: UUID
    thread_id: UUID
    case_id: UUID
    seq: int
    direction: str
    text: str
    at: datetime


def words_of(text: str) -> list[str]:
    """The folded words of a text, each once, in order."""
    return list(dict.fromkeys(_WORD.findall(fold(text))))[:MOST_WORDS]


def tokens_of(text: str) -> list[int]:
    """The keyed numbers a text is found by."""
    found: set[int] = set()
    for word in words_of(text):
        found.add(keyring.number(f"whole:{word}"))
        for length in range(min(SHORTEST, len(word)), min(LONGEST, len(word)) + 1):
            found.add(keyring.number(f"word:{word[:length]}"))
    return sorted(found)


class MessageSearch:
    """The messages an access may search: for staff those of threads they may open, narrowed to one case or one patient
    where the access is.
    """

    def __init__(self, uow: UnitOfWork, access: Access) -> None:
        access.require(Permission.read_thread)
        self._uow = uow
        self._access = access

    async def find(self, text: str, now: datetime, limit: int = 20) -> list[Hit]:
        """Messages in which every word of the query begins a word; whole words first, then the newest.

        That somebody searched, and how many rows were shown, is audited; the words are not kept.
        """
        words = words_of(text)
        if not words:
            return []
        begins = [keyring.number(f"word:{word[:LONGEST]}") for word in words]
        whole = [keyring.number(f"whole:{word}") for word in words]
        query = (
            select(Message)
            .where(Message.tokens.contains(begins))
            .order_by(Message.tokens.contains(whole).desc(), Message.created_at.desc(), Message.id.desc())
            .limit(limit * 5)
        )
        within = within_relation(self._access, Case.patient_id, now)
        if within is not None:  # A thread is opened only with all its patients: `conversations.policy`.
            of_thread = select(Case.id).where(Case.thread_id == Message.thread_id, Case.patient_id.is_not(None))
            query = query.where(~of_thread.where(~within).correlate(Message).exists())
        if self._access.case_id is not None:
            query = query.where(Message.case_id == self._access.case_id)
        if self._access.patient_id is not None:
            query = query.join(Case, Case.id == Message.case_id).where(Case.patient_id == self._access.patient_id)
        found = [row for row in await self._uow.session.scalars(query) if _answers(row.body, words)][:limit]
        record(self._uow, self._access, "search", "messages", f"{len(found)} rows", now)
        return [
            Hit(one.id, one.thread_id, one.case_id, one.seq, one.direction.value, mask_pesel(one.body), one.created_at)
            for one in found
        ]


async def make_tokens_again(uow: UnitOfWork) -> int:
    """Set the tokens of all messages and contact points, after another lookup key or an upgrade; returns how many there are.

    Nobody else may write meanwhile. Needs the system's own access, as jobs have it.
    """
    count, after = 0, None
    while True:
        query = select(Message).order_by(Message.id).limit(AT_ONCE)
        batch = list(await uow.session.scalars(query if after is None else query.where(Message.id > after)))
        if not batch:
            break
        for message in batch:
            message.tokens = None if message.author in (Author.bot, Author.system) else tokens_of(message.body)
        count, after = count + len(batch), batch[-1].id
        await uow.session.flush()
        for message in batch:
            uow.session.expunge(message)
    for point in await uow.session.scalars(select(ContactPoint)):
        point.address_token = contact_token(point.kind, point.address)
        count += 1
    return count


def contact_token(kind: str, address: str) -> str:
    """The keyed token of a number, address or browser."""
    return keyring.token(f"{kind}:{address}")


def _answers(body: str, words: list[str]) -> bool:
    own = words_of(body)
    return all(any(one.startswith(word) for one in own) for word in words)
