"""The nearest promise of a handoff, those broken, and conversations set aside."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0161_promises"
down_revision = "0160_routing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("handoffs", sa.Column("due_kind", sa.String()))
    op.add_column("handoffs", sa.Column("due_at", sa.DateTime(timezone=True)))
    op.add_column("handoffs", sa.Column("broken", postgresql.ARRAY(sa.String()), nullable=False, server_default="{}"))
    op.add_column("handoffs", sa.Column("snoozed_until", sa.DateTime(timezone=True)))
    op.alter_column("handoffs", "broken", server_default=None)


def downgrade() -> None:
    """Undo."""
    for name in ("snoozed_until", "broken", "due_at", "due_kind"):
        op.drop_column("handoffs", name)
