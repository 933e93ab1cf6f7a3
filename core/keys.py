"""Envelope encryption: data keys lie in the table `data_keys`, wrapped by keys that never enter the database.

Purposes: `records` seals columns, `tracker` seals Rasa's events, `lookup` makes search tokens. The wrapping keys are secrets:
`encryption` for records and lookup, `tracker` for the bot, which thus gets a key that opens nothing else. A secret may hold
several keys, separated by commas: the first wraps, all unwrap. Opening the table with a wrong key fails before anything is
touched: the wrapped keys are their own check value.
"""

import contextlib
import hashlib
import hmac
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import CheckConstraint, LargeBinary, select
from sqlalchemy.orm import Mapped, mapped_column

from core.crypto import FIRST_FORMAT, FORMAT, Cipher, keyring
from core.db import Base, UnitOfWork
from core.errors import ConfigurationError
from core.postgres import libpq_url
from core.settings import Secrets

log = structlog.get_logger()
SECRET_OF = {"records": "encryption", "lookup": "encryption", "tracker": "tracker"}
ROTATED = ("records", "tracker")
SecretsSource = Callable[[], Secrets]
_LOCK = 0x504F5241  # one key ceremony at a time


class DataKey(Base):
    """One wrapped key. `active` seals; `old` is being replaced; `retired` is named by no row any more, and kept for backups."""

    __tablename__ = "data_keys"
    __table_args__ = (
        CheckConstraint("purpose IN ('records', 'lookup', 'tracker')", name="purpose"),
        CheckConstraint("state IN ('active', 'old', 'retired')", name="state"),
        CheckConstraint("version BETWEEN 0 AND 65535", name="two_bytes"),
    )
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    purpose: Mapped[str]
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    wrapped_by: Mapped[str]
    state: Mapped[str]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


@dataclass(frozen=True)
class KeyRow:
    """A row of `data_keys`."""

    version: int
    purpose: str
    wrapped: bytes
    wrapped_by: str
    state: str
    created_at: datetime


def fingerprint(key: bytes) -> str:
    """Names a wrapping key without telling anything of it, 12 hexadecimal digits."""
    return hashlib.sha256(b"poradnia wrapping key\0" + key).hexdigest()[:12]


def wrapping_keys(secrets: Secrets, purpose: str) -> list[bytes]:
    """The wrapping keys of a purpose, the one in use first. Raises `ConfigurationError` for anything but 32-byte keys."""
    name = SECRET_OF[purpose]
    try:
        keys = [bytes.fromhex(part.strip()) for part in secrets[name].split(",")]
    except ValueError as error:
        raise ConfigurationError(f"secret {name!r} is not made of hexadecimal digits") from error
    if any(len(key) != 32 for key in keys):
        raise ConfigurationError(f"secret {name!r} must be keys of 64 hexadecimal digits, separated by commas")
    return keys


def wrap(key: bytes, wrapping: bytes, purpose: str, version: int) -> bytes:
    """`nonce | ciphertext and tag`, bound to purpose and number."""
    nonce = os.urandom(12)
    return nonce + AESGCM(wrapping).encrypt(nonce, key, f"{purpose}:{version}".encode())


def unwrap(row: KeyRow, secrets: Secrets) -> bytes:
    """The data key. Raises `ConfigurationError` if none of the wrapping keys opens it."""
    for wrapping in wrapping_keys(secrets, row.purpose):
        with contextlib.suppress(InvalidTag):
            return AESGCM(wrapping).decrypt(row.wrapped[:12], row.wrapped[12:], f"{row.purpose}:{row.version}".encode())
    raise ConfigurationError(
        f"the secret {SECRET_OF[row.purpose]!r} does not open data key {row.version} (wrapped by {row.wrapped_by}): "
        "restore secrets.json, or ./poradnia keys import FILE. Nothing was changed"
    )


@contextlib.contextmanager
def connected(url: str) -> Iterator[psycopg.Connection[Any]]:
    """One short transaction of its own: keys are also asked for where nothing can be awaited."""
    try:
        with psycopg.connect(libpq_url(url), connect_timeout=10) as connection:
            yield connection
    except psycopg.errors.UndefinedTable as error:
        raise ConfigurationError("the database has no table of keys yet: run ./poradnia up") from error
    except psycopg.OperationalError as error:
        raise ConfigurationError("the database does not answer, or has no such role yet: run ./poradnia up") from error


def rows_of(connection: psycopg.Connection[Any]) -> list[KeyRow]:
    """All data keys, by number."""
    found = connection.execute(
        "SELECT version, purpose, wrapped, wrapped_by, state, created_at FROM data_keys ORDER BY version"
    )
    return [
        KeyRow(version, purpose, bytes(wrapped), by, state, at) for version, purpose, wrapped, by, state, at in found
    ]


def open_keys(url: str, secrets: SecretsSource) -> None:
    """Load the process's keyring from the database, making the first keys in an empty one. Refuses wrong secrets."""
    known: dict[int, Cipher] = {}
    lookup = b""

    def load(rows: list[KeyRow]) -> None:
        nonlocal lookup
        held: Secrets | None = None
        for row in rows:
            if row.purpose == "tracker" or (row.purpose == "records" and row.version in known):
                continue
            held = held or secrets()
            if row.purpose == "records":
                known[row.version] = AESGCM(unwrap(row, held))
            elif not lookup:
                lookup = unwrap(row, held)
        current = max(row.version for row in rows if row.purpose == "records" and row.state == "active")
        keyring.use(known, current, lookup, again)

    def again() -> None:
        try:
            with connected(url) as connection:
                load(rows_of(connection))
        except (psycopg.Error, ConfigurationError) as error:
            log.warning("keys could not be read again", error=type(error).__name__)

    with connected(url) as connection:
        rows = rows_of(connection) or make_first(connection, secrets())
    held = secrets()
    for row in rows:
        if row.purpose == "tracker":
            unwrap(row, held)
    load(rows)


def make_first(connection: psycopg.Connection[Any], secrets: Secrets) -> list[KeyRow]:
    """The first keys of an empty table. Rows that were sealed before there was one are checked, and keep their key as number 0."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
    rows = rows_of(connection)
    if rows:
        return rows
    encryption = wrapping_keys(secrets, "records")[-1]
    sealed = connection.execute(
        "SELECT address FROM contact_points UNION ALL SELECT family_name FROM patients"
    ).fetchone()
    if sealed is not None:
        _check_before_envelopes(connection, encryption, bytes.fromhex(secrets["lookup"]))
        _insert(connection, secrets, 0, "records", encryption, "old")
    _insert(connection, secrets, 1, "records", os.urandom(32), "active")
    _insert(connection, secrets, 2, "tracker", os.urandom(32), "active")
    _insert(connection, secrets, 3, "lookup", bytes.fromhex(secrets["lookup"]), "active")
    return rows_of(connection)


def add_version(connection: psycopg.Connection[Any], secrets: Secrets, purpose: str) -> int:
    """A new data key that seals from now on; the one before becomes `old`. Returns its number."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
    version = max(row.version for row in rows_of(connection)) + 1
    connection.execute("UPDATE data_keys SET state = 'old' WHERE purpose = %s AND state = 'active'", (purpose,))
    _insert(connection, secrets, version, purpose, os.urandom(32), "active")
    return version


def rewrap(connection: psycopg.Connection[Any], secrets: Secrets) -> int:
    """Wrap every data key with the first wrapping key of its secret; the data themselves stay as they are. Returns how many."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
    changed = 0
    for row in rows_of(connection):
        wrapping = wrapping_keys(secrets, row.purpose)[0]
        if row.wrapped_by != fingerprint(wrapping):
            connection.execute(
                "UPDATE data_keys SET wrapped = %s, wrapped_by = %s WHERE version = %s",
                (wrap(unwrap(row, secrets), wrapping, row.purpose, row.version), fingerprint(wrapping), row.version),
            )
            changed += 1
    return changed


async def new_lookup(uow: UnitOfWork, secrets: Secrets) -> None:
    """Another lookup key, in the caller's transaction and in this process's keyring. The caller makes all tokens again."""
    key, wrapping = os.urandom(32), wrapping_keys(secrets, "lookup")[0]
    row = (await uow.session.scalars(select(DataKey).where(DataKey.purpose == "lookup"))).one()
    row.wrapped, row.wrapped_by = wrap(key, wrapping, "lookup", row.version), fingerprint(wrapping)
    keyring.take_lookup(key)


def tracker_keys(rows: list[KeyRow], secrets: Secrets) -> tuple[Mapping[int, AESGCM], int]:
    """The keys of Rasa's events by number, and the one that seals."""
    mine = [row for row in rows if row.purpose == "tracker"]
    return {row.version: AESGCM(unwrap(row, secrets)) for row in mine}, max(
        row.version for row in mine if row.state == "active"
    )


def _insert(
    connection: psycopg.Connection[Any], secrets: Secrets, version: int, purpose: str, key: bytes, state: str
) -> None:
    wrapping = wrapping_keys(secrets, purpose)[0]
    connection.execute(
        "INSERT INTO data_keys (version, purpose, wrapped, wrapped_by, state, created_at) VALUES (%s, %s, %s, %s, %s, now())",
        (version, purpose, wrap(key, wrapping, purpose, version), fingerprint(wrapping), state),
    )


def _check_before_envelopes(connection: psycopg.Connection[Any], encryption: bytes, lookup: bytes) -> None:
    for column, table in (("contact_points.address", "contact_points"), ("patients.family_name", "patients")):
        name = column.partition(".")[2]
        row = connection.execute(f"SELECT {name} FROM {table} LIMIT 1").fetchone()  # noqa: S608 - our own constants
        if row is None:
            continue
        sealed = bytes(row[0])
        if sealed[:1] == bytes([FORMAT]):
            raise ConfigurationError("the table of data keys is empty but rows name them: ./poradnia keys import FILE")
        try:
            if sealed[:1] != bytes([FIRST_FORMAT]):
                raise InvalidTag
            AESGCM(encryption).decrypt(sealed[1:13], sealed[13:], column.encode())
        except InvalidTag as error:
            raise ConfigurationError(
                "the secret 'encryption' does not open this database. Nothing was changed"
            ) from error
    point = connection.execute("SELECT kind, address, address_token FROM contact_points LIMIT 1").fetchone()
    if point is not None:
        kind, sealed, token = point[0], bytes(point[1]), point[2]
        address = AESGCM(encryption).decrypt(sealed[1:13], sealed[13:], b"contact_points.address").decode()
        if hmac.digest(lookup, f"{kind}:{address}".encode(), hashlib.sha256).hex()[:32] != token:
            raise ConfigurationError("the secret 'lookup' is not the one of this database. Nothing was changed")
