"""Reminders of medicines: plans, and each reminder with its answer."""

import sqlalchemy as sa
from alembic import op

revision = "0151_doses"
down_revision = "0150_unsafe"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "dose_plans",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("patient_id", sa.Uuid(), sa.ForeignKey("patients.id", ondelete="CASCADE"), nullable=False),
        sa.Column("times", sa.JSON(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.Column("source", sa.String(30), nullable=False),
        sa.Column("made_by", sa.Uuid(), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("made_at", _AT, nullable=False),
        sa.Column("ended_by", sa.Uuid(), sa.ForeignKey("staff.id")),
        sa.Column("ended_at", _AT),
    )
    op.create_index(
        "uq_dose_plans_open", "dose_plans", ["patient_id"], unique=True, postgresql_where=sa.text("ended_at IS NULL")
    )
    op.create_table(
        "dose_reminders",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("plan_id", sa.Uuid(), sa.ForeignKey("dose_plans.id", ondelete="CASCADE"), nullable=False),
        sa.Column("due_at", _AT, nullable=False),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("reason", sa.String()),
        sa.Column("contact_point_id", sa.Uuid(), sa.ForeignKey("contact_points.id", ondelete="CASCADE")),
        sa.Column("message_id", sa.Uuid()),
        sa.Column("times_said", sa.Integer(), nullable=False),
        sa.Column("again_at", _AT),
        sa.Column("answer", sa.String(30)),
        sa.Column("answered_at", _AT),
        sa.UniqueConstraint("plan_id", "due_at"),
    )
    op.create_index(
        "ix_dose_reminders_again", "dose_reminders", ["again_at"], postgresql_where=sa.text("again_at IS NOT NULL")
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("dose_reminders")
    op.drop_table("dose_plans")
