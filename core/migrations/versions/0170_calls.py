"""Legs of a call, what its next one must know, and whose telephone it was put through to."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0170_calls"
down_revision = "0163_ratings"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)


def _columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("way", sa.String(10), nullable=False, server_default="relay"),
        sa.Column("legs", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("language", sa.String(2), nullable=False, server_default="pl"),
        sa.Column("said_id", sa.Uuid()),
        sa.Column("is_slow", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("unheard", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("has_spoken", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("dialled", sa.Uuid(), sa.ForeignKey("staff.id", ondelete="SET NULL")),
        sa.Column("tried_at", _AT),
        sa.Column("joined_at", _AT),
    )


def upgrade() -> None:
    """Apply."""
    for column in _columns():
        op.add_column("voice_calls", column)
    op.add_column("agent_states", sa.Column("phone", sa.String(200)))


def downgrade() -> None:
    """Undo."""
    op.drop_column("agent_states", "phone")
    for column in reversed(_columns()):
        op.drop_column("voice_calls", column.name)
