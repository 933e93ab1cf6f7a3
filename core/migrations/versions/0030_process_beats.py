"""Heartbeats of processes."""

import sqlalchemy as sa
from alembic import op

revision = "0030_process_beats"
down_revision = "0021_audit"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "process_beats",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_beats")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("process_beats")
