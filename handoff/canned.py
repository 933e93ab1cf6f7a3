"""Ready replies: short texts in both languages, filled with a few names, and what is done once they are sent."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, func, select
from sqlalchemy.orm import Mapped, mapped_column

from core.access import Access, Permission
from core.accounts import SignedIn
from core.audit import record
from core.db import Base, UnitOfWork
from core.errors import Refused
from core.ids import new_id
from core.settings import ROOT
from core.yamls import read_yaml

FILE = ROOT / "data" / "replies" / "replies.yml"
KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,29}")
NAMES = ("agent", "clinic", "phone")
"""What may stand in braces."""
THEN = ("", "close", "tomorrow", "queue")
LONGEST = 1000
_BRACES = re.compile(r"{([^{}]*)}")


class CannedReply(Base):
    """One ready reply. Without `made_by` it came with the program."""

    __tablename__ = "canned_replies"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(unique=True)
    pl: Mapped[str]
    en: Mapped[str]
    then: Mapped[str]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime]


@dataclass(frozen=True)
class Draft:
    """What an editor typed."""

    key: str
    pl: str
    en: str
    then: str

    def refusal(self) -> Refused | None:
        """Why it cannot be kept: `canned-key`, `canned-text`, `canned-name` with the unknown word, `canned-then`."""
        if KEY.fullmatch(self.key) is None:
            return Refused("canned-key")
        if any(not 1 <= len(text.strip()) <= LONGEST for text in (self.pl, self.en)):
            return Refused("canned-text", {"most": LONGEST})
        unknown = [name for text in (self.pl, self.en) for name in _BRACES.findall(text) if name not in NAMES]
        if unknown or any("{" in _BRACES.sub("", text) or "}" in _BRACES.sub("", text) for text in (self.pl, self.en)):
            return Refused("canned-name", {"name": unknown[0] if unknown else "{"})
        return Refused("canned-then") if self.then not in THEN else None


def filled(text: str, names: Mapping[str, str]) -> str:
    """The text with the names put in."""
    return _BRACES.sub(lambda found: names.get(found[1], found[0]), text)


def may_edit(access: Access) -> bool:
    """True for those who edit content or steer the queue."""
    return access.allows(Permission.edit_content) or access.allows(Permission.manage_queue)


async def replies(uow: UnitOfWork, access: Access) -> Sequence[CannedReply]:
    """All of them by key, for those who answer patients or edit them."""
    if not may_edit(access):
        access.require(Permission.reply_thread)
    return list(await uow.session.scalars(select(CannedReply).order_by(CannedReply.key)))


async def save(uow: UnitOfWork, person: SignedIn, draft: Draft, now: datetime) -> Refused | None:
    """Keep a reply under its key, new or changed. Audited. Refused as `Draft.refusal` says."""
    _require_edit(person.access)
    refused = draft.refusal()
    if refused is not None:
        return refused
    await uow.lock(f"canned-{draft.key}")
    found = await uow.session.scalar(select(CannedReply).where(CannedReply.key == draft.key))
    if found is None:
        found = CannedReply(id=new_id(), key=draft.key)
        uow.session.add(found)
    found.pl, found.en, found.then = draft.pl.strip(), draft.en.strip(), draft.then
    found.made_by, found.made_at = person.staff_id, now
    record(uow, person.access, "canned.saved", "canned", draft.key, now)
    return None


async def remove(uow: UnitOfWork, person: SignedIn, key: str, now: datetime) -> None:
    """Take a reply away; harmless if it is gone already. Audited."""
    _require_edit(person.access)
    found = await uow.session.scalar(select(CannedReply).where(CannedReply.key == key))
    if found is not None:
        await uow.session.delete(found)
        record(uow, person.access, "canned.removed", "canned", key, now)


async def seed(uow: UnitOfWork, now: datetime) -> None:
    """The replies that come with the program, where there are none at all."""
    if await uow.session.scalar(select(func.count()).select_from(CannedReply)):
        return
    for entry in read_yaml(FILE.read_text("utf-8")):
        draft = Draft(entry["key"], entry["pl"], entry["en"], entry.get("then", ""))
        assert draft.refusal() is None, draft.key
        uow.session.add(CannedReply(id=new_id(), key=draft.key, pl=draft.pl, en=draft.en, then=draft.then, made_at=now))


def _require_edit(access: Access) -> None:
    if not may_edit(access):
        access.require(Permission.edit_content)
