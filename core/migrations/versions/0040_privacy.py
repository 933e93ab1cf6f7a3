"""Marks on records, erasures with their reports, and staff's word that a case is medical record."""

import sqlalchemy as sa
from alembic import op

revision = "0040_privacy"
down_revision = "0031_sign_in"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.add_column("cases", sa.Column("is_medical", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_table(
        "privacy_marks",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", _AT, nullable=False),
        sa.Column("ended_by", sa.String()),
        sa.Column("ended_at", _AT),
    )
    op.create_index(
        "uq_privacy_marks_open",
        "privacy_marks",
        ["patient_id", "kind"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "erasures",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", _AT, nullable=False),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("case_ids", sa.JSON(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("report", sa.JSON()),
        sa.Column("done_at", _AT),
    )
    op.create_index("ix_erasures_patient_id", "erasures", ["patient_id"])
    op.create_index(
        "uq_erasures_open", "erasures", ["patient_id"], unique=True, postgresql_where=sa.text("state = 'confirmed'")
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("erasures")
    op.drop_table("privacy_marks")
    op.drop_column("cases", "is_medical")
