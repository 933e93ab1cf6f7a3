"""Second factors, bound sessions, known browsers, roles by site, one-time links, break-glass and access reviews."""

import sqlalchemy as sa
from alembic import op

revision = "0031_sign_in"
down_revision = "0030_process_beats"
branch_labels = None
depends_on = None

_NOW = sa.DateTime(timezone=True)


def _staff(name: str = "staff_id", **more: object) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey("staff.id", ondelete="CASCADE"), **more)  # type: ignore[arg-type]  # Column's own keywords


def upgrade() -> None:
    """Apply. Roles so far held at all sites; sessions so far are bound to no browser and end."""
    op.create_table(
        "staff_roles",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _staff(nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("site_id", sa.Uuid()),
        sa.UniqueConstraint("staff_id", "role", "site_id", postgresql_nulls_not_distinct=True),
    )
    op.execute(
        "INSERT INTO staff_roles (id, staff_id, role) "
        "SELECT gen_random_uuid(), staff.id, given.role FROM staff, unnest(staff.roles) AS given (role) "
        "GROUP BY staff.id, given.role"
    )
    op.drop_column("staff", "roles")
    for column in (
        sa.Column("clinician_id", sa.Uuid()),
        sa.Column("totp_secret", sa.LargeBinary()),
        sa.Column("totp_offered", sa.LargeBinary()),
        sa.Column("totp_since", _NOW),
        sa.Column("totp_last_step", sa.Integer()),
        sa.Column("oidc_subject", sa.String(), unique=True),
        sa.Column("signed_in_at", _NOW),
        sa.Column("stolen_at", _NOW),
    ):
        op.add_column("staff", column)
    op.execute("DELETE FROM staff_sessions")
    for made in (
        sa.Column("id", sa.Uuid(), nullable=False, unique=True),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("device_hash", sa.String(), nullable=False),
        sa.Column("agent_hash", sa.String(), nullable=False),
        sa.Column("browser_name", sa.String(), nullable=False),
        sa.Column("locked_at", _NOW),
        sa.Column("failed_unlocks", sa.Integer(), nullable=False),
    ):
        op.add_column("staff_sessions", made)
    op.create_check_constraint("stage", "staff_sessions", "stage IN ('code', 'enrol', 'whole')")
    op.create_index("ix_staff_sessions_staff_id", "staff_sessions", ["staff_id"])
    op.create_table(
        "staff_devices",
        _staff(primary_key=True),
        sa.Column("device_hash", sa.String(), primary_key=True),
        sa.Column("seen_at", _NOW, nullable=False),
        sa.Column("failed_logins", sa.Integer(), nullable=False),
        sa.Column("locked_until", _NOW),
    )
    op.create_table(
        "staff_recovery_codes",
        _staff(primary_key=True),
        sa.Column("code_hash", sa.String(), primary_key=True),
    )
    op.create_table(
        "staff_enrolment_links",
        _staff(primary_key=True),
        sa.Column("token_hash", sa.String(), nullable=False, unique=True),
        sa.Column("expires_at", _NOW, nullable=False),
    )
    op.create_table(
        "break_glass",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("staff_id", sa.Uuid(), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("granted_at", _NOW, nullable=False),
        sa.Column("expires_at", _NOW, nullable=False),
        sa.Column("reviewed_by", sa.Uuid(), sa.ForeignKey("staff.id")),
        sa.Column("reviewed_at", _NOW),
    )
    op.create_index("ix_break_glass_staff_id_patient_id", "break_glass", ["staff_id", "patient_id"])
    op.create_index(
        "ix_break_glass_unreviewed", "break_glass", ["granted_at"], postgresql_where=sa.text("reviewed_at IS NULL")
    )
    op.create_table(
        "access_decisions",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("staff_id", sa.Uuid(), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("site_id", sa.Uuid()),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("reviewer_id", sa.Uuid(), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("decided_at", _NOW, nullable=False),
        sa.CheckConstraint("decision IN ('confirmed', 'removed')", name="decision"),
    )
    op.create_index("ix_access_decisions_staff_id", "access_decisions", ["staff_id"])


def downgrade() -> None:
    """Take back. A role held at some sites only is not held any more: widening it would be worse."""
    for table in (
        "access_decisions", "break_glass", "staff_enrolment_links", "staff_recovery_codes", "staff_devices",
    ):  # fmt: skip
        op.drop_table(table)
    op.drop_index("ix_staff_sessions_staff_id", "staff_sessions")
    op.drop_constraint("stage", "staff_sessions", type_="check")
    for column in ("failed_unlocks", "locked_at", "browser_name", "agent_hash", "device_hash", "stage", "id"):
        op.drop_column("staff_sessions", column)
    for column in (
        "stolen_at", "signed_in_at", "oidc_subject", "totp_last_step", "totp_since", "totp_offered", "totp_secret",
        "clinician_id",
    ):  # fmt: skip
        op.drop_column("staff", column)
    op.add_column("staff", sa.Column("roles", sa.ARRAY(sa.String()), nullable=False, server_default="{}"))
    op.execute(
        "UPDATE staff SET roles = ARRAY(SELECT role FROM staff_roles "
        "WHERE staff_roles.staff_id = staff.id AND site_id IS NULL)"
    )
    op.alter_column("staff", "roles", server_default=None)
    op.drop_table("staff_roles")
