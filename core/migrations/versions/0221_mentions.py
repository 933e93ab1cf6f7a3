"""Colleagues named in notes."""

import sqlalchemy as sa
from alembic import op

revision = "0221_mentions"
down_revision = "0220_complaints"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "mentions",
        sa.Column("id", sa.Uuid(), primary_key=True),
        *(
            sa.Column(name, sa.Uuid(), sa.ForeignKey(target, ondelete="CASCADE"), nullable=False)
            for name, target in (("message_id", "messages.id"), ("thread_id", "threads.id"), ("staff_id", "staff.id"))
        ),
        sa.Column("made_at", _AT, nullable=False),
        sa.Column("read_at", _AT),
    )
    op.create_index("uq_mentions_once", "mentions", ["message_id", "staff_id"], unique=True)
    op.create_index("ix_mentions_unread", "mentions", ["staff_id"], postgresql_where=sa.text("read_at IS NULL"))


def downgrade() -> None:
    """Undo."""
    op.drop_table("mentions")
