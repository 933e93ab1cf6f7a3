"""How often each intent was understood, by day and language: counts alone, nothing of anybody."""

from datetime import date, datetime

from sqlalchemy import Date
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, UnitOfWork
from core.i18n import Language


class IntentDay(Base):
    """One intent on one day in one language."""

    __tablename__ = "intent_days"
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    intent: Mapped[str] = mapped_column(primary_key=True)
    seen: Mapped[int]


async def count(uow: UnitOfWork, intent: str, language: Language, now: datetime) -> None:
    """Count one message."""
    row = insert(IntentDay).values(day=now.date(), language=language, intent=intent, seen=1)
    once_more = row.on_conflict_do_update(
        index_elements=["day", "language", "intent"], set_={"seen": IntentDay.seen + 1}
    )
    await uow.session.execute(once_more)
