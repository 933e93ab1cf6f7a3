"""Contacts with symptoms of the last three days, by keyed tokens alone."""

import sqlalchemy as sa
from alembic import op

revision = "0111_symptom_contacts"
down_revision = "0110_follow_ups"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "symptom_contacts",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("patient_token", sa.String()),
        sa.Column("point_token", sa.String(), nullable=False),
        sa.Column("protocol", sa.String()),
        sa.Column("urgency", sa.String()),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    for column in ("patient_token", "point_token", "at"):
        op.create_index(f"ix_symptom_contacts_{column}", "symptom_contacts", [column])


def downgrade() -> None:
    """Undo."""
    op.drop_table("symptom_contacts")
