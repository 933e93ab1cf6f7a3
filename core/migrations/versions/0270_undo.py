"""How long a person's reply may be taken back unseen."""

import sqlalchemy as sa
from alembic import op

revision = "0270_undo"
down_revision = "0250_article_answers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("deliveries", sa.Column("undo_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Undo."""
    op.drop_column("deliveries", "undo_until")
