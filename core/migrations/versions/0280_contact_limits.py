"""Contacts limited or ended after abuse."""

import sqlalchemy as sa
from alembic import op

revision = "0280_contact_limits"
down_revision = "0270_undo"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "contact_limits",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("thread_id", sa.Uuid(), sa.ForeignKey("threads.id"), nullable=False),
        sa.Column("case_id", sa.Uuid(), sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("is_ended", sa.Boolean(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.Uuid(), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("made_at", _AT, nullable=False),
        sa.Column("until", _AT, nullable=False),
        sa.Column("lifted_by", sa.Uuid(), sa.ForeignKey("staff.id")),
        sa.Column("lifted_at", _AT),
    )
    op.create_index("ix_contact_limits_thread_id", "contact_limits", ["thread_id", "until"])
    op.create_index("ix_contact_limits_case_id", "contact_limits", ["case_id"])


def downgrade() -> None:
    """Undo."""
    op.drop_table("contact_limits")
