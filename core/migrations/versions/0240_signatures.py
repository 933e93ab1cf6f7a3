"""Second signatures for safety content, and the mark of an article as such."""

import sqlalchemy as sa
from alembic import op

revision = "0240_signatures"
down_revision = "0200_model_calls"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("articles", sa.Column("is_safety", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "content_signatures",
        sa.Column("signed", sa.String(), primary_key=True),
        sa.Column("staff_id", sa.Uuid(), sa.ForeignKey("staff.id"), primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("content_signatures")
    op.drop_column("articles", "is_safety")
