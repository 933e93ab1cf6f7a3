"""Quality evaluation: forms, weekly draws, evaluations and their answers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0330_quality"
down_revision = "0320_thread_joins"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)
_UNSEEN = sa.text("state = 'done' AND seen_at IS NULL")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "quality_forms",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("per_agent", sa.Integer(), nullable=False),
        sa.Column("least", sa.Integer(), nullable=False),
        sa.Column("always", ARRAY(sa.String()), nullable=False),
        sa.Column("made_by", sa.Uuid(), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("made_at", _AT, nullable=False),
    )
    op.create_table(
        "quality_draws",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("week", sa.Date(), nullable=False, unique=True),
        sa.Column("seed", sa.String(), nullable=False),
        sa.Column("per_agent", sa.Integer(), nullable=False),
        sa.Column("form_number", sa.Integer(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("drawn_at", _AT, nullable=False),
    )
    op.create_table(
        "quality_evaluations",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("case_id", sa.Uuid(), sa.ForeignKey("cases.id", ondelete="CASCADE"), nullable=False),
        sa.Column("staff_id", sa.Uuid(), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("queue", sa.String()),
        sa.Column("ended_at", _AT, nullable=False),
        sa.Column("reasons", ARRAY(sa.String()), nullable=False),
        sa.Column("draw_id", sa.Uuid(), sa.ForeignKey("quality_draws.id")),
        sa.Column("chosen_at", _AT, nullable=False),
        sa.Column(
            "state",
            sa.Enum("waiting", "done", "set_aside", name="evaluationstate", native_enum=False, length=30),
            nullable=False,
        ),
        sa.Column("questions", sa.JSON()),
        sa.Column("form_number", sa.Integer()),
        sa.Column("score", sa.Integer()),
        sa.Column("has_failed", sa.Boolean(), nullable=False),
        sa.Column("why", sa.LargeBinary()),
        sa.Column("reviewed_by", sa.Uuid(), sa.ForeignKey("staff.id")),
        sa.Column("reviewed_at", _AT),
        sa.Column("seen_at", _AT),
        sa.Column("answer", sa.LargeBinary()),
        sa.Column("answered_at", _AT),
        sa.UniqueConstraint("case_id", "staff_id"),
    )
    op.create_index("ix_quality_evaluations_state", "quality_evaluations", ["state", "ended_at"])
    op.create_index("ix_quality_evaluations_staff_id", "quality_evaluations", ["staff_id"])
    op.create_index("ix_quality_evaluations_unseen", "quality_evaluations", ["staff_id"], postgresql_where=_UNSEEN)
    op.create_table(
        "quality_answers",
        sa.Column(
            "evaluation_id", sa.Uuid(), sa.ForeignKey("quality_evaluations.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("value", sa.Integer()),
        sa.Column("percent", sa.Integer()),
        sa.Column("words", sa.LargeBinary()),
    )


def downgrade() -> None:
    """Undo."""
    for table in ("quality_answers", "quality_evaluations", "quality_draws", "quality_forms"):
        op.drop_table(table)
