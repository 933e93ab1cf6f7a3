"""Who was proven to be speaking: proofs, one-time codes, lock-outs, and links that move a conversation to the web chat."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0080_identity"
down_revision = "0070_outreach"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)


def _point(name: str = "contact_point_id", *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey("contact_points.id", ondelete="CASCADE"), nullable=nullable)


def _patient(*, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column("patient_id", sa.Uuid(), sa.ForeignKey("patients.id", ondelete="CASCADE"), nullable=nullable)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "identity_proofs",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _point(),
        _patient(),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("authorisation_id", sa.Uuid()),
        sa.Column("proven_at", _AT, nullable=False),
        sa.Column("expires_at", _AT, nullable=False),
    )
    op.create_index("ix_identity_proofs_contact_point_id", "identity_proofs", ["contact_point_id", "expires_at"])
    op.create_table(
        "identity_challenges",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _point(),
        sa.Column("claim_token", sa.String(), nullable=False),
        _patient(nullable=True),
        sa.Column("authorisation_id", sa.Uuid()),
        sa.Column("goal", sa.String(40), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("phone", sa.LargeBinary()),
        sa.Column("code_token", sa.String()),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("codes_asked", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("asked_at", _AT, nullable=False),
        sa.Column("sent_at", _AT),
        sa.Column("expires_at", _AT, nullable=False),
        sa.Column("created_at", _AT, nullable=False),
    )
    op.create_index(
        "ix_identity_challenges_contact_point_id", "identity_challenges", ["contact_point_id", "created_at"]
    )
    op.create_index("ix_identity_challenges_claim_token", "identity_challenges", ["claim_token", "created_at"])
    op.create_index(
        "uq_identity_challenges_open",
        "identity_challenges",
        ["contact_point_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "identity_locks",
        sa.Column("subject_token", sa.String(), primary_key=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", _AT, nullable=False),
        sa.Column("locked_until", _AT),
    )
    op.create_table(
        "magic_links",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("token_hash", sa.String(), nullable=False, unique=True),
        _point(),
        sa.Column("case_id", sa.Uuid(), sa.ForeignKey("cases.id", ondelete="CASCADE"), nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("expires_at", _AT, nullable=False),
        sa.Column("used_at", _AT),
        _point("used_by_contact_point_id", nullable=True),
        sa.Column("through_seq", sa.Integer()),
        sa.Column("speaks_until", _AT),
    )
    op.create_index("ix_magic_links_used_by", "magic_links", ["used_by_contact_point_id"])
    op.create_index("ix_magic_links_contact_point_id", "magic_links", ["contact_point_id"])


def downgrade() -> None:
    """Undo."""
    for table in ("magic_links", "identity_locks", "identity_challenges", "identity_proofs"):
        op.drop_table(table)
