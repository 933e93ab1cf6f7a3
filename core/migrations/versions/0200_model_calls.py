"""What was asked of the language model: no words, only times and figures."""

import sqlalchemy as sa
from alembic import op

revision = "0200_model_calls"
down_revision = "0221_mentions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "model_calls",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("tokens_in", sa.Integer()),
        sa.Column("tokens_out", sa.Integer()),
        sa.Column("cost_micros", sa.Integer()),
        sa.Column("message_id", sa.Uuid(), sa.ForeignKey("messages.id", ondelete="SET NULL")),
        sa.CheckConstraint("purpose IN ('rephrase', 'summary', 'suggestion')", name="purpose"),
        sa.CheckConstraint("outcome IN ('used', 'ungrounded', 'slow', 'down', 'refused', 'garbled')", name="outcome"),
    )
    op.create_index("ix_model_calls_at", "model_calls", ["at"])
    op.create_index("ix_model_calls_message_id", "model_calls", ["message_id"])


def downgrade() -> None:
    """Undo."""
    op.drop_table("model_calls")
