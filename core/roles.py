"""Who may do what in the database: the owner migrates, the application reads and writes rows, the bot sees its own schema.

`poradnia_app` has no DDL, no TRUNCATE, and of the audit only INSERT and SELECT; `poradnia_bot` has Rasa's events, the keys
that seal them, the models, which one is to answer and where it does, and not even the names of other
tables. Production gives its login roles these names, or makes them members.
"""

from typing import Any

import psycopg
import structlog
from psycopg import sql

from core.postgres import libpq_url

log = structlog.get_logger()
APP, BOT = "poradnia_app", "poradnia_bot"
OWNER = "postgres"
"""The embedded server's own role."""
AUDIT_COLUMNS = ("id", "at", "actor", "purpose", "action", "subject_kind", "subject_id")
_APP_GRANTS = (
    "GRANT USAGE ON SCHEMA public, bot TO {app}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {app}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {app}",
    "REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {app}",
    "REVOKE DELETE ON data_keys FROM {app}",
    "REVOKE INSERT, UPDATE, DELETE ON audit_events, audit_batches FROM {app}",
    "GRANT INSERT ({audit_columns}) ON audit_events TO {app}",
    "GRANT EXECUTE ON FUNCTION seal_audit_batch TO {app}",
    "GRANT SELECT, UPDATE, DELETE ON bot.events TO {app}",
    "GRANT SELECT, INSERT, DELETE ON bot.models TO {app}",
    "GRANT SELECT, INSERT, UPDATE ON bot.live TO {app}",
    "GRANT SELECT, DELETE ON bot.places TO {app}",
)
_BOT_GRANTS = (
    "GRANT USAGE ON SCHEMA bot TO {bot}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON bot.events TO {bot}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA bot TO {bot}",
    "GRANT SELECT ON bot.keys, bot.models, bot.live TO {bot}",
    "GRANT SELECT, INSERT, UPDATE ON bot.places TO {bot}",
)
_EVERYBODY = (
    "REVOKE ALL ON SCHEMA public FROM PUBLIC",
    "REVOKE ALL ON FUNCTION seal_audit_batch FROM PUBLIC",
)


def grant(owner_url: str) -> None:
    """Make the roles where we may, and give each what it needs in this database. Run after every migration."""
    with psycopg.connect(libpq_url(owner_url), autocommit=True) as connection:
        present = {role for role in (APP, BOT) if _exists_or_made(connection, role)}
        names = {
            "app": sql.Identifier(APP),
            "bot": sql.Identifier(BOT),
            "audit_columns": sql.SQL(", ").join(map(sql.Identifier, AUDIT_COLUMNS)),
        }
        wanted = [*_EVERYBODY, *(_APP_GRANTS if APP in present else ()), *(_BOT_GRANTS if BOT in present else ())]
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(hashtext('poradnia roles'))")
            for statement in wanted:
                connection.execute(sql.SQL(statement).format(**names))


def _exists_or_made(connection: psycopg.Connection[Any], role: str) -> bool:
    if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone():
        return True
    try:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
    except (psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
        return True
    except psycopg.errors.InsufficientPrivilege:
        log.warning("a database role is missing and may not be made: see docs/guides/database-roles.md", reason=role)
        return False
    return True
