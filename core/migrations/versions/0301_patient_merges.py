"""Two records of one person: one replaces the other, with every row that moved."""

import sqlalchemy as sa
from alembic import op

revision = "0301_patient_merges"
down_revision = "0300_transcript_links"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.add_column("patients", sa.Column("replaced_by_id", sa.Uuid(), sa.ForeignKey("patients.id", ondelete="CASCADE")))
    op.create_index("ix_patients_replaced_by_id", "patients", ["replaced_by_id"])
    op.create_table(
        "patient_merges",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("survivor_id", sa.Uuid(), sa.ForeignKey("patients.id", ondelete="CASCADE"), nullable=False),
        sa.Column("replaced_id", sa.Uuid(), sa.ForeignKey("patients.id", ondelete="CASCADE"), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.Uuid(), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("made_at", _AT, nullable=False),
        sa.Column("undone_by", sa.Uuid(), sa.ForeignKey("staff.id")),
        sa.Column("undone_at", _AT),
    )
    op.create_index("ix_patient_merges_survivor_id", "patient_merges", ["survivor_id", "made_at"])
    op.create_index(
        "uq_patient_merges_open", "patient_merges", ["replaced_id"], unique=True,
        postgresql_where=sa.text("undone_at IS NULL"),
    )  # fmt: skip


def downgrade() -> None:
    """Undo."""
    op.drop_table("patient_merges")
    op.drop_index("ix_patients_replaced_by_id", "patients")
    op.drop_column("patients", "replaced_by_id")
