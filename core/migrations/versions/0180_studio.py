"""What the bot learns from, its versions, runs of the gate, conversations that are tests, how often intents are seen; models in the
bot's own schema, where the dialogue core finds the one that is to answer."""

import sqlalchemy as sa
from alembic import op

revision = "0180_studio"
down_revision = "0170_calls"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "bot_versions",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("digest", sa.String()),
        sa.Column("figures", sa.JSON()),
    )
    op.create_table(
        "intent_examples",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("intent", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("origin_id", sa.Uuid(), sa.ForeignKey("messages.id", ondelete="CASCADE")),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("added_in", sa.Integer(), sa.ForeignKey("bot_versions.number")),
        sa.Column("removed_in", sa.Integer(), sa.ForeignKey("bot_versions.number")),
        sa.Column("is_dropped", sa.Boolean(), nullable=False),
    )
    op.create_index(
        "uq_intent_examples_key", "intent_examples", ["language", "key"], unique=True,
        postgresql_where=sa.text("removed_in IS NULL AND NOT is_dropped"),
    )  # fmt: skip
    op.create_index("ix_intent_examples_intent", "intent_examples", ["intent"])
    op.create_index("ix_intent_examples_origin_id", "intent_examples", ["origin_id"])
    op.create_table(
        "bot_runs",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("staff_id", sa.Uuid(), sa.ForeignKey("staff.id")),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("goes_back_to", sa.Integer(), sa.ForeignKey("bot_versions.number")),
        sa.Column("version", sa.Integer(), sa.ForeignKey("bot_versions.number")),
        sa.Column("asked_at", _AT, nullable=False),
        sa.Column("beat_at", _AT),
        sa.Column("ended_at", _AT),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
    )
    op.create_index(
        "uq_bot_runs_open", "bot_runs", [sa.text("(true)")], unique=True,
        postgresql_where=sa.text("state IN ('waiting', 'running', 'switching')"),
    )  # fmt: skip
    op.create_table(
        "conversation_tests",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("steps", sa.LargeBinary(), nullable=False),
        sa.Column("case_id", sa.Uuid(), sa.ForeignKey("cases.id", ondelete="CASCADE"), index=True),
        sa.Column("staff_id", sa.Uuid(), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("made_at", _AT, nullable=False),
        sa.Column("passed_in", sa.Integer()),
        sa.Column("retired_at", _AT),
    )
    op.create_table(
        "intent_days",
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("language", sa.String(2), primary_key=True),
        sa.Column("intent", sa.String(), primary_key=True),
        sa.Column("seen", sa.Integer(), nullable=False),
    )
    op.execute(
        "CREATE TABLE bot.models (digest text PRIMARY KEY, code text NOT NULL, content bytea NOT NULL, signature bytea NOT NULL, "
        "made_at timestamptz NOT NULL)"
    )
    op.execute(
        "CREATE TABLE bot.live (id integer PRIMARY KEY CHECK (id = 1), digest text NOT NULL REFERENCES bot.models, "
        "since timestamptz NOT NULL)"
    )
    op.execute(
        "CREATE TABLE bot.places (place text PRIMARY KEY, digest text, port integer NOT NULL, state text NOT NULL, reason text, "
        "told_at timestamptz NOT NULL)"
    )


def downgrade() -> None:
    """Undo."""
    for table in ("places", "live", "models"):
        op.execute(f"DROP TABLE bot.{table}")
    for table in ("intent_days", "conversation_tests", "bot_runs", "intent_examples", "bot_versions"):
        op.drop_table(table)
