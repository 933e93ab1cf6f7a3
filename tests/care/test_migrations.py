"""The chain of migrations."""

from core.migrations import differences
from core.postgres import as_role
from core.roles import OWNER


def test_models_and_migrations_agree(database_url: str) -> None:
    assert differences(as_role(database_url, OWNER)) == []
