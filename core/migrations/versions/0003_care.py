"""Patients, the clinic's facts, schedules and appointments."""

import sqlalchemy as sa
from alembic import op

revision = "0003_care"
down_revision = "0002_conversations"
branch_labels = None
depends_on = None

TABLES = (
    "appointments",
    "schedule_exceptions",
    "weekly_schedules",
    "prices",
    "services",
    "clinicians",
    "specialties",
    "closed_days",
    "site_hours",
    "sites",
    "patient_contact_points",
    "patients",
)


def upgrade() -> None:
    """Apply."""
    _patients()
    _clinic()
    _schedules()
    _appointments()


def downgrade() -> None:
    """Take back."""
    for table in TABLES:
        op.drop_table(table)


def _patients() -> None:
    op.create_table(
        "patients",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("given_name", sa.LargeBinary(), nullable=False),
        sa.Column("family_name", sa.LargeBinary(), nullable=False),
        sa.Column("name_tokens", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("match_token", sa.String(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("pesel", sa.LargeBinary()),
        sa.Column("phone", sa.LargeBinary()),
        sa.Column("phone_token", sa.String()),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_synthetic", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_patients_name_tokens", "patients", ["name_tokens"], postgresql_using="gin")
    for column in ("match_token", "phone_token", "birth_date"):
        op.create_index(f"ix_patients_{column}", "patients", [column])
    op.create_table(
        "patient_contact_points",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("patient_id", sa.Uuid(), sa.ForeignKey("patients.id", ondelete="CASCADE"), nullable=False),
        sa.Column("contact_point_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
    )
    op.create_index(
        "uq_patient_contact_points_open",
        "patient_contact_points",
        ["patient_id", "contact_point_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("ix_patient_contact_points_contact_point_id", "patient_contact_points", ["contact_point_id"])


def _clinic() -> None:
    op.create_table(
        "sites",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("code", sa.String(), nullable=False, unique=True),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in (
                "name",
                "address",
                "phone",
                "parking_pl",
                "parking_en",
                "directions_pl",
                "directions_en",
                "timezone",
            )
        ),
    )
    op.create_table(
        "site_hours",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("site_id", sa.Uuid(), sa.ForeignKey("sites.id", ondelete="CASCADE"), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
    )
    op.create_index("ix_site_hours_site_id", "site_hours", ["site_id"])
    op.create_table(
        "closed_days",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("site_id", sa.Uuid(), sa.ForeignKey("sites.id", ondelete="CASCADE")),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name_pl", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.UniqueConstraint("site_id", "day", postgresql_nulls_not_distinct=True),
    )
    op.create_index("ix_closed_days_day", "closed_days", ["day"])
    op.create_table(
        "specialties",
        sa.Column("code", sa.String(), primary_key=True),
        sa.Column("name_pl", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("synonyms_pl", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("synonyms_en", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("needs_referral_nfz", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "clinicians",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("code", sa.String(), nullable=False, unique=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("given_name", sa.String(), nullable=False),
        sa.Column("family_name", sa.String(), nullable=False),
        sa.Column("forms_pl", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("specialties", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("languages", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "services",
        sa.Column("code", sa.String(), primary_key=True),
        sa.Column("name_pl", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("synonyms_pl", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("synonyms_en", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("duration_minutes", sa.Integer(), nullable=False),
        sa.Column("specialty", sa.String(), sa.ForeignKey("specialties.code")),
    )
    op.create_table(
        "prices",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("service_code", sa.String(), sa.ForeignKey("services.code")),
        sa.Column("specialty", sa.String(), sa.ForeignKey("specialties.code")),
        sa.Column("site_id", sa.Uuid(), sa.ForeignKey("sites.id", ondelete="CASCADE")),
        sa.Column("payer", sa.String(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        sa.CheckConstraint("(service_code IS NULL) <> (specialty IS NULL)", name="one_subject"),
    )
    op.create_index("ix_prices_service_code", "prices", ["service_code"])
    op.create_index("ix_prices_specialty", "prices", ["specialty"])


def _schedules() -> None:
    op.create_table(
        "weekly_schedules",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("clinician_id", sa.Uuid(), sa.ForeignKey("clinicians.id", ondelete="CASCADE"), nullable=False),
        sa.Column("site_id", sa.Uuid(), sa.ForeignKey("sites.id", ondelete="CASCADE"), nullable=False),
        sa.Column("specialty", sa.String(), sa.ForeignKey("specialties.code"), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("slot_minutes", sa.Integer(), nullable=False),
        sa.Column("payers", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
    )
    op.create_index("ix_weekly_schedules_clinician_id", "weekly_schedules", ["clinician_id"])
    op.create_index("ix_weekly_schedules_specialty", "weekly_schedules", ["specialty"])
    op.create_table(
        "schedule_exceptions",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("clinician_id", sa.Uuid(), sa.ForeignKey("clinicians.id", ondelete="CASCADE"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("starts", sa.Time()),
        sa.Column("ends", sa.Time()),
        sa.Column("site_id", sa.Uuid(), sa.ForeignKey("sites.id", ondelete="CASCADE")),
        sa.Column("specialty", sa.String(), sa.ForeignKey("specialties.code")),
        sa.Column("slot_minutes", sa.Integer()),
        sa.Column("payers", sa.ARRAY(sa.String()), nullable=False),
        sa.CheckConstraint("kind IN ('off', 'extra')", name="kind"),
        sa.CheckConstraint(
            "kind = 'off' OR (site_id IS NOT NULL AND specialty IS NOT NULL AND starts IS NOT NULL "
            "AND ends IS NOT NULL AND slot_minutes IS NOT NULL)",
            name="extra_is_whole",
        ),
    )
    op.create_index("ix_schedule_exceptions_clinician_id", "schedule_exceptions", ["clinician_id"])


def _appointments() -> None:
    op.create_table(
        "appointments",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("clinician_id", sa.Uuid(), sa.ForeignKey("clinicians.id"), nullable=False),
        sa.Column("site_id", sa.Uuid(), sa.ForeignKey("sites.id"), nullable=False),
        sa.Column("specialty", sa.String(), sa.ForeignKey("specialties.code"), nullable=False),
        sa.Column("start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True)),
        sa.Column("patient_id", sa.Uuid(), sa.ForeignKey("patients.id")),
        sa.Column("payer", sa.String()),
        sa.Column("visit_kind", sa.String()),
        sa.Column("referral_code", sa.LargeBinary()),
        sa.Column("referral_status", sa.String(), nullable=False),
        sa.Column("booked_by_case_id", sa.Uuid()),
        sa.Column("booked_via_contact_point", sa.Uuid()),
        sa.Column("booked_via", sa.String()),
        sa.Column("hold_key", sa.String(), unique=True),
        sa.Column("idempotency_key", sa.String(), unique=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True)),
        sa.Column("cancelled_at", sa.DateTime(timezone=True)),
        sa.Column("cancelled_by", sa.String()),
        sa.CheckConstraint("status IN ('held', 'booked', 'cancelled', 'completed', 'missed')", name="status"),
        sa.CheckConstraint("status <> 'held' OR held_until IS NOT NULL", name="held_has_end"),
        sa.CheckConstraint("status <> 'booked' OR patient_id IS NOT NULL", name="booked_has_patient"),
        sa.CheckConstraint("end_at > start_at", name="has_length"),
    )
    op.create_index(
        "uq_appointments_active_slot",
        "appointments",
        ["clinician_id", "start_at"],
        unique=True,
        postgresql_where=sa.text("status IN ('held', 'booked')"),
    )
    for column in ("start_at", "patient_id", "booked_by_case_id"):
        op.create_index(f"ix_appointments_{column}", "appointments", [column])
