"""Medicines on file and requests for them."""

import sqlalchemy as sa
from alembic import op

revision = "0090_refills"
down_revision = "0081_authorisations"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "medications",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("patient_id", sa.Uuid(), sa.ForeignKey("patients.id", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("substance", sa.LargeBinary(), nullable=False),
        sa.Column("dose", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.LargeBinary()),
        sa.Column("last_issued_on", sa.Date()),
        sa.Column("days_issued", sa.Integer()),
        sa.Column("made_by", sa.Uuid()),
        sa.Column("made_at", _AT, nullable=False),
        sa.Column("ended_by", sa.Uuid()),
        sa.Column("ended_at", _AT),
    )
    op.create_index("ix_medications_patient_id", "medications", ["patient_id"])
    op.create_table(
        "refill_requests",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("patient_id", sa.Uuid(), sa.ForeignKey("patients.id", ondelete="CASCADE"), nullable=False),
        sa.Column("medication_id", sa.Uuid(), sa.ForeignKey("medications.id", ondelete="CASCADE"), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("days_left", sa.Integer()),
        sa.Column("is_same_dose", sa.Boolean()),
        sa.Column("route", sa.String(30), nullable=False),
        sa.Column("findings", sa.LargeBinary(), nullable=False),
        sa.Column("rules_version", sa.String(), nullable=False),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("is_exception", sa.Boolean(), nullable=False),
        sa.Column("asked_at", _AT, nullable=False),
        sa.Column("decided_at", _AT),
        sa.Column("decided_by", sa.Uuid()),
        sa.Column("reason", sa.LargeBinary()),
        sa.CheckConstraint("state IN ('open', 'approved', 'declined', 'visit')", name="state"),
        sa.CheckConstraint("route IN ('clinician', 'today', 'in_person')", name="route"),
        sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided"),
    )
    op.create_index("ix_refill_requests_patient_id", "refill_requests", ["patient_id"])
    op.create_index(
        "uq_refill_requests_open",
        "refill_requests",
        ["medication_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("refill_requests")
    op.drop_table("medications")
