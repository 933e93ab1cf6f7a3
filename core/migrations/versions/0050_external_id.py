"""Patients keep their number in the system they moved in from, sealed, and are found by its token."""

import sqlalchemy as sa
from alembic import op

revision = "0050_external_id"
down_revision = "0040_privacy"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("patients", sa.Column("external_id", sa.LargeBinary()))
    op.add_column("patients", sa.Column("external_token", sa.String()))
    op.create_index("uq_patients_external_token", "patients", ["external_token"], unique=True)


def downgrade() -> None:
    """Undo."""
    op.drop_index("uq_patients_external_token", "patients")
    op.drop_column("patients", "external_token")
    op.drop_column("patients", "external_id")
