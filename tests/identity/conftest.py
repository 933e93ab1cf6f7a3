"""A bot whose actions are real, as in tests/actions."""

from tests.actions.conftest import bot

__all__ = ["bot"]
