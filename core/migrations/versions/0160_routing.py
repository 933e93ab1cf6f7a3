"""Offers, the log of handoffs, where agents are, and the routing table's versions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0160_routing"
down_revision = "0152_vitals"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)
_OPEN, _NOT_OVER = sa.text("state <> 'closed'"), sa.text("state NOT IN ('closed', 'wrap_up')")


def upgrade() -> None:
    """Apply."""
    for column in (
        sa.Column("topic", sa.String()), sa.Column("priority", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("queue", sa.String()), sa.Column("offered_to", sa.Uuid(), sa.ForeignKey("staff.id")),
        sa.Column("offer_until", _AT), sa.Column("wrap_up_until", _AT), sa.Column("code", sa.String()),
    ):  # fmt: skip
        op.add_column("handoffs", column)
    op.alter_column("handoffs", "priority", server_default=None)
    op.drop_index("uq_handoffs_open", table_name="handoffs", postgresql_where=_OPEN)
    op.create_index("uq_handoffs_open", "handoffs", ["case_id"], unique=True, postgresql_where=_NOT_OVER)
    op.create_table(
        "handoff_events",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("seq", sa.Integer(), sa.Identity(always=True), nullable=False, unique=True),
        sa.Column("handoff_id", sa.Uuid(), sa.ForeignKey("handoffs.id", ondelete="CASCADE"), nullable=False),
        sa.Column("step", sa.String(30), nullable=False),
        sa.Column("at", _AT, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), sa.ForeignKey("staff.id")),
        sa.Column("reason", sa.String()),
        sa.Column("data", sa.JSON()),
    )
    op.create_index("ix_handoff_events_handoff_id", "handoff_events", ["handoff_id", "seq"])
    op.create_table(
        "agent_states",
        sa.Column("staff_id", sa.Uuid(), sa.ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("mode", sa.String(30), nullable=False),
        sa.Column("reason", sa.String()),
        sa.Column("since", _AT, nullable=False),
        sa.Column("seen_at", _AT, nullable=False),
        sa.Column("offered_at", _AT),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer()),
        sa.Column("skills", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("languages", postgresql.ARRAY(sa.String()), nullable=False),
    )
    op.create_table(
        "routing_tables",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("seq", sa.Integer(), sa.Identity(always=True), nullable=False, unique=True),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("made_by", sa.Uuid(), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("made_at", _AT, nullable=False),
    )
    op.create_index("ix_routing_tables_digest", "routing_tables", ["digest"])


def downgrade() -> None:
    """Undo; what is being offered or written up goes back to where it was."""
    op.drop_table("routing_tables")
    op.drop_table("agent_states")
    op.drop_table("handoff_events")
    op.execute("UPDATE handoffs SET state = 'queued' WHERE state = 'offered'")
    op.execute("UPDATE handoffs SET state = 'closed' WHERE state = 'wrap_up'")
    op.drop_index("uq_handoffs_open", table_name="handoffs", postgresql_where=_NOT_OVER)
    op.create_index("uq_handoffs_open", "handoffs", ["case_id"], unique=True, postgresql_where=_OPEN)
    for name in ("code", "wrap_up_until", "offer_until", "offered_to", "queue", "priority", "topic"):
        op.drop_column("handoffs", name)
