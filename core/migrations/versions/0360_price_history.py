"""Prices that are set by people: who set or withdrew one and when, the end that was said, one beginning a day."""

import sqlalchemy as sa
from alembic import op

revision = "0360_price_history"
down_revision = "0350_article_terms"
branch_labels = None
depends_on = None

KEY = ("service_code", "specialty", "site_id", "payer", "valid_from")
_PRICES = sa.table("prices", *map(sa.column, ("id", "withdrawn_at", *KEY)))


def upgrade() -> None:
    """Apply. Of several prices from one day (nothing kept them out) the newest stays; the others are kept as withdrawn."""
    op.add_column("prices", sa.Column("planned_to", sa.Date()))
    op.add_column("prices", sa.Column("set_at", sa.DateTime(timezone=True)))
    op.add_column("prices", sa.Column("set_by", sa.Uuid(), sa.ForeignKey("staff.id", ondelete="SET NULL")))
    op.add_column("prices", sa.Column("withdrawn_at", sa.DateTime(timezone=True)))
    op.add_column("prices", sa.Column("withdrawn_by", sa.Uuid(), sa.ForeignKey("staff.id", ondelete="SET NULL")))
    op.execute("UPDATE prices SET planned_to = valid_to")
    older, newer = _PRICES.alias("older"), _PRICES.alias("newer")
    is_same_day = sa.and_(*(older.c[name].is_not_distinct_from(newer.c[name]) for name in KEY))
    again = sa.select(older.c.id).where(sa.exists().where(is_same_day, newer.c.id > older.c.id))
    op.execute(_PRICES.update().values(withdrawn_at=sa.func.now()).where(_PRICES.c.id.in_(again)))
    op.create_index(
        "uq_prices_from", "prices", list(KEY), unique=True, postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )  # fmt: skip


def downgrade() -> None:
    """Undo. What was withdrawn would hold again: it goes."""
    op.drop_index("uq_prices_from", "prices")
    op.execute("DELETE FROM prices WHERE withdrawn_at IS NOT NULL")
    for name in ("withdrawn_by", "withdrawn_at", "set_by", "set_at", "planned_to"):
        op.drop_column("prices", name)
