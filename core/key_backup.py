"""A backup of all keys in one file: secrets and data keys, sealed with a passphrase (scrypt, then AES-256-GCM)."""

import base64
import json
import os
from pathlib import Path
from typing import Any

import psycopg
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from core.errors import ConfigurationError
from core.keys import KeyRow
from core.settings import Secrets

FORMAT = "poradnia keys 1"
_COST = 2**17
"""scrypt's N with r = 8, p = 1: 128 MB and about half a second. Source: OWASP Password Storage Cheat Sheet."""


def export(file: Path, passphrase: str, secrets: Secrets, rows: list[KeyRow]) -> None:
    """Write the backup, readable by its owner only; never over another file."""
    said = {
        "secrets": {name: secrets[name] for name in Secrets.NAMES},
        "data_keys": [
            {
                "version": row.version, "purpose": row.purpose, "wrapped": row.wrapped.hex(), "wrapped_by": row.wrapped_by,
                "state": row.state, "created_at": row.created_at.isoformat(),
            }
            for row in rows
        ],
    }  # fmt: skip
    salt, nonce = os.urandom(16), os.urandom(12)
    sealed = AESGCM(_stretched(passphrase, salt)).encrypt(nonce, json.dumps(said).encode(), FORMAT.encode())
    written = {
        "format": FORMAT,
        "salt": salt.hex(),
        "nonce": nonce.hex(),
        "sealed": base64.b64encode(sealed).decode(),
    }
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as out:
        json.dump(written, out)


def read(file: Path, passphrase: str) -> dict[str, Any]:
    """What the backup holds. Raises `ConfigurationError` for a wrong passphrase or another file."""
    try:
        written = json.loads(file.read_text())
        if written["format"] != FORMAT:
            raise ValueError(written["format"])
        salt, nonce = bytes.fromhex(written["salt"]), bytes.fromhex(written["nonce"])
        sealed = base64.b64decode(written["sealed"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(f"{file} is no backup of keys") from error
    try:
        opened: dict[str, Any] = json.loads(
            AESGCM(_stretched(passphrase, salt)).decrypt(nonce, sealed, FORMAT.encode())
        )
    except InvalidTag as error:
        raise ConfigurationError("the passphrase is wrong, or the file was changed. Nothing was restored") from error
    return opened


def restore_secrets(file: Path, backup: dict[str, Any], *, is_replacing: bool) -> None:
    """Write the secrets file. One that says otherwise is only replaced when asked for, and kept beside it."""
    wanted: dict[str, str] = backup["secrets"]
    if file.exists():
        try:
            present = json.loads(file.read_text())
        except ValueError:
            present = None
        if present == wanted:
            return
        if not is_replacing:
            raise ConfigurationError(
                f"{file} holds other secrets: --replace puts these in their place and keeps the old file"
            )
        file.replace(file.with_name(f"{file.name}.before-import"))
    file.parent.mkdir(parents=True, exist_ok=True)
    Secrets.write(file, wanted)


def restore_keys(connection: psycopg.Connection[Any], backup: dict[str, Any]) -> int:
    """Put back the data keys that the database lacks; those it has are left alone. Returns how many."""
    count = 0
    for key in backup["data_keys"]:
        done = connection.execute(
            "INSERT INTO data_keys (version, purpose, wrapped, wrapped_by, state, created_at) "
            "VALUES (%(version)s, %(purpose)s, %(wrapped)s, %(wrapped_by)s, %(state)s, %(created_at)s) ON CONFLICT DO NOTHING",
            {**key, "wrapped": bytes.fromhex(key["wrapped"])},
        )
        count += done.rowcount
    return count


def _stretched(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=_COST, r=8, p=1).derive(passphrase.encode())
