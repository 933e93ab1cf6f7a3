"""Which call is going on where."""

import sqlalchemy as sa
from alembic import op

revision = "0091_voice"
down_revision = "0090_refills"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "voice_calls",
        sa.Column("sid", sa.String(64), primary_key=True),
        sa.Column(
            "contact_point_id", sa.Uuid(), sa.ForeignKey("contact_points.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("started_at", _AT, nullable=False),
        sa.Column("seen_at", _AT, nullable=False),
        sa.Column("ended_at", _AT),
        sa.Column("outcome", sa.String(30)),
    )
    op.create_index("ix_voice_calls_contact_point_id", "voice_calls", ["contact_point_id"])


def downgrade() -> None:
    """Undo."""
    op.drop_table("voice_calls")
