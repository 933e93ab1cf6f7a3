"""Until when an article answers, for whom, who owns it, and the files beside its words."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

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
    op.add_column("article_versions", sa.Column("files", ARRAY(sa.Uuid()), nullable=False, server_default="{}"))
    op.create_table(
        "article_files",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column(
            "article_id", sa.String(), sa.ForeignKey("articles.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("code", sa.String(), nullable=False, unique=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("article_files")
    op.drop_column("article_versions", "files")
    for name in ("condition", "max_age", "min_age", "expires_at"):
        op.drop_column("article_versions", name)
    op.drop_column("articles", "owner_id")
