"""A bot whose actions are real, with a dialogue core that does as told."""

from collections.abc import AsyncIterator

import pytest

from tests.actions.bot import Bot, action_client, make
from tests.house import TestHouse


@pytest.fixture
async def bot(house: TestHouse) -> AsyncIterator[Bot]:
    """The bot of a house with the synthetic clinic."""
    async with action_client(house) as client:
        yield await make(house, client)
