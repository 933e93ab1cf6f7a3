"""The house without its guards (audit, encryption, leases), to measure what they cost. Only benchmarks build it so: no setting reaches it.

`python -m bench.unguarded web|worker` runs a process of such a house.
"""

import asyncio
import dataclasses
import sys
from uuid import UUID

import uvicorn

from conversations.turns import Turns
from core.crypto import keyring
from core.db import UnitOfWork
from core.keys import SecretsSource
from core.settings import Settings
from service.app import create_app
from service.bootstrap import House, build, database_url
from service.worker import run


class PlainCipher:
    """Seals nothing: what goes in comes out."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        """As it is."""
        return data

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        """As it is."""
        return data


def load_plain_keys(url: str, secrets: SecretsSource) -> None:
    """For `build(load_keys=…)`: columns hold plain bytes; search tokens are made as ever. With `is_audited=False`, no audit either."""
    keyring.use({1: PlainCipher()}, 1, bytes.fromhex(secrets()["lookup"]))


class UnleasedTurns(Turns):
    """Takes every thread it is told of, without asking whether somebody has it."""

    async def _claim(self, uow: UnitOfWork, thread_id: UUID, lease: str) -> bool:
        return True

    async def _still_ours(self, uow: UnitOfWork, thread_id: UUID, lease: str) -> bool:
        return True


def unguarded(settings: Settings, url: str) -> House:
    """A house with plain columns, without audit and without leases."""
    house = build(settings, url, load_keys=load_plain_keys, is_audited=False)
    turns = object.__new__(UnleasedTurns)
    turns.__dict__.update(vars(house.turns))
    return dataclasses.replace(house, turns=turns)


if __name__ == "__main__":
    place = Settings()
    made = unguarded(place, database_url(place))
    if sys.argv[1] == "web":
        uvicorn.run(
            create_app(made), host=place.web_host, port=place.web_port, log_level="warning", access_log=False,
            server_header=False,
        )  # fmt: skip
    else:
        asyncio.run(run(made))
