"""Article versions that are published at a time."""

import sqlalchemy as sa
from alembic import op

revision = "0310_planned_publications"
down_revision = "0301_patient_merges"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "planned_publications",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("article_id", sa.String(), sa.ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", _AT, nullable=False),
        sa.Column("staff_id", sa.Uuid(), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("made_at", _AT, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ended_at", _AT),
        sa.Column("against", sa.JSON(), nullable=False),
    )
    waiting = sa.text("state = 'waiting'")
    op.create_index(
        "uq_planned_publications_open", "planned_publications", ["article_id"], unique=True, postgresql_where=waiting
    )
    op.create_index("ix_planned_publications_due", "planned_publications", ["at"], postgresql_where=waiting)


def downgrade() -> None:
    """Undo."""
    op.drop_table("planned_publications")
