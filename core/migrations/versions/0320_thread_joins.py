"""Two conversations of one person: one goes on in the other, and can be taken apart again."""

import sqlalchemy as sa
from alembic import op

revision = "0320_thread_joins"
down_revision = "0312_shadow"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.add_column("threads", sa.Column("joined_into_id", sa.Uuid(), sa.ForeignKey("threads.id", ondelete="CASCADE")))
    op.add_column("threads", sa.Column("numbering", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.create_index("ix_threads_joined_into_id", "threads", ["joined_into_id"])
    op.create_table(
        "thread_joins",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("kept_id", sa.Uuid(), sa.ForeignKey("threads.id", ondelete="CASCADE"), nullable=False),
        sa.Column("joined_id", sa.Uuid(), sa.ForeignKey("threads.id", ondelete="CASCADE"), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.Uuid(), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("made_at", _AT, nullable=False),
        sa.Column("undone_by", sa.Uuid(), sa.ForeignKey("staff.id")),
        sa.Column("undone_at", _AT),
    )
    op.create_index("ix_thread_joins_kept_id", "thread_joins", ["kept_id", "made_at"])
    op.create_index(
        "uq_thread_joins_open", "thread_joins", ["joined_id"], unique=True, postgresql_where=sa.text("undone_at IS NULL"),
    )  # fmt: skip


def downgrade() -> None:
    """Undo."""
    op.drop_table("thread_joins")
    op.drop_index("ix_threads_joined_into_id", "threads")
    op.drop_column("threads", "numbering")
    op.drop_column("threads", "joined_into_id")
