"""Encryption of single values at rest: AES-256-GCM under numbered data keys, and keyed tokens for search.

A sealed value is `2 | number of the data key (2 bytes) | nonce (12) | ciphertext and tag`; values of the first releases are
`1 | nonce | ciphertext and tag` and belong to data key 0. The column's name is bound as associated data, so a value cannot be
moved to another column. Where the keys come from is told in `core.keys`.
"""

import hashlib
import hmac
import json
import os
import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from core.errors import ConfigurationError

FIRST_FORMAT, FORMAT = 1, 2
HEADER_BYTES = 3
FRESH_SECONDS = 30.0
"""After so long a process asks whether there is a newer data key before it seals the next value."""
ASK_AGAIN_SECONDS = 1.0


class Cipher(Protocol):
    """What seals with one key; AES-256-GCM everywhere but in a benchmark."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        """Ciphertext and tag."""
        ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        """The plain value."""
        ...


def header(version: int) -> bytes:
    """The first bytes of every value sealed with that data key."""
    return bytes([FORMAT]) + version.to_bytes(2, "big")


class Keyring:
    """The process's keys, set once by the composition root before the first row is read or written."""

    def __init__(self) -> None:
        self._ciphers: Mapping[int, Cipher] = {}
        self._current = 0
        self._lookup = b""
        self._reload: Callable[[], None] | None = None
        self._loaded_at = 0.0
        self._asked: tuple[int, float] = (-1, 0.0)

    def load(self, encryption_key_hex: str, lookup_key_hex: str) -> None:
        """One data key and the lookup key, each 64 hexadecimal digits: for whoever has no table of keys."""
        cipher = AESGCM(bytes.fromhex(encryption_key_hex))
        self.use({0: cipher, 1: cipher}, 1, bytes.fromhex(lookup_key_hex))

    def use(
        self, ciphers: Mapping[int, Cipher], current: int, lookup: bytes, reload: Callable[[], None] | None = None
    ) -> None:
        """Take the data keys by number, the one to seal with, the lookup key, and a way to ask for newer keys."""
        self._ciphers, self._current, self._lookup, self._reload = dict(ciphers), current, lookup, reload
        self._loaded_at = time.monotonic()

    def take_lookup(self, key: bytes) -> None:
        """Make tokens with another key from now on."""
        self._lookup = key

    @property
    def current(self) -> int:
        """The number of the data key that seals."""
        return self._current

    def seal(self, plain: bytes, context: str) -> bytes:
        """Encrypt for that context with the newest data key."""
        if self._reload is not None and time.monotonic() - self._loaded_at > FRESH_SECONDS:
            self._loaded_at = time.monotonic()
            self._reload()
        cipher = self._ciphers.get(self._current)
        if cipher is None:
            raise ConfigurationError("the keyring was not loaded")
        nonce = os.urandom(12)
        return header(self._current) + nonce + cipher.encrypt(nonce, plain, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """Decrypt; raises `cryptography.exceptions.InvalidTag` if anything was changed."""
        version, start = key_of(sealed)
        cipher = self._ciphers.get(version) or self._newer(version)
        if cipher is None:
            raise ConfigurationError(f"data key {version} is not known")
        return cipher.decrypt(sealed[start : start + 12], sealed[start + 12 :], context.encode())

    def token(self, value: str) -> str:
        """A keyed digest for equality search, 32 hexadecimal digits."""
        return hmac.digest(self._lookup, value.encode(), hashlib.sha256).hex()[:32]

    def number(self, value: str) -> int:
        """A keyed digest of 63 bits: for sets of many tokens. Two values share one by chance once in 9 · 10¹⁸."""
        return int.from_bytes(hmac.digest(self._lookup, value.encode(), hashlib.sha256)[:8], "big") >> 1

    def _newer(self, version: int) -> Cipher | None:
        """A key that was made since we looked; the same unknown number is asked for at most once a second."""
        asked, at = self._asked
        if self._reload is None or (asked == version and time.monotonic() - at < ASK_AGAIN_SECONDS):
            return None
        self._asked = (version, time.monotonic())
        self._reload()
        return self._ciphers.get(version)


def key_of(sealed: bytes) -> tuple[int, int]:
    """The number of the data key of a sealed value, and where its nonce begins."""
    if sealed[:1] == bytes([FIRST_FORMAT]):
        return 0, 1
    return int.from_bytes(sealed[1:HEADER_BYTES], "big"), HEADER_BYTES


keyring = Keyring()


class Sealed(TypeDecorator[Any]):
    """A column whose rows hold only ciphertext; `context` is `table.column`. Key rotation finds every column of this kind."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, context: str) -> None:
        super().__init__()
        self.context = context

    def to_bytes(self, value: Any) -> bytes:
        """The plain value as bytes."""
        raise NotImplementedError

    def from_bytes(self, plain: bytes) -> Any:
        """The value of those bytes."""
        raise NotImplementedError

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """Seal on the way in."""
        return None if value is None else keyring.seal(self.to_bytes(value), self.context)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        """Open on the way out."""
        return None if value is None else self.from_bytes(keyring.open(value, self.context))


class EncryptedText(Sealed):
    """Text. Half characters, as a broken phone sends them, survive."""

    cache_ok = True

    def to_bytes(self, value: str) -> bytes:
        """UTF-8."""
        return value.encode("utf-8", "surrogatepass")

    def from_bytes(self, plain: bytes) -> str:
        """From UTF-8."""
        return plain.decode("utf-8", "surrogatepass")


class EncryptedJson(Sealed):
    """Any JSON value."""

    cache_ok = True

    def to_bytes(self, value: Any) -> bytes:
        """JSON."""
        return json.dumps(value).encode()

    def from_bytes(self, plain: bytes) -> Any:
        """From JSON."""
        return json.loads(plain)


class EncryptedDate(Sealed):
    """A day."""

    cache_ok = True

    def to_bytes(self, value: date) -> bytes:
        """As 2026-11-23."""
        return value.isoformat().encode()

    def from_bytes(self, plain: bytes) -> date:
        """From 2026-11-23."""
        return date.fromisoformat(plain.decode())


class EncryptedBytes(Sealed):
    """A file."""

    cache_ok = True

    def to_bytes(self, value: bytes) -> bytes:
        """As it is."""
        return value

    def from_bytes(self, plain: bytes) -> bytes:
        """As it is."""
        return plain
