"""Consents with their history, notices about visits, why a delivery is held back, and confirmed visits."""

import sqlalchemy as sa
from alembic import op

revision = "0070_outreach"
down_revision = "0050_external_id"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.add_column("appointments", sa.Column("confirmed_at", _AT))
    op.add_column("appointments", sa.Column("confirmed_start_at", _AT))
    op.add_column("correspondents", sa.Column("preferred_channel", sa.String()))
    op.add_column("deliveries", sa.Column("purpose", sa.String(30), server_default=sa.text("'care'"), nullable=False))
    op.add_column("deliveries", sa.Column("held_until", _AT))
    op.add_column("deliveries", sa.Column("findings", sa.String()))
    op.create_table(
        "consents",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column(
            "contact_point_id", sa.Uuid(), sa.ForeignKey("contact_points.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("purpose", sa.String(30), nullable=False),
        sa.Column("is_given", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(30), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("words", sa.LargeBinary()),
        sa.Column("created_at", _AT, nullable=False),
    )
    op.create_index("ix_consents_contact_point_id", "consents", ["contact_point_id", "purpose", "created_at"])
    op.create_table(
        "visit_notices",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("appointment_id", sa.Uuid(), sa.ForeignKey("appointments.id", ondelete="CASCADE"), nullable=False),
        sa.Column("visit_start_at", _AT, nullable=False),
        sa.Column("contact_point_id", sa.Uuid(), sa.ForeignKey("contact_points.id", ondelete="CASCADE")),
        sa.Column("due_at", _AT, nullable=False),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("reason", sa.String()),
        sa.Column("message_id", sa.Uuid()),
        sa.Column("answer", sa.String(30)),
        sa.Column("answered_at", _AT),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("updated_at", _AT, nullable=False),
        sa.UniqueConstraint("appointment_id", "visit_start_at"),
    )
    op.create_index("ix_visit_notices_contact_point_id", "visit_notices", ["contact_point_id"])
    op.create_index("ix_visit_notices_message_id", "visit_notices", ["message_id"])
    op.create_index("ix_visit_notices_due", "visit_notices", ["due_at"], postgresql_where=sa.text("state = 'planned'"))


def downgrade() -> None:
    """Undo."""
    op.drop_table("visit_notices")
    op.drop_table("consents")
    op.drop_column("deliveries", "findings")
    op.drop_column("deliveries", "held_until")
    op.drop_column("deliveries", "purpose")
    op.drop_column("correspondents", "preferred_channel")
    op.drop_column("appointments", "confirmed_start_at")
    op.drop_column("appointments", "confirmed_at")
