"""Which article answered which message, and when articles were published and withdrawn."""

import sqlalchemy as sa
from alembic import op

revision = "0250_article_answers"
down_revision = "0240_signatures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "article_answers",
        sa.Column("message_id", sa.Uuid(), sa.ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("case_id", sa.Uuid(), sa.ForeignKey("cases.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("article_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_article_answers_article", "article_answers", ["article_id", "at"])
    op.create_table(
        "article_publications",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("article_id", sa.String(), sa.ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_article_publications_article", "article_publications", ["article_id", "at"])


def downgrade() -> None:
    """Undo."""
    op.drop_table("article_publications")
    op.drop_table("article_answers")
