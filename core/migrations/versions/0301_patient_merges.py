"""Two records of one person: one replaces the other, with every row that moved."""

import sqlalchemy as sa
from alembic import op

revision = "0301_patient_merges"
down_revision = "0300_transcript_links"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)
_FOLLOWING = (
    "cases", "appointments", "medications", "refill_requests", "measurements", "vital_alarms", "dose_plans", "authorisations",
    "patient_contact_points",
)  # fmt: skip
# What is written for a record while it is being replaced, or by a page from before, is the survivor's. The lock waits for a
# merge that is under way and then reads the record as the merge left it.
_FUNCTION = """
CREATE FUNCTION follow_replaced_patient() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE survivor uuid;
BEGIN
  WHILE NEW.patient_id IS NOT NULL LOOP
    SELECT replaced_by_id INTO survivor FROM patients WHERE id = NEW.patient_id FOR KEY SHARE;
    EXIT WHEN survivor IS NULL;
    NEW.patient_id := survivor;
  END LOOP;
  RETURN NEW;
END $$
"""


def upgrade() -> None:
    """Apply."""
    op.add_column("patients", sa.Column("replaced_by_id", sa.Uuid(), sa.ForeignKey("patients.id", ondelete="CASCADE")))
    op.create_index("ix_patients_replaced_by_id", "patients", ["replaced_by_id"])
    op.create_table(
        "patient_merges",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("survivor_id", sa.Uuid(), sa.ForeignKey("patients.id", ondelete="CASCADE"), nullable=False),
        sa.Column("replaced_id", sa.Uuid(), sa.ForeignKey("patients.id", ondelete="CASCADE"), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.Uuid(), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("made_at", _AT, nullable=False),
        sa.Column("undone_by", sa.Uuid(), sa.ForeignKey("staff.id")),
        sa.Column("undone_at", _AT),
    )
    op.create_index("ix_patient_merges_survivor_id", "patient_merges", ["survivor_id", "made_at"])
    op.create_index(
        "uq_patient_merges_open", "patient_merges", ["replaced_id"], unique=True,
        postgresql_where=sa.text("undone_at IS NULL"),
    )  # fmt: skip
    op.execute(_FUNCTION)
    for place in _FOLLOWING:
        op.execute(
            f"CREATE TRIGGER follow_replaced_patient BEFORE INSERT OR UPDATE OF patient_id ON {place} "
            "FOR EACH ROW EXECUTE FUNCTION follow_replaced_patient()"
        )


def downgrade() -> None:
    """Undo."""
    for place in _FOLLOWING:
        op.execute(f"DROP TRIGGER follow_replaced_patient ON {place}")
    op.execute("DROP FUNCTION follow_replaced_patient()")
    op.drop_table("patient_merges")
    op.drop_index("ix_patients_replaced_by_id", "patients")
    op.drop_column("patients", "replaced_by_id")
