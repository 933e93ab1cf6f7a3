"""The clinic's own names for what patients may want, and goals that are taken for another one."""

import sqlalchemy as sa
from alembic import op

revision = "0340_clinic_goals"
down_revision = "0312_shadow"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "clinic_goals",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("intent", sa.String(), nullable=False),
        sa.Column("name_pl", sa.String()),
        sa.Column("name_en", sa.String()),
        sa.Column("about_pl", sa.String()),
        sa.Column("about_en", sa.String()),
        sa.Column("merged_into", sa.String()),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_in", sa.Integer(), sa.ForeignKey("bot_versions.number")),
        sa.Column("removed_in", sa.Integer(), sa.ForeignKey("bot_versions.number")),
        sa.Column("is_dropped", sa.Boolean(), nullable=False),
    )
    op.create_index(
        "uq_clinic_goals_intent",
        "clinic_goals",
        ["intent"],
        unique=True,
        postgresql_where=sa.text("removed_in IS NULL AND NOT is_dropped"),
    )
    op.add_column("intent_examples", sa.Column("merged_from", sa.String()))


def downgrade() -> None:
    """Undo."""
    op.drop_column("intent_examples", "merged_from")
    op.drop_table("clinic_goals")
