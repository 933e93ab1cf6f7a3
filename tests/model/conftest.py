"""A house with a model behind a provider on loopback, recorded as a processor as a privacy officer does it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.access import Role
from core.clock import FixedClock
from core.processors import Entry, end, enter
from tests.conftest import emptied
from tests.house import TestHouse, open_house
from tests.model.provider import Provider, provider

KEY = "sk-not-a-real-key"


@dataclass
class ModelHouse:
    """Both, and the officer's hand."""

    house: TestHouse
    provider: Provider

    async def record(self) -> None:
        """Entrust the provider with data."""
        officer = await self.house.staff("Iga", Role.privacy_officer)
        entry = Entry("model", "Model Ltd", "Irlandia", "7/2026", "0 dni", self.house.clock.now().date())
        async with self.house.house.database.unit_of_work() as uow:
            assert await enter(uow, officer, entry, self.house.clock.now()) is None

    async def end(self) -> None:
        """Entrust it no more."""
        officer = await self.house.staff("Jan", Role.privacy_officer)
        async with self.house.house.database.unit_of_work() as uow:
            await end(uow, officer, "model", self.house.clock.now())


@pytest.fixture
def model_settings() -> dict[str, Any]:
    """More settings of the house."""
    return {}


@pytest.fixture
async def modelled(
    house_url: str, tmp_path: Path, clock: FixedClock, model_settings: dict[str, Any]
) -> AsyncIterator[ModelHouse]:
    """A house with a model that is recorded and may rephrase."""
    async with provider() as one:
        given = {
            "llm": "openai:small-test", "llm_base_url": one.url, "llm_key": KEY, "llm_timeout_seconds": 7.5,
            "llm_rephrase": True, "llm_price_in": 0.5, "llm_price_out": 2.0,
        }  # fmt: skip
        async with open_house(emptied(house_url), tmp_path, clock, **(given | model_settings)) as opened:
            opened.house.model.prepare()
            yield ModelHouse(opened, one)
