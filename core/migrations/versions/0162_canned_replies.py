"""Ready replies for agents."""

import sqlalchemy as sa
from alembic import op

revision = "0162_canned_replies"
down_revision = "0161_promises"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "canned_replies",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("key", sa.String(), nullable=False, unique=True),
        sa.Column("pl", sa.String(), nullable=False),
        sa.Column("en", sa.String(), nullable=False),
        sa.Column("then", sa.String(), nullable=False),
        sa.Column("made_by", sa.Uuid(), sa.ForeignKey("staff.id")),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("canned_replies")
