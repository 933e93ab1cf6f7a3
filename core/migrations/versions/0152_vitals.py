"""Measurements of vital signs, and the alarms they raised."""

import sqlalchemy as sa
from alembic import op

revision = "0152_vitals"
down_revision = "0151_doses"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "measurements",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("patient_id", sa.Uuid(), sa.ForeignKey("patients.id", ondelete="CASCADE"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("taken_at", _AT, nullable=False),
        sa.Column("origin", sa.String(30), nullable=False),
        sa.Column("made_by", sa.Uuid()),
        sa.Column("made_at", _AT, nullable=False),
    )
    op.create_index("ix_measurements_patient_id", "measurements", ["patient_id", "taken_at"])
    op.create_table(
        "vital_alarms",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("patient_id", sa.Uuid(), sa.ForeignKey("patients.id", ondelete="CASCADE"), nullable=False),
        sa.Column("measurement_id", sa.Uuid(), sa.ForeignKey("measurements.id", ondelete="CASCADE"), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("rules_version", sa.String(), nullable=False),
        sa.Column("urgency", sa.String(), nullable=False),
        sa.Column("case_id", sa.Uuid()),
        sa.Column("is_told", sa.Boolean(), nullable=False),
        sa.Column("raised_at", _AT, nullable=False),
    )
    op.create_index("ix_vital_alarms_patient_id", "vital_alarms", ["patient_id", "raised_at"])


def downgrade() -> None:
    """Undo."""
    op.drop_table("vital_alarms")
    op.drop_table("measurements")
