"""How good the help of a person was: asked once when a conversation with one ends, answered with a figure from 1 to 5.

Asked on SMS and in the web chat, at most once in thirty days of a thread, and never after a red flag. Only a message that is such a
figure, right after the question, is taken for an answer; anything else goes the way of every message.
"""

import re
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, func, select
from sqlalchemy.orm import Mapped, mapped_column

from conversations.models import TAKEN_BACK, Author, Case, Delivery, Message, SafetyAlert
from conversations.outreach.replies import last_said
from conversations.protocols import Choice, Utterance
from core.db import Base, UnitOfWork

KEY = "csat-ask"
SCORES = range(1, 6)
LOW = 2
"""Up to this the patient is told how to reach a person again."""
AGAIN_AFTER = timedelta(days=30)
OPEN_FOR = timedelta(hours=72)
CHANNELS = ("sms", "webchat")
_FIGURE = re.compile(r"\s*([1-5])(?:\s*[!.)*⭐★]*|\s*[-–:].{0,40})\s*")


class Rating(Base):
    """One question of a case and its answer; `score` is None until it is answered."""

    __tablename__ = "ratings"
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
    thread_id: Mapped[UUID] = mapped_column(ForeignKey("threads.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    channel: Mapped[str]
    asked_at: Mapped[datetime]
    score: Mapped[int | None]
    rated_at: Mapped[datetime | None]


async def closing_words(uow: UnitOfWork, case: Case, channel: str, now: datetime) -> Utterance:
    """What is said when a person ends the case: with the question where it may be asked, which is then noted."""
    plain = Utterance("case-closed")
    if channel not in CHANNELS or case.agent_id is None:
        return plain
    said = await uow.session.scalar(
        select(func.count())
        .select_from(Message)
        .join(Delivery, Delivery.message_id == Message.id)
        .where(Message.case_id == case.id, Message.author == Author.agent, Delivery.state.not_in(TAKEN_BACK))
    )
    flagged = await uow.session.scalar(
        select(SafetyAlert.id)
        .where(SafetyAlert.thread_id == case.thread_id, SafetyAlert.raised_at > now - AGAIN_AFTER)
        .limit(1)
    )
    asked = await uow.session.scalar(
        select(Rating.case_id).where(Rating.thread_id == case.thread_id, Rating.asked_at > now - AGAIN_AFTER).limit(1)
    )
    if not said or flagged is not None or asked is not None or await uow.session.get(Rating, case.id) is not None:
        return plain
    uow.session.add(
        Rating(case_id=case.id, thread_id=case.thread_id, staff_id=case.agent_id, channel=channel, asked_at=now)
    )
    choices = tuple(Choice(f"csat-{one}", f"csat-{one}", f"csat:{one}") for one in SCORES)
    # The words of the question name the figures; a list of them would only lengthen an SMS.
    return Utterance(KEY, {"case": str(case.id)}, choices if channel == "webchat" else ())


async def read_rating(uow: UnitOfWork, message: Message) -> tuple[UUID, int] | None:
    """The case and the score, if the message answers the question that was the last we said."""
    found = _FIGURE.fullmatch(message.body)
    if found is None:
        return None
    said = await last_said(uow, message)
    if said.get("key") != KEY:
        return None
    case_id = UUID(str(said["args"]["case"]))
    rating = await uow.session.get(Rating, case_id)
    is_open = rating is not None and rating.score is None and message.created_at <= rating.asked_at + OPEN_FOR
    return (case_id, int(found[1])) if is_open else None


async def rate(uow: UnitOfWork, case_id: UUID, score: int, now: datetime) -> Utterance:
    """Note the score once; what to answer."""
    rating = await uow.session.get(Rating, case_id, with_for_update=True)
    if rating is not None and rating.score is None:
        rating.score, rating.rated_at = score, now
    return Utterance("csat-sorry" if score <= LOW else "csat-thanks")


async def mean_since(uow: UnitOfWork, since: datetime) -> tuple[float | None, int, int]:
    """Mean score, how many answered, how many were asked."""
    row = (
        await uow.session.execute(
            select(func.avg(Rating.score), func.count(Rating.score), func.count()).where(Rating.asked_at >= since)
        )
    ).one()
    return (None if row[0] is None else float(row[0])), row[1], row[2]
