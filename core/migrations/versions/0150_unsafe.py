"""Reports that something was unsafe, and the locked tests that come of them."""

import sqlalchemy as sa
from alembic import op

revision = "0150_unsafe"
down_revision = "0100_governance"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "unsafe_reports",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("message_id", sa.Uuid(), sa.ForeignKey("messages.id"), nullable=False, unique=True),
        sa.Column("case_id", sa.Uuid(), sa.ForeignKey("cases.id"), nullable=False, index=True),
        sa.Column("reported_by", sa.Uuid(), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("frozen", sa.LargeBinary(), nullable=False),
        sa.Column("reported_at", _AT, nullable=False),
        sa.Column("state", sa.String(30), nullable=False, index=True),
        sa.Column("decided_by", sa.Uuid(), sa.ForeignKey("staff.id")),
        sa.Column("decided_at", _AT),
        sa.Column("finding", sa.LargeBinary()),
    )
    op.create_table(
        "locked_tests",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("report_id", sa.Uuid(), sa.ForeignKey("unsafe_reports.id", ondelete="SET NULL")),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("locked_by", sa.Uuid(), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("locked_at", _AT, nullable=False),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("locked_tests")
    op.drop_table("unsafe_reports")
