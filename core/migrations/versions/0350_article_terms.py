"""Until when an article answers, for whom, and who owns it."""

import sqlalchemy as sa
from alembic import op

revision = "0350_article_terms"
down_revision = "0340_clinic_goals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("articles", sa.Column("owner_id", sa.Uuid(), sa.ForeignKey("staff.id", ondelete="SET NULL")))
    op.add_column("article_versions", sa.Column("expires_at", sa.Date()))
    op.add_column("article_versions", sa.Column("min_age", sa.Integer()))
    op.add_column("article_versions", sa.Column("max_age", sa.Integer()))
    op.add_column("article_versions", sa.Column("condition", sa.String()))


def downgrade() -> None:
    """Undo."""
    for name in ("condition", "max_age", "min_age", "expires_at"):
        op.drop_column("article_versions", name)
    op.drop_column("articles", "owner_id")
