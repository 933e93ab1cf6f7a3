"""A house whose web side listens on loopback, so that the real SDK reaches the simulated provider and it reaches us."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn

from core.clock import FixedClock
from service.app import create_app
from tests.conftest import emptied, until
from tests.house import TestHouse, open_house


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
async def served(house_url: str, tmp_path: Path, clock: FixedClock) -> AsyncIterator[TestHouse]:
    """The house with its web side, and so the provider's API, on a real port."""
    port = free_port()
    async with open_house(emptied(house_url), tmp_path, clock, web_port=port) as house:
        server = uvicorn.Server(
            uvicorn.Config(
                create_app(house.house),
                host="127.0.0.1",
                port=port,
                log_level="warning",
                access_log=False,
                lifespan="off",
            )
        )
        serving = asyncio.create_task(server.serve())
        await until(lambda: server.started)
        yield house
        server.should_exit = True
        await serving
