"""Signatures under the clinical rules, and the switch that sends all to people."""

import sqlalchemy as sa
from alembic import op

revision = "0100_governance"
down_revision = "0111_symptom_contacts"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "clinical_signatures",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("subject", sa.String(30), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("licence", sa.LargeBinary(), nullable=False),
        sa.Column("signed_at", _AT, nullable=False),
        sa.Column("voided_at", _AT),
    )
    op.create_index(
        "uq_clinical_signatures_standing",
        "clinical_signatures",
        ["subject", "version", "staff_id"],
        unique=True,
        postgresql_where=sa.text("voided_at IS NULL"),
    )
    op.create_table(
        "clinical_switch",
        sa.Column("number", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("thrown_at", _AT, nullable=False),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("clinical_switch")
    op.drop_table("clinical_signatures")
