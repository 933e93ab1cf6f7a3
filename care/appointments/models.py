"""The clinic's own facts (sites, hours, people, services, prices), its schedules, and the appointments."""

from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    String,
    Time,
    UniqueConstraint,
    and_,
    or_,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from core.crypto import EncryptedText
from core.db import Base
from core.ids import new_id

ACTIVE = "status IN ('held', 'booked')"


class Site(Base):
    """A place where patients are seen."""

    __tablename__ = "sites"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    address: Mapped[str]
    phone: Mapped[str]
    parking_pl: Mapped[str]
    parking_en: Mapped[str]
    directions_pl: Mapped[str]
    directions_en: Mapped[str]
    timezone: Mapped[str] = mapped_column(default="Europe/Warsaw")

    @property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return ZoneInfo(self.timezone)

    def parking(self, language: str) -> str:
        """Where to leave the car."""
        return self.parking_en if language == "en" else self.parking_pl

    def directions(self, language: str) -> str:
        """How to get there."""
        return self.directions_en if language == "en" else self.directions_pl


class SiteHours(Base):
    """One block of opening hours; several a day are allowed. Weekday 0 is Monday; times are the site's local ones."""

    __tablename__ = "site_hours"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"), index=True)
    weekday: Mapped[int]
    opens: Mapped[time] = mapped_column(Time)
    closes: Mapped[time] = mapped_column(Time)


class ClosedDay(Base):
    """A public holiday or another day without visits, for one site or (without site) for all."""

    __tablename__ = "closed_days"
    __table_args__ = (UniqueConstraint("site_id", "day", postgresql_nulls_not_distinct=True),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"))
    day: Mapped[date] = mapped_column(Date, index=True)
    name_pl: Mapped[str]
    name_en: Mapped[str]


class Specialty(Base):
    """A field of medicine one can book a visit in; synonyms are all the words people use for it, inflected too."""

    __tablename__ = "specialties"
    code: Mapped[str] = mapped_column(primary_key=True)
    name_pl: Mapped[str]
    name_en: Mapped[str]
    synonyms_pl: Mapped[list[str]] = mapped_column(ARRAY(String))
    synonyms_en: Mapped[list[str]] = mapped_column(ARRAY(String))
    needs_referral_nfz: Mapped[bool]

    def name(self, language: str) -> str:
        """Its name in that language."""
        return self.name_en if language == "en" else self.name_pl


class Clinician(Base):
    """A person who sees patients. `forms_pl` are the inflected forms of the family name."""

    __tablename__ = "clinicians"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    given_name: Mapped[str]
    family_name: Mapped[str]
    forms_pl: Mapped[list[str]] = mapped_column(ARRAY(String))
    specialties: Mapped[list[str]] = mapped_column(ARRAY(String))
    languages: Mapped[list[str]] = mapped_column(ARRAY(String))
    is_active: Mapped[bool] = mapped_column(default=True)

    @property
    def name(self) -> str:
        """Title and name as on the door plate."""
        return f"{self.title} {self.given_name} {self.family_name}".strip()


class Service(Base):
    """An examination, procedure or kind of visit."""

    __tablename__ = "services"
    code: Mapped[str] = mapped_column(primary_key=True)
    name_pl: Mapped[str]
    name_en: Mapped[str]
    synonyms_pl: Mapped[list[str]] = mapped_column(ARRAY(String))
    synonyms_en: Mapped[list[str]] = mapped_column(ARRAY(String))
    duration_minutes: Mapped[int]
    specialty: Mapped[str | None] = mapped_column(ForeignKey("specialties.code"))

    def name(self, language: str) -> str:
        """Its name in that language."""
        return self.name_en if language == "en" else self.name_pl


class Price(Base):
    """What one pays for a service, or for a visit in a specialty; without site it holds at all. Amount in grosze.

    `valid_to` is the day it really ends: the end that was said (`planned_to`), or the day before the next one begins.
    A withdrawn one is kept to be read, and holds no more.
    """

    __tablename__ = "prices"
    __table_args__ = (
        CheckConstraint("(service_code IS NULL) <> (specialty IS NULL)", name="one_subject"),
        Index("ix_prices_service_code", "service_code"),
        Index("ix_prices_specialty", "specialty"),
        Index(
            "uq_prices_from", "service_code", "specialty", "site_id", "payer", "valid_from", unique=True,
            postgresql_nulls_not_distinct=True, postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )  # fmt: skip
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    service_code: Mapped[str | None] = mapped_column(ForeignKey("services.code"))
    specialty: Mapped[str | None] = mapped_column(ForeignKey("specialties.code"))
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"))
    payer: Mapped[str]
    amount: Mapped[int]
    currency: Mapped[str] = mapped_column(default="PLN")
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    planned_to: Mapped[date | None] = mapped_column(Date)
    set_at: Mapped[datetime | None]
    set_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))

    @classmethod
    def valid_on(cls, day: date) -> ColumnElement[bool]:
        """The prices that hold on that day."""
        ends_later = or_(cls.valid_to.is_(None), cls.valid_to >= day)
        return and_(cls.withdrawn_at.is_(None), cls.valid_from <= day, ends_later)


class WeeklySchedule(Base):
    """A block of visits that repeats every week. Weekday 0 is Monday; times are the site's local ones."""

    __tablename__ = "weekly_schedules"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    clinician_id: Mapped[UUID] = mapped_column(ForeignKey("clinicians.id", ondelete="CASCADE"), index=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"))
    specialty: Mapped[str] = mapped_column(ForeignKey("specialties.code"), index=True)
    weekday: Mapped[int]
    starts: Mapped[time] = mapped_column(Time)
    ends: Mapped[time] = mapped_column(Time)
    slot_minutes: Mapped[int]
    payers: Mapped[list[str]] = mapped_column(ARRAY(String))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)


class ScheduleException(Base):
    """Days on which a clinician is `off` (a part of the day if times are given), or one `extra` block of visits."""

    __tablename__ = "schedule_exceptions"
    __table_args__ = (
        CheckConstraint("kind IN ('off', 'extra')", name="kind"),
        CheckConstraint(
            "kind = 'off' OR (site_id IS NOT NULL AND specialty IS NOT NULL AND starts IS NOT NULL "
            "AND ends IS NOT NULL AND slot_minutes IS NOT NULL)",
            name="extra_is_whole",
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    clinician_id: Mapped[UUID] = mapped_column(ForeignKey("clinicians.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    starts: Mapped[time | None] = mapped_column(Time)
    ends: Mapped[time | None] = mapped_column(Time)
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"))
    specialty: Mapped[str | None] = mapped_column(ForeignKey("specialties.code"))
    slot_minutes: Mapped[int | None]
    payers: Mapped[list[str]] = mapped_column(ARRAY(String), default=list)


class Appointment(Base):
    """A visit, held for a while or booked. While active its clinician and start are unique."""

    __tablename__ = "appointments"
    __table_args__ = (
        CheckConstraint("status IN ('held', 'booked', 'cancelled', 'completed', 'missed')", name="status"),
        CheckConstraint("status <> 'held' OR held_until IS NOT NULL", name="held_has_end"),
        CheckConstraint("status <> 'booked' OR patient_id IS NOT NULL", name="booked_has_patient"),
        CheckConstraint("end_at > start_at", name="has_length"),
        Index("uq_appointments_active_slot", "clinician_id", "start_at", unique=True, postgresql_where=text(ACTIVE)),
        Index("ix_appointments_start_at", "start_at"),
        Index("ix_appointments_patient_id", "patient_id"),
        Index("ix_appointments_booked_by_case_id", "booked_by_case_id"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    clinician_id: Mapped[UUID] = mapped_column(ForeignKey("clinicians.id"))
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id"))
    specialty: Mapped[str] = mapped_column(ForeignKey("specialties.code"))
    start_at: Mapped[datetime]
    end_at: Mapped[datetime]
    status: Mapped[str]
    held_until: Mapped[datetime | None]
    patient_id: Mapped[UUID | None] = mapped_column(ForeignKey("patients.id"))
    payer: Mapped[str | None]
    visit_kind: Mapped[str | None]
    referral_code: Mapped[str | None] = mapped_column(EncryptedText("appointments.referral_code"))
    referral_status: Mapped[str] = mapped_column(default="none")
    booked_by_case_id: Mapped[UUID | None]
    booked_via_contact_point: Mapped[UUID | None]
    booked_via: Mapped[str | None]
    hold_key: Mapped[str | None] = mapped_column(unique=True)
    idempotency_key: Mapped[str | None] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    booked_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancelled_by: Mapped[str | None]
    confirmed_at: Mapped[datetime | None]
    confirmed_start_at: Mapped[datetime | None]

    @property
    def is_confirmed(self) -> bool:
        """The patient said they will come, at this very hour: a visit that moves has to be confirmed anew."""
        return self.confirmed_at is not None and self.confirmed_start_at == self.start_at
