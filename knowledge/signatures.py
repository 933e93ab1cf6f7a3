"""Safety content is published by two people: who publishes, and somebody else who signed exactly what is published.

Safety content is what the bot learns of safety intents, and articles marked as such. A signature holds for one step: from what
answers now to the words that were shown, to an earlier version, or to nothing. With the next change on either side there is none.
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
from core.accounts import SignedIn, Staff
from core.db import Base, UnitOfWork
from core.errors import Refused
from knowledge.intents import clinic_goals
from knowledge.intents.editing import Change, changes, live_version, of_goals, phrases
from knowledge.intents.models import BotVersion
from knowledge.models import Article, ArticlePublication, ArticleVersion

SAFETY_INTENTS = frozenset({"emergency", "symptoms", "medical_advice", "human"})
"""Where a wrong example does harm: who is in danger, ill, or asks for a person."""


class ContentSignature(Base):
    """Somebody's word for exactly the step that is `signed` (one of `content_of_…`)."""

    __tablename__ = "content_signatures"
    signed: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    name: Mapped[str]
    signed_at: Mapped[datetime]


def touches_safety(drafted: Sequence[Change]) -> list[str]:
    """The safety intents that a draft changes."""
    return sorted({one for change in drafted for one in (change.before, change.after) if one in SAFETY_INTENTS})


async def content_of_draft(uow: UnitOfWork, drafted: Sequence[Change]) -> str:
    """What a signature of the draft holds for: these changes of what answers now."""
    live = await live_version(uow)
    told = [
        [one.language, one.text, one.before, one.after, *([one.kind] if one.kind != "phrase" else [])]
        for one in drafted
    ]
    return "draft:" + _digest([live.number if live else 0, told])


async def content_of_article(uow: UnitOfWork, article: Article, texts: Mapping[str, ArticleVersion]) -> str:
    """What a signature of a version holds for: its words, topic and examinations, in place of what is answered now."""
    told: list[object] = [await _last_publication(uow, article.id), article.topic, sorted(article.services)]
    for language, one in sorted(texts.items()):
        told.append([language, one.question, one.answer, one.variant_sms, one.variant_voice, one.audience, one.source])
    return f"article:{article.id}:{_digest(told)}"


async def content_of_retiring(uow: UnitOfWork, article: Article) -> str:
    """What a signature under the withdrawal of what is answered now holds for."""
    return f"retire:{article.id}:{_digest([await _last_publication(uow, article.id)])}"


async def content_of_return(uow: UnitOfWork, to: BotVersion) -> str:
    """What a signature under going back from the version that answers now holds for."""
    live = await live_version(uow)
    return f"return:{live.number if live else 0}:{to.number}"


async def words_of_return(uow: UnitOfWork, to: BotVersion) -> list[Change]:
    """What going back to that version would change in the words of safety intents; a moved phrase goes from one and comes to another."""
    live = await live_version(uow)
    if live is None:
        return []
    now, then = await phrases(uow, live.number), await phrases(uow, to.number)
    found = []
    for language, intent in sorted(key for key in {*now, *then} if key[1] in SAFETY_INTENTS):
        held, wanted = set(now.get((language, intent), ())), set(then.get((language, intent), ()))
        found += [Change(language, text, intent, None) for text in sorted(held - wanted)]
        found += [Change(language, text, None, intent) for text in sorted(wanted - held)]
    told = of_goals(await clinic_goals.of_version(uow, live.number), await clinic_goals.of_version(uow, to.number))
    return [*(one for one in told if {one.before, one.after} & SAFETY_INTENTS), *found]


async def _last_publication(uow: UnitOfWork, article_id: str) -> str:
    """With every publication and withdrawal another one: a signature is used up by what it led to."""
    newest = select(ArticlePublication.id).where(ArticlePublication.article_id == article_id)
    return str(await uow.session.scalar(newest.order_by(ArticlePublication.id.desc()).limit(1)))


async def signed_by(uow: UnitOfWork, content: str) -> list[ContentSignature]:
    """Who signed it, in order."""
    query = select(ContentSignature).where(ContentSignature.signed == content).order_by(ContentSignature.signed_at)
    return list(await uow.session.scalars(query))


async def missing(uow: UnitOfWork, access: Access, content: str, about: str) -> Refused | None:
    """What stands against publishing it by this person: `signature-missing`, if nobody else signed. `about` names what it is.

    Somebody who no longer works here, or may no longer edit content, is no second person.
    """
    signed = {one.staff_id for one in await signed_by(uow, content) if str(one.staff_id) != access.actor}
    people = await uow.session.scalars(select(Staff).where(Staff.id.in_(signed), Staff.is_active))
    rights = [Access.staff(one.id, one.held, scopes=one.scopes) for one in people]
    return (
        None
        if any(one.allows(Permission.edit_content) for one in rights)
        else Refused("signature-missing", {"about": about})
    )


async def sign_draft(uow: UnitOfWork, person: SignedIn, shown: str, now: datetime) -> Refused | None:
    """Sign the draft as it was `shown`. Refused: `signature-changed`, `signature-needless`, `signature-twice`."""
    drafted = await changes(uow, person.access)
    if await content_of_draft(uow, drafted) != shown:
        return Refused("signature-changed")
    return await _sign(uow, person, shown, ("draft", "draft"), now) if touches_safety(drafted) else _needless()


async def sign_article(
    uow: UnitOfWork, person: SignedIn, article: Article, texts: Mapping[str, ArticleVersion], shown: str, now: datetime
) -> Refused | None:
    """Sign a version as it was `shown`. Refused: as `sign_draft`."""
    person.access.require(Permission.edit_content)
    if await content_of_article(uow, article, texts) != shown:
        return Refused("signature-changed")
    return await _sign(uow, person, shown, ("article", article.id), now) if article.is_safety else _needless()


async def sign_retiring(
    uow: UnitOfWork, person: SignedIn, article: Article, shown: str, now: datetime
) -> Refused | None:
    """Sign the withdrawal of what is answered now. Refused: as `sign_draft`."""
    person.access.require(Permission.edit_content)
    if not article.is_safety or article.status != "published":
        return _needless()
    if await content_of_retiring(uow, article) != shown:
        return Refused("signature-changed")
    return await _sign(uow, person, shown, ("article", article.id), now, "retiring")


async def sign_return(uow: UnitOfWork, person: SignedIn, to: BotVersion, shown: str, now: datetime) -> Refused | None:
    """Sign the way back to a version. Refused: as `sign_draft`."""
    person.access.require(Permission.edit_content)
    if not await words_of_return(uow, to):
        return _needless()
    if await content_of_return(uow, to) != shown:
        return Refused("signature-changed")
    return await _sign(uow, person, shown, ("bot_version", str(to.number)), now, "return")


async def _sign(
    uow: UnitOfWork, person: SignedIn, content: str, subject: tuple[str, str], now: datetime, act: str = ""
) -> Refused | None:
    values = {"signed": content, "staff_id": person.staff_id, "name": person.name, "signed_at": now}
    made = insert(ContentSignature).values(values).on_conflict_do_nothing().returning(ContentSignature.staff_id)
    if await uow.session.scalar(made) is None:
        return Refused("signature-twice")
    audit.record(uow, person.access, f"{act or subject[0]}.signed", *subject, now)
    return None


def _needless() -> Refused:
    return Refused("signature-needless")


def _digest(told: object) -> str:
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode("utf-8")).hexdigest()
