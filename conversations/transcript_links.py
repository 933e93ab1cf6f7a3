"""A conversation's transcript by a link, read in the browser after a code that was sent to a number on file. Never an attachment.

The token stands behind the "#" of the address and the code in an SMS; of both there are digests here. Whether a link is known, over
or right changes nothing that could be seen: the words, the pages and the lock-outs are the same.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from care.patients.models import Patient
from conversations.cases import lock_case
from conversations.identity import locks
from conversations.identity.claims import is_shared
from conversations.inbox import contact_of, open_case, open_case_for
from conversations.messages import TRANSCRIPT_CODE_KEY, TRANSCRIPT_KEY, Messages, Route, lock_thread, route_of
from conversations.models import Case, ContactPoint, Direction, Message, Thread
from conversations.policy import require_thread
from conversations.protocols import Utterance
from conversations.transcript import Line, Transcripts
from core import audit
from core.access import Access, Permission, Role
from core.accounts.break_glass import RoleView, viewed_by_roles
from core.crypto import keyring
from core.db import Base, UnitOfWork
from core.errors import Refused
from core.i18n import as_language
from core.ids import new_id

PAGE = "/transcript"
MAX_AN_HOUR = 5
"""Links to one number."""
MAX_CODES = 10
"""Codes of one link, as long as it lasts."""
PAUSE = timedelta(seconds=60)
"""Between two codes of one link."""


class TranscriptLink(Base):
    """A link to one conversation. `contact_point_id` is the number its codes go to; the token, the code and the browser's key
    are kept as digests. `reads_until`: how long the browser that gave the code back may read.
    """

    __tablename__ = "transcript_links"
    __table_args__ = (
        Index("ix_transcript_links_case_id", "case_id"),
        Index("ix_transcript_links_contact_point_id", "contact_point_id", "made_at"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    token_hash: Mapped[str] = mapped_column(unique=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    contact_point_id: Mapped[UUID] = mapped_column(ForeignKey("contact_points.id", ondelete="CASCADE"))
    language: Mapped[str]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    """None: the patient asked for it."""
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    code_token: Mapped[str | None]
    code_asked_at: Mapped[datetime | None]
    codes_asked: Mapped[int] = mapped_column(default=0)
    reader_hash: Mapped[str | None] = mapped_column(unique=True)
    reads_until: Mapped[datetime | None]


@dataclass(frozen=True)
class CodeTimes:
    """How long a code may be given back, the transcript then be read, and a lock-out lasts."""

    code: timedelta
    reading: timedelta
    lock: timedelta


@dataclass(frozen=True)
class Reading:
    """A conversation as its patient reads it, and who of the clinic looked at it, latest first."""

    lines: Sequence[Line]
    views: Sequence[RoleView]
    opened_at: datetime
    expires_at: datetime


async def send(
    uow: UnitOfWork,
    access: Access,
    messages: Messages,
    case_id: UUID,
    public_url: str,
    life: timedelta,
    now: datetime,
) -> TranscriptLink | Refused:
    """Send the patient a link, where they last wrote from; earlier links of the conversation end. Audited.

    Refused: `transcript-nowhere` (nobody wrote), `transcript-no-number` (no number for a code), `transcript-shared-number`
    (others use the number on record), `link-too-often`.
    """
    access.require(Permission.reply_thread)
    case = await lock_case(uow, case_id)
    await require_thread(uow, access, case.thread_id, now)
    route = await route_of(uow, case)
    if route is None:
        return Refused("transcript-nowhere")
    said = await _make(uow, case, route, public_url, life, now, UUID(access.actor))
    if isinstance(said, Refused):
        return said
    link, utterance = said
    await messages.say(uow, case, route, utterance, {"by": "rule", "rule": TRANSCRIPT_KEY}, now)
    audit.record(uow, access, "transcript.sent", "case", case_id, now)
    await uow.publish("case", id=str(case_id))
    return link


async def send_asked(
    uow: UnitOfWork, case: Case, route: Route, public_url: str, life: timedelta, now: datetime
) -> Utterance | Refused:
    """The words with a link for the patient who asked by that route; the caller says them. Audited. Refused as `send`."""
    made = await _make(uow, case, route, public_url, life, now, None)
    if isinstance(made, Refused):
        return made
    access = Access(frozenset({Role.patient}), f"contact:{route.contact_point_id}", "transcript", case_id=case.id)
    audit.record(uow, access, "transcript.sent", "case", case.id, now)
    return made[1]


async def ask_code(uow: UnitOfWork, messages: Messages, token: str, times: CodeTimes, now: datetime) -> None:
    """Send a code to the number of the link, if it holds; what is answered to the browser is the same if not."""
    link = await _holding(uow, token, now)
    if link is None:
        return
    case = await uow.session.get_one(Case, link.case_id)
    await lock_thread(uow, case.thread_id)  # The thread first, as everywhere; then the link, read afresh.
    await uow.session.refresh(link, with_for_update=True)
    is_soon = link.code_asked_at is not None and now < link.code_asked_at + PAUSE
    is_locked = await locks.is_locked(uow, (_subject(link, token),), now)
    if link.expires_at <= now or is_soon or is_locked or link.codes_asked >= MAX_CODES:
        return
    code = f"{secrets.randbelow(10**6):06d}"
    link.code_token, link.code_asked_at, link.codes_asked = _code_token(link.id, code), now, link.codes_asked + 1
    point = await uow.session.get_one(ContactPoint, link.contact_point_id)
    thread_id = await uow.session.scalar(select(Thread.id).where(Thread.correspondent_id == point.correspondent_id))
    assert thread_id is not None, "a correspondent is made with its thread"
    if thread_id != case.thread_id:
        case = await open_case(uow, thread_id) or await open_case_for(uow, thread_id, now)
    said = Utterance(TRANSCRIPT_CODE_KEY, {"code": code, "minutes": int(times.code.total_seconds() // 60)})
    route = Route("sms", point.id, as_language(link.language))
    await messages.say(uow, case, route, said, {"by": "rule", "rule": TRANSCRIPT_CODE_KEY}, now)
    audit.record(uow, _as_reader(link), "transcript.code-asked", "case", link.case_id, now)


async def answer(uow: UnitOfWork, token: str, code: str, times: CodeTimes, now: datetime) -> str | Refused:
    """Take the code back, once: a key by which this browser may read for a while. Right or wrong is audited.

    Refused, for a link that is over or never was as well: `transcript-code-wrong`, `transcript-code-locked`.
    """
    link = await _holding(uow, token, now, is_locked=True)
    subject = _subject(link, token)
    if await locks.is_locked(uow, (subject,), now):
        return Refused("transcript-code-locked")
    if link is None or not _fits(link, code, times, now):
        failures = await locks.fail(uow, subject, times.lock, now)
        if link is not None:
            audit.record(uow, _as_reader(link), "transcript.code-wrong", "case", link.case_id, now)
        return Refused("transcript-code-locked" if failures >= locks.MAX_ATTEMPTS else "transcript-code-wrong")
    await locks.forgive(uow, subject)
    key = secrets.token_urlsafe(32)
    link.code_token, link.reader_hash = None, _hash(key)
    link.reads_until = min(now + times.reading, link.expires_at)
    audit.record(uow, _as_reader(link), "transcript.opened", "case", link.case_id, now)
    return key


async def read(uow: UnitOfWork, key: str, now: datetime) -> Reading | None:
    """The conversation, for the browser that gave the code back; None once its time is over."""
    link = await _of_reader(uow, key, now)
    if link is None:
        return None
    case = await uow.session.get_one(Case, link.case_id)
    lines = await Transcripts(uow, _as_reader(link)).of_case(case.id, now)
    subjects = (("case", case.id), ("thread", case.thread_id))
    return Reading(lines, await viewed_by_roles(uow, subjects, case.opened_at), case.opened_at, link.expires_at)


async def leave(uow: UnitOfWork, key: str, now: datetime) -> None:
    """The browser reads no more, as somebody leaves a computer that others use."""
    link = await _of_reader(uow, key, now)
    if link is not None:
        link.reader_hash, link.reads_until = None, None


async def _make(
    uow: UnitOfWork, case: Case, route: Route, public_url: str, life: timedelta, now: datetime, made_by: UUID | None
) -> tuple[TranscriptLink, Utterance] | Refused:
    """A new link, which ends the earlier ones of its conversation, and the words that hold it."""
    number = await _number(uow, case, now)
    if isinstance(number, Refused):
        return number
    made = await uow.session.scalar(
        select(func.count())
        .select_from(TranscriptLink)
        .where(TranscriptLink.contact_point_id == number, TranscriptLink.made_at > now - timedelta(hours=1))
    )
    if (made or 0) >= MAX_AN_HOUR:
        return Refused("link-too-often")
    await uow.session.execute(
        update(TranscriptLink)
        .where(TranscriptLink.case_id == case.id, TranscriptLink.expires_at > now)
        .values(expires_at=now)
    )
    token = secrets.token_urlsafe(16)
    link = TranscriptLink(
        id=new_id(), token_hash=_hash(token), case_id=case.id, contact_point_id=number, language=route.language,
        made_by=made_by, made_at=now, expires_at=now + life,
    )  # fmt: skip
    uow.session.add(link)
    await uow.session.flush()
    address = f"{public_url.rstrip('/')}{PAGE}?lang={route.language}#{token}"
    return link, Utterance(TRANSCRIPT_KEY, {"link": address, "days": life.days})


async def _number(uow: UnitOfWork, case: Case, now: datetime) -> UUID | Refused:
    """The number the conversation was last written from, else the one on the patient's record, if it is theirs alone."""
    wrote: UUID | None = await uow.session.scalar(
        select(ContactPoint.id)
        .join(Message, Message.contact_point_id == ContactPoint.id)
        .where(Message.case_id == case.id, Message.direction == Direction.inbound, ContactPoint.kind == "phone")
        .order_by(Message.seq.desc())
        .limit(1)
    )
    if wrote is not None:
        return wrote
    patient = await uow.session.get(Patient, case.patient_id) if case.patient_id else None
    if patient is None or patient.phone is None:
        return Refused("transcript-no-number")
    if await is_shared(uow, patient, patient.phone):
        return Refused("transcript-shared-number")
    return await contact_of(uow, "phone", patient.phone, now)


async def _holding(uow: UnitOfWork, token: str, now: datetime, *, is_locked: bool = False) -> TranscriptLink | None:
    query = select(TranscriptLink).where(TranscriptLink.token_hash == _hash(token), TranscriptLink.expires_at > now)
    found: TranscriptLink | None = await uow.session.scalar(query.with_for_update() if is_locked else query)
    return found


async def _of_reader(uow: UnitOfWork, key: str, now: datetime) -> TranscriptLink | None:
    found: TranscriptLink | None = await uow.session.scalar(
        select(TranscriptLink).where(TranscriptLink.reader_hash == _hash(key), TranscriptLink.reads_until > now)
    )
    return found if found is not None and found.expires_at > now else None


def _fits(link: TranscriptLink, code: str, times: CodeTimes, now: datetime) -> bool:
    if link.code_token is None or link.code_asked_at is None or now >= link.code_asked_at + times.code:
        return False
    digits = "".join(one for one in code if one.isdigit())
    return hmac.compare_digest(_code_token(link.id, digits), link.code_token)


def _as_reader(link: TranscriptLink) -> Access:
    return Access(frozenset({Role.patient}), f"link:{link.id}", "transcript", case_id=link.case_id)


def _subject(link: TranscriptLink | None, token: str) -> str:
    """What wrong codes are counted by: the number, however many links lead to it; of no link, its token."""
    return keyring.token(f"transcript:{link.contact_point_id if link else _hash(token)}")


def _code_token(link_id: UUID, code: str) -> str:
    return keyring.token(f"transcript-code:{link_id}:{code}")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
