"""A run in several processes (`./poradnia test`; by hand `-n 4 --dist loadscope --no-loadscope-reorder`): what stays together."""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

WITH_RASA = ("tests/bot/", "tests/journeys/")
LONG = (*WITH_RASA, "tests/service/", "tests/browser/")
"""What takes longest begins first, so that no process is left alone with it at the end."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In several processes the long ones first; the order of the rest stays."""
    if not hasattr(config, "workerinput"):
        return
    items.sort(key=lambda item: next((n for n, folder in enumerate(LONG) if item.nodeid.startswith(folder)), len(LONG)))


class ByFile(LoadScopeScheduling):
    """A file stays in one process; all that share the running Rasa are one unit."""

    def _split_scope(self, nodeid: str) -> str:
        return "rasa" if nodeid.startswith(WITH_RASA) else nodeid.split("::", 1)[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    """The scheduler, asked for by pytest-xdist."""
    return ByFile(config, log)
