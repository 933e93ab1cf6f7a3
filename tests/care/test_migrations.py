"""The chain of migrations."""

from core.migrations import differences


def test_models_and_migrations_agree(database_url: str) -> None:
    assert differences(database_url) == []
