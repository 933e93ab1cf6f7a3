"""The tables of clinical governance. Nothing is overwritten: a signature is withdrawn, a switch is thrown again."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.crypto import EncryptedText
from core.db import Base
from core.ids import new_id


class Subject(StrEnum):
    """What can be signed."""

    triage = "triage"
    red_flags = "red_flags"


class Signature(Base):
    """A named clinician answers for one exact content. `name` and `licence` are as the clinician said them; nobody checked them.

    Any edit changes the digest of the content, which then has no signature; `voided_at` is a withdrawal.
    """

    __tablename__ = "clinical_signatures"
    __table_args__ = (
        Index(
            "uq_clinical_signatures_standing", "subject", "version", "staff_id", unique=True,
            postgresql_where=text("voided_at IS NULL"),
        ),
    )  # fmt: skip
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    subject: Mapped[Subject]
    version: Mapped[str]
    """The SHA-256 of what was signed, hexadecimal."""
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    name: Mapped[str] = mapped_column(EncryptedText("clinical_signatures.name"))
    licence: Mapped[str] = mapped_column(EncryptedText("clinical_signatures.licence"))
    signed_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]


class SwitchThrow(Base):
    """The one switch was thrown: by whom, when, why. The newest row holds; without any, automation is on."""

    __tablename__ = "clinical_switch"
    number: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    is_on: Mapped[bool]
    reason: Mapped[str] = mapped_column(EncryptedText("clinical_switch.reason"))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    thrown_at: Mapped[datetime]
