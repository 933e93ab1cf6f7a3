"""Messages the bot did not answer, or answered unsure: noted in the turn by id and reason alone, prepared for the studio by a job.

`words` is what was said without the patient (`conversations.pseudonyms`), filled in by the job; `vector` is its meaning. Both are
sealed, and go with the message.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from core.crypto import EncryptedBytes, EncryptedText
from core.db import Base, UnitOfWork
from core.i18n import Language
from core.ids import new_id

REASONS = {
    "not-understood": "not-understood",
    "handoff-because-not-understood": "not-understood",
    "which-did-you-mean": "offered",
    "answer-choices": "offered",
    "utter-out-of-scope": "outside",
    "info-unknown": "no-article",
}
"""By the key of what was said. What is said inside a form is not here: there people give names and numbers, they do not ask."""
FORM_QUESTIONS = (
    "ask-", "utter-ask-", "offers-", "confirm-", "cancel-which", "reschedule-which", "move-", "identity-", "refill-", "triage-",
    "not-understood-in-form", "booking-",
)  # fmt: skip
"""How the keys of what a form asks begin: who answers them gives a name, a number or a time."""
UNSURE = 0.7
"""An intent understood with less confidence is worth a look."""


class UnansweredState(StrEnum):
    """What became of it. `new`: the job has not been there yet."""

    new = "new"
    open = "open"
    ignored = "ignored"
    article = "article"
    intent = "intent"


class Unanswered(Base):
    """One such message. `group_id` is the message of its group that came first.

    `target` is the intent it became an example of, or the article that was written.
    """

    __tablename__ = "unanswered"
    __table_args__ = (
        Index("ix_unanswered_group_id", "group_id"),
        Index("ix_unanswered_state", "state"),
        Index("ix_unanswered_new", "asked_at", postgresql_where=text("state = 'new'")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), unique=True)
    language: Mapped[str]
    channel: Mapped[str]
    reason: Mapped[str]
    asked_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default=UnansweredState.new)
    words: Mapped[str | None] = mapped_column(EncryptedText("unanswered.words"))
    vector: Mapped[bytes | None] = mapped_column(EncryptedBytes("unanswered.vector"))
    group_id: Mapped[UUID | None]
    confirmed: Mapped[str | None] = mapped_column(EncryptedText("unanswered.confirmed"))
    """The words as a person confirmed them, for the article that is to come of them."""
    target: Mapped[str | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]


def reason_of(
    keys: Iterable[str], intent: str | None, confidence: float | None, asked: str | None = None
) -> str | None:
    """Why a message that was answered with these keys is worth a look; None if it is not. `asked` is the key of what it answered."""
    said = list(keys)
    for key in said:
        if key in REASONS:
            return REASONS[key]
    in_form = any(key.endswith("-in-form") for key in said) or (asked or "").startswith(FORM_QUESTIONS)
    return "unsure" if intent and is_unsure(confidence) and not in_form else None


def is_unsure(confidence: float | None) -> bool:
    """True for an intent that was understood with too little confidence."""
    return confidence is not None and confidence < UNSURE


async def note(
    uow: UnitOfWork, message_id: UUID, language: Language, channel: str, reason: str, asked_at: datetime
) -> None:
    """Note a message, once."""
    row = insert(Unanswered).values(
        id=new_id(), message_id=message_id, language=language, channel=channel, reason=reason, asked_at=asked_at,
        state=UnansweredState.new,
    )  # fmt: skip
    await uow.session.execute(row.on_conflict_do_nothing(index_elements=["message_id"]))
