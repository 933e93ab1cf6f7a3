"""Safety content is published by two people: who publishes, and somebody else who signed exactly what is published.

Safety content is what the bot learns of safety intents, and articles marked as such. A signature holds for the words that were
shown: with the next change there is none.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from core import audit
from core.access import Access, Permission
from core.accounts import SignedIn
from core.db import Base, UnitOfWork
from core.errors import Refused
from knowledge.intents.editing import Change, changes
from knowledge.models import Article, ArticleVersion

SAFETY_INTENTS = frozenset({"emergency", "symptoms", "medical_advice", "human"})
"""Where a wrong example does harm: who is in danger, ill, or asks for a person."""


class ContentSignature(Base):
    """Somebody's word for exactly what is `signed` (`content_of_draft`, `content_of_article`)."""

    __tablename__ = "content_signatures"
    signed: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    name: Mapped[str]
    signed_at: Mapped[datetime]


def touches_safety(drafted: Sequence[Change]) -> list[str]:
    """The safety intents that a draft changes."""
    return sorted({one for change in drafted for one in (change.before, change.after) if one in SAFETY_INTENTS})


def content_of_draft(drafted: Sequence[Change]) -> str:
    """What a signature of the draft holds for."""
    return "draft:" + _digest([[one.language, one.text, one.before, one.after] for one in drafted])


def content_of_article(article: Article, texts: Mapping[str, ArticleVersion]) -> str:
    """What a signature of a version holds for: its words, its topic and its examinations."""
    told: list[object] = [article.topic, sorted(article.services)]
    for language, one in sorted(texts.items()):
        told.append([language, one.question, one.answer, one.variant_sms, one.variant_voice, one.audience, one.source])
    return f"article:{article.id}:{_digest(told)}"


async def signed_by(uow: UnitOfWork, content: str) -> list[ContentSignature]:
    """Who signed it, in order."""
    query = select(ContentSignature).where(ContentSignature.signed == content).order_by(ContentSignature.signed_at)
    return list(await uow.session.scalars(query))


async def missing(uow: UnitOfWork, access: Access, content: str, about: str) -> Refused | None:
    """What stands against publishing it by this person: `signature-missing`, if nobody else signed. `about` names what it is."""
    others = [one for one in await signed_by(uow, content) if str(one.staff_id) != access.actor]
    return None if others else Refused("signature-missing", {"about": about})


async def sign_draft(uow: UnitOfWork, person: SignedIn, shown: str, now: datetime) -> Refused | None:
    """Sign the draft as it was `shown`. Refused: `signature-changed`, `signature-needless`, `signature-twice`."""
    drafted = await changes(uow, person.access)
    if content_of_draft(drafted) != shown:
        return Refused("signature-changed")
    return await _sign(uow, person, shown, ("draft", "draft"), now) if touches_safety(drafted) else _needless()


async def sign_article(
    uow: UnitOfWork, person: SignedIn, article: Article, texts: Mapping[str, ArticleVersion], shown: str, now: datetime
) -> Refused | None:
    """Sign a version as it was `shown`. Refused: as `sign_draft`."""
    person.access.require(Permission.edit_content)
    if content_of_article(article, texts) != shown:
        return Refused("signature-changed")
    return await _sign(uow, person, shown, ("article", article.id), now) if article.is_safety else _needless()


async def _sign(
    uow: UnitOfWork, person: SignedIn, content: str, subject: tuple[str, str], now: datetime
) -> Refused | None:
    values = {"signed": content, "staff_id": person.staff_id, "name": person.name, "signed_at": now}
    made = insert(ContentSignature).values(values).on_conflict_do_nothing().returning(ContentSignature.staff_id)
    if await uow.session.scalar(made) is None:
        return Refused("signature-twice")
    audit.record(uow, person.access, f"{subject[0]}.signed", *subject, now)
    return None


def _needless() -> Refused:
    return Refused("signature-needless")


def _digest(told: object) -> str:
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode("utf-8")).hexdigest()
