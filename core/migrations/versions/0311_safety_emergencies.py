"""What one person did to safety content in an emergency, and the second person's answer."""

import sqlalchemy as sa
from alembic import op

revision = "0311_safety_emergencies"
down_revision = "0310_planned_publications"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "safety_emergencies",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("article_id", sa.String(), sa.ForeignKey("articles.id", ondelete="CASCADE")),
        sa.Column("run_id", sa.Uuid(), sa.ForeignKey("bot_runs.id")),
        sa.Column("answer_run_id", sa.Uuid(), sa.ForeignKey("bot_runs.id")),
        sa.Column("before", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", _AT, nullable=False),
        sa.Column("confirm_by", _AT, nullable=False),
        sa.Column("overdue_at", _AT),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ended_by", sa.Uuid(), sa.ForeignKey("staff.id")),
        sa.Column("ended_name", sa.String()),
        sa.Column("ended_at", _AT),
    )
    op.create_index(
        "ix_safety_emergencies_open", "safety_emergencies", ["confirm_by"], postgresql_where=sa.text("state = 'open'")
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("safety_emergencies")
