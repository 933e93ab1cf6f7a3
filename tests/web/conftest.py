"""What the tests of pages share."""

import pytest

from care.seed import seed as seed_clinic
from tests.house import TestHouse


@pytest.fixture
async def filled(house: TestHouse) -> TestHouse:
    """The synthetic clinic; its articles would have to be embedded, and few tests need them."""
    async with house.house.database.unit_of_work() as uow:
        await seed_clinic(uow, house.clock.now())
    return house
