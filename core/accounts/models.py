"""The tables of staff: people, their roles by site, sessions, known browsers, recovery codes, links and reviews."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.access import Role, Scopes
from core.crypto import EncryptedText
from core.db import Base
from core.ids import new_id


class StaffRole(Base):
    """A role of a person at one site, or (without site) at all. The site is named by its id alone: `care` has its table."""

    __tablename__ = "staff_roles"
    __table_args__ = (UniqueConstraint("staff_id", "role", "site_id", postgresql_nulls_not_distinct=True),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    role: Mapped[str]
    site_id: Mapped[UUID | None]


class Staff(Base):
    """A person who works at the clinic. Without a password they can only use a one-time link or single sign-on."""

    __tablename__ = "staff"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    language: Mapped[str] = mapped_column(default="pl")
    is_active: Mapped[bool] = mapped_column(default=True)
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    clinician_id: Mapped[UUID | None]
    totp_secret: Mapped[str | None] = mapped_column(EncryptedText("staff.totp_secret"))
    totp_offered: Mapped[str | None] = mapped_column(EncryptedText("staff.totp_offered"))
    totp_since: Mapped[datetime | None]
    totp_last_step: Mapped[int | None]
    oidc_subject: Mapped[str | None] = mapped_column(unique=True)
    signed_in_at: Mapped[datetime | None]
    stolen_at: Mapped[datetime | None]
    role_rows: Mapped[list[StaffRole]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by=StaffRole.id
    )
    roles: AssociationProxy[list[str]] = association_proxy(
        "role_rows", "role", creator=lambda role: StaffRole(role=str(role))
    )
    """The names of the roles; setting them gives each at all sites."""

    @property
    def held(self) -> frozenset[Role]:
        """The roles held anywhere."""
        return frozenset(Role(row.role) for row in self.role_rows)

    @property
    def scopes(self) -> Scopes:
        """The roles that hold only at some sites, with those sites."""
        everywhere = {row.role for row in self.role_rows if row.site_id is None}
        narrowed: dict[Role, set[UUID]] = {}
        for row in self.role_rows:
            if row.site_id is not None and row.role not in everywhere:
                narrowed.setdefault(Role(row.role), set()).add(row.site_id)
        return tuple(sorted((role, frozenset(sites)) for role, sites in narrowed.items()))


class StaffSession(Base):
    """A sign-in. Only digests are stored: of its token, of the browser's own key, of the kind of browser.

    `stage` says how far it is: `code` waits for the second factor, `enrol` for one to be set up, `whole` is signed in.
    """

    __tablename__ = "staff_sessions"
    __table_args__ = (
        CheckConstraint("stage IN ('code', 'enrol', 'whole')", name="stage"),
        Index("ix_staff_sessions_staff_id", "staff_id"),
    )
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True, default=new_id)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    csrf_token: Mapped[str]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    stage: Mapped[str] = mapped_column(default="whole")
    device_hash: Mapped[str] = mapped_column(default="")
    agent_hash: Mapped[str] = mapped_column(default="")
    browser_name: Mapped[str] = mapped_column(default="")
    locked_at: Mapped[datetime | None]
    failed_unlocks: Mapped[int] = mapped_column(default=0)


class StaffDevice(Base):
    """A browser from which the person has signed in. Its own count of failures: others cannot lock it out."""

    __tablename__ = "staff_devices"
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    device_hash: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime]
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]


class RecoveryCode(Base):
    """A way in without the second factor; a digest, deleted by its use."""

    __tablename__ = "staff_recovery_codes"
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(primary_key=True)


class EnrolmentLink(Base):
    """A one-time link by which a person sets their password; at most one open per person."""

    __tablename__ = "staff_enrolment_links"
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime]


class BreakGlass(Base):
    """A right taken in need to open one patient outside one's relation, for an hour; listed for review."""

    __tablename__ = "break_glass"
    __table_args__ = (
        Index("ix_break_glass_staff_id_patient_id", "staff_id", "patient_id"),
        Index("ix_break_glass_unreviewed", "granted_at", postgresql_where=text("reviewed_at IS NULL")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    patient_id: Mapped[UUID]
    category: Mapped[str]
    reason: Mapped[str] = mapped_column(EncryptedText("break_glass.reason"))
    granted_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    reviewed_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    reviewed_at: Mapped[datetime | None]


class AccessDecision(Base):
    """What a reviewer decided about one role of one person at one site, and when. Kept when the role is gone."""

    __tablename__ = "access_decisions"
    __table_args__ = (
        CheckConstraint("decision IN ('confirmed', 'removed')", name="decision"),
        Index("ix_access_decisions_staff_id", "staff_id"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    role: Mapped[str]
    site_id: Mapped[UUID | None]
    decision: Mapped[str]
    reviewer_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime]
