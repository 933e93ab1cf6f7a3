"""Articles and their versions."""

import sqlalchemy as sa
from alembic import op

revision = "0004_knowledge"
down_revision = "0003_care"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "articles",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("services", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("published_version", sa.Integer()),
        sa.CheckConstraint("status IN ('draft', 'published', 'withdrawn')", name="status"),
        sa.CheckConstraint("status <> 'published' OR published_version IS NOT NULL", name="published_has_version"),
    )
    op.create_table(
        "article_versions",
        sa.Column("article_id", sa.String(), sa.ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("language", sa.String(), primary_key=True),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("variant_sms", sa.String()),
        sa.Column("variant_voice", sa.String()),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_at", sa.Date()),
        sa.Column("review_at", sa.Date()),
    )
    op.create_table(
        "knowledge_state",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name="single_row"),
    )
    op.execute("INSERT INTO knowledge_state (id, revision) VALUES (1, 0)")


def downgrade() -> None:
    """Take back."""
    for table in ("knowledge_state", "article_versions", "articles"):
        op.drop_table(table)
