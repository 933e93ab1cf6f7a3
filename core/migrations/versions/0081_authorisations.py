"""Who may hear and decide for a patient."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0081_authorisations"
down_revision = "0080_identity"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "authorisations",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("patient_id", sa.Uuid(), sa.ForeignKey("patients.id", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("birth_date", sa.LargeBinary(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=False),
        sa.Column("phone_token", sa.String(), nullable=False),
        sa.Column("patient_is", sa.String(30), nullable=False),
        sa.Column("basis", sa.String(30), nullable=False),
        sa.Column("scopes", ARRAY(sa.String()), nullable=False),
        sa.Column("evidence", sa.String(30), nullable=False),
        sa.Column("is_agreed_by_patient", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date()),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", _AT, nullable=False),
        sa.Column("ended_by", sa.Uuid()),
        sa.Column("ended_at", _AT),
    )
    op.create_index("ix_authorisations_patient_id", "authorisations", ["patient_id"])
    op.create_index("ix_authorisations_phone_token", "authorisations", ["phone_token"])


def downgrade() -> None:
    """Undo."""
    op.drop_table("authorisations")
