"""Tables of identity: proofs by session, challenges with a keyed digest of their code, lock-outs, links to the web chat."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from core.crypto import EncryptedText
from core.db import Base
from core.ids import new_id


class ChallengeState(StrEnum):
    """How a challenge stands."""

    open = "open"
    proven = "proven"
    failed = "failed"
    replaced = "replaced"


class IdentityProof(Base):
    """That whoever writes from this contact point was proven to speak as, or for, this patient, until when."""

    __tablename__ = "identity_proofs"
    __table_args__ = (Index("ix_identity_proofs_contact_point_id", "contact_point_id", "expires_at"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    contact_point_id: Mapped[UUID] = mapped_column(ForeignKey("contact_points.id", ondelete="CASCADE"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patients.id", ondelete="CASCADE"))
    level: Mapped[int]
    authorisation_id: Mapped[UUID | None]
    proven_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class IdentityChallenge(Base):
    """A code that was asked for. Without `phone` nobody fits the claim: the row is there all the same, and no code fits it.

    `code_token` is a keyed digest, made when the code is sent. `goal` is the intent that waits for the proof.
    """

    __tablename__ = "identity_challenges"
    __table_args__ = (
        Index("ix_identity_challenges_contact_point_id", "contact_point_id", "created_at"),
        Index("ix_identity_challenges_claim_token", "claim_token", "created_at"),
        Index(
            "uq_identity_challenges_open",
            "contact_point_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    contact_point_id: Mapped[UUID] = mapped_column(ForeignKey("contact_points.id", ondelete="CASCADE"))
    claim_token: Mapped[str]
    patient_id: Mapped[UUID | None] = mapped_column(ForeignKey("patients.id", ondelete="CASCADE"))
    authorisation_id: Mapped[UUID | None]
    goal: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(2))
    phone: Mapped[str | None] = mapped_column(EncryptedText("identity_challenges.phone"))
    code_token: Mapped[str | None]
    state: Mapped[ChallengeState] = mapped_column(default=ChallengeState.open)
    codes_asked: Mapped[int] = mapped_column(default=1)
    attempts: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime]


class IdentityLock(Base):
    """Wrong codes of late, by a keyed token of the contact point or of the person claimed to be."""

    __tablename__ = "identity_locks"
    subject_token: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int]
    failed_at: Mapped[datetime]
    locked_until: Mapped[datetime | None]


class MagicLink(Base):
    """A link sent to a number that continues its conversation in a browser, once. The token is kept as a digest.

    The browser sees the case's messages up to `through_seq`, and counts as the number until `speaks_until`.
    """

    __tablename__ = "magic_links"
    __table_args__ = (
        Index("ix_magic_links_used_by", "used_by_contact_point_id"),
        Index("ix_magic_links_contact_point_id", "contact_point_id"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    token_hash: Mapped[str] = mapped_column(unique=True)
    contact_point_id: Mapped[UUID] = mapped_column(ForeignKey("contact_points.id", ondelete="CASCADE"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by_contact_point_id: Mapped[UUID | None] = mapped_column(ForeignKey("contact_points.id", ondelete="CASCADE"))
    through_seq: Mapped[int | None]
    speaks_until: Mapped[datetime | None]
