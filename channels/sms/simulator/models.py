"""What the simulated provider keeps."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Identity
from sqlalchemy.orm import Mapped, mapped_column

from core.crypto import EncryptedBytes, EncryptedText
from core.db import Base
from core.ids import new_id


class SimulatedSms(Base):
    """A message in the simulated network; `is_from_phone` tells its direction."""

    __tablename__ = "simulated_sms"
    sid: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(Identity())
    phone: Mapped[str] = mapped_column(EncryptedText("simulated_sms.phone"))
    phone_token: Mapped[str] = mapped_column(index=True)
    is_from_phone: Mapped[bool]
    body: Mapped[str] = mapped_column(EncryptedText("simulated_sms.body"))
    status: Mapped[str]
    status_callback: Mapped[str | None]
    segments: Mapped[int]
    created_at: Mapped[datetime]


class SimulatedMedia(Base):
    """A file sent from a simulated phone."""

    __tablename__ = "simulated_media"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    sid: Mapped[str] = mapped_column(index=True)
    media_type: Mapped[str]
    content: Mapped[bytes] = mapped_column(EncryptedBytes("simulated_media.content"))


class SimulatedOptOut(Base):
    """A phone whose owner sent STOP: the provider refuses with 21610 until START."""

    __tablename__ = "simulated_opt_outs"
    phone_token: Mapped[str] = mapped_column(primary_key=True)
