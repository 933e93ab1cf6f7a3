"""The seeded clinic for the tests of care."""

from collections.abc import AsyncIterator

import pytest

from care.seed import seed
from core.clock import FixedClock
from core.db import Database


@pytest.fixture
async def clinic(database: Database, clock: FixedClock) -> AsyncIterator[Database]:
    """A database with the synthetic clinic."""
    async with database.unit_of_work() as uow:
        assert await seed(uow, clock.now())
    yield database
