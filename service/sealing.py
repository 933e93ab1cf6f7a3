"""An encrypted stream of parts: what a backup is made of. AES-256-GCM in chunks, in memory one chunk at a time.

The file: a magic line, one line of JSON (how the key is made; no secret), then chunks: length (4 bytes) and ciphertext. A
chunk's nonce is its number and whether it is the last, and the header is associated data to each: a chunk that was changed,
moved, left out or added, and a file that was cut off anywhere, does not open. Each stream has a key of its own (random salt),
so numbers never repeat under a key.
"""

import hashlib
import hmac
import json
import os
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from core.errors import ConfigurationError

MAGIC = b"PORADNIA-BACKUP-1\n"
CHUNK = 1 << 20
MAX_HEADER = 4096
SCRYPT = {"n": 1 << 16, "r": 8, "p": 1}
Part = tuple[int, bytes]
"""What a chunk belongs to (one byte), and its bytes."""


@dataclass(frozen=True)
class Lock:
    """What a stream is locked with: the installation's own key, or a passphrase that a person keeps."""

    keys: tuple[bytes, ...] = ()
    passphrase: str = ""

    def header(self) -> dict[str, Any]:
        """How a reader makes the key again. Names the key by a digest, never tells it."""
        salt = os.urandom(16).hex()
        if self.passphrase:
            return {"lock": "passphrase", "salt": salt, **SCRYPT}
        return {"lock": "installation", "salt": salt, "key": name_of(self.keys[0])}

    def key(self, header: dict[str, Any]) -> bytes:
        """The stream's key. Raises `ConfigurationError` if this lock does not fit."""
        salt = bytes.fromhex(header["salt"])
        if header["lock"] == "passphrase":
            if not self.passphrase:
                raise ConfigurationError("this backup needs its passphrase: --passphrase-file FILE")
            if (header["n"], header["r"], header["p"]) != tuple(SCRYPT.values()):
                raise ConfigurationError("this backup was locked in a way this version does not know")
            return Scrypt(salt=salt, length=32, **SCRYPT).derive(self.passphrase.encode())
        fitting = [key for key in self.keys if name_of(key) == header["key"]]
        if not fitting:
            raise ConfigurationError(
                f"this backup needs the encryption key {header['key']}, which this installation does not have"
            )
        return HKDF(SHA256(), 32, salt, b"poradnia backup").derive(fitting[0])


def name_of(key: bytes) -> str:
    """A key's name: a digest, 16 hexadecimal digits. Says which key it is, and nothing of it."""
    return hmac.new(key, b"poradnia backup key", hashlib.sha256).hexdigest()[:16]


def seal(parts: Iterable[Part], lock: Lock, out: IO[bytes]) -> int:
    """Write the stream; returns how many bytes."""
    header = json.dumps(lock.header(), sort_keys=True).encode() + b"\n"
    cipher, bound = AESGCM(lock.key(json.loads(header))), MAGIC + header
    out.write(bound)
    written, number, held = len(bound), 0, None
    for part in parts:
        if held is not None:
            written += _write(out, cipher, number, held, bound, is_last=False)
            number += 1
        held = part
    if held is None:
        raise ValueError("a stream has parts")
    return written + _write(out, cipher, number, held, bound, is_last=True)


def opened(source: IO[bytes], lock: Lock) -> Iterator[Part]:
    """The parts in order. Raises `ConfigurationError` at the first thing that is not as it was written, or missing."""
    header = _header(source)
    cipher, bound, number, is_last = AESGCM(lock.key(json.loads(header))), MAGIC + header, 0, False
    while not is_last:
        length = source.read(4)
        sealed = source.read(struct.unpack(">I", length)[0]) if len(length) == 4 else b""
        plain, is_last = _open(cipher, number, sealed, bound)
        number += 1
        yield plain[0], plain[1:]
    if source.read(1):
        raise ConfigurationError("the backup is damaged: something was added after its end")


def _header(source: IO[bytes]) -> bytes:
    if source.read(len(MAGIC)) != MAGIC:
        raise ConfigurationError("this is no backup of Poradnia, or of another format")
    header = source.readline(MAX_HEADER)
    try:
        known = json.loads(header)
        if known["lock"] == "passphrase":
            fits = all(isinstance(known[one], int) for one in SCRYPT)
        else:
            fits = known["lock"] == "installation" and isinstance(known["key"], str)
        bytes.fromhex(known["salt"])
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigurationError("the backup is damaged: its head cannot be read") from error
    if not fits:
        raise ConfigurationError("the backup is damaged: its head cannot be read")
    return header


def _nonce(number: int, *, is_last: bool) -> bytes:
    return struct.pack(">QI", number, int(is_last))


def _write(out: IO[bytes], cipher: AESGCM, number: int, part: Part, bound: bytes, *, is_last: bool) -> int:
    kind, content = part
    sealed = cipher.encrypt(_nonce(number, is_last=is_last), bytes([kind]) + content, bound)
    return out.write(struct.pack(">I", len(sealed)) + sealed)


def _open(cipher: AESGCM, number: int, sealed: bytes, bound: bytes) -> tuple[bytes, bool]:
    for is_last in (False, True):
        try:
            plain = cipher.decrypt(_nonce(number, is_last=is_last), sealed, bound)
        except (InvalidTag, ValueError):
            continue
        if plain:
            return plain, is_last
    raise ConfigurationError("the backup is damaged or cut off, or its passphrase is another one: nothing was restored")
