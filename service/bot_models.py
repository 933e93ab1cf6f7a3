"""Models in the database's schema `bot`: the service writes them and says which is to answer; the bot's own role only reads them.

A model is signed with the secret that the service and the bot share: loading one runs its code, so who can write the table alone
must not be able to bring one in.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

import psycopg
from sqlalchemy import text

from core.db import UnitOfWork

KEPT = 12
"""Models kept, the newest; an older one is trained again when it is gone back to."""


@dataclass(frozen=True)
class Place:
    """Where a bot answers: a machine, the port on it, the model's digest, and how far a switch is."""

    place: str
    digest: str | None
    port: int
    state: str
    reason: str | None


def sign(secret: str, digest: str, content: bytes) -> bytes:
    """The signature of a model under its name."""
    return hmac.new(
        bytes.fromhex(secret), digest.encode() + b"\0" + hashlib.sha256(content).digest(), "sha256"
    ).digest()


async def store(uow: UnitOfWork, secret: str, digest: str, code: str, content: bytes, now: datetime) -> None:
    """Keep a model; one that is there already stays, the oldest go."""
    row = {"digest": digest, "code": code, "content": content, "signature": sign(secret, digest, content), "now": now}
    await uow.session.execute(
        text(
            "INSERT INTO bot.models (digest, code, content, signature, made_at) "
            "VALUES (:digest, :code, :content, :signature, :now) ON CONFLICT (digest) DO NOTHING"
        ),
        row,
    )
    await uow.session.execute(
        text(
            "DELETE FROM bot.models WHERE digest <> :digest AND digest NOT IN (SELECT digest FROM bot.live) "
            "AND digest NOT IN (SELECT digest FROM bot.models ORDER BY made_at DESC LIMIT :kept)"
        ),
        {"digest": digest, "kept": KEPT},
    )


async def make_live(uow: UnitOfWork, digest: str, now: datetime) -> None:
    """Say which model is to answer, everywhere."""
    await uow.session.execute(
        text(
            "INSERT INTO bot.live (id, digest, since) VALUES (1, :digest, :now) "
            "ON CONFLICT (id) DO UPDATE SET digest = excluded.digest, since = excluded.since"
        ),
        {"digest": digest, "now": now},
    )


async def live(uow: UnitOfWork) -> tuple[str, str] | None:
    """The digest of the model that is to answer, and of the code it was made for; None before the first was published."""
    row = (
        await uow.session.execute(text("SELECT digest, code FROM bot.live JOIN bot.models USING (digest)"))
    ).one_or_none()
    return (str(row[0]), str(row[1])) if row else None


async def content(uow: UnitOfWork, secret: str, digest: str) -> bytes | None:
    """A model's file; None if it is not there or not signed by us."""
    row = (
        await uow.session.execute(text("SELECT content, signature FROM bot.models WHERE digest = :d"), {"d": digest})
    ).one_or_none()
    return _checked(secret, digest, row)


async def has(uow: UnitOfWork, digest: str) -> bool:
    """True if the model is kept."""
    return bool(await uow.session.scalar(text("SELECT count(*) FROM bot.models WHERE digest = :d"), {"d": digest}))


async def places(uow: UnitOfWork) -> list[Place]:
    """Every bot that told of itself within the last two minutes."""
    rows = await uow.session.execute(
        text(
            "SELECT place, digest, port, state, reason FROM bot.places WHERE told_at > now() - interval '2 minutes' ORDER BY place"
        )
    )
    return [Place(*row) for row in rows]


def live_now(connection: "psycopg.Connection[tuple[object, ...]]") -> tuple[str, str] | None:
    """As `live`, for the bot's own process."""
    row = connection.execute("SELECT digest, code FROM bot.live JOIN bot.models USING (digest)").fetchone()
    return (str(row[0]), str(row[1])) if row else None


def fetch(connection: "psycopg.Connection[tuple[object, ...]]", secret: str, digest: str) -> bytes | None:
    """As `content`, for the bot's own process."""
    row = connection.execute("SELECT content, signature FROM bot.models WHERE digest = %s", (digest,)).fetchone()
    return _checked(secret, digest, row)


def tell(
    connection: "psycopg.Connection[tuple[object, ...]]", place: str, digest: str | None, port: int, state: str, reason: str | None
) -> None:  # fmt: skip
    """Where this bot answers. The service finds it there within a second."""
    connection.execute(
        "INSERT INTO bot.places (place, digest, port, state, reason, told_at) VALUES (%s, %s, %s, %s, %s, now()) "
        "ON CONFLICT (place) DO UPDATE SET digest = excluded.digest, port = excluded.port, state = excluded.state, "
        "reason = excluded.reason, told_at = excluded.told_at",
        (place, digest, port, state, reason),
    )


def _checked(secret: str, digest: str, row: object) -> bytes | None:
    if row is None:
        return None
    held, signature = bytes(row[0]), bytes(row[1])  # type: ignore[index]
    return held if hmac.compare_digest(signature, sign(secret, digest, held)) else None
