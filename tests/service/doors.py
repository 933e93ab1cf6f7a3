"""Every way into the public application, as its own description lists them."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from fastapi import FastAPI

from core.access import Role
from core.accounts import Browser, Opened, Staff, hash_password, sign_in
from tests.house import TestHouse

COOKIE = "__Host-poradnia"
DEVICE = f"{COOKIE}-device"
BROWSER = Browser("k" * 40, "python-httpx/")
STREAMS = ("/console/events", "/chat/stream", "/simulator/phone/events")
"""They do not end by themselves."""


def operations(app: FastAPI) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path template and description of each."""
    for path, methods in app.openapi()["paths"].items():
        for method, described in methods.items():
            yield method.upper(), path, described


def filled(path: str) -> str:
    """The path with ids in the places of its parameters."""
    return re.sub(r"{[^}]+}", lambda _: str(uuid4()), path)


async def signed_in(house: TestHouse, *roles: Role) -> dict[str, str]:
    """The cookies of a person at the console; an agent unless said otherwise."""
    email = f"{uuid4().hex}@clinic.example"
    async with house.house.database.unit_of_work() as uow:
        uow.session.add(
            Staff(
                email=email,
                name="Marta",
                password_hash=hash_password("p"),
                roles=[one.value for one in roles or (Role.agent,)],
            )
        )
    return {COOKIE: await enter(house, email, "p"), DEVICE: BROWSER.key}


async def enter(house: TestHouse, email: str, password: str) -> str:
    """The session's token of somebody who signs in with `BROWSER`."""
    async with house.house.database.unit_of_work() as uow:
        opened = await sign_in(uow, email, password, BROWSER, house.clock.now())
    assert isinstance(opened, Opened)
    return opened.token
