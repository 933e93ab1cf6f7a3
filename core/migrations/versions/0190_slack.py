"""Processors, and Slack's threads, outbox, events and links."""

import sqlalchemy as sa
from alembic import op

revision = "0190_slack"
down_revision = "0180_studio"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "processors",
        sa.Column("id", sa.Uuid(), primary_key=True),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("name", "company", "country", "agreement", "retention")
        ),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("made_by", sa.Uuid(), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("made_at", _AT, nullable=False),
        sa.Column("ended_by", sa.Uuid(), sa.ForeignKey("staff.id")),
        sa.Column("ended_at", _AT),
    )
    op.create_index(
        "uq_processors_open", "processors", ["name"], unique=True, postgresql_where=sa.text("ended_at IS NULL")
    )
    op.create_table(
        "slack_threads",
        sa.Column("thread_id", sa.Uuid(), sa.ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("channel", sa.String(), primary_key=True),
        sa.Column("ts", sa.String(), nullable=False),
    )
    op.create_index("uq_slack_threads_ts", "slack_threads", ["channel", "ts"], unique=True)
    op.create_table(
        "slack_posts",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("seq", sa.Integer(), sa.Identity(always=True), nullable=False, unique=True),
        sa.Column("key", sa.String(), nullable=False, unique=True),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("thread_id", sa.Uuid(), sa.ForeignKey("threads.id", ondelete="CASCADE")),
        sa.Column("case_id", sa.Uuid(), sa.ForeignKey("cases.id", ondelete="CASCADE")),
        sa.Column("about", sa.Uuid()),
        sa.Column("channel", sa.String()),
        sa.Column("thread_ts", sa.String()),
        sa.Column("words", sa.JSON()),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", _AT, nullable=False),
        sa.Column("error", sa.String()),
        sa.Column("made_at", _AT, nullable=False),
    )
    op.create_index("ix_slack_posts_due", "slack_posts", ["seq"], postgresql_where=sa.text("state = 'queued'"))
    op.create_index("ix_slack_posts_thread_id", "slack_posts", ["thread_id"])
    op.create_table(
        "slack_cursor",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("started_at", _AT, nullable=False),
        sa.Column("looked_at", _AT, nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("paused_until", _AT),
    )
    op.create_table(
        "slack_events",
        sa.Column("event_id", sa.String(), primary_key=True),
        sa.Column("read_at", _AT, nullable=False),
    )
    op.create_table(
        "slack_links",
        sa.Column("staff_id", sa.Uuid(), sa.ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("slack_user_id", sa.String(), nullable=False, unique=True),
        sa.Column("linked_at", _AT, nullable=False),
    )
    op.create_table(
        "slack_codes",
        sa.Column("staff_id", sa.Uuid(), sa.ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("code_token", sa.String(), nullable=False, unique=True),
        sa.Column("expires_at", _AT, nullable=False),
    )


def downgrade() -> None:
    """Undo."""
    for table in (
        "slack_codes",
        "slack_links",
        "slack_events",
        "slack_cursor",
        "slack_posts",
        "slack_threads",
        "processors",
    ):
        op.drop_table(table)
