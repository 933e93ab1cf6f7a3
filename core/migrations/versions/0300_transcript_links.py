"""Links to the transcript of a conversation."""

import sqlalchemy as sa
from alembic import op

revision = "0300_transcript_links"
down_revision = "0280_contact_limits"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "transcript_links",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("case_id", sa.Uuid(), sa.ForeignKey("cases.id", ondelete="CASCADE"), nullable=False),
        sa.Column(
            "contact_point_id", sa.Uuid(), sa.ForeignKey("contact_points.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("made_by", sa.Uuid(), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("made_at", _AT, nullable=False),
        sa.Column("expires_at", _AT, nullable=False),
        sa.Column("code_token", sa.String()),
        sa.Column("code_asked_at", _AT),
        sa.Column("codes_asked", sa.Integer(), nullable=False),
        sa.Column("reader_hash", sa.String()),
        sa.Column("reads_until", _AT),
        sa.UniqueConstraint("token_hash"),
        sa.UniqueConstraint("reader_hash"),
    )
    op.create_index("ix_transcript_links_case_id", "transcript_links", ["case_id"])
    op.create_index("ix_transcript_links_contact_point_id", "transcript_links", ["contact_point_id", "made_at"])


def downgrade() -> None:
    """Undo."""
    op.drop_table("transcript_links")
