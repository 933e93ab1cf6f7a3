"""Encryption of single values at rest: AES-256-GCM with a key version, and keyed tokens for equality search.

A sealed value is `version (1 byte) | nonce (12) | ciphertext and tag`. The column name is bound as associated data, so a
value cannot be moved to another column.
"""

import hashlib
import hmac
import json
import os
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from core.errors import ConfigurationError

_VERSION = 1


class Keyring:
    """The process's keys, set once by the composition root before the first row is read or written."""

    def __init__(self) -> None:
        self._cipher: AESGCM | None = None
        self._lookup = b""

    def load(self, encryption_key_hex: str, lookup_key_hex: str) -> None:
        """Take the keys, each 64 hexadecimal digits."""
        self._cipher = AESGCM(bytes.fromhex(encryption_key_hex))
        self._lookup = bytes.fromhex(lookup_key_hex)

    def seal(self, plain: bytes, context: str) -> bytes:
        """Encrypt for that context."""
        nonce = os.urandom(12)
        return bytes([_VERSION]) + nonce + self._ready.encrypt(nonce, plain, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """Decrypt; raises `cryptography.exceptions.InvalidTag` if anything was changed."""
        return self._ready.decrypt(sealed[1:13], sealed[13:], context.encode())

    def token(self, value: str) -> str:
        """A keyed digest for equality search, 32 hexadecimal digits."""
        return hmac.new(self._lookup, value.encode(), hashlib.sha256).hexdigest()[:32]

    @property
    def _ready(self) -> AESGCM:
        if self._cipher is None:
            raise ConfigurationError("the keyring was not loaded")
        return self._cipher


keyring = Keyring()


class EncryptedText(TypeDecorator[str]):
    """A text column whose rows hold only ciphertext; `context` is usually `table.column`."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, context: str) -> None:
        super().__init__()
        self.context = context

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """Seal on the way in."""
        return None if value is None else keyring.seal(value.encode("utf-8", "surrogatepass"), self.context)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        """Open on the way out."""
        return None if value is None else keyring.open(value, self.context).decode("utf-8", "surrogatepass")


class EncryptedJson(TypeDecorator[Any]):
    """Like `EncryptedText` for JSON values."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, context: str) -> None:
        super().__init__()
        self.context = context

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """Seal on the way in."""
        return None if value is None else keyring.seal(json.dumps(value).encode(), self.context)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        """Open on the way out."""
        return None if value is None else json.loads(keyring.open(value, self.context))


class EncryptedBytes(TypeDecorator[bytes]):
    """Like `EncryptedText` for files."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, context: str) -> None:
        super().__init__()
        self.context = context

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """Seal on the way in."""
        return None if value is None else keyring.seal(value, self.context)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """Open on the way out."""
        return None if value is None else keyring.open(value, self.context)
