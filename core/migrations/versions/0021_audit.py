"""Sealed batches of audit events. Membership is set by one function of the owner's, which the application may call."""

import sqlalchemy as sa
from alembic import op

revision = "0021_audit"
down_revision = "0020_keys"
branch_labels = None
depends_on = None

SEAL = """
CREATE FUNCTION seal_audit_batch(
    members uuid[], number bigint, row_digest bytea, previous bytea, batch_hash bytea, batch_mac bytea, at timestamptz
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    last_number bigint;
    last_hash bytea;
    taken bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('poradnia audit'));
    SELECT sequence, hash INTO last_number, last_hash FROM audit_batches ORDER BY sequence DESC LIMIT 1;
    IF number <> coalesce(last_number, 0) + 1 OR previous <> coalesce(last_hash, decode(repeat('00', 32), 'hex')) THEN
        RAISE EXCEPTION 'batch % does not follow the last one', number;
    END IF;
    UPDATE audit_events SET batch = number WHERE id = ANY(members) AND batch IS NULL;
    GET DIAGNOSTICS taken = ROW_COUNT;
    IF taken = 0 OR taken <> cardinality(members) THEN
        RAISE EXCEPTION 'batch % names events that are sealed or missing', number;
    END IF;
    INSERT INTO audit_batches (sequence, count, first_id, last_id, digest, previous, hash, mac, sealed_at)
    VALUES (number, taken, members[1], members[cardinality(members)], row_digest, previous, batch_hash, batch_mac, at);
END $$
"""


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "audit_batches",
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("last_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_audit_batches")),
    )
    op.add_column("audit_events", sa.Column("batch", sa.BigInteger(), nullable=True))
    op.create_index("ix_audit_events_batch", "audit_events", ["batch"], postgresql_where=sa.text("batch IS NOT NULL"))
    op.create_index("ix_audit_events_unsealed", "audit_events", ["id"], postgresql_where=sa.text("batch IS NULL"))
    op.create_index("ix_audit_events_actor", "audit_events", ["actor"])
    op.execute(SEAL)


def downgrade() -> None:
    """Take back."""
    op.execute("DROP FUNCTION seal_audit_batch")
    op.drop_index("ix_audit_events_actor", "audit_events")
    op.drop_column("audit_events", "batch")
    op.drop_table("audit_batches")
