"""What becomes of a red flag that nobody claims, and the task to follow up within a day."""

import sqlalchemy as sa
from alembic import op

revision = "0110_follow_ups"
down_revision = "0091_voice"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)
_OPEN = sa.text("done_at IS NULL")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "alert_watches",
        sa.Column("alert_id", sa.Uuid(), sa.ForeignKey("safety_alerts.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("thread_id", sa.Uuid(), sa.ForeignKey("threads.id"), nullable=False),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("raised_at", _AT, nullable=False),
        sa.Column("decided_at", _AT),
        sa.Column("told_message_id", sa.Uuid()),
        sa.Column("ring", sa.String(30), nullable=False),
        sa.Column("ring_attempts", sa.Integer(), nullable=False),
        sa.Column("ring_next_at", _AT),
        sa.Column("ring_provider_id", sa.String()),
        sa.Column("ring_error", sa.String()),
    )
    op.create_index("ix_alert_watches_thread_id", "alert_watches", ["thread_id"])
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("thread_id", sa.Uuid(), sa.ForeignKey("threads.id"), nullable=False),
        sa.Column("case_id", sa.Uuid(), sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("is_call_unsafe", sa.Boolean(), nullable=False),
        sa.Column("made_at", _AT, nullable=False),
        sa.Column("due_at", _AT, nullable=False),
        sa.Column("taken_by", sa.Uuid(), sa.ForeignKey("staff.id")),
        sa.Column("taken_at", _AT),
        sa.Column("done_by", sa.Uuid(), sa.ForeignKey("staff.id")),
        sa.Column("done_at", _AT),
        sa.Column("note", sa.LargeBinary()),
    )
    op.create_index("ix_follow_ups_case_id", "follow_ups", ["case_id"])
    op.create_index("ix_follow_ups_due", "follow_ups", ["due_at"], postgresql_where=_OPEN)
    op.create_index("uq_follow_ups_open", "follow_ups", ["thread_id"], unique=True, postgresql_where=_OPEN)


def downgrade() -> None:
    """Undo."""
    op.drop_table("follow_ups")
    op.drop_table("alert_watches")
