"""Data keys, sealed columns that were plain, search tokens, and a schema of the bot's own.

Values that were plain become bytes here and are sealed by `core.rotation` with the keys, which no migration has. Rasa's old
plain events are dropped: a conversation of that hour goes on from the slots that the service keeps.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020_keys"
down_revision = "0005_presence"
branch_labels = None
depends_on = None

TO_BYTES = (
    ("patients", "birth_date"),
    ("messages", "provenance"),
    ("safety_alerts", "rules"),
    ("simulated_sms", "phone"),
)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "data_keys",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped_by", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("purpose IN ('records', 'lookup', 'tracker')", name=op.f("ck_data_keys_purpose")),
        sa.CheckConstraint("state IN ('active', 'old', 'retired')", name=op.f("ck_data_keys_state")),
        sa.CheckConstraint("version BETWEEN 0 AND 65535", name=op.f("ck_data_keys_two_bytes")),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_data_keys")),
    )
    op.drop_index("ix_patients_birth_date", "patients")
    op.drop_index("ix_simulated_sms_phone", "simulated_sms")
    op.add_column("messages", sa.Column("goes_first", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    op.execute("UPDATE messages SET goes_first = true WHERE provenance ->> 'rule' LIKE 'safety:%'")
    for table, column in TO_BYTES:
        op.execute(f"ALTER TABLE {table} ALTER {column} TYPE bytea USING convert_to({column}::text, 'UTF8')")
    op.add_column("messages", sa.Column("tokens", postgresql.ARRAY(sa.BigInteger()), nullable=True))
    op.create_index("ix_messages_tokens", "messages", ["tokens"], postgresql_using="gin")
    op.add_column("patients", sa.Column("mail", sa.LargeBinary(), nullable=True))
    for name in ("birth_token", "pesel_token", "mail_token"):
        op.add_column("patients", sa.Column(name, sa.String(), nullable=True))
        op.create_index(f"ix_patients_{name}", "patients", [name])
    op.add_column("simulated_sms", sa.Column("phone_token", sa.String(), nullable=False, server_default=""))
    op.create_index("ix_simulated_sms_phone_token", "simulated_sms", ["phone_token"])
    op.drop_table("simulated_opt_outs")
    op.create_table(
        "simulated_opt_outs",
        sa.Column("phone_token", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("phone_token", name=op.f("pk_simulated_opt_outs")),
    )
    op.execute("DROP TABLE IF EXISTS public.events")
    op.execute("CREATE SCHEMA bot")
    # As Rasa 3.6 would make it; the bot's role may not make tables.
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("sender_id", sa.String(255), nullable=False),
        sa.Column("type_name", sa.String(255), nullable=False),
        sa.Column("timestamp", sa.Float()),
        sa.Column("intent_name", sa.String(255)),
        sa.Column("action_name", sa.String(255)),
        sa.Column("data", sa.Text()),
        schema="bot",
    )
    op.create_index("ix_events_sender_id", "events", ["sender_id"], schema="bot")
    op.execute("CREATE VIEW bot.keys AS SELECT version, wrapped, state FROM public.data_keys WHERE purpose = 'tracker'")


def downgrade() -> None:
    """Sealed values cannot be made plain again by the database."""
    raise NotImplementedError("restore a backup instead")
