"""Complaints with number, owner and deadline."""

import sqlalchemy as sa
from alembic import op

revision = "0220_complaints"
down_revision = "0210_unanswered"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)
_OPEN = sa.text("answered_at IS NULL")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "complaints",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("seq", sa.Integer(), sa.Identity(always=True), nullable=False, unique=True),
        sa.Column("case_id", sa.Uuid(), sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("thread_id", sa.Uuid(), sa.ForeignKey("threads.id"), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        *(sa.Column(name, sa.Uuid(), sa.ForeignKey("staff.id")) for name in ("about_staff", "owner_id", "made_by")),
        sa.Column("made_at", _AT, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("decision", sa.Enum("upheld", "partly", "rejected", name="decision", native_enum=False, length=30)),
        sa.Column("answer", sa.LargeBinary()),
        sa.Column("answered_by", sa.Uuid(), sa.ForeignKey("staff.id")),
        sa.Column("answered_at", _AT),
        sa.Column("was_sent", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_complaints_case_id", "complaints", ["case_id"])
    op.create_index("ix_complaints_due", "complaints", ["due_on"], postgresql_where=_OPEN)
    op.create_index("uq_complaints_open", "complaints", ["case_id"], unique=True, postgresql_where=_OPEN)


def downgrade() -> None:
    """Undo."""
    op.drop_table("complaints")
