"""Who of the staff is looking at a thread."""

import sqlalchemy as sa
from alembic import op

revision = "0005_presence"
down_revision = "0004_knowledge"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. Unlogged: after a crash of the database nobody is anywhere, which is true soon enough."""
    op.create_table(
        "presence",
        sa.Column("thread_id", sa.Uuid(), primary_key=True),
        sa.Column("staff_id", sa.Uuid(), primary_key=True),
        sa.Column("doing", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False, index=True),
        prefixes=["UNLOGGED"],
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("presence")
