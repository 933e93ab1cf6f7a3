"""Messages that were not answered or answered unsure, for the studio."""

import sqlalchemy as sa
from alembic import op

revision = "0210_unanswered"
down_revision = "0190_slack"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "unanswered",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column(
            "message_id", sa.Uuid(), sa.ForeignKey("messages.id", ondelete="CASCADE"), nullable=False, unique=True
        ),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("language", "channel", "reason")),
        sa.Column("asked_at", _AT, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        *(sa.Column(name, sa.LargeBinary()) for name in ("words", "vector")),
        sa.Column("group_id", sa.Uuid()),
        sa.Column("confirmed", sa.LargeBinary()),
        sa.Column("target", sa.String()),
        sa.Column("decided_by", sa.Uuid(), sa.ForeignKey("staff.id")),
        sa.Column("decided_at", _AT),
    )
    op.create_index("ix_unanswered_group_id", "unanswered", ["group_id"])
    op.create_index("ix_unanswered_state", "unanswered", ["state"])
    op.create_index("ix_unanswered_new", "unanswered", ["asked_at"], postgresql_where=sa.text("state = 'new'"))


def downgrade() -> None:
    """Undo."""
    op.drop_table("unanswered")
