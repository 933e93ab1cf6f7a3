"""A transcript's link may be asked for by the patient: then nobody of the staff made it."""

from alembic import op

revision = "0331_asked_transcripts"
down_revision = "0330_quality"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.alter_column("transcript_links", "made_by", nullable=True)


def downgrade() -> None:
    """Undo; links that patients asked for end."""
    op.execute("DELETE FROM transcript_links WHERE made_by IS NULL")
    op.alter_column("transcript_links", "made_by", nullable=False)
