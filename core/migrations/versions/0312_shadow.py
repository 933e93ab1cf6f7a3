"""Candidates that read along, and what they took otherwise."""

import sqlalchemy as sa
from alembic import op

revision = "0312_shadow"
down_revision = "0311_safety_emergencies"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "shadow_runs",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("asked_at", _AT, nullable=False),
        sa.Column("started_at", _AT),
        sa.Column("ends_at", _AT),
        sa.Column("beat_at", _AT),
        sa.Column("ended_at", _AT),
        sa.Column("because", sa.String()),
        sa.Column("live", sa.Integer(), sa.ForeignKey("bot_versions.number")),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("differed", sa.Integer(), nullable=False),
        sa.Column("dropped", sa.Integer(), nullable=False),
        sa.Column("cursor_at", _AT),
        sa.Column("cursor_id", sa.Uuid()),
    )
    op.create_index(
        "uq_shadow_runs_open",
        "shadow_runs",
        [sa.text("(true)")],
        unique=True,
        postgresql_where=sa.text("state IN ('waiting', 'training', 'watching')"),
    )
    op.create_table(
        "shadow_differences",
        sa.Column("run_id", sa.Uuid(), sa.ForeignKey("shadow_runs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("message_id", sa.Uuid(), sa.ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("before_sure", sa.Float(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("after_sure", sa.Float(), nullable=False),
    )
    op.create_index("ix_shadow_differences_message_id", "shadow_differences", ["message_id"])


def downgrade() -> None:
    """Undo."""
    op.drop_table("shadow_differences")
    op.drop_table("shadow_runs")
